"""Deals of friends: what instalments, discounts, refunds, cancelling and opening again leave in the books."""

from datetime import timedelta

import pytest

from crm.models import LossReason
from crm.operations import deals as selling
from referrals.models import Decision, MilestoneReached, Referral
from referrals.operations import judge_referees
from rewards.models import Reward
from rewards.queries import verify_books
from tests.conftest import NOON

PERCENT = {
    "to": "referrer", "kind": "cash_percent", "percent": {"percent": "5"}, "cap": {"minor": 8_000, "currency": "GBP"},
}  # fmt: skip
FIXED = {"to": "referrer", "kind": "points", "amount": {"points": 1_000}}
PARTS = {"key": "paid", "trigger": "money_received", "rewards": [PERCENT, FIXED]}
WON = {"key": "won", "trigger": "deal_won", "rewards": [{"to": "referee", "kind": "points", "amount": {"points": 300}}]}
TERMS = {"success": {"event": "milestones"}, "rewards": [], "milestones": [PARTS, WON], "limits": {}}


@pytest.fixture
def selling_campaign(make_campaign):
    return make_campaign(terms_changes=TERMS, budget_limit_minor=10_000_000)


@pytest.fixture
def referral(selling_campaign, bring, bea) -> Referral:
    return bring(selling_campaign, bea)


class Sale:
    """A deal of the friend's, told in words: "won", "pay a 4000", "back a 1000", "amount 9000", "reopen", "lose"."""

    def __init__(self, referral, at_acme):
        self.referral, self.at_acme, self.receipts, self.day, self.count = referral, at_acme, {}, 1, 0
        with at_acme(days=1):
            made = selling.create_deal(title="Kitchen", customer_id=referral.referee_id, amount_minor=100_000)
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
            self.id, source="bank", external_id=f"{name} {self.id}", amount_minor=int(minor), currency="GBP"
        )
        self.receipts[name] = receipt.id

    def do_back(self, name, minor):
        self.count += 1
        selling.refund_receipt(
            self.receipts[name], source="bank", external_id=f"b{self.count} {self.id}", amount_minor=int(minor)
        )  # fmt: skip

    def judge(self):
        """Judge the friend, as the workers do when they hear of the deal."""
        with self.at_acme(days=self.day):
            judge_referees([self.referral.referee_id])


@pytest.fixture
def sale(referral, at_acme) -> Sale:
    return Sale(referral, at_acme)


def kept(referral) -> dict[str, int]:
    found: dict[str, int] = {}
    for reward in Reward.objects.filter(referral_id=referral.id).select_related("unit"):
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


@pytest.fixture
def sales(selling_campaign, bring, friend, at_acme) -> dict[str, Sale]:
    """A friend and a deal for each scenario, in one shop."""
    return {
        row[0]: Sale(bring(selling_campaign, friend(f"friend-{number}")), at_acme) for number, row in enumerate(SCENARIOS)
    }


@pytest.mark.parametrize("told", ["step by step", "all at once"])
def test_what_a_deal_leaves_follows_from_its_money(sales, at_acme, acme, drained, told):
    for name, steps, *_left in SCENARIOS:
        for words in filter(None, steps.split(", ")):
            sales[name].do(words)
            if told == "step by step":
                sales[name].judge()
    if told == "all at once":
        drained(acme)
    with at_acme(days=20):
        found = {name: kept(sale.referral) for name, sale in sales.items()}
        assert found == {name: expected(*left) for name, _steps, *left in SCENARIOS}
        assert verify_books().wrong == ()


def test_the_same_news_twice_changes_nothing(sale, referral, at_acme):
    for words in ("won", "pay a 30000", "pay b 40000", "back a 10000"):
        sale.do(words)
        sale.judge()

    def state():
        return Decision.objects.count(), Reward.objects.count(), kept(referral), MilestoneReached.objects.count()

    with at_acme(days=20):
        before = state()
        judge_referees([referral.referee_id])
        judge_referees([referral.referee_id])
        assert state() == before


def test_each_payment_waits_for_its_own_time(sale, at_acme):
    sale.do("won")
    sale.do("pay a 30000")
    sale.day += 9
    sale.do("pay b 70000")
    sale.judge()
    with at_acme(days=20):
        held = sorted(Reward.objects.filter(kind="cash").values_list("hold_until", "amount"))
        assert held == [(NOON + timedelta(days=17), 1_500), (NOON + timedelta(days=27), 3_500)]
        assert Referral.objects.get().stage == "converted"
