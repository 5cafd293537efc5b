"""Deals of friends: what instalments, discounts, refunds, cancelling and opening again leave in the books."""

from datetime import timedelta

import pytest

from crm.models import LossReason
from crm.operations import deals as selling
from referrals.models import Decision, MilestoneReached, Referral
from rewards.models import Reward
from rewards.queries import verify_books
from tests.conftest import NOON

PERCENT = {
    "to": "referrer", "kind": "cash_percent", "percent": {"percent": "5"}, "cap": {"minor": 8_000, "currency": "GBP"},
}  # fmt: skip
FIXED = {"to": "referrer", "kind": "points", "amount": {"points": 1_000}}
PARTS = {"key": "paid", "trigger": "money_received", "rewards": [PERCENT, FIXED]}
WON = {"key": "won", "trigger": "deal_won", "rewards": [{"to": "referee", "kind": "points", "amount": {"points": 300}}]}
TERMS = {"success": {"event": "milestones"}, "rewards": [], "milestones": [PARTS, WON]}


@pytest.fixture
def selling_campaign(make_campaign):
    return make_campaign(terms_changes=TERMS)


@pytest.fixture
def friend(selling_campaign, ann, bea, at_acme) -> Referral:
    from referrals.queries import current_version

    with at_acme():
        return Referral.objects.create(
            campaign=selling_campaign, rule_version=current_version(selling_campaign.id), referrer=ann, referee=bea,
            touched_at=NOON, confirmed_at=NOON,
        )  # fmt: skip


class Sale:
    """A deal of the friend's, told in words: "won", "pay a 4000", "back a 1000", "amount 9000", "reopen", "lose"."""

    def __init__(self, friend, at_acme, drain, amount_minor=100_000):
        self.at_acme, self.drain, self.receipts, self.day, self.count = at_acme, drain, {}, 1, 0
        with at_acme(days=1):
            made = selling.create_deal(title="Kitchen", customer_id=friend.referee_id, amount_minor=amount_minor)
            self.id = made.id

    def do(self, words: str) -> None:
        verb, *rest = words.split()
        self.day += 1
        with self.at_acme(days=self.day):
            getattr(self, f"do_{verb}")(*rest)

    def do_won(self):
        selling.win_deal(self.id)

    def do_reopen(self):
        selling.reopen_deal(self.id, note="not yet")

    def do_lose(self):
        selling.lose_deal(self.id, reason_id=LossReason.objects.filter(archived_at=None).order_by("id").first().id)

    def do_amount(self, minor):
        selling.change_deal(self.id, amount_minor=int(minor))

    def do_pay(self, name, minor):
        receipt, _ = selling.record_receipt(
            self.id, source="bank", external_id=name, amount_minor=int(minor), currency="GBP"
        )
        self.receipts[name] = receipt.id

    def do_back(self, name, minor):
        self.count += 1
        selling.refund_receipt(
            self.receipts[name], source="bank", external_id=f"b{self.count}", amount_minor=int(minor)
        )  # fmt: skip

    def do_work(self):
        """Let the workers work, outside the door."""


@pytest.fixture
def sale(friend, at_acme, acme, drained) -> Sale:
    return Sale(friend, at_acme, lambda: drained(acme))


def kept() -> dict[str, int]:
    found: dict[str, int] = {}
    for reward in Reward.objects.select_related("unit"):
        name = f"{reward.role} {reward.unit.code}"
        found[name] = found.get(name, 0) + reward.kept
    return {name: amount for name, amount in found.items() if amount}


# what happened -> the referrer's cash (5 % of what came, at most £80) and points (1,000 for the whole), the friend's points
SCENARIOS = [
    ("nothing happens", "", 0, 0, 0),
    ("won, nothing paid", "won", 0, 0, 300),
    ("paid, not won", "pay a 50000", 0, 0, 0),
    ("won and paid at once", "won, pay a 100000", 5_000, 1_000, 300),
    ("paid, then won", "pay a 100000, won", 5_000, 1_000, 300),
    ("a first instalment", "won, pay a 30000", 1_500, 300, 300),
    ("two instalments", "won, pay a 30000, pay b 70000", 5_000, 1_000, 300),
    ("three odd instalments add up to the last unit", "won, pay a 33333, pay b 33333, pay c 33334", 5_000, 1_000, 300),
    ("a deposit before, the rest after", "pay a 20000, won, pay b 80000", 5_000, 1_000, 300),
    ("a discount before it is won", "amount 80000, won, pay a 80000", 4_000, 1_000, 300),
    ("a discount after half was paid", "won, pay a 40000, amount 80000", 2_000, 500, 300),
    ("a discount, and the rest", "won, pay a 40000, amount 80000, pay b 40000", 4_000, 1_000, 300),
    ("a dearer deal reaches the cap", "amount 200000, won, pay a 200000", 8_000, 1_000, 300),
    ("the cap holds over instalments", "amount 200000, won, pay a 100000, pay b 100000", 8_000, 1_000, 300),
    ("part of it is given back", "won, pay a 100000, back a 25000", 3_750, 750, 300),
    ("part is given back in two steps", "won, pay a 100000, back a 10000, back a 15000", 3_750, 750, 300),
    ("one of two instalments is given back", "won, pay a 30000, pay b 70000, back a 30000", 3_500, 700, 300),
    ("above the cap a small refund takes nothing", "amount 200000, won, pay a 200000, back a 20000", 8_000, 900, 300),
    ("all of it is given back", "won, pay a 100000, back a 100000", 0, 0, 300),
    ("given back and paid again", "won, pay a 100000, back a 100000, pay b 100000", 5_000, 1_000, 300),
    ("cancelled before anything came", "won, reopen, lose", 0, 0, 0),
    ("cancelled after it was paid", "won, pay a 100000, reopen, lose", 0, 0, 0),
    ("opened again", "won, pay a 100000, reopen", 0, 0, 0),
    ("opened again and won again", "won, pay a 100000, reopen, won", 5_000, 1_000, 300),
    ("opened, paid less, won", "won, pay a 100000, reopen, back a 40000, won", 3_000, 600, 300),
    ("lost at once", "lose", 0, 0, 0),
    ("won, lost, won", "won, pay a 50000, reopen, lose, reopen, won", 2_500, 500, 300),
]


def expected(cash: int, points: int, friend: int) -> dict[str, int]:
    told = {"referrer GBP": cash, "referrer POINT": points, "referee POINT": friend}
    return {name: amount for name, amount in told.items() if amount}


@pytest.mark.parametrize("works", ["after each step", "in the end"])
@pytest.mark.parametrize(
    ("steps", "cash", "points", "friends"), [row[1:] for row in SCENARIOS], ids=[r[0] for r in SCENARIOS]
)
def test_what_a_deal_leaves_follows_from_its_money(sale, at_acme, steps, cash, points, friends, works):
    for words in filter(None, steps.split(", ")):
        sale.do(words)
        if works == "after each step":
            sale.drain()
    sale.drain()
    with at_acme(days=20):
        assert kept() == expected(cash, points, friends)
        assert verify_books().wrong == ()


def test_the_same_news_twice_changes_nothing(sale, friend, at_acme):
    from referrals.operations import judge_referees

    for words in ("won", "pay a 30000", "pay b 40000", "back a 10000"):
        sale.do(words)
        sale.drain()
    with at_acme(days=20):
        before = Decision.objects.count(), Reward.objects.count(), kept(), MilestoneReached.objects.count()
        judge_referees([friend.referee_id])
        judge_referees([friend.referee_id])
        assert (Decision.objects.count(), Reward.objects.count(), kept(), MilestoneReached.objects.count()) == before


def test_each_payment_waits_for_its_own_time(sale, at_acme):
    sale.do("won")
    sale.do("pay a 30000")
    sale.day += 9
    sale.do("pay b 70000")
    sale.drain()
    with at_acme(days=20):
        held = sorted(Reward.objects.filter(kind="cash").values_list("hold_until", "amount"))
        assert held == [(NOON + timedelta(days=17), 1_500), (NOON + timedelta(days=27), 3_500)]
        assert Referral.objects.get().stage == "converted"
