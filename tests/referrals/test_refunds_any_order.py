"""Refunds in any order: whatever came first, what is kept in the end follows from the facts in the end."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crm import operations as crm
from crm.errors import OrderIsCancelled, RefundTooLarge
from crm.models import Order
from crm.queries import kept_minor
from foundation.ids import new_code
from foundation.money import Money
from loyalty import operations as loyal
from loyalty.models import OrderPoints
from loyalty.rules import points_for
from referrals import operations as referrals
from referrals.models import Conversion, Referral, RuleVersion
from referrals.operations.cases import cases_of
from referrals.rules import Earned, rejudge
from rewards import operations, queries
from rewards.errors.general import InsufficientBalance
from rewards.models import Reward
from tenancy import door, events
from tenancy.people import found_organisation
from tests.conftest import NOON

POUND = {"minor": 100, "currency": "GBP"}
LINES = [
    {"to": "referrer", "kind": "cash_percent", "percent": {"percent": "10"}, "cap": {"minor": 5_000, "currency": "GBP"}},
    {"to": "referrer", "kind": "points", "amount": {"points": 200}},
    {"to": "referee", "kind": "points_rate", "rate": {"points": 3}, "per": POUND},
]
TOTAL = 10_000
REFUNDS = {"a": 2_000, "b": 3_333, "c": 7_000, "d": 10_000}

step = st.one_of(
    st.sampled_from(["pay", "work", "settle", "redeem", "expire", "sweep", "cancel order", "flag", "clear"]),
    st.sampled_from([f"refund {name}" for name in REFUNDS]),
    st.sampled_from([f"cancel {name}" for name in REFUNDS]),
)


class Shop:
    """An organisation of its own with a campaign and a points programme, ann who refers and cleo who came by her."""

    def __init__(self, slug: str):
        self.id = found_organisation(slug=slug, name="S", language="en", country="GB", currency="GBP").id
        self.day, self.refunds, self.count = 1, {}, 0
        with self.inside():
            loyal.set_up_programme()
            self.ann = crm.record_customer(name="Ann", email="ann@example.com")
            self.cleo = crm.record_customer(name="Cleo", email="cleo@example.com")
            campaign = referrals.create_campaign(
                template="friend_coupon", name="C", starts_at=NOON - timedelta(days=1), ends_at=NOON + timedelta(days=900),
                budget_limit_minor=1_000_000,
                terms_changes={"rewards": LINES, "order_window": {"days": 3650}, "click_window": {"days": 365}},
            )  # fmt: skip
            referrals.start_campaign(campaign.id)
            code = referrals.code_for(campaign.id, self.ann.id)
            self.referral = Referral.objects.create(
                campaign=campaign, code=code, referrer=self.ann, referee=self.cleo, rule_version=RuleVersion.objects.get(),
                confirmed_at=door.moment(), touched_at=door.moment(),
            ).id  # fmt: skip
            self.order = crm.record_order(self.report("placed"))[0].id

    def inside(self):
        return door.organisation(self.id, moment=NOON + timedelta(days=self.day))

    def report(self, status: str) -> crm.OrderReport:
        return crm.OrderReport(
            source="shop", external_id="1", currency="GBP", total_minor=TOTAL, status=status, placed_at=NOON,
            customer=crm.CustomerReference(customer_id=self.cleo.id),
        )  # fmt: skip

    def do(self, words: str) -> None:
        verb, *names = words.split()
        with self.inside():
            getattr(self, f"do_{'_'.join([verb, *names]) if names == ['order'] else verb}")(*names[: names != ["order"]])

    def do_pay(self):
        try:
            crm.pay_order(self.order)
        except OrderIsCancelled:
            assert Order.objects.get().status == "cancelled"

    def do_refund(self, name):
        report = crm.RefundReport(
            source="shop", external_id=name, order_external_id="1", currency="GBP", amount_minor=REFUNDS[name]
        )
        try:
            self.refunds[name] = crm.record_refund(report)[0].id
        except RefundTooLarge:
            assert name not in self.refunds

    def do_cancel(self, name):
        if name in self.refunds:
            crm.cancel_refund(self.refunds[name])

    def do_cancel_order(self):
        crm.cancel_order(self.order)

    def do_settle(self):
        self.day += 15
        operations.settle_due()

    def do_redeem(self):
        self.count += 1
        for customer in (self.ann, self.cleo):
            try:
                operations.redeem_points(customer.id, amount=70, reason="", key=f"{customer.id}:{self.count}")
            except InsufficientBalance:
                pass

    def do_expire(self):
        self.day += 400

    def do_sweep(self):
        operations.expire_lots()

    def do_flag(self):
        if Referral.objects.get().risk in ("clear", "cleared"):
            referrals.flag_risk(self.referral, "odd")
            referrals.confirm_fraud(self.referral, "ring")

    def do_clear(self):
        if Referral.objects.get().risk == "confirmed":
            referrals.clear_risk(self.referral, "no ring after all")

    def do_work(self):
        """Let the workers work; outside the door."""

    def work(self):
        while events.drain(self.id):
            pass


def kept_now() -> Counter:
    kept = Counter()
    for reward in Reward.objects.select_related("unit"):
        kept[reward.role, reward.unit.code] += reward.kept
    return +kept


def kept_by_the_facts() -> Counter:
    """What one look at the facts in the end gives."""
    [case] = cases_of(list(Referral.objects.select_related("campaign", "rule_version")))
    verdict, kept = rejudge(case.facts, case.terms), Counter()
    for due in verdict.dues if isinstance(verdict, Earned) else ():
        kept[due.role, due.unit] += due.amount
    return +kept


def story(told: str) -> list[str]:
    return told.split(", ")


CALMLY = {"derandomize": True, "print_blob": False, "suppress_health_check": list(HealthCheck)}


@pytest.mark.usefixtures("database")
@settings(max_examples=4, **CALMLY)
@example(story("refund a, pay, work, cancel a, work"))
@example(story("pay, work, refund c, work, settle, cancel c, work, refund a, work"))
@example(story("refund b, pay, work, settle, redeem, refund a, work, cancel b, work, expire, sweep, cancel a"))
@example(story("pay, work, settle, redeem, refund d, work, expire, sweep, cancel d, work, settle, cancel order"))
@example(story("pay, work, flag, work, settle, refund a, clear, work, redeem, flag, cancel a, clear"))
@given(st.lists(step, min_size=4, max_size=18))
def test_what_is_kept_follows_from_the_facts_in_the_end(steps):
    follow(steps)


@pytest.mark.slow
@pytest.mark.usefixtures("database")
@settings(max_examples=60, **CALMLY)
@given(st.lists(step, min_size=4, max_size=18))
def test_what_is_kept_follows_from_the_facts_in_the_end_of_many_stories(steps):
    follow(steps)


def follow(steps):
    shop = Shop(f"s-{new_code().lower()}")
    for words in steps:
        shop.do(words)
        if words == "work":
            shop.work()
    shop.work()
    with shop.inside():
        assert kept_now() == kept_by_the_facts()
        kept = kept_minor([shop.order])[shop.order]
        expected = points_for(Money(kept, "GBP"), rate=Decimal(1), multiplier=Decimal(1))
        assert sum(row.points for row in OrderPoints.objects.all()) == expected
        is_counted = isinstance(rejudge(*_facts()), Earned)
        assert [row.state for row in Conversion.objects.all()] in ([], ["counted" if is_counted else "withdrawn"])
        assert queries.verify_books().wrong == ()


def _facts():
    [case] = cases_of(list(Referral.objects.select_related("campaign", "rule_version")))
    return case.facts, case.terms
