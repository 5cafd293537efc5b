"""Tiers, badges and points of orders of customers who become one."""

from crm import operations as crm
from loyalty import operations
from loyalty.models import CustomerBadge, OrderPoints, TierHold, TierPeriod
from loyalty.queries import standing
from tests.crm.merging_world import difference, fingerprints


def test_the_better_tier_goes_on_with_its_history(programme, buys, heard, at_acme, acme, ann, bea, drained):
    with at_acme():
        heard(buys(60_000, customer=ann))  # gold
        heard(buys(1_000, customer=bea))
        operations.save_badge(
            code="friend", name={"en": "Friend", "zh-hans": "朋友"}, about={}, icon="heart", colour="#d4a017"
        )
        operations.give_badge(ann.id, "friend", key="b1", reason="helped")
        operations.hold_tier(ann.id, "platinum", until=None, reason="an apology")
        before = fingerprints()
        merge = crm.merge_customers(bea.id, ann.id)
        assert standing(bea.id).tier.code == "platinum"
        assert TierPeriod.objects.filter(customer=bea, until=None).count() == 1
        for model in (OrderPoints, CustomerBadge, TierHold):
            assert set(model.objects.values_list("customer_id", flat=True)) == {bea.id}
        crm.undo_merge(merge.id)
        assert difference(before, fingerprints()) == {}


def test_what_both_spent_counts_together_and_apart_again(programme, buys, heard, at_acme, acme, ann, bea, drained):
    with at_acme():
        heard(buys(30_000, customer=ann), buys(30_000, customer=bea))
        assert (standing(ann.id).tier.rank, standing(bea.id).tier.rank) == (0, 0)
        merge = crm.merge_customers(bea.id, ann.id)
    drained(acme)
    with at_acme():
        assert standing(bea.id).tier.code == "gold"
        crm.undo_merge(merge.id)
    drained(acme)
    with at_acme():
        assert (standing(ann.id).tier.rank, standing(bea.id).tier.rank) == (0, 0)
