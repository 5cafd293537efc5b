from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Order
from loyalty import operations, queries
from loyalty.models import OrderPoints
from rewards.models import JournalEntry


def test_a_paid_order_earns_and_the_arithmetic_is_kept(at_acme, programme, ann, buys, heard, points):
    with at_acme():
        order = buys(12_345)
        heard(order)
        assert points(ann) == (123, 0)
        row = OrderPoints.objects.get()
        assert (row.points, row.revision) == (123, 1)
        assert row.facts == {
            "currency": "GBP", "rate": "1.0000", "tier": "", "multiplier": "1", "kept_minor": 12_345,
            "entries": [str(JournalEntry.objects.get().id)],
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
    from rewards.operations import redeem_points

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
