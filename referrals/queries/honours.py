"""Reads about honours: the board, the wall, what comes next."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from referrals.models import Conversion, HonourRules, HonourStep, Recognition, Referral
from referrals.rules.honours import Place, Score, ranked
from tenancy import door

_MOST_ROWS = 100


@dataclass(frozen=True)
class Line:
    """A place on the board; without a name where nobody agreed to be named."""

    rank: int
    customer_id: UUID
    friends: int
    name: str = ""


@dataclass(frozen=True)
class Board:
    """`lines` is empty while fewer than `least_group` referrers are on it."""

    lines: Sequence[Line]
    size: int
    least_group: int
    own: Place | None = None

    @property
    def is_shown(self) -> bool:
        return self.size >= self.least_group


def honour_rules() -> HonourRules:
    """Read the rules; the defaults where nobody has set any."""
    return HonourRules.objects.first() or HonourRules()


def steps() -> QuerySet[HonourStep]:
    return HonourStep.objects.order_by("friends")


def since(period: str) -> datetime | None:
    """Say when a period began: this month, quarter or year, in the organisation's time zone."""
    today = timezone.localtime(door.moment()).replace(hour=0, minute=0, second=0, microsecond=0, day=1)
    if period == "month":
        return today
    if period == "quarter":
        return today.replace(month=(today.month - 1) // 3 * 3 + 1)
    return today.replace(month=1) if period == "year" else None


def _counted(**narrow) -> QuerySet[Conversion]:
    suspected = [Referral.Risk.HELD, Referral.Risk.CONFIRMED]
    return Conversion.objects.filter(state=Conversion.State.COUNTED, **narrow).exclude(referral__risk__in=suspected)


def friends_who_bought(customer_ids: Collection[UUID]) -> Mapping[UUID, int]:
    """Count the friends of each customer whose orders count now; who is being checked is not counted."""
    rows = _counted(referrer_id__in=customer_ids).values_list("referrer_id")
    return dict(rows.annotate(n=Count("referral_id", distinct=True)).order_by())


def scores(*, period: str = "month", campaign_id: UUID | None = None) -> list[Score]:
    narrow = {"campaign_id": campaign_id} if campaign_id else {}
    begin = since(period)
    narrow |= {"paid_at__gte": begin} if begin else {}
    rows = _counted(**narrow).values_list("referrer_id")
    counted = rows.annotate(n=Count("referral_id", distinct=True), last=Max("paid_at")).order_by()
    return [Score(*row) for row in counted]


def board(*, surface: str, period: str = "month", campaign_id: UUID | None = None, own_id: UUID | None = None) -> Board:
    """Rank referrers; only those are named who agreed to it for this surface, and nothing is shown of a small group."""
    places, least = ranked(scores(period=period, campaign_id=campaign_id)), honour_rules().least_group
    own = next((place for place in places if place.customer_id == own_id), None)
    if len(places) < least:
        return Board((), len(places), least, own)
    shown = places[:_MOST_ROWS]
    names = names_on(surface, [place.customer_id for place in shown])
    lines = [Line(one.rank, one.customer_id, one.friends, names.get(one.customer_id, "")) for one in shown]
    return Board(lines, len(places), least, own)


def consents() -> QuerySet[Recognition]:
    """List the consents that count now."""
    return Recognition.objects.filter(withdrawn_at=None, expires_at__gt=door.moment())


def names_on(surface: str, customer_ids: Collection[UUID] | None = None) -> dict[UUID, str]:
    rows = consents().filter(surface=surface, customer__merged_into=None)
    if customer_ids is not None:
        rows = rows.filter(customer_id__in=customer_ids)
    return dict(rows.values_list("customer_id", "display_name"))


def wall(surface: str = Recognition.Surface.WALL) -> list[Line]:
    """List everybody who agreed to be named there and has a friend who bought, whatever the period; most friends first."""
    names = names_on(surface)
    friends = friends_who_bought(names)
    places = ranked([Score(score.customer_id, score.friends, score.last_at) for score in scores(period="all")])
    return [Line(one.rank, one.customer_id, friends[one.customer_id], names[one.customer_id])
            for one in places if one.customer_id in names][:_MOST_ROWS]  # fmt: skip
