"""The pool of customers: taken within limits, given back, and taken back from whoever lets them be."""

from datetime import timedelta

import pytest

from crm import errors, operations
from crm.models import Customer, CustomerMove, HandOver, Interaction, Task
from crm.operations import cases as caring
from crm.operations import deals as selling
from crm.operations import leads as leading
from crm.operations.lists.many import change_many
from crm.queries import timeline
from crm.queries.leads import policy
from crm.queries.pool import goes_back_on, going_back
from messaging.models import Message
from tenancy import door
from tenancy.models import AuditRecord, Event
from tests.conftest import NOON


@pytest.fixture
def sam(acme, staff_of):
    return staff_of(acme, "sales")


@pytest.fixture
def on_day(acme):
    return lambda days: door.organisation(acme.id, moment=NOON + timedelta(days=days))


def moves(customer) -> list[tuple]:
    rows = CustomerMove.objects.filter(customer=customer).order_by("occurred_at", "id")
    return list(rows.values_list("kind", "from_member_id", "to_member_id"))


def owner_of(customer):
    return Customer.objects.get(id=customer.id).owner_id


def test_who_claims_looks_after_them_and_their_waiting_tasks(at_acme, sam, ann):
    with at_acme():
        task = operations.add_task(key="t", title="Call", due_at=door.moment(), customer_id=ann.id)
        operations.claim_customer(ann.id, sam.id)
        assert (owner_of(ann), Task.objects.get(id=task.id).assignee_id) == (sam.id, sam.id)
        assert moves(ann) == [("claimed", None, sam.id)]
        assert AuditRecord.objects.filter(action="customer.claimed", subject_id=str(ann.id)).count() == 1
        assert Event.objects.get(kind="customer.claimed").payload == {"owner_id": str(sam.id)}


def test_whoever_comes_second_is_told(at_acme, gus, sam, ann):
    with at_acme():
        operations.claim_customer(ann.id, sam.id)
        with pytest.raises(errors.CustomerTaken):
            operations.claim_customer(ann.id, gus.id)
        assert owner_of(ann) == sam.id


@pytest.mark.parametrize(
    ("rules", "refusal"),
    [({"claims_a_day": 1}, errors.TooManyCustomers), ({"customers_in_hand": 1}, errors.CustomersFull)],
)
def test_claims_have_limits(at_acme, sam, ann, bea, rules, refusal):
    with at_acme():
        leading.set_policy(**rules)
        operations.claim_customer(ann.id, sam.id)
        with pytest.raises(refusal):
            operations.claim_customer(bea.id, sam.id)
        assert (owner_of(bea), moves(bea)) == (None, [])


def test_given_back_it_waits_for_somebody_else(on_day, gus, sam, ann):
    with on_day(0):
        operations.claim_customer(ann.id, sam.id)
        task = operations.add_task(key="t", title="Call", due_at=door.moment(), customer_id=ann.id, assignee_id=sam.id)
        operations.hand_over(ann.id, receiver_id=gus.id)
        operations.release_customer(ann.id, note="Moved to Leeds")
        assert (owner_of(ann), Task.objects.get(id=task.id).assignee_id) == (None, None)
        assert HandOver.objects.get().state == "withdrawn"
        with pytest.raises(errors.CustomerIsFree):
            operations.release_customer(ann.id)
    with on_day(6), pytest.raises(errors.CustomerCoolsDown) as refusal:
        operations.claim_customer(ann.id, sam.id)
    assert refusal.value.facts == {"day": "2026-11-27"}
    with on_day(7):
        operations.claim_customer(ann.id, sam.id)
        assert [kind for kind, _from, _to in moves(ann)] == ["claimed", "released", "claimed"]
        told = [(item.kind, item.facts["note"]) for item in timeline(ann.id) if item.kind.startswith("pool")]
        assert told == [("pool_claimed", ""), ("pool_released", "Moved to Leeds"), ("pool_claimed", "")]


def test_what_is_under_way_keeps_them(at_acme, sam, ann):
    with at_acme():
        operations.claim_customer(ann.id, sam.id)
        selling.create_deal(title="Beans", customer_id=ann.id, owner_id=sam.id)
        with pytest.raises(errors.CustomerHasWork) as refusal:
            operations.release_customer(ann.id)
        assert (refusal.value.facts, owner_of(ann)) == ({"count": 1}, sam.id)


@pytest.mark.parametrize("way", ["edit", "list", "lead"])
def test_every_way_into_the_pool_is_written_down(at_acme, sam, way):
    with at_acme():
        told = leading.LeadReport(key="api:x:1", source="api", name="Zoe", phone="+447700900155", owner_id=sam.id)
        lead = leading.capture_lead(told).lead
        match way:
            case "edit":
                operations.update_customer(lead.customer_id, owner_id=None)
            case "list":
                change_many([lead.customer_id], "owner_id", None)
            case "lead":
                leading.release_lead(lead.id)
        assert moves(lead.customer) == [("released", sam.id, None)]
        with pytest.raises(errors.CustomerCoolsDown):
            operations.claim_customer(lead.customer_id, sam.id)


# --- by themselves --------------------------------------------------------------------------------------------


@pytest.fixture
def anns(on_day, sam, ann, bea):
    """Ann is Sam's, and goes back after 30 silent days, of which Sam is told 10 days before; Bea is nobody's."""
    with on_day(0):
        leading.set_policy(idle_days=30, warn_days=10)
        return operations.claim_customer(ann.id, sam.id)


def test_warned_then_back_in_the_pool(acme, on_day, sam, anns, drained):
    with on_day(19):
        assert operations.recycle_customers() == (0, 0)
    with on_day(21):
        assert (operations.recycle_customers(), operations.recycle_customers()) == ((0, 1), (0, 0))
        assert (str(goes_back_on(anns)), going_back(policy()).count()) == ("2026-12-21", 1)
    with on_day(30):
        assert (operations.recycle_customers(), owner_of(anns)) == ((0, 0), sam.id)
    with on_day(31):
        assert (operations.recycle_customers(), operations.recycle_customers()) == ((1, 0), (0, 0))
        assert (owner_of(anns), going_back(policy()).count()) == (None, 0)
        assert moves(anns)[1:] == [("warned", sam.id, None), ("recycled", sam.id, None)]
        assert AuditRecord.objects.filter(action="customer.recycled").count() == 1
    drained(acme)
    with door.organisation(acme.id):
        told = Message.objects.filter(channel="in_app").order_by("kind").values_list("kind", "member_id", "subject")
        assert list(told) == [
            ("pool_recycled", sam.id, "Customers who went back to the pool: 1"),
            ("pool_warned", sam.id, "Customers who go back to the pool soon: 1"),
        ]


def test_a_word_in_time_keeps_them(on_day, sam, anns):
    with on_day(21):
        operations.recycle_customers()
    with on_day(25):
        operations.record_interaction(anns.id, kind="call", text="Talked")
        assert (goes_back_on(anns), going_back(policy()).count()) == (None, 0)
    with on_day(40):
        assert operations.recycle_customers() == (0, 0)
    with on_day(46):  # a new silence: told anew, not taken on the strength of the old warning
        assert (operations.recycle_customers(), owner_of(anns)) == ((0, 1), sam.id)


@pytest.mark.parametrize("work", ["deal", "lead", "case", "task"])
def test_nobody_goes_back_while_something_is_under_way(on_day, sam, anns, work):
    with on_day(0):
        match work:
            case "deal":
                selling.create_deal(title="Beans", customer_id=anns.id)
            case "lead":
                leading.capture_lead(leading.LeadReport(key="k", source="api", customer_id=anns.id, owner_id=sam.id))
                leading.set_policy(contact_hours=0)
            case "case":
                caring.open_case(customer_id=anns.id, subject="Lid", key="c")
            case "task":
                due = door.moment() + timedelta(days=90)
                operations.add_task(key="t", title="Call in spring", due_at=due, customer_id=anns.id)
    with on_day(60):
        assert (operations.recycle_customers(), owner_of(anns)) == ((0, 0), sam.id)


def test_who_got_them_lately_is_warned_first(on_day, gus, sam, anns):
    with on_day(21):
        operations.recycle_customers()
        operations.update_customer(anns.id, owner_id=gus.id)
    with on_day(31):
        assert (operations.recycle_customers(), owner_of(anns)) == ((0, 1), gus.id)
    with on_day(41):
        assert (operations.recycle_customers(), owner_of(anns)) == ((1, 0), None)


def test_without_a_limit_nobody_goes_back(on_day, anns, sam):
    with on_day(0):
        leading.set_policy(idle_days=0)
    with on_day(400):
        assert (operations.recycle_customers(), owner_of(anns)) == ((0, 0), sam.id)
        assert Interaction.objects.count() == 0


def test_a_warning_comes_after_the_last_word(at_acme):
    with at_acme():
        with pytest.raises(errors.WarnedTooEarly):
            leading.set_policy(idle_days=7, warn_days=7)
        assert policy().idle_days == 0


# --- pages and API --------------------------------------------------------------------------------------------


def test_the_page_gives_customers_to_who_takes_them(acme, at_acme, gus, ann, bea, signed_in):
    with at_acme():
        operations.claim_customer(ann.id, gus.id)
    page = signed_in(gus)
    shown = page.get("/customers/pool/").content.decode()
    assert "Bea Jones" in shown and "Ann Smith" not in shown
    assert page.post(f"/customers/{bea.id}/claim/").url == f"/customers/{bea.id}/"
    assert page.post(f"/customers/{ann.id}/release/", {"note": "Rather phones"}).status_code == 302
    shown = page.get("/customers/pool/?stage=prospect").content.decode()
    assert "Rather phones" in shown and "Gus" in shown and "Bea Jones" not in shown
    assert "Given back to the pool" in page.get(f"/customers/{ann.id}/").content.decode()
    refused = page.post(f"/customers/{ann.id}/claim/")
    assert refused.status_code in (302, 409)
    with at_acme():
        assert (owner_of(ann), owner_of(bea)) == (None, gus.id)


def test_over_the_api(client, acme, gus, ann, bea, api_key):
    headers = api_key("customers:read", "customers:write")

    def post(path, body, status):
        answer = client.post(f"/api/v1/customers/{path}", body, content_type="application/json", **headers)
        assert answer.status_code == status, answer.content
        return answer.json()

    assert "owner_id" in str(post(f"{ann.id}/claim", {}, 422))
    assert post(f"{ann.id}/claim", {"owner_id": str(gus.id)}, 200)["owner_id"] == str(gus.id)
    assert post(f"{ann.id}/claim", {"owner_id": str(gus.id)}, 409)["code"] == "customer_taken"
    free = client.get("/api/v1/customers?in_pool=true", **headers).json()["data"]
    assert [row["id"] for row in free] == [str(bea.id)]
    assert post(f"{ann.id}/release", {"note": "x"}, 200)["owner_id"] is None
    told = client.get(f"/api/v1/customers/{ann.id}/pool-moves", **headers).json()["data"]
    assert [(row["kind"], row["note"]) for row in told] == [("released", "x"), ("claimed", "")]
