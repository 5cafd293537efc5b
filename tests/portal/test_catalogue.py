"""What a member sees of the catalogue, and how they order, follow and cancel."""

import io
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone
from PIL import Image

from foundation.ids import new_id
from rewards import operations
from rewards.models import CatalogueItem, GiftOrder
from rewards.queries import available_points, verify_books
from tenancy.models import AuditRecord

HOME = {"name": "Ann Smith", "phone": "07700 900001", "street": "4 Salt Lane", "city": "York", "consent": "on"}


@pytest.fixture
def put_in(here):
    """Put something into acme's catalogue: put_in("Mug", points=120)."""

    def make(name, *, kind="gift", points=120, **facts):
        ways = {"can_be_sent": kind == "gift", "can_be_fetched": kind == "gift"}
        with here():
            return operations.create_item(
                kind=kind, name={"en": name, "zh-hans": "杯子"}, points=points, **{"stock": 7} | ways | facts
            )

    return make


@pytest.fixture
def rich(ann, here):
    """Ann with 200 points."""
    with here():
        operations.earn_points([operations.Grant(ann.id, 200, "plenty", "order")])
    yield ann
    with here():
        assert verify_books().wrong == ()


@pytest.fixture
def ann_at(acme, rich, member):
    """Ann's browser: ann_at("get", "catalogue")."""
    browser = member("ann@example.com")

    def go(method, page, data=None, **query):
        return getattr(browser, method)(f"/o/{acme.slug}/member/{page}", data or query)

    return go


@pytest.fixture
def order(ann_at, put_in, here):
    """Order something: order(mug, way="fetch") gives the answer."""

    def make(item, **changes):
        form = HOME | {"way": "send", "quantity": "1", "reference": str(new_id())[:20]} | changes
        return ann_at("post", f"catalogue/{item.id}", form)

    return make


def text_of(answer) -> str:
    return unescape(answer.content.decode())


def orders_of(here) -> list[GiftOrder]:
    with here():
        return list(GiftOrder.objects.order_by("id"))


def test_the_catalogue_says_what_can_be_had_and_what_is_missing(ann_at, put_in):
    for name, facts in (
        ("Mug", {}),
        ("Grinder", {"points": 620}),
        ("Taster", {"stock": 0}),
        ("Hamper", {"is_on_offer": False}),
    ):
        put_in(name, **facts)
    page = text_of(ann_at("get", "catalogue"))
    assert "You can use 200 points today." in page
    assert "Yours if you like" in page
    assert "420 points to go" in page and 'value="32"' in page
    assert "Sold out" in page
    assert "Hamper" not in page
    now = text_of(ann_at("get", "catalogue", now="1"))
    assert "Mug" in now and "Grinder" not in now and "Taster" not in now


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_opens_empty_and_filled(acme, ann_at, put_in, order, here, language):
    for page in ("catalogue", "catalogue?now=1", "gifts"):
        assert ann_at("get", page, lang=language).status_code == 200
    mug = put_in("Mug", money_minor=300, currency="GBP")
    order(mug)
    [made] = orders_of(here)
    for page in ("catalogue", f"catalogue/{mug.id}", "gifts", f"gifts/{made.id}"):
        answer = ann_at("get", page, lang=language)
        assert (answer.status_code, len(answer.content) < 75_000) == (200, True)


def test_an_order_is_made_and_shown(acme, ann_at, put_in, order, here, rich):
    mug = put_in("Mug")
    answer = order(mug)
    [made] = orders_of(here)
    assert answer["Location"] == f"/o/{acme.slug}/member/gifts/{made.id}?ordered=1"
    page = text_of(ann_at("get", f"gifts/{made.id}"))
    assert "Mug" in page and "4 Salt Lane" in page and "+447700900001" in page
    assert "4 Salt Lane" not in text_of(ann_at("get", "gifts"))
    with here():
        assert available_points([rich.id]) == {rich.id: 80}
        record = AuditRecord.objects.get(action="gift_order.ordered")
        assert (record.actor_kind, record.actor_id) == ("customer", rich.id)


def test_sending_the_form_twice_orders_once(put_in, order, here):
    mug = put_in("Mug", points=50)
    answers = {order(mug, reference="SAME")["Location"] for _ in range(2)}
    assert (len(answers), len(orders_of(here))) == (1, 1)


def test_what_is_picked_up_needs_no_address(put_in, order, here):
    order(put_in("Mug"), way="fetch", name="", phone="", street="", city="", consent="")
    [made] = orders_of(here)
    assert (made.way, made.address) == ("fetch", None)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"street": ""}, "Enter street and number."),
        ({"consent": ""}, "Without this we cannot send it."),
        ({"phone": "none"}, "This does not look like a phone number."),
        ({"way": "hand_over"}, "is not one of the available choices"),
        ({"quantity": "5"}, "is not one of the available choices"),
    ],
)
def test_a_form_that_lacks_something_says_so_and_orders_nothing(put_in, order, here, change, says):
    answer = order(put_in("Mug"), **change)
    assert (answer.status_code, orders_of(here)) == (422, [])
    assert says in text_of(answer)


def test_points_that_are_gone_meanwhile_are_a_sentence(put_in, order, here, rich):
    mug = put_in("Mug")
    with here():
        operations.redeem_points(rich.id, amount=150, reason="till", key="1")
    answer = order(mug)
    assert (answer.status_code, orders_of(here)) == (409, [])
    assert "The balance is too low: 50 can be used." in text_of(answer)


def test_the_last_piece_that_is_gone_is_a_sentence(put_in, order, here, bea):
    mug = put_in("Mug", stock=0)
    answer = order(mug)
    assert (answer.status_code, orders_of(here)) == (409, [])
    assert "Not enough left: 0." in text_of(answer)


def test_an_order_is_cancelled_and_the_points_are_back(ann_at, put_in, order, here, rich):
    order(put_in("Mug"))
    [made] = orders_of(here)
    assert "Yes, cancel it" in text_of(ann_at("get", f"gifts/{made.id}"))
    assert ann_at("post", f"gifts/{made.id}/cancel").status_code == 302
    page = text_of(ann_at("get", f"gifts/{made.id}"))
    assert "Cancelled" in page and "Yes, cancel it" not in page
    with here():
        assert available_points([rich.id]) == {rich.id: 200}
        assert CatalogueItem.objects.get().stock == 7


def test_what_has_left_cannot_be_cancelled(ann_at, put_in, order, here):
    order(put_in("Mug"))
    [made] = orders_of(here)
    with here():
        operations.ship_gift(made.id, carrier="Royal Mail", tracking_number="RM 123")
    page = text_of(ann_at("get", f"gifts/{made.id}"))
    assert "Royal Mail" in page and "RM 123" in page and "Yes, cancel it" not in page
    answer = ann_at("post", f"gifts/{made.id}/cancel")
    assert answer.status_code == 409 and "the order has moved on" in text_of(answer)
    assert orders_of(here)[0].state == "shipped"


def test_the_address_can_be_changed_until_it_is_sent(ann_at, put_in, order, here):
    order(put_in("Mug"))
    [made] = orders_of(here)
    assert ann_at("post", f"gifts/{made.id}/address", HOME | {"city": "Leeds"}).status_code == 302
    assert ann_at("post", f"gifts/{made.id}/address", HOME | {"city": ""}).status_code == 422
    assert ann_at("post", f"gifts/{made.id}/address", HOME | {"phone": "x"}).status_code == 422
    with here():
        operations.ship_gift(made.id)
    assert ann_at("post", f"gifts/{made.id}/address", HOME | {"city": "Bath"}).status_code == 409
    with here():
        assert GiftOrder.objects.get().address["city"] == "Leeds"


def test_a_reward_without_an_address_asks_for_it(ann_at, put_in, here, rich):
    mug = put_in("Mug", can_be_fetched=False)
    with here():
        made = operations.deliver_gift(mug.id, rich.id, key="r", reward_id=new_id())
    assert "Where shall we send it?" in text_of(ann_at("get", "gifts"))
    assert ann_at("post", f"gifts/{made.id}/address", HOME).status_code == 302
    assert "Where shall we send it?" not in text_of(ann_at("get", "gifts"))


def test_a_code_is_there_at_once_for_its_owner_only(acme, ann_at, put_in, order, here, member, bea):
    cinema = put_in("Cinema", kind="voucher", stock=0)
    with here():
        operations.add_codes(cinema.id, ["FILM-4711"])
    order(cinema, way="hand_over")
    [made] = orders_of(here)
    assert "FILM-4711" in text_of(ann_at("get", f"gifts/{made.id}"))
    other = member("bea@example.com")
    for page in (f"gifts/{made.id}", "gifts"):
        assert "FILM-4711" not in text_of(other.get(f"/o/{acme.slug}/member/{page}"))
    assert other.get(f"/o/{acme.slug}/member/gifts/{made.id}").status_code == 404
    assert other.post(f"/o/{acme.slug}/member/gifts/{made.id}/cancel").status_code == 404
    assert other.post(f"/o/{acme.slug}/member/gifts/{made.id}/address", HOME).status_code == 404


def test_strangers_are_led_to_the_sign_in(acme, put_in, phone):
    mug = put_in("Mug")
    for page in ("catalogue", f"catalogue/{mug.id}", "gifts", f"gifts/{new_id()}"):
        answer = phone().get(f"/o/{acme.slug}/member/{page}")
        assert answer["Location"].startswith(f"/o/{acme.slug}/member/login?next="), page


def test_what_is_not_there_is_a_page(acme, globex, ann_at, put_in):
    hidden = put_in("Hamper", is_on_offer=False)
    later = put_in("Later", opens_at=timezone.now() + timedelta(days=1))
    for item_id in (hidden.id, later.id, new_id()):
        assert ann_at("get", f"catalogue/{item_id}").status_code == 404


def test_a_picture_is_kept_by_browsers_under_its_version(acme, globex, put_in, here, ann_at, phone):
    file = io.BytesIO()
    Image.new("RGB", (90, 90), "#0f766e").save(file, "PNG")
    mug = put_in("Mug")
    with here():
        item = operations.set_picture(mug.id, file.getvalue())
    address = f"/o/{acme.slug}/g/{item.id}/{item.picture_version}.webp"
    assert address in text_of(ann_at("get", "catalogue"))
    answer = phone().get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert "immutable" in answer["Cache-Control"]
    assert phone().get(f"/o/{globex.slug}/g/{item.id}/{item.picture_version}.webp").status_code == 404
