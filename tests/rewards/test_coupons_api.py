"""REST of the till and of kinds of coupons."""

import pytest

from rewards import operations
from rewards.models import Checkout, Coupon, CouponKind
from tenancy import door

ORDER = {"source": "shop", "external_id": "7", "currency": "GBP"}


@pytest.fixture
def get(client, api_key):
    def fetch(path, key=None, **parameters):
        return client.get(f"/api/v1{path}", parameters, **(key or api_key()))

    return fetch


@pytest.fixture
def send(client, api_key):
    """Send a body: send("/checkouts", body); each its own Idempotency-Key unless told."""
    count = iter(range(1000))

    def call(path, body=None, *, method="post", key=None, once=None):
        headers = (key or api_key()) | {"HTTP_IDEMPOTENCY_KEY": once or f"k{next(count)}"}
        return getattr(client, method)(f"/api/v1{path}", body or {}, content_type="application/json", **headers)

    return call


@pytest.fixture
def kind(send):
    """Five pounds off coffee from twenty pounds."""
    body = {
        "code": "coffee", "name": {"en": "Coffee", "zh-hans": "咖啡券"}, "effect": "value", "value_minor": 500,
        "minimum_minor": 2000, "currency": "GBP", "categories": ["coffee"], "per_person": 2,
    }  # fmt: skip
    made = send("/coupon-kinds", body)
    assert made.status_code == 201, made.content
    return made.json()


@pytest.fixture
def coupon(send, kind, ann):
    issued = send("/coupons", {"kind": "coffee", "customer_id": str(ann.id)})
    assert issued.status_code == 201, issued.content
    return issued.json()


LINES = [
    {"sku": "BEANS", "category": "coffee", "amount_minor": 2500, "quantity": 2},
    {"sku": "CUP", "category": "cups", "amount_minor": 1000},
]


def test_a_kind_is_made_shown_changed_and_withdrawn(get, send, kind, coupon):
    shown = get(f"/coupon-kinds/{kind['id']}").json()
    assert (shown["code"], shown["categories"], shown["is_withdrawn"]) == ("coffee", ["coffee"], False)
    assert shown["figures"] == {"issued": 1, "valid": 1, "reserved": 0, "redeemed": 0, "discount_minor": 0}
    changed = send(f"/coupon-kinds/{kind['id']}", {"total": 100}, method="patch")
    assert (changed.status_code, changed.json()["total"]) == (200, 100)
    promised = send(f"/coupon-kinds/{kind['id']}", {"value_minor": 1}, method="patch")
    assert (promised.status_code, promised.json()["code"]) == (409, "coupon_kind_in_use")
    assert send(f"/coupon-kinds/{kind['id']}/withdraw").json()["is_withdrawn"] is True
    assert [row["code"] for row in get("/coupon-kinds", withdrawn="true").json()["data"]] == ["coffee"]
    assert get("/coupon-kinds", withdrawn="false").json()["data"] == []


def test_nonsense_is_told_by_field(send):
    wrong = send("/coupon-kinds", {"code": "x", "name": {}, "effect": "percent", "percent": "101", "currency": "GBP"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/percent")
    unknown = send("/coupon-kinds", {"code": "x", "name": {}, "effect": "gift", "currency": "GBP", "colour": "red"})
    assert unknown.json()["errors"][0]["pointer"] == "/colour"


def test_validate_shows_every_step_and_keeps_nothing(send, acme, coupon):
    body = {**ORDER, "lines": LINES, "shipping_minor": 495, "codes": [coupon["code"], "NOSUCH"]}
    answer = send("/coupons/validate", body)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["steps"] == [
        {
            "phase": "order_fixed", "code": coupon["code"], "kind": "coffee", "base_minor": 2500, "amount_minor": 500,
            "left_minor": 3495, "parts": [500, 0], "worth_minor": 0, "gift_sku": "", "points": 0,
        }
    ]  # fmt: skip
    assert told["refusals"] == [
        {"code": "NOSUCH", "reason": "coupon_unknown", "sentence": "There is no coupon with this code."}
    ]
    assert (told["goods_minor"], told["discount_minor"], told["to_pay_minor"], told["rounding"]) == (
        3500, 500, 3495, "half_up"
    )  # fmt: skip
    with door.organisation(acme.id):
        assert Checkout.objects.count() == 0


def test_reserve_redeem_and_reverse(get, send, acme, coupon, ann):
    reserved = send("/checkouts", {**ORDER, "lines": LINES, "codes": [coupon["code"]]})
    assert reserved.status_code == 201, reserved.content
    checkout = reserved.json()
    assert (checkout["state"], checkout["customer_id"], checkout["to_pay_minor"]) == ("reserved", str(ann.id), 3000)
    assert checkout["uses"] == [
        {"code": coupon["code"], "kind": "coffee", "state": "reserved", "discount_minor": 500, "worth_minor": 0}
    ]
    assert send(f"/checkouts/{checkout['id']}/redeem").json()["state"] == "redeemed"
    assert get(f"/checkouts/{checkout['id']}").json()["uses"][0]["state"] == "redeemed"
    assert get("/coupons", code=coupon["code"]).json()["data"][0]["redeemed_order"] == "shop:7"
    late = send(f"/checkouts/{checkout['id']}/release")
    assert (late.status_code, late.json()["code"]) == (409, "checkout_over")
    back = send(f"/checkouts/{checkout['id']}/reverse", {"code": coupon["code"]})
    assert (back.json()["state"], back.json()["uses"][0]["state"]) == ("reversed", "reversed")
    assert [row["id"] for row in get("/checkouts", external_id="7", state="reversed").json()["data"]] == [checkout["id"]]


def test_the_same_order_is_reserved_once_whatever_the_key(send, acme, coupon):
    body = {**ORDER, "lines": LINES, "codes": [coupon["code"]]}
    first, second = send("/checkouts", body), send("/checkouts", body)
    assert first.json()["id"] == second.json()["id"]
    other = send("/checkouts", body | {"shipping_minor": 1})
    assert (other.status_code, other.json()["code"]) == (409, "checkout_conflict")
    with door.organisation(acme.id):
        assert Checkout.objects.count() == 1


def test_a_till_without_articles_tells_the_total(send, acme, ann):
    with door.organisation(acme.id):
        operations.make_coupon_kind(code="any", currency="GBP", effect="percent", percent=10)
        operations.open_shared_code(CouponKind.objects.get().id, code="TEN")
    told = send("/coupons/validate", {"currency": "GBP", "order_minor": 2000, "codes": ["ten"]}).json()
    assert told["to_pay_minor"] == 1800
    both = send("/coupons/validate", {"currency": "GBP", "order_minor": 2000, "lines": LINES})
    assert both.status_code == 422


def test_the_till_cannot_make_coupons_and_the_makers_cannot_use_them(send, api_key, coupon, kind):
    till, makers = api_key("till:write"), api_key("rewards:read", "rewards:write")
    body = {**ORDER, "lines": LINES, "codes": [coupon["code"]]}
    assert send("/coupons/validate", body, key=till).status_code == 200
    assert send("/coupons/validate", body, key=makers).status_code == 403
    assert send("/checkouts", body, key=makers).status_code == 403
    assert send(f"/coupon-kinds/{kind['id']}/batches", {"size": 1, "label": "x"}, key=till).status_code == 403
    assert send("/coupons", {"kind": "coffee", "customer_id": coupon["customer_id"]}, key=till).status_code == 403


def test_a_shared_code_and_a_batch(get, send, api_key, kind):
    shared = send(f"/coupon-kinds/{kind['id']}/shared-codes", {"code": "coffee-26"})
    assert (shared.status_code, shared.json()["code"], shared.json()["is_shared"]) == (201, "COFFEE26", True)
    key, body = api_key(), {"size": 3, "label": "Leaflet"}
    batch = send(f"/coupon-kinds/{kind['id']}/batches", body, key=key, once="b")
    assert send(f"/coupon-kinds/{kind['id']}/batches", body, key=key, once="b").json() == batch.json()
    shown = get(f"/coupon-batches/{batch.json()['id']}").json()
    assert (shown["size"], shown["state"], shown["job_id"]) == (3, "ready", None)
    codes = get(f"/coupon-batches/{batch.json()['id']}/codes").json()["data"]
    assert len({row["code"] for row in codes}) == 3
    withdrawn = send(f"/coupons/{codes[0]['id']}/withdraw")
    assert withdrawn.json()["state"] == "void"


def test_a_stranger_finds_nothing(get, send, globex, api_key, acme, coupon, kind):
    theirs = api_key(organisation=globex)
    reserved = send("/checkouts", {**ORDER, "lines": LINES, "codes": [coupon["code"]]}).json()
    assert get("/checkouts", key=theirs).json()["data"] == []
    assert get(f"/coupon-kinds/{kind['id']}", key=theirs).status_code == 404
    assert send(f"/checkouts/{reserved['id']}/redeem", key=theirs).status_code == 404
    told = send("/coupons/validate", {**ORDER, "lines": LINES, "codes": [coupon["code"]]}, key=theirs).json()
    assert [one["reason"] for one in told["refusals"]] == ["coupon_unknown"]
    with door.organisation(acme.id):
        assert Coupon.objects.get().state == "reserved"
