from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Customer, Order, Product, Refund
from tenancy import door

LINE = {"sku": "tea", "name": "Green tea", "category": "drinks", "quantity": 2, "unit_minor": 5_000, "amount_minor": 10_000}
ORDER = {
    "source": "shop", "external_id": "A-1", "currency": "GBP", "total_minor": 10_000, "placed_at": "2026-11-20T12:00:00Z",
    "lines": [LINE],
}  # fmt: skip
REFUND = {"source": "shop", "external_id": "R-1", "order_external_id": "A-1", "currency": "GBP", "amount_minor": 3_000}


def _count(organisation, model):
    with door.organisation(organisation.id):
        return model.objects.count()


def test_an_order_is_recorded_read_and_listed(api, ann):
    caller = api()
    answer = caller.post("orders", {**ORDER, "customer": {"email": "ann@example.com"}})
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["customer_id"], body["status"], body["paid_at"]) == (str(ann.id), "paid", "2026-11-20T12:00:00Z")
    assert (body["total_minor"], body["refunded_minor"], body["kept_minor"]) == (10_000, 0, 10_000)
    assert [(line["sku"], line["quantity"], line["amount_minor"]) for line in body["lines"]] == [("tea", 2, 10_000)]
    assert body["waiting_refunds"] == []
    assert caller.get(f"orders/{body['id']}").json() == body
    body.pop("waiting_refunds")
    assert caller.get("orders").json()["data"] == [body]
    assert caller.get("products").json()["data"][0]["name"] == "Green tea"


def test_a_replay_gives_the_first_answer(api, acme, ann):
    caller = api()
    order = {**ORDER, "customer": {"customer_id": str(ann.id)}}
    first, again = caller.post("orders", order), caller.post("orders", order)
    assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
    keyed = [caller.post("orders", {**order, "external_id": "A-2"}, HTTP_IDEMPOTENCY_KEY="k") for _ in range(2)]
    assert keyed[0].json() == keyed[1].json()
    assert _count(acme, Order) == 2


@pytest.mark.parametrize("change", [{"total_minor": 9_999}, {"currency": "EUR"}, {"customer": {"phone": "07700 900002"}}])
def test_the_same_number_for_another_order_is_a_conflict(api, acme, ann, bea, change):
    caller = api()
    order = {**ORDER, "customer": {"customer_id": str(ann.id)}}
    caller.post("orders", order)
    answer = caller.post("orders", {**order, **change})
    assert (answer.status_code, answer.json()["code"]) == (409, "order_conflict")
    assert answer.json()["facts"]["external_id"] == "A-1"
    assert _count(acme, Order) == 1


def test_an_unknown_customer_with_a_name_is_made(api, acme):
    answer = api().post("orders", {**ORDER, "customer": {"phone": "07700 900009", "name": "Cat"}})
    assert answer.status_code == 201
    assert _count(acme, Customer) == 1


@pytest.mark.parametrize("customer", [{"customer_id": str(uuid4())}, {"email": "nobody@example.com"}])
def test_an_unknown_customer_is_404(api, acme, customer):
    answer = api().post("orders", {**ORDER, "customer": customer})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_customer")
    assert _count(acme, Order) == _count(acme, Product) == 0


def test_a_customer_of_acme_is_unknown_at_globex(api, ann, globex):
    answer = api(organisation=globex).post("orders", {**ORDER, "customer": {"customer_id": str(ann.id)}})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_customer")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"total_minor": -1}, "/total_minor"),
        ({"total_minor": 12.5}, "/total_minor"),
        ({"total_minor": 10**16}, "/total_minor"),
        ({"currency": "POUNDS"}, "/currency"),
        ({"currency": "gbp"}, "/currency"),
        ({"source": ""}, "/source"),
        ({"external_id": None}, "/external_id"),
        ({"status": "lost"}, "/status"),
        ({"placed_at": "yesterday"}, "/placed_at"),
        ({"total": 5}, "/total"),
        ({"lines": [{**LINE, "quantity": 0}]}, "/lines/0/quantity"),
        ({"customer": {"fax": "1"}}, "/customer/fax"),
    ],
)
def test_bad_input_is_refused_with_a_pointer(api, acme, change, pointer):
    answer = api().post("orders", {**ORDER, **change})
    assert answer.status_code == 422, answer.content
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert _count(acme, Order) == 0


def test_pay_and_cancel(api, ann):
    caller = api()
    order = caller.post("orders", {**ORDER, "status": "placed"}).json()
    assert (order["status"], order["paid_at"], order["kept_minor"]) == ("placed", None, 0)
    paid = caller.post(f"orders/{order['id']}/pay", {"paid_at": "2026-11-21T12:00:00Z"})
    assert (paid.status_code, paid.json()["paid_at"], paid.json()["kept_minor"]) == (200, "2026-11-21T12:00:00Z", 10_000)
    cancelled = caller.post(f"orders/{order['id']}/cancel")
    assert (cancelled.json()["status"], cancelled.json()["kept_minor"]) == ("cancelled", 0)
    late = caller.post(f"orders/{order['id']}/pay")
    assert (late.status_code, late.json()["code"]) == (409, "order_is_cancelled")


def test_a_refund_of_an_order(api, acme):
    caller = api()
    order = caller.post("orders", ORDER).json()
    path = f"orders/{order['id']}/refunds"
    made = caller.post(path, {"external_id": "R-1", "amount_minor": 3_000, "reason": "broken"})
    assert (made.status_code, made.json()["state"], made.json()["currency"]) == (201, "counted", "GBP")
    again = caller.post(path, {"external_id": "R-1", "amount_minor": 3_000, "reason": "broken"})
    assert (again.status_code, again.json()) == (200, made.json())
    body = caller.get(f"orders/{order['id']}").json()
    assert (body["refunded_minor"], body["kept_minor"], len(body["refunds"])) == (3_000, 7_000, 1)
    assert [row["id"] for row in caller.get(path).json()["data"]] == [made.json()["id"]]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"amount_minor": 10_001}, 409, "refund_too_large"),
        ({"amount_minor": 0}, 422, "invalid"),
        ({"amount_minor": -5}, 422, "invalid"),
        ({"currency": "EUR"}, 409, "refund_other_currency"),
        ({"refunded_at": "2026-11-19T12:00:00Z"}, 409, "refund_before_order"),
    ],
)
def test_a_bad_refund_is_refused(api, acme, change, status, code):
    caller = api()
    caller.post("orders", ORDER)
    answer = caller.post("refunds", {**REFUND, **change})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert _count(acme, Refund) == 0


def test_a_refund_may_come_before_its_order(api):
    caller = api()
    waiting = caller.post("refunds", {**REFUND, "refunded_at": "2026-11-21T12:00:00Z"})
    assert (waiting.status_code, waiting.json()["state"], waiting.json()["order_id"]) == (201, "waiting", None)
    assert caller.get("refunds", state="waiting").json()["data"] == [waiting.json()]
    order = caller.post("orders", ORDER).json()
    assert (order["kept_minor"], order["waiting_refunds"]) == (7_000, [])
    assert caller.get("refunds", state="counted", order=order["id"]).json()["data"][0]["id"] == waiting.json()["id"]


def test_a_waiting_refund_that_does_not_fit_is_said_with_the_order(api):
    caller = api()
    caller.post("refunds", {**REFUND, "amount_minor": 10_001, "refunded_at": "2026-11-21T12:00:00Z"})
    order = caller.post("orders", ORDER)
    assert (order.status_code, order.json()["kept_minor"]) == (201, 10_000)
    told = order.json()["waiting_refunds"]
    assert [(refund["state"], refund["problem"]) for refund in told] == [("review", "refund_too_large")]
    task = caller.get("tasks").json()["data"][0]
    assert (task["key"], task["priority"]) == (f"refund:{told[0]['id']}:review", 1)


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, ["A-3", "A-2", "A-1"]),
        ({"status": "placed"}, ["A-2"]),
        ({"status": ["placed", "paid"]}, ["A-3", "A-2", "A-1"]),
        ({"source": "till"}, ["A-3"]),
        ({"external_id": "A-1"}, ["A-1"]),
        ({"channel": "store"}, ["A-3"]),
        ({"placed_before": "2026-11-20T12:00:01Z"}, ["A-2", "A-1"]),
    ],
)
def test_the_list_is_narrowed(api, query, numbers):
    caller = api()
    caller.post("orders", ORDER)
    caller.post("orders", {**ORDER, "external_id": "A-2", "status": "placed"})
    later = {"external_id": "A-3", "source": "till", "channel": "store", "placed_at": "2026-11-21T12:00:00Z"}
    caller.post("orders", {**ORDER, **later})
    assert [row["external_id"] for row in caller.get("orders", **query).json()["data"]] == numbers


def test_the_lists_cost_the_same_however_long(api):
    def cost(path):
        with CaptureQueriesContext(connection) as captured:
            assert caller.get(path).status_code == 200
        return len(captured)

    def fill(start, end):
        for n in range(start, end):
            customer = {"external_id": f"C{n}", "name": f"C {n}"}
            caller.post("orders", {**ORDER, "external_id": f"{n}", "customer": customer})
            caller.post("refunds", {**REFUND, "external_id": f"{n}", "order_external_id": f"{n}"})

    caller = api()
    fill(0, 2)
    few = {path: cost(path) for path in ("orders", "refunds", "products")}
    fill(2, 20)
    assert {path: cost(path) for path in few} == few
    assert few == {"orders": 2, "refunds": 3, "products": 3}


def test_orders_of_acme_are_404_at_globex(api, acme, globex):
    order = api().post("orders", ORDER).json()
    caller = api(organisation=globex)
    assert [caller.get(path).json()["data"] for path in ("orders", "products", "refunds")] == [[], [], []]
    assert caller.get(f"orders/{order['id']}").status_code == 404
    for verb in ("pay", "cancel"):
        assert caller.post(f"orders/{order['id']}/{verb}").status_code == 404
    refund = caller.post(f"orders/{order['id']}/refunds", {"external_id": "R-1", "amount_minor": 1})
    assert refund.status_code == 404
    assert api().get(f"orders/{order['id']}").json() == order


def test_writing_needs_its_permission(api, acme):
    caller = api("orders:read", "customers:write")
    assert caller.post("orders", ORDER).status_code == 403
    assert caller.post("refunds", REFUND).status_code == 403
    assert api("customers:read").get("orders").status_code == 403
    assert _count(acme, Order) == 0
