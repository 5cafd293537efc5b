import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import operations
from crm import operations as crm
from crm.models import Consent, ContactPoint, Customer, Interaction
from tenancy import door

ANN = {"name": "Ann Smith", "email": "ann@example.com", "phone": "07700 900001", "tags": ["vip"], "city": "Leeds"}


def _count(organisation, model):
    with door.organisation(organisation.id):
        return model.objects.count()


def _contacts(body):
    return {point["kind"]: point["value"] for point in body["contact_points"]}


def test_a_customer_is_created_and_read(api, acme, gus, at_acme):
    with at_acme():
        crm.create_custom_field(subject="customer", key="size", label={"en": "Size"}, kind="text")
    created = api().post("customers", {**ANN, "owner_id": str(gus.id), "custom": {"size": "M"}})
    assert created.status_code == 201, created.content
    body = created.json()
    assert (body["name"], body["stage"], body["source"], body["tags"]) == ("Ann Smith", "prospect", "api", ["vip"])
    assert (body["owner_id"], body["custom"], body["city"], body["birth_date"]) == (
        str(gus.id),
        {"size": "M"},
        "Leeds",
        None,
    )
    assert _contacts(body) == {"email": "ann@example.com", "phone": "07700 900001"}
    read = api().get(f"customers/{body['id']}")
    assert read.json() == body
    assert read["ETag"] == created["ETag"]


def test_a_known_contact_answers_with_the_customer_we_have(api, acme):
    first = api().post("customers", ANN)
    again = api().post("customers", {"name": "Annie", "email": "ann@example.com", "occupation": "Baker"})
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    assert (again.json()["name"], again.json()["occupation"]) == ("Ann Smith", "Baker")
    assert _count(acme, Customer) == 1


def test_the_same_idempotency_key_gives_the_first_answer(api, acme):
    caller = api()
    first = caller.post("customers", {"name": "Cat"}, HTTP_IDEMPOTENCY_KEY="k")
    again = caller.post("customers", {"name": "Cat"}, HTTP_IDEMPOTENCY_KEY="k")
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert _count(acme, Customer) == 1


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({}, 422, "/name"),
        ({"name": " "}, 422, "/name"),
        ({"name": "Ann", "nickname": "A"}, 422, "/nickname"),
        ({"name": "Ann", "phone": "12"}, 422, "/phone"),
        ({"name": "Ann", "email": "ann@"}, 422, "/email"),
        ({"name": "Ann", "stage": "friend"}, 422, "/stage"),
        ({"name": "Ann", "birth_date": "yesterday"}, 422, "/birth_date"),
        ({"name": "Ann\x00"}, 422, "/name"),
        ({"name": "Ann", "owner_id": "01890000-0000-7000-8000-000000000000"}, 404, "/owner_id"),
    ],
)
def test_bad_input_is_refused_with_a_pointer(api, acme, body, status, pointer):
    answer = api().post("customers", body)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert _count(acme, Customer) == 0


def test_contacts_of_two_customers_are_a_conflict(api, acme, ann, bea):
    answer = api().post("customers", {"name": "Ann", "email": "ann@example.com", "phone": "07700 900002"})
    assert (answer.status_code, answer.json()["code"]) == (409, "contact_points_differ")


def test_contacts_are_masked_without_the_permission(api, ann):
    masked = {"email": "a***@example.com", "phone": "+4477****0001"}
    caller = api("customers:read")
    assert _contacts(caller.get(f"customers/{ann.id}").json()) == masked
    assert _contacts(caller.get("customers").json()["data"][0]) == masked
    points = caller.get(f"customers/{ann.id}/contact-points").json()["data"]
    assert {point["kind"]: point["value"] for point in points} == masked
    assert "ann@example.com" not in caller.get(f"customers/{ann.id}/timeline").content.decode()


def test_a_change_needs_the_version_that_was_read(api, ann):
    caller = api()
    etag = caller.get(f"customers/{ann.id}")["ETag"]
    changed = caller.patch(f"customers/{ann.id}", {"city": "Leeds", "tags": ["vip"]}, HTTP_IF_MATCH=etag)
    assert (changed.status_code, changed.json()["city"], changed.json()["tags"]) == (200, "Leeds", ["vip"])
    assert changed["ETag"] != etag
    late = caller.patch(f"customers/{ann.id}", {"city": "York"}, HTTP_IF_MATCH=etag)
    assert (late.status_code, late.json()["code"]) == (412, "customer_changed")
    assert caller.patch(f"customers/{ann.id}", {"city": "York"}).json()["city"] == "York"


def test_a_field_that_cannot_be_changed_is_refused(api, ann):
    assert api().patch(f"customers/{ann.id}", {"email": "new@example.com"}).status_code == 422


@pytest.fixture
def three(at_acme, gus):
    with at_acme():
        operations.record_customer(name="张伟", phone="+8613800138000", stage="lead", source="import", owner_id=gus.id)
    with at_acme(days=1):
        cat = operations.record_customer(name="Cat Jones", email="cat@example.com")
        operations.set_tags(cat, ["vip"])
    with at_acme(days=2):
        operations.record_customer(name="Dan Tea Ltd", kind="company", stage="lost")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["Dan Tea Ltd", "Cat Jones", "张伟"]),
        ({"q": "zhang"}, ["张伟"]),
        ({"q": "cat@"}, ["Cat Jones"]),
        ({"q": "nobody"}, []),
        ({"stage": "lead"}, ["张伟"]),
        ({"stage": ["lead", "lost"]}, ["Dan Tea Ltd", "张伟"]),
        ({"source": "import"}, ["张伟"]),
        ({"kind": "company"}, ["Dan Tea Ltd"]),
        ({"tag": "vip"}, ["Cat Jones"]),
        ({"tag": "vip", "stage": "lost"}, []),
        ({"created_after": "2026-11-21T12:00:00Z"}, ["Dan Tea Ltd", "Cat Jones"]),
        ({"created_after": "2026-11-21T12:00:00Z", "created_before": "2026-11-22T12:00:00Z"}, ["Cat Jones"]),
    ],
)
def test_the_list_is_narrowed(api, three, query, names):
    assert [row["name"] for row in api().get("customers", **query).json()["data"]] == names


def test_the_list_is_narrowed_by_owner(api, three, gus):
    assert [row["name"] for row in api().get("customers", owner=str(gus.id)).json()["data"]] == ["张伟"]


@pytest.mark.parametrize("query", [{"stagge": "lead"}, {"stage": "friend"}, {"owner": "me"}, {"created_after": "soon"}])
def test_a_mistaken_filter_does_not_answer_with_everything(api, three, query):
    assert api().get("customers", **query).status_code == 422


def test_the_list_costs_the_same_however_long(api, acme, at_acme):
    def cost():
        with CaptureQueriesContext(connection) as captured:
            assert caller.get("customers").status_code == 200
        return len(captured)

    def fill(start, end):
        with at_acme():
            for n in range(start, end):
                customer = operations.record_customer(name=f"C {n}", email=f"c{n}@example.com", phone=f"0770090{n:04}")
                operations.set_tags(customer, [f"t{n}", "all"])

    caller = api()
    fill(0, 2)
    few = cost()
    fill(2, 30)
    assert cost() == few == 2


def test_everything_of_ann_is_404_at_globex(api, ann, globex):
    caller = api(organisation=globex)
    assert caller.get("customers").json()["data"] == []
    assert caller.patch(f"customers/{ann.id}", {"city": "X"}).status_code == 404
    for path in ("", "/contact-points", "/interactions", "/consents", "/timeline"):
        assert caller.get(f"customers/{ann.id}{path}").status_code == 404
    assert caller.post(f"customers/{ann.id}/contact-points", {"kind": "wechat", "value": "x"}).status_code == 404
    assert caller.post(f"customers/{ann.id}/interactions", {"kind": "note", "text": "x"}).status_code == 404


def test_contacts_are_added(api, acme, ann, bea):
    caller, path = api(), f"customers/{ann.id}/contact-points"
    added = caller.post(path, {"kind": "phone", "value": "07700 900777", "is_primary": True})
    assert (added.status_code, added.json()["value"], added.json()["is_primary"]) == (201, "07700 900777", True)
    taken = caller.post(path, {"kind": "email", "value": "bea@example.com"})
    assert (taken.status_code, taken.json()["code"]) == (409, "contact_taken")
    assert caller.post(path, {"kind": "pigeon", "value": "x"}).status_code == 422
    assert _count(acme, ContactPoint) == 5


def test_interactions_are_recorded_and_listed(api, acme, ann):
    caller, path = api(), f"customers/{ann.id}/interactions"
    made = caller.post(path, {"kind": "call", "text": "Asked about tea", "occurred_at": "2026-11-20T12:00:00Z"})
    assert (made.status_code, made.json()["text"], made.json()["author_id"]) == (201, "Asked about tea", None)
    assert caller.post(path, {"kind": "call", "text": ""}).status_code == 422
    assert [row["id"] for row in caller.get(path).json()["data"]] == [made.json()["id"]]
    assert _count(acme, Interaction) == 1


def test_consents_are_recorded_and_listed(api, acme, ann):
    caller, path = api(), f"customers/{ann.id}/consents"
    body = {"purpose": "marketing", "is_granted": True, "text_version": "2026-11", "language": "zh-hans"}
    made = caller.post(path, body)
    assert (made.status_code, made.json()["channel"], made.json()["source"]) == (201, "email", "api")
    assert caller.post(path, {**body, "purpose": "everything"}).status_code == 422
    assert [row["is_granted"] for row in caller.get(path).json()["data"]] == [True]
    assert _count(acme, Consent) == 1


def test_the_timeline_is_told(api, ann):
    api().post(f"customers/{ann.id}/interactions", {"kind": "note", "text": "Likes oolong"})
    items = api().get(f"customers/{ann.id}/timeline").json()["data"]
    assert [(item["kind"], item["facts"]) for item in items] == [
        ("interaction", {"kind": "note", "text": "Likes oolong", "author": ""}),
        ("customer_created", {"source": "staff"}),
    ]
