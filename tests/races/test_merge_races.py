"""A merge while orders of the loser are recorded and rewards of theirs settle."""

from datetime import timedelta

from crm import operations as crm
from crm.errors import AlreadyMerged
from crm.models import Customer, Merge, Order
from crm.operations import CustomerReference, OrderReport, record_order
from loyalty.operations import set_up_programme
from rewards import operations, queries
from rewards.models import Reward
from tests.conftest import NOON
from tests.races.test_settlement_races import promise


def order(customer, number):
    told = OrderReport(
        source="shop", external_id=str(number), currency="GBP", total_minor=1000, status="paid", paid_at=NOON,
        placed_at=NOON, customer=CustomerReference(customer_id=customer.id),
    )  # fmt: skip
    return record_order(told)[0].id


def test_merge_against_orders_and_settlement(racing, acme, at_acme, ann, bea, drained):
    """Whatever comes first: everything is the winner's in the end, and nothing is lost or there twice."""
    with at_acme():
        set_up_programme()
        operations.accrue([promise((ann, bea)[n % 2], f"r{n}") for n in range(60)])

    tasks = [lambda n=n: order(ann, n) for n in range(12)]
    tasks.insert(4, lambda: crm.merge_customers(bea.id, ann.id).id)
    tasks += [lambda: operations.settle_due(limit=20) for _ in range(3)]
    answers = racing.run(acme, tasks, moment=NOON + timedelta(days=14))
    assert Merge.DoesNotExist not in answers
    drained(acme)
    with at_acme(days=14):
        while operations.settle_due():
            pass
        assert set(Order.objects.values_list("customer_id", flat=True)) == {bea.id}
        assert Order.objects.count() == 12
        assert set(Reward.objects.values_list("beneficiary_id", flat=True)) == {bea.id}
        points = queries.balances(bea.id)[0]
        assert (points.pending, points.available) == (0, 60 * 10 + 12 * 10)
        assert queries.verify_books().wrong == ()


def test_two_merges_of_the_same_two_make_one(racing, acme, at_acme, ann, bea):
    pairs = [(ann, bea), (bea, ann)] * 3
    answers = racing.run(acme, [lambda a=a, b=b: crm.merge_customers(a.id, b.id).id for a, b in pairs])
    assert answers.count(AlreadyMerged) == 5
    with at_acme():
        assert Customer.objects.count() == 1
