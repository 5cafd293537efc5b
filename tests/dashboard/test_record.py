"""A customer's page: what it costs, narrows, pages, keeps; what each role is shown of the fields."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import operations as crm
from crm.models import Customer, CustomerLook, HandOver, Interaction, Task
from tenancy import door
from tenancy.models import AuditRecord, Membership, Team
from tenancy.operations import change_access


@pytest.fixture
def link(ann):
    return f"/customers/{ann.id}/"


def test_the_page_costs_few_statements_however_much_happened(acme, at_acme, gus, ann, link, as_staff):
    browser = as_staff(gus)
    with at_acme():
        for n in range(40):
            crm.record_interaction(ann.id, kind="note", text=f"note {n}", author_id=gus.id)
            crm.add_task(key=f"t{n}", title="x", due_at=door.moment(), customer_id=ann.id, assignee_id=gus.id)
    browser.get(link)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(link).status_code == 200
    statements = [each["sql"] for each in captured if not _is_of_the_shell(each["sql"])]
    assert len(statements) <= 34, "\n".join(sql[:170] for sql in statements)


def _is_of_the_shell(sql: str) -> bool:
    """Say whether every page asks this: who it is, where, what waits, what is unread."""
    marks = (
        "SAVEPOINT", "SET LOCAL", "BEGIN", "COMMIT", "django_session", "organisations_of_user", "messaging_message",
        'FROM "tenancy_user" WHERE', 'FROM "tenancy_organisation"', '"tenancy_membership"."user_id" = ', 'COUNT(*)',
    )  # fmt: skip
    return any(mark in sql for mark in marks)


def test_the_timeline_pages_back_without_gap_or_repeat(at_acme, gus, ann, link, as_staff):
    for n in range(70):
        with at_acme() if n % 10 else at_acme(days=-n):
            crm.record_interaction(ann.id, kind="note", text=f"<note {n}>")
    browser, seen, place = as_staff(gus), [], f"{link}lines/"
    while place:
        answer = browser.get(place)
        seen += [line.text for line in answer.context["lines"]]
        place = f"{link}lines/?{answer.context['older']}" if answer.context["older"] else ""
    assert sorted(text for text in seen if text.startswith("<note")) == sorted(f"<note {n}>" for n in range(70))
    assert browser.get(f"{link}lines/?before=forged").status_code == 404


def test_the_timeline_is_narrowed_and_searched(at_acme, gus, ann, link, as_staff):
    with at_acme():
        crm.record_interaction(ann.id, kind="call", text="About the Grinder", minutes=7, result="reached")
        crm.add_task(key="t", title="Send the grinder", due_at=door.moment(), customer_id=ann.id)
    browser = as_staff(gus)

    def told(query: str) -> list[str]:
        return [line.text for line in browser.get(f"{link}lines/?{query}").context["lines"]]

    assert told("group=talk") == ["About the Grinder"]
    assert told("group=tasks") == ["Send the grinder"]
    assert sorted(told("find=grinder")) == ["About the Grinder", "Send the grinder"]
    assert told("group=files") == []
    assert "Call · 7 minutes · Reached" in browser.get(link).content.decode()


def test_text_of_a_note_is_no_markup(at_acme, gus, ann, link, as_staff):
    with at_acme():
        crm.record_interaction(ann.id, kind="note", text=f"<script>alert(1)</script> @{gus.user.name}")
    page = as_staff(gus).get(link).content.decode()
    assert "<script>alert(1)" not in page
    assert '<span class="mention">@Gus</span>' in page


def test_compose_pin_change_and_remove(at_acme, gus, ann, link, as_staff):
    browser = as_staff(gus)
    browser.post(f"{link}talk/", {"kind": "call", "text": "Hello", "minutes": "5", "result": "no_answer"})
    with at_acme():
        note = Interaction.objects.get()
        assert (note.text, note.minutes, note.result, note.author_id) == ("Hello", 5, "no_answer", gus.id)
    browser.post(f"/notes/{note.id}/pin/")
    browser.post(f"/notes/{note.id}/edit/", {"text": "Hello again"})
    page = browser.get(link).content.decode()
    assert page.count("Hello again") >= 2  # on top and in its place
    browser.post(f"/notes/{note.id}/remove/")
    assert "Hello again" not in browser.get(link).content.decode()
    assert browser.post(f"{link}talk/", {"kind": "note", "text": ""}).status_code == 422


def test_the_next_step_is_done_or_put_off_with_one_click(at_acme, gus, ann, link, as_staff):
    browser = as_staff(gus)
    with at_acme():
        task = crm.add_task(key="t", title="Call Ann", due_at=door.moment() + timedelta(days=400), customer_id=ann.id)
    browser.post(f"{link}tasks/{task.id}/snooze/", {"days": "3"})
    with at_acme():
        assert Task.objects.get().due_at - task.due_at == timedelta(days=3)
    assert browser.post(f"{link}tasks/{task.id}/snooze/", {"days": "999"}).status_code == 422
    browser.post(f"{link}tasks/{task.id}/done/")
    with at_acme():
        assert Task.objects.get().state == "done"


def test_a_file_comes_back_as_a_file_that_runs_nothing(at_acme, gus, ann, link, as_staff):
    browser = as_staff(gus)
    browser.post(f"{link}files/", {"file": SimpleUploadedFile("价目.pdf", b"%PDF-1.4 x")})
    with at_acme():
        file = Customer.objects.get(id=ann.id).files.get()
    answer = browser.get(f"/files/{file.id}/")
    assert (answer.content, answer["Content-Type"]) == (b"%PDF-1.4 x", "application/pdf")
    assert answer["Content-Disposition"].startswith("attachment")
    assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "private, no-store")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert browser.post(f"{link}files/", {"file": SimpleUploadedFile("a.html", b"<b>")}).status_code == 422
    browser.post(f"/files/{file.id}/remove/")
    assert browser.get(f"/files/{file.id}/").status_code == 404


def test_only_who_is_asked_answers_a_hand_over(acme, at_acme, gus, ann, link, staff_of, as_staff):
    sam, eve = staff_of(acme, "sales"), staff_of(acme, "sales")
    with at_acme():
        Customer.objects.update(owner=gus)
        Membership.objects.filter(id=sam.id).update(sight="own")
    as_staff(gus).post(f"{link}hand-over/", {"receiver": str(sam.id), "checklist": "Read\nCall", "with_tasks": "on"})
    with at_acme():
        asked = HandOver.objects.get()
    assert as_staff(eve).post(f"/hand-overs/{asked.id}/accept/", {"checked": ["1", "2"]}).status_code == 404
    browser = as_staff(sam)
    assert "Ann Smith" in browser.get("/hand-overs/").content.decode()
    assert browser.get(link).status_code == 200  # before it is theirs they may look
    browser.post(f"/hand-overs/{asked.id}/accept/", {"checked": ["1", "2"]})
    with at_acme():
        assert Customer.objects.get(id=ann.id).owner_id == sam.id


def test_who_opened_the_customer_is_known_once_a_day(acme, at_acme, gus, ann, link, staff_of, as_staff):
    sam = staff_of(acme, "sales")
    for _time in range(3):
        as_staff(sam).get(link)
    with at_acme():
        assert list(CustomerLook.objects.values_list("member_id", "customer_id")) == [(sam.id, ann.id)]
    assert sam.user.name in as_staff(gus).get(f"{link}?tab=changes").content.decode()
    assert as_staff(sam).get(f"{link}?tab=changes").status_code == 404  # audit:read


# --- fields -------------------------------------------------------------------------------------------------


@pytest.fixture
def told_ann(at_acme, ann):
    with at_acme():
        crm.update_customer(
            ann.id, birth_date=door.moment().date().replace(year=1984), income_band="upper", interests="tea and rowing",
            personal_values="fairness", note="a secret word", address="4 Salt Lane", occupation="Baker",
        )  # fmt: skip
    return ann


SHOWN_AS = {
    "birth_date": "1984", "income": "Upper middle", "character": "tea and rowing", "note": "a secret word",
    "address": "4 Salt Lane", "work": "Baker",
}  # fmt: skip
COLUMN_OF = {
    "birth_date": "birth_date", "income": "income_band", "character": "interests", "note": "note", "address": "address",
    "work": "occupation",
}  # fmt: skip


@pytest.mark.parametrize("field", sorted(SHOWN_AS))
def test_a_hidden_field_is_nowhere_for_that_role(acme, at_acme, told_ann, link, staff_of, as_staff, field):
    """On the page, in the form, in the API, in the file; and it cannot be written."""
    with at_acme():
        change_access("fields", {"marketer": {field: "hidden"}})
    browser, column, words = as_staff(staff_of(acme, "marketer")), COLUMN_OF[field], SHOWN_AS[field]
    pages = [browser.get(place).content.decode() for place in (link, f"{link}edit/", f"{link}panel/")]
    pages.append(b"".join(browser.get("/customers/export/").streaming_content).decode())
    assert [words in page for page in pages] == [False] * 4
    assert column not in browser.get(f"/api/v1/customers/{told_ann.id}").json()
    refused = browser.patch(f"/api/v1/customers/{told_ann.id}", {column: None}, "application/json")
    if refused.status_code != 422:  # the shape may refuse an empty value first
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (403, f"/{column}")
    with at_acme():
        kept = Customer.objects.get(id=told_ann.id)
        assert getattr(kept, column) == getattr(Customer.objects.get(id=told_ann.id), column) and getattr(kept, column)


def test_a_field_that_is_only_read_is_shown_and_not_changed(acme, at_acme, told_ann, link, staff_of, as_staff):
    with at_acme():
        change_access("fields", {"sales": {"note": "read"}})
    browser = as_staff(staff_of(acme, "sales"))
    assert "a secret word" in browser.get(link).content.decode()
    assert 'name="note"' not in browser.get(f"{link}edit/").content.decode()
    refused = browser.patch(f"/api/v1/customers/{told_ann.id}", {"note": "x"}, "application/json")
    assert (refused.status_code, refused.json()["code"], refused.json()["errors"][0]["pointer"]) == (
        403, "field_is_closed", "/note",
    )  # fmt: skip
    with at_acme():
        assert Customer.objects.get(id=told_ann.id).note == "a secret word"


def test_contacts_are_masked_or_hidden_by_role(acme, at_acme, ann, link, staff_of, as_staff):
    with at_acme():
        change_access("fields", {"sales": {"phone": "hidden", "email": "masked"}})
        phone, email = (ann.contact_points.get(kind=kind) for kind in ("phone", "email"))
    browser = as_staff(staff_of(acme, "sales"))
    page = browser.get(link).content.decode()
    assert (f"/contacts/{phone.id}/" in page, f"/contacts/{email.id}/reveal/" in page) == (False, False)
    for point in (phone, email):
        browser.post(f"/contacts/{point.id}/reveal/", {"purpose": "call"})
    with at_acme():
        assert not AuditRecord.objects.filter(action="contact_point.revealed").exists()


def test_people_get_masked_contacts_from_the_api_and_keys_do_not(gus, ann, as_staff, client, api_key):
    by_person = as_staff(gus).get(f"/api/v1/customers/{ann.id}").content.decode()
    by_key = client.get(f"/api/v1/customers/{ann.id}", **api_key()).content.decode()
    assert ("ann@example.com" in by_person, "ann@example.com" in by_key) == (False, True)


def test_a_reveal_says_what_for(at_acme, gus, ann, link, as_staff):
    with at_acme():
        point = ann.contact_points.get(kind="email")
    browser = as_staff(gus)
    for told in ({}, {"purpose": "fun"}, {"purpose": "other"}):
        assert browser.post(f"/contacts/{point.id}/reveal/", told).status_code == 422
    shown = browser.post(f"/contacts/{point.id}/reveal/", {"purpose": "other", "words": "a parcel"}, HTTP_HX_REQUEST="true")
    assert 'href="mailto:ann@example.com"' in shown.content.decode()
    report = browser.get("/reveals/").content.decode()
    assert all(word in report for word in ("Ann Smith", "Something else", "a parcel", "Gus"))


def test_amounts_can_be_hidden(acme, at_acme, ann, link, staff_of, as_staff):
    from tests.dashboard.world import buy

    with at_acme():
        buy(ann.id, "7", 123_400)
    browser = as_staff(staff_of(acme, "sales"))
    assert "1,234" in browser.get(link).content.decode()
    with at_acme():
        change_access("fields", {"sales": {"money": "hidden"}})
    for tab in ("timeline", "orders"):
        assert "1,234" not in browser.get(f"{link}?tab={tab}").content.decode()


def test_a_large_export_is_an_owners(acme, at_acme, gus, ann, bea, staff_of, as_staff):
    with at_acme():
        change_access("largest_export", 1)
    assert as_staff(staff_of(acme, "marketer")).get("/customers/export/").status_code == 404
    text = b"".join(as_staff(gus).get("/customers/export/").streaming_content).decode()
    assert text.splitlines()[0].endswith("Taken out by")
    assert text.splitlines()[1].split(",")[-1].startswith("Gus 20")


# --- people, teams, stores, roles -----------------------------------------------------------------------------


def test_people_are_placed_teamed_and_let_go(acme, at_acme, gus, ann, staff_of, as_staff):
    sam, browser = staff_of(acme, "sales"), as_staff(gus)
    with at_acme():
        Customer.objects.filter(id=ann.id).update(owner=sam)
    browser.post("/teams/", {"name": "North", "lead": str(gus.id), "people": [str(sam.id)]})
    browser.post("/stores/", {"name": "High Street", "city": "York", "is_open": "on"})
    assert browser.post("/teams/", {"name": "North"}).status_code == 422
    with at_acme():
        team = Team.objects.get()
    browser.post(f"/people/{sam.id}/", {"role": "service", "sight": "team", "team": str(team.id), "store": ""})
    with at_acme():
        placed = Membership.objects.get(id=sam.id)
        assert (placed.role, placed.sight, placed.team_id) == ("service", "team", team.id)
    browser.post(f"/people/{sam.id}/leave/", {"leaves": "on"})
    with at_acme():
        assert Membership.objects.get(id=sam.id).is_active  # somebody has to take Ann over first
    browser.post(f"/people/{sam.id}/leave/", {"leaves": "on", "heir": str(gus.id)})
    with at_acme():
        assert (Membership.objects.get(id=sam.id).is_active, Customer.objects.get(id=ann.id).owner_id) == (False, gus.id)


def test_roles_are_narrowed_on_the_page_that_shows_them(acme, at_acme, gus, as_staff):
    browser = as_staff(gus)
    roles = ("marketer", "sales", "service", "finance", "auditor")
    browser.post("/roles/", {"part": "sight"} | dict.fromkeys(roles, "all") | {"sales": "own"})
    browser.post("/roles/", {"part": "limits", "reveals_per_hour": "5", "largest_export": "100"})
    acme.refresh_from_db()
    assert acme.access["sight"]["sales"] == "own"
    assert (acme.access["reveals_per_hour"], acme.access["largest_export"]) == (5, 100)
    assert browser.post("/roles/", {"part": "sight"}).status_code == 422
    text = b"".join(browser.get("/roles/export/").streaming_content).decode()
    assert "Sees customers,All customers,All customers,Their own customers" in text
