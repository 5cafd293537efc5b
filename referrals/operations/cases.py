"""What is known about the orders of referred friends, gathered in a handful of statements."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from crm.models import Order
from crm.queries import kept_minor
from referrals.models import Campaign, Conversion, Decision, Referral, ReferralCode
from referrals.queries import latest_decisions
from referrals.rules import Facts, OrderFacts, ReferralFacts, Terms, fits_window, places, read_terms


@dataclass(frozen=True)
class Case:
    """One order of a referred friend, under the terms its referral came in under."""

    order: Order
    referral: Referral
    terms: Terms
    facts: Facts
    conversion: Conversion | None
    latest: Decision | None

    @property
    def counts(self) -> bool:
        return self.conversion is not None and self.conversion.state == Conversion.State.COUNTED


def lock(referee_ids: Iterable[UUID]) -> list[Referral]:
    """Lock the referrals of these friends with the codes their limits are counted by, always in this order.

    NO KEY: rows that refer to them may still be inserted by others.
    """
    found = Referral.objects.filter(referee_id__in=referee_ids)
    rows = list(found.values("id", "campaign_id", "code_id", "rule_version__terms"))
    capped = {row["campaign_id"] for row in rows if row["rule_version__terms"]["limits"].get("per_campaign")}
    for model, ids in ((Campaign, capped), (ReferralCode, {row["code_id"] for row in rows} - {None})):
        list(model.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id").values("id"))
    locked = Referral.objects.select_for_update(no_key=True, of=("self",)).select_related("campaign", "rule_version")
    locked = locked.prefetch_related("campaign__source_rules")
    return list(locked.filter(id__in=[row["id"] for row in rows]).order_by("id"))


def cases_of(referrals: Sequence[Referral]) -> list[Case]:
    """Gather all orders of these referred friends: one order's place depends on the others."""
    orders = list(Order.objects.filter(customer_id__in=[referral.referee_id for referral in referrals]))
    ids = [order.id for order in orders]
    kept, decisions = kept_minor(ids), latest_decisions(ids)
    conversions = {row.order_id: row for row in Conversion.objects.filter(order_id__in=ids)}
    by_referee: dict[UUID, list[Order]] = defaultdict(list)
    for order in orders:
        by_referee[order.customer_id].append(order)
    terms = {referral.rule_version_id: read_terms(referral.rule_version.terms) for referral in referrals}
    return [
        Case(order, referral, terms[referral.rule_version_id], facts, conversions.get(order.id), decisions.get(order.id))
        for referral in referrals
        for order, facts in _facts(referral, by_referee[referral.referee_id], kept)
    ]


def _facts(referral: Referral, orders: list[Order], kept: dict[UUID, int]) -> Iterable[tuple[Order, Facts]]:
    told = [order_facts(order, kept) for order in orders]
    about = ReferralFacts(
        referral_id=str(referral.id),
        touched_at=referral.touched_at or referral.confirmed_at,
        confirmed_at=referral.confirmed_at,
        is_closed=referral.stage == Referral.Stage.CLOSED,
        is_fraud=referral.risk == Referral.Risk.CONFIRMED,
    )
    place = places(told, about.touched_at)
    for order, one in zip(orders, told, strict=True):
        number, bought_before = place[one.order_id]
        yield order, Facts(order=one, referral=about, place=number, bought_before=bought_before)


def order_facts(order: Order, kept: dict[UUID, int]) -> OrderFacts:
    return OrderFacts(
        order_id=str(order.id), status=order.status, currency=order.currency, total_minor=order.total_minor,
        kept_minor=kept.get(order.id, 0), paid_at=order.paid_at,
    )  # fmt: skip


@dataclass
class Tally:
    """Conversions that count now, by what limits them. Filled under the locks, so that no two orders share a last place."""

    times: dict[tuple[UUID, UUID], list[datetime]] = field(default_factory=lambda: defaultdict(list))
    in_campaign: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))

    @classmethod
    def of(cls, cases: Sequence[Case]) -> "Tally":
        tally = cls()
        capped = {case.referral.campaign_id for case in cases if case.terms.limits.per_campaign}
        rows = Conversion.objects.filter(
            state=Conversion.State.COUNTED, referrer_id__in={case.referral.referrer_id for case in cases}
        )
        for campaign_id, referrer_id, paid_at in rows.values_list("campaign_id", "referrer_id", "paid_at"):
            tally.times[campaign_id, referrer_id].append(paid_at)
        for campaign_id in capped:
            counted = Conversion.objects.filter(campaign_id=campaign_id, state=Conversion.State.COUNTED)
            tally.in_campaign[campaign_id] = counted.count()
        return tally

    def facts(self, case: Case) -> Facts:
        times = self.times[case.referral.campaign_id, case.referral.referrer_id]
        paid_at = case.order.paid_at
        return replace(
            case.facts,
            counted_30_days=fits_window(times, paid_at) if paid_at else 0,
            counted_referrer=len(times),
            counted_campaign=self.in_campaign[case.referral.campaign_id],
        )

    def add(self, case: Case) -> None:
        self.times[case.referral.campaign_id, case.referral.referrer_id].append(case.order.paid_at)
        self.in_campaign[case.referral.campaign_id] += 1
