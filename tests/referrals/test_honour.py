"""What new terms mean for who came before: never less than was promised."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referrals import operations as referrals
from referrals.models import Decision, Referral
from referrals.operations.offers import is_better, version_shown
from referrals.queries import current_version
from referrals.rules import Facts, OrderFacts, ReferralFacts, cost_minor, dues, read_terms
from referrals.why import why_reward
from rewards.models import Reward
from tests.conftest import NOON
from tests.referrals.test_terms import GOOD


def points(amount, to="referrer"):
    return {"to": to, "kind": "points", "amount": {"points": amount}}


@pytest.fixture
def buy(judged_buy):
    return judged_buy


@pytest.fixture
def give_back(judged_give_back):
    return judged_give_back


@pytest.fixture
def campaign(make_campaign):
    return make_campaign(terms_changes={"rewards": [points(100), points(50, "referee")], "limits": {}})


@pytest.fixture
def publish(campaign, at_acme):
    def put(rewards, honour, *, days):
        with at_acme(days=days):
            terms = current_version(campaign.id).terms | {"rewards": rewards}
            return referrals.publish_terms(campaign.id, terms, honour=honour)

    return put


@pytest.fixture
def referral(campaign, ann, bea, at_acme):
    with at_acme():
        return Referral.objects.create(
            campaign=campaign, rule_version=current_version(campaign.id), referrer=ann, referee=bea, touched_at=NOON,
            confirmed_at=NOON,
        )  # fmt: skip


def kept():
    return sorted(Reward.objects.filter(kept__gt=0).values_list("role", "kept"))


OLD = [("referee", 50), ("referrer", 100)]


@pytest.mark.parametrize("honour", ["honour_old", "new_for_new"])
def test_who_came_before_keeps_the_old_terms(publish, referral, bea, buy, at_acme, honour):
    publish([points(900), points(900, "referee")], honour, days=2)
    buy("A1", 5000, bea.id, days=3)
    with at_acme(days=4):
        assert kept() == OLD


@pytest.mark.parametrize(
    ("rewards", "expected"),
    [
        ([points(200), points(50, "referee")], [("referee", 50), ("referrer", 200)]),
        ([points(100), points(49, "referee")], OLD),  # less for one
        ([points(900)], OLD),  # nothing for the friend
        ([points(100), points(50, "referee"), points(7, "referee")], [("referee", 7), ("referee", 50), ("referrer", 100)]),
    ],
)
def test_the_better_of_both_gives_nobody_less(publish, referral, bea, buy, at_acme, rewards, expected):
    version = publish(rewards, "better_of_both", days=2)
    buy("A1", 5000, bea.id, days=3)
    with at_acme(days=4):
        assert kept() == expected
        if expected != OLD:
            assert Decision.objects.get().rule_version_id == version.id
            assert Referral.objects.get().rule_version_id != version.id
            why = why_reward(Reward.objects.filter(role="referrer").first().id, "en")
            texts = [step.text for section in why.sections for step in section.steps]
            assert "The friend came under earlier terms. These are better for both, so they were used." in texts


def test_better_terms_are_for_what_happens_under_them(publish, referral, bea, buy, at_acme):
    publish([points(200), points(50, "referee")], "better_of_both", days=5)
    buy("A1", 5000, bea.id, days=3)  # told after the new terms, paid before
    with at_acme(days=6):
        assert kept() == OLD


def test_a_refund_changes_the_amount_and_never_the_terms(publish, referral, bea, buy, give_back, at_acme):
    publish([points(200), points(60, "referee")], "better_of_both", days=2)
    buy("A1", 5000, bea.id, days=3)
    give_back("R1", "A1", 2500, days=4)
    with at_acme(days=5):
        assert kept() == [("referee", 30), ("referrer", 100)]


def test_who_has_converted_keeps_their_terms_also_where_it_is_told_late(make_campaign, ann, bea, buy, at_acme):
    every = {"success": {"event": "paid_order"}, "rewards": [points(100)], "limits": {}}
    campaign = make_campaign(terms_changes=every)
    with at_acme():
        Referral.objects.create(
            campaign=campaign, rule_version=current_version(campaign.id), referrer=ann, referee=bea, touched_at=NOON,
            confirmed_at=NOON,
        )  # fmt: skip
    with at_acme(days=3):
        terms = current_version(campaign.id).terms | {"rewards": [points(500)]}
        referrals.publish_terms(campaign.id, terms, honour="better_of_both")
    buy("A2", 5000, bea.id, days=4)
    with at_acme(days=5):
        assert kept() == [("referrer", 500)]
    buy("A1", 5000, bea.id, days=2)  # paid before the new terms: the friend had converted under the old ones
    with at_acme(days=5):
        assert kept() == [("referrer", 100), ("referrer", 100)]


def test_new_for_new_keeps_what_was_shown_to_who_follows_the_link(publish, campaign, at_acme):

    with at_acme():
        first = current_version(campaign.id)
    second = publish([points(1)], "new_for_new", days=5)
    with at_acme(days=6):
        assert version_shown(campaign.id, NOON + timedelta(days=4)) == first
        assert version_shown(campaign.id, NOON + timedelta(days=5)) == second
    third = publish([points(2)], "honour_old", days=7)
    with at_acme(days=8):
        assert version_shown(campaign.id, NOON) == third


line = st.one_of(
    st.integers(1, 500).map(lambda n: {"kind": "points", "amount": {"points": n}}),
    st.integers(1, 500).map(lambda n: {"kind": "cash", "amount": {"minor": n, "currency": "GBP"}}),
    st.integers(1, 40).map(
        lambda n: {"kind": "cash_percent", "percent": {"percent": str(n)}, "cap": {"minor": 900, "currency": "GBP"}}
    ),
)
lines = st.lists(
    st.tuples(st.sampled_from(["referrer", "referee"]), line).map(lambda pair: {"to": pair[0], **pair[1]}),
    min_size=1, max_size=3,
)  # fmt: skip


def worth(facts, terms) -> dict[str, int]:
    found: dict[str, int] = {}
    for due in dues(facts, terms):
        found[due.role] = found.get(due.role, 0) + cost_minor(due, terms, {})
    return found


@settings(max_examples=150, derandomize=True)
@given(lines, st.lists(lines, max_size=4), st.integers(2000, 9000))
def test_better_of_both_is_monotone_for_each_side(own, later, total):
    """However many versions follow, nobody ever gets less than by the first, and each step gives nobody less."""
    order = OrderFacts("a", "paid", "GBP", total, total, NOON + timedelta(days=1))
    facts = Facts(order=order, referral=ReferralFacts("r", NOON, NOON))
    best = read_terms({**GOOD, "rewards": own})
    for rewards in later:
        offered = read_terms({**GOOD, "rewards": rewards})
        before = worth(facts, best)
        if is_better([(facts, offered)], [(facts, best)], {}):
            best = offered
        after = worth(facts, best)
        assert all(after.get(role, 0) >= cost for role, cost in before.items())
