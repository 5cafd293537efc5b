from datetime import timedelta
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Order, Refund
from loyalty import operations, queries
from loyalty.models import OrderPoints
from rewards.models import JournalEntry, Lot, LotExtension
from rewards.operations import Policy, redeem_points, set_policy
from tenancy import door


def test_a_paid_order_earns_and_the_arithmetic_is_kept(at_acme, programme, ann, buys, heard, points):
    with at_acme():
        order = buys(12_345)
        heard(order)
        assert points(ann) == (123, 0)
        row = OrderPoints.objects.get()
        assert (row.points, row.revision) == (123, 1)
        assert row.facts == {
            "currency": "GBP", "rate": "1.0000", "tier": "", "multiplier": "1", "kept_minor": 12_345,
            "entries": [str(JournalEntry.objects.get().id)], "reversals": [],
        }  # fmt: skip


def test_hearing_it_again_posts_nothing(at_acme, programme, ann, buys, heard, points):
    with at_acme():
        order = buys(12_345)
        heard(order, order)
        heard(order)
        assert points(ann) == (123, 0)
        assert JournalEntry.objects.count() == 1


def test_a_refund_of_a_part_takes_back_its_part(at_acme, programme, ann, buys, heard, refunds, points):
    with at_acme():
        order = buys(10_000)
        heard(order)
    with at_acme(days=1):
        refunds(order, 2_550)
        heard(order)
        assert points(ann) == (74, 0)
        assert list(JournalEntry.objects.order_by("id").values_list("key", "kind")) == [
            (f"points:order:{order.id}:1", "earning"),
            (f"points:order:{order.id}:2", "reversal"),
        ]


def test_a_refund_before_the_points_were_given_gives_the_rest(at_acme, programme, ann, buys, heard, refunds, points):
    with at_acme():
        order = buys(10_000)
        refunds(order, 4_000)
        heard(order)
        assert points(ann) == (60, 0)


def test_a_cancelled_order_gives_everything_back_and_what_is_spent_is_owed(at_acme, programme, ann, buys, heard, points):
    with at_acme():
        order = buys(10_000)
        heard(order)
        redeem_points(ann.id, amount=30, reason="mug", key="1")
        Order.objects.filter(id=order.id).update(status="cancelled")
        heard(order)
        assert points(ann) == (0, 30)
        heard(buys(5_000))
        assert points(ann) == (20, 0)


def test_the_multiplier_is_the_one_of_the_first_time(at_acme, programme, ann, buys, heard, refunds, points):
    """Gold by the first order; the second earns 1.5 times; a refund of the first takes back single points."""
    with at_acme():
        first = buys(60_000)
        heard(first)
        assert points(ann) == (600, 0)
        heard(buys(1_000))
        assert points(ann) == (615, 0)
        refunds(first, 10_000)
        heard(first)
        assert points(ann) == (515, 0)


def test_other_currencies_placed_orders_and_strangers_earn_nothing(at_acme, programme, ann, buys, heard, points):
    with at_acme():
        heard(buys(10_000, currency="EUR"), buys(10_000, status="placed", paid_at=None), buys(10_000, customer=None))
        assert points(ann) == (0, 0)
        assert not OrderPoints.objects.exists()


def test_without_a_programme_nothing_is_earned(at_acme, ann, buys, heard, points):
    with at_acme():
        heard(buys(10_000))
        assert points(ann) == (0, 0)


def test_a_stopped_programme_gives_nothing_new_but_takes_back(at_acme, programme, ann, buys, heard, refunds, points):
    with at_acme():
        order = buys(10_000)
        heard(order)
        operations.set_up_programme(is_active=False)
        refunds(order, 5_000)
        heard(order, buys(10_000))
        assert points(ann) == (50, 0)


def test_a_new_rate_is_for_new_orders(at_acme, programme, ann, buys, heard, points):
    with at_acme():
        first = buys(10_000)
        heard(first)
        operations.set_up_programme(points_per_unit=Decimal(3))
        heard(first, buys(10_000))
        assert points(ann) == (400, 0)


def test_a_batch_takes_as_many_statements_as_one_order(at_acme, programme, ann, bea, buys, heard):
    with at_acme():
        heard(buys(1_000))  # units, programme and tiers are known from now on
        few, many = [buys(1_000), buys(1_000)], [buys(1_000, customer=c) for c in (ann, bea) * 30]
        with CaptureQueriesContext(
            connection,
        ) as small:
            heard(*few)
        with CaptureQueriesContext(connection) as large:
            heard(*many)
        assert len(large) <= len(small) + 4, (len(small), len(large))  # bea rises from nothing: her period is written
        assert queries.points_from_orders() == 10 * 63


def test_events_of_orders_reach_the_points(acme, at_acme, programme, ann, buys, drained, points):
    from tenancy import events

    with at_acme():
        order = buys(10_000)
        events.publish("order.changed", order.id, customer_id=str(ann.id), cause="paid")
    drained(acme)
    with at_acme():
        assert points(ann) == (100, 0)


# --- cancelled refunds --------------------------------------------------------------------------------


def cancelled(refund):
    Refund.objects.filter(id=refund.id).update(cancelled_at=door.moment())


def test_a_cancelled_refund_fills_the_lots_again(at_acme, programme, ann, buys, heard, refunds, points):
    with at_acme():
        order = buys(10_000)
        heard(order)
    with at_acme(days=1):
        refund = refunds(order, 4_000)
        heard(order)
        assert points(ann) == (60, 0)
    with at_acme(days=2):
        cancelled(refund)
        heard(order)
        heard(order)
        assert points(ann) == (100, 0)
        lot = Lot.objects.get()
        assert (lot.remaining, lot.expires_at.isoformat()) == (100, "2027-11-20T23:59:59.999999+00:00")
        restored = JournalEntry.objects.get(kind="restoration")
        assert restored.reverses_id == JournalEntry.objects.get(kind="reversal").id
        assert JournalEntry.objects.count() == 3


def test_what_was_owed_is_given_again_first(at_acme, programme, ann, buys, heard, refunds, points):
    with at_acme():
        order = buys(10_000)
        heard(order)
        redeem_points(ann.id, amount=90, reason="mug", key="1")
        refund = refunds(order, 4_000)
        heard(order)
        assert points(ann) == (0, 30)
        cancelled(refund)
        heard(order)
        assert points(ann) == (10, 0)


def test_refunds_in_any_number_and_order_end_in_what_is_kept(at_acme, programme, ann, buys, heard, refunds, points):
    with at_acme():
        order = buys(10_000)
        heard(order)
        first, second = refunds(order, 2_000), refunds(order, 3_000)
        heard(order)
        assert points(ann) == (50, 0)
        cancelled(first)
        heard(order)
        assert points(ann) == (70, 0)
        refunds(order, 5_000)
        heard(order)
        assert points(ann) == (20, 0)
        cancelled(second)
        heard(order)
        assert points(ann) == (50, 0)
        assert Lot.objects.count() == 1


def test_two_orders_of_two_people_are_worked_out_in_one_go(at_acme, programme, ann, bea, buys, heard, refunds, points):
    """One rises, one falls: their balances are locked together, so that two workers cannot meet in a ring."""
    with at_acme():
        anns, beas = buys(10_000), buys(8_000, customer=bea)
        refund = refunds(anns, 5_000)
        heard(anns, beas)
        assert (points(ann), points(bea)) == ((50, 0), (80, 0))
        cancelled(refund)
        refunds(beas, 8_000)
        heard(anns, beas)
        assert (points(ann), points(bea)) == ((100, 0), (0, 0))


# --- activity -----------------------------------------------------------------------------------------


def ends():
    return sorted(f"{lot.expires_at:%Y-%m-%d}" for lot in Lot.objects.all())


def test_an_order_lets_unexpired_points_live_longer(at_acme, programme, ann, bea, buys, heard):
    with at_acme():
        set_policy(Policy(expires_after_months=12, extends_on_activity=True))
        heard(buys(10_000), buys(10_000, customer=bea))
    with at_acme(days=100):
        order = buys(1_000)
        heard(order)
        heard(order)
        assert ends() == ["2027-11-20", "2028-02-28", "2028-02-28"]
        extension = LotExtension.objects.get()
        assert (f"{extension.before:%Y-%m-%d}", f"{extension.after:%Y-%m-%d}") == ("2027-11-20", "2028-02-28")
        assert (extension.cause, extension.cause_id) == ("order", order.id)


def test_without_the_flag_and_for_what_has_expired_nothing_changes(at_acme, programme, ann, buys, heard, points):
    with at_acme():
        heard(buys(10_000))
    with at_acme(days=100):
        heard(buys(1_000))
        assert ends() == ["2027-11-20", "2028-02-28"]
        set_policy(Policy(expires_after_months=12, extends_on_activity=True))
    with at_acme(days=366):
        heard(buys(1_000))
        assert ends() == ["2027-11-20", "2028-11-21", "2028-11-21"]


def test_an_order_told_late_extends_from_when_it_was_paid(at_acme, programme, ann, buys, heard):
    with at_acme():
        set_policy(Policy(expires_after_months=12, extends_on_activity=True))
        heard(buys(10_000))
    with at_acme(days=200):
        heard(buys(1_000, paid_at=door.moment() - timedelta(days=100)))
        assert ends() == ["2028-02-28", "2028-06-08"]
