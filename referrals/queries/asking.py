"""Reads about asking: what stands against it, who is to be asked, which words worked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet

from crm.models import Customer
from referrals.models import Ask, AskRules, Referral, Script
from referrals.queries.guard import barred, guarded
from referrals.queries.guard import facts as guard_facts
from referrals.rules.asking import ASKED, Bar, Facts, Limits, bars
from tenancy import door

COUNTS_FOR = timedelta(days=60)  # a friend who comes so long after a yes came of it
_DAY = 86_400


def ask_rules() -> AskRules:
    """Read the rules; the defaults where nobody has set any."""
    return AskRules.objects.first() or AskRules()


def limits_of(rules: AskRules) -> Limits:
    return Limits(rules.quiet_days, rules.most_in_90_days, rules.days_after_no)


def bars_for(customer_ids: Collection[UUID], rules: AskRules) -> dict[UUID, tuple[Bar, ...]]:
    """Say of each customer what stands against asking them now; in one statement for however many."""
    now, limits = door.moment(), limits_of(rules)
    rows = Customer.every.filter(id__in=customer_ids).order_by().annotate(**guard_facts())
    found = {
        row["id"]: Facts(
            days_since_asked=_days(row["asked_at"], now), days_since_told=_days(row["told_at"], now),
            asked_in_90_days=row["times"], days_since_no=_days(row["no_at"], now), has_open_case=row["has_open_case"],
            has_open_card=row["has_open_card"], is_suspected=row["is_suspected"],
        )
        for row in rows.values("id", *guard_facts())
    }  # fmt: skip
    return {id: bars(found.get(id, Facts()), limits) for id in customer_ids}


def _days(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else (now - moment).total_seconds() / _DAY


# --- cards -----------------------------------------------------------------------------------------------


def asks() -> QuerySet[Ask]:
    return Ask.objects.select_related("customer", "campaign", "script", "owner__user", "answered_by__user")


def cards() -> QuerySet[Ask]:
    """List whom to ask now, the oldest occasion first; nobody against whom the guard stands."""
    return _open_cards().filter(~Exists(_barred_owners()))


def held_cards() -> QuerySet[Ask]:
    """List cards that wait: since they came, something has begun to stand against asking."""
    return _open_cards().filter(Exists(_barred_owners()))


def _open_cards() -> QuerySet[Ask]:
    return asks().filter(state=Ask.State.OPEN, opens_until__gt=door.moment()).order_by("opens_until", "id")


def _barred_owners() -> QuerySet[Customer]:
    """Customers of cards who are not to be asked; that they have a card is no bar to it."""
    against = [q for name, q in barred(ask_rules()).items() if name != "open_card"]
    return guarded(Customer.every.filter(id=OuterRef("customer_id")).order_by()).filter(reduce(or_, against))


def bars_of_cards(rows: Collection[Ask], rules: AskRules) -> dict[UUID, Bar]:
    """Say by card what stands against asking now; cards that nothing stands against are missing."""
    found = bars_for({row.customer_id for row in rows}, rules)
    against = {row.id: [bar for bar in found[row.customer_id] if bar.bar != "open_card"] for row in rows}
    return {id: each[0] for id, each in against.items() if each}


# --- scripts ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Result:
    """What came of asking with one script; friends and buyers within 60 days of a yes."""

    asked: int = 0
    accepted: int = 0
    friends: int = 0
    buyers: int = 0

    @property
    def friends_per_100(self) -> float | None:
        return self.friends / self.asked * 100 if self.asked else None

    @property
    def accepted_share(self) -> float | None:
        return self.accepted / self.asked if self.asked else None


def scripts() -> QuerySet[Script]:
    return Script.objects.select_related("segment").order_by("-is_active", "situation", "name", "variant")


def results_of(script_ids: Sequence[UUID]) -> Mapping[UUID, Result]:
    """Count asks, answers and the friends that followed, by script."""
    rows = Ask.objects.filter(script_id__in=script_ids, state__in=ASKED).values_list("script_id", "state")
    asked = {(script, state): n for script, state, n in rows.annotate(n=Count("id")).order_by()}
    friends, buyers = _followed(script_ids), _followed(script_ids, converted_at__isnull=False)
    return {
        id: Result(
            sum(asked.get((id, state), 0) for state in ASKED), asked.get((id, "accepted"), 0),
            friends.get(id, 0), buyers.get(id, 0),
        )
        for id in script_ids
    }  # fmt: skip


def _followed(script_ids: Sequence[UUID], **narrow) -> dict[UUID, int]:
    """Count referrals after a yes; each once, for the last yes before it."""
    said_yes = Ask.objects.filter(
        customer_id=OuterRef("referrer_id"), state=Ask.State.ACCEPTED, answered_at__lte=OuterRef("confirmed_at"),
        answered_at__gt=OuterRef("confirmed_at") - COUNTS_FOR,
    ).order_by("-answered_at")  # fmt: skip
    asked = Ask.objects.filter(script_id__in=script_ids, state=Ask.State.ACCEPTED)
    rows = Referral.objects.filter(referrer_id__in=asked.values("customer_id"), **narrow)
    rows = rows.exclude(risk=Referral.Risk.CONFIRMED).annotate(script=said_yes.values("script_id")[:1])
    return dict(rows.filter(script__in=script_ids).values_list("script").annotate(n=Count("id")).order_by())
