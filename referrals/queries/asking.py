"""Reads about asking: what stands against it, who is to be asked, which words worked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from crm.models import Case
from crm.rules.cases import UNFINISHED
from referrals.models import Ask, AskRules, Referral, Script
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
    """Say of each customer what stands against asking them now; in four statements for however many."""
    now, facts = door.moment(), {id: Facts() for id in customer_ids}
    asked = _asked(customer_ids, now)
    cases = _counted(Case.objects.filter(customer_id__in=customer_ids, status__in=UNFINISHED))
    cards = _counted(Ask.objects.filter(customer_id__in=customer_ids, state=Ask.State.OPEN, opens_until__gt=now))
    suspected = set(
        Referral.objects.filter(referrer_id__in=customer_ids, risk__in=[Referral.Risk.HELD, Referral.Risk.CONFIRMED])
        .values_list("referrer_id", flat=True)
        .distinct()
    )
    for id in facts:
        last, often, refused = asked.get(id, (None, 0, None))
        facts[id] = Facts(_days(last, now), often, _days(refused, now), cases.get(id, 0), id in cards, id in suspected)
    return {id: bars(each, limits_of(rules)) for id, each in facts.items()}


def _asked(customer_ids: Collection[UUID], now: datetime) -> dict[UUID, tuple[datetime | None, int, datetime | None]]:
    rows = (
        Ask.objects.filter(customer_id__in=customer_ids, state__in=ASKED)
        .values("customer_id")
        .annotate(
            last=Max("answered_at"),
            often=Count("id", filter=Q(answered_at__gt=now - timedelta(days=90))),
            refused=Max("answered_at", filter=Q(state=Ask.State.REFUSED)),
        )
    )
    return {row["customer_id"]: (row["last"], row["often"], row["refused"]) for row in rows}


def _counted(rows: QuerySet) -> dict[UUID, int]:
    return dict(rows.values_list("customer_id").annotate(n=Count("id")).order_by())


def _days(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else (now - moment).total_seconds() / _DAY


# --- cards -----------------------------------------------------------------------------------------------


def asks() -> QuerySet[Ask]:
    return Ask.objects.select_related("customer", "campaign", "script", "owner__user", "answered_by__user")


def cards() -> QuerySet[Ask]:
    """List whom to ask now, the oldest occasion first; nobody with an open complaint."""
    open_cases = Case.objects.filter(customer_id=OuterRef("customer_id"), status__in=UNFINISHED)
    waiting = asks().filter(state=Ask.State.OPEN, opens_until__gt=door.moment())
    return waiting.filter(~Exists(open_cases)).order_by("opens_until", "id")


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
