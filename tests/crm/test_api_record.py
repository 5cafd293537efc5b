"""Files, pins and hand-overs over REST: as on the page, for keys and for people who are signed in."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm import operations
from crm.models import Customer, CustomerFile, HandOver, Interaction
from tenancy import door
from tenancy.models import AuditRecord, Membership


@pytest.fixture
def key(client, api_key):
    """Call as a key: `key("post", "hand-overs/…/accept", {…}, 200)`."""
    headers = api_key("customers:read", "customers:write")

    def call(verb, path, body=None, status=200):
        more = {} if verb == "get" else {"data": body or {}, "content_type": "application/json"}
        answer = getattr(client, verb)(f"/api/v1/{path}", **more, **headers)
        assert answer.status_code == status, answer.content
        return answer.json() if "json" in answer.get("Content-Type", "") else answer

    call.upload = lambda path, file: client.post(f"/api/v1/{path}", {"file": file}, **headers)
    return call


def offer(name="offer.pdf", content=b"%PDF-1.4 offer"):
    return SimpleUploadedFile(name, content, content_type="text/html")


def test_a_file_comes_goes_and_leaves_its_name(key, acme, ann):
    first = key.upload(f"customers/{ann.id}/files", offer())
    assert first.status_code == 201, first.content
    told = first.json()
    assert (told["name"], told["content_type"], told["size"]) == ("offer.pdf", "application/pdf", 14)
    again = key.upload(f"customers/{ann.id}/files", offer("copy.pdf"))
    assert (again.status_code, again.json()["id"]) == (200, told["id"])
    assert [row["id"] for row in key("get", f"customers/{ann.id}/files")["data"]] == [told["id"]]
    assert key("get", f"files/{told['id']}") == told
    given = key("get", f"files/{told['id']}/content")
    assert (given.content, given["Content-Type"]) == (b"%PDF-1.4 offer", "application/pdf")
    assert (given["Content-Disposition"], given["Cache-Control"]) == (
        'attachment; filename="offer.pdf"',
        "private, no-store",
    )
    key("delete", f"files/{told['id']}", status=204)
    for path in (f"files/{told['id']}", f"files/{told['id']}/content"):
        key("get", path, status=404)
    assert key("get", f"customers/{ann.id}/files")["data"] == []
    with door.organisation(acme.id):
        assert CustomerFile.objects.get().content is None
        noted = AuditRecord.objects.filter(action__startswith="file.").order_by("id")
        assert list(noted.values_list("action", flat=True)) == ["file.added", "file.opened", "file.removed"]


def test_what_is_no_paper_is_refused(key, acme, ann):
    answer = key.upload(f"customers/{ann.id}/files", offer("offer.pdf", b"MZ\x90\x00"))
    assert (answer.status_code, answer.json()["code"]) == (422, "file_refused")
    with door.organisation(acme.id):
        assert not CustomerFile.objects.exists()


def test_a_note_is_pinned_and_let_go(key, at_acme, gus, ann):
    with at_acme():
        note = operations.record_interaction(ann.id, kind="note", text="Back door")
        teams = operations.record_interaction(ann.id, kind="note", text="Between us")
        Interaction.objects.filter(id=teams.id).update(is_team_only=True)
    key("post", f"interactions/{teams.id}/pin", status=404)
    assert key("post", f"interactions/{note.id}/pin")["is_pinned"] is True
    assert [row["id"] for row in key("get", f"customers/{ann.id}/interactions?is_pinned=true")["data"]] == [str(note.id)]
    assert key("post", f"interactions/{note.id}/unpin")["is_pinned"] is False
    assert key("get", f"customers/{ann.id}/interactions?is_pinned=true")["data"] == []


def test_a_key_hands_over_and_answers(key, acme, gus, ann, staff_of):
    sam = staff_of(acme, "sales")
    body = {"receiver_id": str(sam.id), "note": "Yours", "checklist": ["Call"], "with_deals": True}
    asked = key("post", f"customers/{ann.id}/hand-overs", body, 201)
    assert (asked["state"], asked["with_tasks"], asked["with_deals"], asked["with_cases"]) == ("waiting", True, True, False)
    assert key("post", f"customers/{ann.id}/hand-overs", body, 409)["code"] == "hand_over_waits"
    assert key("post", f"hand-overs/{asked['id']}/accept", status=422)["code"] == "checklist_open"
    assert key("post", f"hand-overs/{asked['id']}/accept", {"checked": 1})["state"] == "accepted"
    assert key("get", f"customers/{ann.id}")["owner_id"] == str(sam.id)
    assert [row["id"] for row in key("get", f"hand-overs?state=accepted&receiver={sam.id}")["data"]] == [asked["id"]]
    assert key("get", "hand-overs?state=waiting")["data"] == []


def test_only_who_is_asked_answers_and_sees_what_waits_for_them(acme, at_acme, gus, ann, staff_of, signed_in):
    sam, sue = staff_of(acme, "sales"), staff_of(acme, "service")
    with at_acme():
        operations.update_customer(ann.id, owner_id=gus.id)
        asked = operations.hand_over(ann.id, receiver_id=sam.id)
        Membership.objects.filter(id__in=[sam.id, sue.id]).update(sight="own")

    def call(member, verb, path):
        return getattr(signed_in(member), verb)(f"/api/v1/{path}", content_type="application/json")

    assert [row["id"] for row in call(sam, "get", "hand-overs").json()["data"]] == [str(asked.id)]
    assert call(sue, "get", "hand-overs").json()["data"] == []
    for who, verb in ((sue, "accept"), (gus, "accept"), (gus, "decline"), (sam, "withdraw"), (sue, "withdraw")):
        assert call(who, "post", f"hand-overs/{asked.id}/{verb}").status_code == 404
    with at_acme():
        assert (HandOver.objects.get().state, Customer.objects.get(id=ann.id).owner_id) == ("waiting", gus.id)
    assert call(sam, "post", f"hand-overs/{asked.id}/accept").json()["state"] == "accepted"
    with at_acme():
        assert Customer.objects.get(id=ann.id).owner_id == sam.id
