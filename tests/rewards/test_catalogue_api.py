import pytest

from foundation.ids import new_id
from rewards import operations
from rewards.models import CatalogueItem, GiftOrder
from tenancy import door
from tenancy.models import AuditRecord

HOME = {"name": "Ann Smith", "phone": "07700 900001", "street": "4 Salt Lane", "city": "York"}
MUG = {"kind": "gift", "name": {"en": "Mug", "zh-hans": "杯子"}, "points": 500, "stock": 7, "can_be_sent": True}


@pytest.fixture
def api(client, api_key):
    """Call the API: api("post", "/catalogue", {...}, key=…) gives status and body."""

    everything = api_key()

    def call(method, path, body=None, *, key=None, once=None, **parameters):
        headers = {"HTTP_IDEMPOTENCY_KEY": once or str(new_id())}
        data = parameters if method == "get" else body or {}
        kind = {} if method == "get" else {"content_type": "application/json"}
        answer = getattr(client, method)(f"/api/v1{path}", data, **kind, **(key or everything), **headers)
        return answer.status_code, answer.json()

    return call


@pytest.fixture
def mug(api):
    return api("post", "/catalogue", MUG)[1]


@pytest.fixture
def order(api, mug, rich):
    return api("post", "/gift-orders", {"item_id": mug["id"], "customer_id": str(rich.id), "address": HOME})[1]


def test_an_item_is_made_once_and_changed(api, acme):
    for _ in range(2):
        status, item = api("post", "/catalogue", MUG, once="mug")
        assert status == 201
    assert (item["name"], item["ways"], item["stock"]) == ({"en": "Mug", "zh-hans": "杯子"}, ["send"], 7)
    status, item = api("patch", f"/catalogue/{item['id']}", {"points": 450, "is_on_offer": False})
    assert (status, item["points"], item["is_on_offer"], item["stock"]) == (200, 450, False, 7)
    assert [row["id"] for row in api("get", "/catalogue", on_offer="false")[1]["data"]] == [item["id"]]
    assert api("get", "/catalogue", on_offer="true")[1]["data"] == []
    with door.organisation(acme.id):
        assert CatalogueItem.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"points": 0}, "invalid"),
        ({"name": {"fr": "Tasse"}}, "invalid"),
        ({"name": {}}, "item_name_missing"),
        ({"money_minor": 100}, "item_currency_missing"),
        ({"can_be_sent": False}, "item_way_missing"),
    ],
)
def test_an_item_that_makes_no_sense_is_refused(api, acme, change, code):
    status, problem = api("post", "/catalogue", MUG | change)
    assert (status, problem["code"]) == (422, code)
    with door.organisation(acme.id):
        assert not CatalogueItem.objects.exists()


def test_stock_and_codes_are_moved(api, mug):
    path = f"/catalogue/{mug['id']}"
    assert api("post", f"{path}/stock", {"pieces": -2})[1]["stock"] == 5
    status, problem = api("post", f"{path}/stock", {"pieces": -6})
    assert (status, problem["code"], problem["facts"]) == (409, "stock_too_low", {"left": 5})
    assert api("post", f"{path}/stock", {"pieces": None})[1]["stock"] is None
    assert api("post", f"{path}/codes", {"codes": ["A"]})[1]["code"] == "not_for_codes"
    cinema = api("post", "/catalogue", {"kind": "voucher", "name": {"en": "Cinema"}, "points": 5, "stock": 0})[1]
    assert api("post", f"/catalogue/{cinema['id']}/codes", {"codes": ["A", "B", "A"]}) == (200, {"added": 2})


def test_an_order_shows_its_address_masked(api, order, mug, rich):
    assert (order["state"], order["points"], order["may_become"]) == ("ordered", 500, ["cancelled", "packed", "shipped"])
    status, body = api("get", f"/gift-orders/{order['id']}")
    assert (status, body["address"]) == (
        200, {"name": "Ann S.", "phone": "+4477****0001", "street": "***", "city": "York"},
    )  # fmt: skip
    assert [move["after"] for move in body["history"]] == ["ordered"]
    assert "address" not in api("get", "/gift-orders", customer=rich.id)[1]["data"][0]
    assert api("get", f"/catalogue/{mug['id']}")[1]["stock"] == 6


def test_the_address_is_shown_to_those_who_may_and_noted(api, api_key, acme, order):
    path = f"/gift-orders/{order['id']}/reveal-address"
    assert api("post", path, {"purpose": "packing"}, key=api_key("rewards:read", "till:write"))[0] == 403
    assert api("post", path, {})[0] == 422
    status, body = api("post", path, {"purpose": "packing"}, key=api_key("contacts:reveal"))
    assert (status, body) == (200, HOME | {"phone": "+447700900001", "postcode": ""})
    with door.organisation(acme.id):
        assert AuditRecord.objects.filter(action="gift_order.address_revealed").count() == 1


def test_an_order_goes_its_way(api, order):
    path = f"/gift-orders/{order['id']}"
    assert api("put", f"{path}/address", HOME | {"city": "Leeds"})[1]["address"]["city"] == "Leeds"
    assert api("post", f"{path}/pack")[1]["state"] == "packed"
    body = api("post", f"{path}/ship", {"carrier": "DHL", "tracking_number": "1"})[1]
    assert (body["state"], body["carrier"], body["may_become"]) == ("shipped", "DHL", ["returned", "delivered"])
    status, problem = api("post", f"{path}/cancel")
    assert (status, problem["code"]) == (409, "gift_order_cannot_move")
    assert api("post", f"{path}/deliver")[1]["state"] == "delivered"
    assert api("post", f"{path}/return", {})[0] == 422
    assert api("post", f"{path}/return", {"note": "broken", "is_restocked": False})[1]["state"] == "returned"


def test_an_order_is_made_once(api, acme, mug, rich):
    body = {"item_id": mug["id"], "customer_id": str(rich.id), "address": HOME}
    first, again = (api("post", "/gift-orders", body, once="same") for _ in range(2))
    assert first[0] == again[0] == 201
    assert first[1] == again[1]
    with door.organisation(acme.id):
        assert GiftOrder.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"quantity": 5}, 409, "insufficient_balance"),
        ({"quantity": 8}, 409, "out_of_stock"),
        ({"way": "fetch"}, 422, "way_not_offered"),
        ({"address": HOME | {"phone": "none"}}, 422, "phone_unreadable"),
        ({"address": {}}, 422, "invalid"),
        ({"item_id": str(new_id())}, 404, "item_unknown"),
        ({"customer_id": str(new_id())}, 404, "unknown_customer"),
    ],
)
def test_a_refused_order_leaves_nothing(api, acme, mug, rich, change, status, code):
    body = {"item_id": mug["id"], "customer_id": str(rich.id), "address": HOME}
    got, problem = api("post", "/gift-orders", body | change)
    assert (got, problem["code"]) == (status, code)
    with door.organisation(acme.id):
        assert not GiftOrder.objects.exists()
        assert CatalogueItem.objects.get().stock == 7


def test_a_strangers_order_is_not_found(api, api_key, globex, order):
    theirs = api_key(organisation=globex)
    for method, path, body in (
        ("get", "", None), ("post", "/cancel", {}), ("post", "/reveal-address", {"purpose": "x"}), ("put", "/address", HOME),
    ):  # fmt: skip
        assert api(method, f"/gift-orders/{order['id']}{path}", body, key=theirs)[0] == 404
    assert api("get", "/gift-orders", key=theirs)[1]["data"] == []


def test_money_is_noted(api, acme, rich):
    with door.organisation(acme.id):
        item = operations.create_item(
            kind="gift", name={"en": "Mug"}, points=5, money_minor=300, currency="GBP", can_be_fetched=True
        )
    order = api("post", "/gift-orders", {"item_id": str(item.id), "customer_id": str(rich.id)})[1]
    assert (order["money_minor"], order["currency"], order["money_paid_at"]) == (300, "GBP", None)
    assert api("post", f"/gift-orders/{order['id']}/pay")[1]["money_paid_at"] is not None
    assert api("post", f"/gift-orders/{order['id']}/pay")[1]["code"] == "gift_order_nothing_to_pay"
