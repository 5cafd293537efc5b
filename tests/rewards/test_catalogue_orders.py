"""Orders of gifts: points, stock and order together or not at all."""

import pytest
from django.db import connection, transaction

from crm.errors import UnknownCustomer
from crm.models import Task
from foundation.ids import new_id
from rewards import operations
from rewards.errors.catalogue import (
    AddressIncomplete,
    ItemLimitReached,
    ItemNotOnOffer,
    ItemUnknown,
    OutOfStock,
    PhoneUnreadable,
    WayNotOffered,
)
from rewards.errors.general import InsufficientBalance, LedgerConflict, NotPositive
from rewards.models import CatalogueItem, GiftOrder, JournalEntry, StockMove
from rewards.queries.catalogue import gift_order_history
from tenancy import door
from tenancy.models import AuditRecord, Event

pytestmark = pytest.mark.usefixtures("books_are_whole")
HOME = {
    "name": "Ann Smith", "phone": "07700 900001", "street": "4 Salt Lane,\n Flat 2", "city": "York", "postcode": "YO1 7EP",
}  # fmt: skip
SECRETS = ("Ann Smith", "900001", "Salt Lane", "YO1 7EP")


def stock_of(item):
    return CatalogueItem.objects.get(id=item.id).stock


def nothing_happened(item, stock):
    assert stock_of(item) == stock
    assert not GiftOrder.objects.exists()
    assert not JournalEntry.objects.filter(kind="redemption").exists()
    assert not Event.objects.filter(kind__startswith="gift.").exists()
    assert not Task.objects.exists()
    assert not StockMove.objects.filter(cause="ordered").exists()


def test_an_order_takes_points_and_stock(at_acme, put_in, rich, has):
    with at_acme():
        mug = put_in("Mug", stock=7, money_minor=300, currency="GBP")
        order = operations.order_gift(mug.id, rich.id, key="1", quantity=2, way="send", address=HOME)
        assert (has(rich), stock_of(mug)) == ((0, 1000, 0), 5)
        assert (order.state, order.points, order.money_minor, order.currency) == ("ordered", 1000, 600, "GBP")
        assert order.address == {
            "name": "Ann Smith", "phone": "+447700900001", "street": "4 Salt Lane, Flat 2", "city": "York",
            "postcode": "YO1 7EP",
        }  # fmt: skip
        entry = JournalEntry.objects.get(id=order.redemption_id)
        assert (entry.kind, entry.key, entry.reason) == ("redemption", f"gift:{order.id}", f"gift {order.code}")
        [move] = gift_order_history(order.id)
        assert (move.before, move.after, move.actor_kind) == ("", "ordered", "system")


def test_whoever_is_responsible_gets_a_task_and_rooms_an_event(at_acme, put_in, rich, gus):
    with at_acme():
        mug = put_in("Mug", responsible_id=gus.id)
        order = operations.order_gift(mug.id, rich.id, key="1", way="send", address=HOME)
        task = Task.objects.get()
        assert (task.title, task.assignee_id) == (f"Pack and send: Mug ({order.code})", gus.id)
        assert task.customer_id == rich.id
        event = Event.objects.get(kind="gift.ordered")
        assert event.subject_id == order.id
        assert event.payload == {
            "customer_id": str(rich.id), "item_id": str(mug.id), "item": {"en": "Mug", "zh-hans": "Mug"},
            "item_kind": "gift", "code": order.code, "quantity": 1, "points": 500, "state": "ordered", "way": "send",
            "needs_address": False, "reward_id": None, "carrier": "", "tracking_number": "",
        }  # fmt: skip


def test_an_address_is_sealed_and_nowhere_else(at_acme, put_in, rich, gus, acme):
    with door.organisation(acme.id, actor=door.Actor("user", gus.user_id)):
        order = operations.order_gift(put_in("Mug").id, rich.id, key="1", way="send", address=HOME)
        operations.correct_address(order.id, HOME | {"street": "5 Salt Lane"})
        operations.ship_gift(order.id, carrier="Royal Mail", tracking_number="RM1")
        for table in (
            "rewards_giftorder", "rewards_giftordermove", "rewards_journalentry", "rewards_posting", "rewards_stockmove",
            "tenancy_event", "tenancy_auditrecord", "crm_task",
        ):  # fmt: skip
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} AS t")
                text = cursor.fetchone()[0]
            assert not [secret for secret in SECRETS if secret in text], table


def test_the_same_key_gives_the_first_order(at_acme, put_in, rich, has):
    with at_acme():
        mug = put_in("Mug", stock=7)
        first = operations.order_gift(mug.id, rich.id, key="1", way="fetch")
        assert operations.order_gift(mug.id, rich.id, key="1", way="fetch").id == first.id
        with pytest.raises(LedgerConflict):
            operations.order_gift(mug.id, rich.id, key="1", way="fetch", quantity=2)
        assert (has(rich), stock_of(mug), GiftOrder.objects.count()) == ((0, 1500, 0), 6, 1)


def test_points_that_are_not_there_buy_nothing(at_acme, put_in, rich):
    with at_acme():
        bike = put_in("Bicycle", points=2001, stock=7)
        with pytest.raises(InsufficientBalance) as refusal:
            operations.order_gift(bike.id, rich.id, key="1", way="fetch")
        assert refusal.value.facts == {"available": 2000}
        nothing_happened(bike, 7)


def test_what_is_gone_cannot_be_ordered(at_acme, put_in, rich):
    with at_acme():
        mug = put_in("Mug", stock=1)
        with pytest.raises(OutOfStock) as refusal, transaction.atomic():
            operations.order_gift(mug.id, rich.id, key="1", way="fetch", quantity=2)
        assert refusal.value.facts == {"left": 1}
        nothing_happened(mug, 1)


def test_what_is_not_on_offer_cannot_be_ordered(at_acme, put_in, rich):
    with at_acme(days=1):
        tomorrow = door.moment()
    with at_acme():
        for item in (put_in("A", is_on_offer=False), put_in("B", opens_at=tomorrow), put_in("C", closes_at=door.moment())):
            with pytest.raises(ItemNotOnOffer), transaction.atomic():
                operations.order_gift(item.id, rich.id, key="1", way="fetch")
            nothing_happened(item, 10)


def test_a_limit_for_each_person_counts_what_was_kept(at_acme, put_in, rich):
    with at_acme():
        mug = put_in("Mug", per_customer=2)
        first = operations.order_gift(mug.id, rich.id, key="1", way="fetch")
        with pytest.raises(ItemLimitReached) as refusal, transaction.atomic():
            operations.order_gift(mug.id, rich.id, key="2", way="fetch", quantity=2)
        assert refusal.value.facts == {"limit": 2, "had": 1}
        assert (stock_of(mug), GiftOrder.objects.count()) == (9, 1)
        operations.cancel_gift(first.id)
        operations.order_gift(mug.id, rich.id, key="2", way="fetch", quantity=2)
        assert stock_of(mug) == 8


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"way": ""}, WayNotOffered),
        ({"way": "hand_over"}, WayNotOffered),
        ({"way": "send"}, AddressIncomplete),
        ({"way": "send", "address": HOME | {"city": ""}}, AddressIncomplete),
        ({"way": "send", "address": HOME | {"phone": "12"}}, PhoneUnreadable),
        ({"way": "fetch", "quantity": 0}, NotPositive),
        ({"way": "fetch", "quantity": 101}, NotPositive),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(at_acme, put_in, rich, facts, refusal):
    with at_acme():
        mug = put_in("Mug")
        with pytest.raises(refusal):
            operations.order_gift(mug.id, rich.id, key="1", **facts)
        nothing_happened(mug, 10)


def test_what_comes_one_way_only_need_not_be_told_which(at_acme, put_in, rich):
    with at_acme():
        lesson = put_in("Lesson", kind="service", stock=None)
        order = operations.order_gift(lesson.id, rich.id, key="1")
        assert (order.way, order.state, order.stock_taken) == ("hand_over", "ordered", 0)


def test_unknown_items_and_customers_are_refused(at_acme, globex, put_in, rich):
    with at_acme():
        mug = put_in("Mug")
        with pytest.raises(ItemUnknown):
            operations.order_gift(new_id(), rich.id, key="1", way="fetch")
        with pytest.raises(UnknownCustomer):
            operations.order_gift(mug.id, new_id(), key="1", way="fetch")
        nothing_happened(mug, 10)
    with pytest.raises(ItemUnknown), door.organisation(globex.id):
        operations.order_gift(mug.id, rich.id, key="1", way="fetch")


# --- codes ----------------------------------------------------------------------------------------------------


def test_a_code_is_issued_at_once_and_each_to_one_order(at_acme, put_in, rich):
    with at_acme():
        cinema = put_in("Cinema", kind="voucher", stock=0)
        operations.add_codes(cinema.id, ["AAA-1", "AAA-2", "AAA-3"])
        first = operations.order_gift(cinema.id, rich.id, key="1", quantity=2)
        second = operations.order_gift(cinema.id, rich.id, key="2")
        assert (first.state, first.issued, second.issued) == ("issued", "AAA-1\nAAA-2", "AAA-3")
        assert [move.after for move in gift_order_history(first.id)] == ["ordered", "issued"]
        assert not Task.objects.exists()
        assert sorted(Event.objects.filter(subject_id=first.id).values_list("kind", flat=True)) == [
            "gift.delivered", "gift.ordered",
        ]  # fmt: skip
        with pytest.raises(OutOfStock), transaction.atomic():
            operations.order_gift(cinema.id, rich.id, key="3")


def test_without_codes_somebody_issues_by_hand(at_acme, put_in, rich):
    with at_acme():
        order = operations.order_gift(put_in("Cinema", kind="voucher").id, rich.id, key="1")
        assert (order.state, Task.objects.count()) == ("ordered", 1)
        order = operations.issue_gift(order.id, issued=" BBB-1 ")
        assert (order.state, GiftOrder.objects.get().issued) == ("issued", "BBB-1")
        assert Task.objects.get().state == "done"


# --- rewards in kind ------------------------------------------------------------------------------------------


def test_a_reward_in_kind_takes_stock_and_no_points(at_acme, put_in, ann, has):
    with at_acme():
        mug = put_in("Mug", stock=2, is_on_offer=False, per_customer=1, money_minor=300, currency="GBP")
        reward_id = new_id()
        order = operations.deliver_gift(mug.id, ann.id, key="reward:1", reward_id=reward_id)
        assert (order.points, order.money_minor, order.reward_id, order.way) == (0, 0, reward_id, "fetch")
        assert operations.deliver_gift(mug.id, ann.id, key="reward:1", reward_id=reward_id).id == order.id
        operations.deliver_gift(mug.id, ann.id, key="reward:2", reward_id=new_id())
        assert (stock_of(mug), has(ann)) == (0, (0, 0, 0))
        with pytest.raises(OutOfStock), transaction.atomic():
            operations.deliver_gift(mug.id, ann.id, key="reward:3", reward_id=new_id())
        operations.cancel_gift(order.id)
        assert (stock_of(mug), has(ann)) == (1, (0, 0, 0))


def test_a_reward_that_can_only_be_sent_waits_for_an_address(at_acme, put_in, ann):
    with at_acme():
        mug = put_in("Mug", can_be_fetched=False)
        order = operations.deliver_gift(mug.id, ann.id, key="reward:1", reward_id=new_id())
        assert (order.way, order.address) == ("send", None)
        with pytest.raises(AddressIncomplete):
            operations.ship_gift(order.id)
        operations.correct_address(order.id, HOME)
        assert operations.ship_gift(order.id).state == "shipped"


def test_a_reward_does_not_count_against_the_limit(at_acme, put_in, rich):
    with at_acme():
        mug = put_in("Mug", per_customer=1)
        operations.deliver_gift(mug.id, rich.id, key="reward:1", reward_id=new_id())
        assert operations.order_gift(mug.id, rich.id, key="1", way="fetch").state == "ordered"
        assert AuditRecord.objects.filter(action="gift_order.ordered").count() == 2
