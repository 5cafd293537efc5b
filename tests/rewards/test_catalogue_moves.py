"""The way of an order, and what comes back when it is called off."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from crm.models import Task
from rewards import operations, queries
from rewards.errors.catalogue import AddressGone, HandOverMissing, NothingToPay, OrderCannotMove, PurposeMissing
from rewards.errors.general import ReasonMissing
from rewards.models import CatalogueItem, GiftOrder, Lot, StockMove
from rewards.queries.catalogue import gift_order_history, steps
from rewards.rules import gift_orders as rules
from tenancy import door
from tenancy.models import AuditRecord, Event

pytestmark = pytest.mark.usefixtures("books_are_whole")
HOME = {"name": "Ann Smith", "phone": "07700 900001", "street": "4 Salt Lane", "city": "York", "postcode": "YO1 7EP"}


@pytest.fixture
def ordered(put_in, rich):
    """An order of ann's, inside the door: ordered("send")."""
    number = iter(range(100))

    def make(way="send", **facts):
        item = put_in("Mug", **{"kind": "service" if way == "hand_over" else "gift", "stock": 7, **facts})
        return operations.order_gift(item.id, rich.id, key=f"order {next(number)}", way=way, address=HOME)

    return make


def path(order):
    return [move.after for move in gift_order_history(order.id)]


def test_a_parcel_is_packed_shipped_and_delivered(at_acme, ordered):
    with at_acme():
        order = ordered()
        operations.pack_gift(order.id)
        assert Task.objects.get().state == "open"
        operations.ship_gift(order.id, carrier=" Royal Mail ", tracking_number="RM 1")
        assert Task.objects.get().state == "done"
        order = operations.confirm_delivery(order.id)
        assert (order.state, order.carrier, order.tracking_number) == ("delivered", "Royal Mail", "RM 1")
        assert path(order) == ["ordered", "packed", "shipped", "delivered"]
        assert list(Event.objects.filter(subject_id=order.id).order_by("id").values_list("kind", flat=True)) == [
            "gift.ordered", "gift.shipped", "gift.delivered",
        ]  # fmt: skip
        assert AuditRecord.objects.get(action="gift_order.shipped").changes == {"state": ["packed", "shipped"]}


def test_a_gift_is_put_aside_and_picked_up(at_acme, ordered):
    with at_acme():
        order = ordered("fetch")
        assert order.address is None
        operations.make_gift_ready(order.id)
        assert operations.hand_out_gift(order.id).state == "picked_up"
        assert path(order) == ["ordered", "ready", "picked_up"]


def test_words_are_handed_over(at_acme, ordered):
    with at_acme():
        order = ordered("hand_over")
        with pytest.raises(HandOverMissing):
            operations.issue_gift(order.id, issued=" ")
        assert operations.issue_gift(order.id, issued="Saturday at ten").state == "issued"


def test_the_same_step_again_changes_nothing(at_acme, ordered):
    with at_acme():
        order = ordered()
        for _ in range(2):
            assert operations.ship_gift(order.id, carrier="DHL").state == "shipped"
        assert path(order) == ["ordered", "shipped"]
        with pytest.raises(OrderCannotMove):
            operations.ship_gift(order.id, carrier="UPS")
        assert GiftOrder.objects.get().carrier == "DHL"


@pytest.mark.parametrize(
    ("way", "verb"),
    [
        ("send", "confirm_delivery"), ("send", "make_gift_ready"), ("send", "hand_out_gift"), ("fetch", "hand_out_gift"),
        ("fetch", "ship_gift"),
    ],
)  # fmt: skip
def test_steps_that_are_not_its_way_are_refused(at_acme, ordered, way, verb):
    with at_acme():
        order = ordered(way)
        with pytest.raises(OrderCannotMove), transaction.atomic():
            getattr(operations, verb)(order.id)
        assert path(order) == ["ordered"]


def test_many_are_packed_and_shipped_at_once_and_the_rest_is_left_alone(at_acme, ordered):
    with at_acme():
        first, second, third = ordered(), ordered(), ordered("fetch")
        operations.cancel_gift(second.id)
        assert operations.pack_gifts([first.id, second.id, third.id]) == 2
        assert operations.pack_gifts([first.id, second.id, third.id]) == 0
        assert operations.ship_gifts([first.id, second.id, third.id], carrier="DHL") == 1
        states = [GiftOrder.objects.get(id=order.id).state for order in (first, second, third)]
        assert states == ["shipped", "cancelled", "packed"]


def test_a_step_is_taken_from_the_state_that_was_seen(at_acme, ordered, monkeypatch):
    """Somebody else cancels between our look and our step."""
    from rewards.operations.gifts import moves as gift_moves

    with at_acme():
        order = ordered()
        look = gift_moves._get

        def too_late(order_id):
            seen = look(order_id)
            GiftOrder.objects.filter(id=order_id).update(state="packed")
            return seen

        monkeypatch.setattr(gift_moves, "_get", too_late)
        with pytest.raises(OrderCannotMove), transaction.atomic():
            operations.pack_gift(order.id)
        assert path(order) == ["ordered"]


# --- calling off ------------------------------------------------------------------------------------------------


def test_a_cancelled_order_gives_points_back_to_their_lots(at_acme, put_in, ann, has):
    with at_acme():
        operations.set_points_expiry(2)
        operations.earn_points([operations.Grant(ann.id, 300, "a", "order")])
    with at_acme(days=20):
        operations.earn_points([operations.Grant(ann.id, 400, "b", "order")])
        order = operations.order_gift(put_in("Mug", stock=7).id, ann.id, key="1", way="fetch")
        assert has(ann) == (0, 200, 0)
        before = dict(Lot.objects.values_list("id", "remaining"))
        operations.cancel_gift(order.id, note="changed her mind")
        assert has(ann) == (0, 700, 0)
        assert sorted(Lot.objects.values_list("amount", "remaining")) == [(300, 300), (400, 400)]
        assert len(before) == 2
        order.refresh_from_db()
        assert (order.state, order.stock_taken, CatalogueItem.objects.get().stock) == ("cancelled", 0, 7)
        assert Task.objects.get().state == "dropped"
        assert gift_order_history(order.id)[-1].note == "changed her mind"
        assert Event.objects.filter(kind="gift.cancelled").count() == 1


def test_cancelling_again_gives_nothing_more(at_acme, ordered, rich, has):
    with at_acme():
        order = ordered()
        for _ in range(2):
            assert operations.cancel_gift(order.id).state == "cancelled"
        assert (has(rich), CatalogueItem.objects.get().stock) == ((0, 2000, 0), 7)
        assert StockMove.objects.filter(cause="cancelled").count() == 1


def test_orders_of_a_merged_customer_give_back_to_the_other(at_acme, ordered, rich, bea, has):
    with at_acme():
        order = ordered()
        operations.move_customer(rich.id, bea.id, key="merge")
        assert (has(rich), has(bea)) == ((0, 0, 0), (0, 1500, 0))
        operations.cancel_gift(order.id)
        assert (has(rich), has(bea)) == ((0, 0, 0), (0, 2000, 0))
        assert GiftOrder.objects.get().customer_id == bea.id


def test_what_has_left_the_house_cannot_be_cancelled(at_acme, ordered, rich, has):
    with at_acme():
        order = ordered()
        operations.ship_gift(order.id)
        with pytest.raises(OrderCannotMove), transaction.atomic():
            operations.cancel_gift(order.id)
        assert (has(rich), CatalogueItem.objects.get().stock) == ((0, 1500, 0), 6)


@pytest.mark.parametrize(("is_restocked", "stock"), [(True, 7), (False, 6)])
def test_what_comes_back_gives_points_back(at_acme, ordered, rich, has, is_restocked, stock):
    with at_acme():
        order = ordered()
        operations.ship_gift(order.id)
        with pytest.raises(ReasonMissing):
            operations.return_gift(order.id, note=" ")
        operations.return_gift(order.id, note="broken", is_restocked=is_restocked)
        assert (has(rich), CatalogueItem.objects.get().stock) == ((0, 2000, 0), stock)
        assert Event.objects.filter(kind="gift.returned").count() == 1


def test_a_code_that_was_seen_is_not_stocked_again(at_acme, put_in, rich, has):
    with at_acme():
        cinema = put_in("Cinema", kind="voucher", stock=0)
        operations.add_codes(cinema.id, ["AAA-1"])
        order = operations.order_gift(cinema.id, rich.id, key="1")
        operations.return_gift(order.id, note="the cinema is closed")
        assert (has(rich), CatalogueItem.objects.get().stock) == ((0, 2000, 0), 0)


def test_stock_that_is_not_counted_any_more_is_not_put_back(at_acme, ordered):
    with at_acme():
        order = ordered()
        operations.lift_stock_limit(order.item_id)
        operations.cancel_gift(order.id)
        assert CatalogueItem.objects.get().stock is None
        assert operations.add_stock(order.item_id, pieces=3).stock == 3


def test_money_is_noted_once(at_acme, ordered):
    with at_acme():
        order = ordered("fetch", money_minor=300, currency="GBP")
        assert operations.note_payment(order.id).money_paid_at == door.moment()
        with pytest.raises(NothingToPay):
            operations.note_payment(order.id)
        with pytest.raises(NothingToPay):
            operations.note_payment(ordered().id)


def test_another_organisations_orders_are_not_there(at_acme, globex, ordered):
    with at_acme():
        order = ordered()
    with door.organisation(globex.id):
        for verb in (operations.pack_gift, operations.cancel_gift, operations.ship_gift):
            with pytest.raises(ObjectDoesNotExist), transaction.atomic():
                verb(order.id)
        assert operations.reveal_addresses([order.id], "curious") == {}
    with at_acme():
        assert path(order) == ["ordered"]


# --- addresses --------------------------------------------------------------------------------------------------


def test_who_looks_at_an_address_is_noted(at_acme, ordered):
    with at_acme():
        order = ordered()
        with pytest.raises(PurposeMissing):
            operations.reveal_address(order.id, " ")
        assert not AuditRecord.objects.filter(action="gift_order.address_revealed").exists()
        assert operations.reveal_address(order.id, "packing").street == "4 Salt Lane"
        record = AuditRecord.objects.get(action="gift_order.address_revealed")
        assert (record.subject_id, record.changes) == (str(order.id), {"purpose": "packing"})
        with pytest.raises(AddressGone):
            operations.reveal_address(ordered("fetch").id, "packing")


def test_an_address_is_corrected_until_it_is_sent(at_acme, ordered):
    with at_acme():
        order = ordered()
        operations.pack_gift(order.id)
        assert operations.correct_address(order.id, HOME | {"city": "Leeds"}).address["city"] == "Leeds"
        operations.ship_gift(order.id)
        with pytest.raises(OrderCannotMove):
            operations.correct_address(order.id, HOME)
        assert GiftOrder.objects.get().address["city"] == "Leeds"


def test_addresses_are_erased_ninety_days_after_the_end(at_acme, ordered):
    with at_acme():
        done, lost, waiting = ordered(), ordered(), ordered()
        operations.ship_gift(done.id)
        operations.confirm_delivery(done.id)
        operations.ship_gift(lost.id)
    with at_acme(days=89, hours=23):
        assert operations.erase_addresses() == 0
    with at_acme(days=90):
        assert operations.erase_addresses() == 1
        assert GiftOrder.objects.get(id=done.id).address is None
        assert GiftOrder.objects.get(id=lost.id).address is not None
    with at_acme(days=180):
        assert (operations.erase_addresses(), operations.erase_addresses()) == (1, 0)
        assert GiftOrder.objects.get(id=waiting.id).address["city"] == "York"


def test_the_beat_erases_everywhere(at_acme, acme, ordered):
    from rewards import tasks

    with at_acme():
        order = ordered()
        operations.cancel_gift(order.id)
        GiftOrder.objects.filter(id=order.id).update(erase_at=door.moment() - timedelta(days=400))
    tasks.erase_old_addresses(str(acme.id))
    with at_acme():
        assert GiftOrder.objects.get().address is None


# --- the way, as it is shown --------------------------------------------------------------------------------------


def test_steps_show_what_was_and_what_is_to_come(at_acme, ordered):
    with at_acme():
        order = ordered()
        order = operations.pack_gift(order.id)
        shown = [(step.state, step.at is not None) for step in steps(order)]
        assert shown == [("ordered", True), ("packed", True), ("shipped", False), ("delivered", False)]
        order = operations.cancel_gift(order.id)
        assert [step.state for step in steps(order)] == ["ordered", "packed", "cancelled"]


def test_every_way_leads_to_its_end():
    for way in ("send", "fetch", "hand_over"):
        states = rules.usual_path(way)
        for before, after in pairwise(states):
            assert rules.may_move(way, before, after)
        assert rules.next_states(way, states[-1]) == ("returned",)
        assert rules.next_states(way, "cancelled") == rules.next_states(way, "returned") == ()


def test_a_masked_address_tells_only_whose_and_which_city():
    address = rules.Address(name="王芳", phone="+8613812345678", street="盐巷 4 号", city="苏州", postcode="215000")
    assert address.masked() == {"name": "王*", "phone": "+86138****5678", "street": "***", "city": "苏州"}


# --- the oracle ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        ("UPDATE rewards_catalogueitem SET stock = stock + 1", "a stock is what came in less what went out"),
        ("UPDATE rewards_giftorder SET stock_taken = 0", "an order holds the stock that it took"),
        ("UPDATE rewards_giftorder SET points = points + 1", "an order's points are in the books"),
        ("UPDATE rewards_giftorder SET state = 'shipped'", "the moves of an order lead to its state"),
        ("DELETE FROM rewards_giftorder", "an order's points are in the books"),
    ],
)
def test_the_oracle_names_a_damaged_order(at_acme, ordered, damage, rule):
    from django.db import connection

    class Undo(Exception):
        pass

    with pytest.raises(Undo), at_acme():
        ordered()
        with connection.cursor() as cursor:
            cursor.execute(damage)
        assert rule in {row.rule for row in queries.verify_books().wrong}
        raise Undo
