"""Reads about telling customers: who may be told, who is left out and why, what came of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from uuid import UUID

from django.db.models import Case as Choose
from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from crm.models import Customer, CustomerTag, Segment
from crm.queries.segments import members_of
from loyalty.models import TierPeriod
from loyalty.queries import tiers
from messaging.models import Message
from referrals.models import (
    Campaign,
    Promotion,
    PromotionPost,
    PromotionReceiver,
    Referral,
    ReferralCode,
    ReferrerProfile,
    Reminder,
    Touch,
    Way,
    Ways,
)
from referrals.queries.asking import ask_rules
from referrals.queries.guard import barred, guarded
from referrals.queries.reach import reach_by
from referrals.rules.promotions import LEFT_OUT

COUNTS_FOR = timedelta(days=60)  # a friend who comes so long after somebody was told came of it
_Receiver = PromotionReceiver.State
_Sent = Message.State


# --- who may be told ---------------------------------------------------------------------------------------


def target_of(campaign: Campaign, segment: Segment | None = None) -> QuerySet[Customer]:
    """List customers that a campaign is open to, as `is_in_target` says of one of them; narrowed by a segment."""
    rows, target = Customer.objects.order_by(), campaign.target
    if stages := target.get("stages"):
        rows = rows.filter(stage__in=stages)
    if tags := target.get("tags"):
        rows = rows.filter(Exists(CustomerTag.objects.filter(customer=OuterRef("id"), tag__name__in=tags)))
    if codes := target.get("tiers"):
        rows = rows.filter(_in_tiers(codes))
    for each in (campaign.segment, segment):
        if each is not None:
            rows = rows.filter(id__in=members_of(each).order_by().values("id"))
    return rows


def _in_tiers(codes: Sequence[str]) -> Q:
    """Who has no period yet stands on the lowest step."""
    periods = TierPeriod.objects.filter(customer=OuterRef("id"), until=None)
    there = Q(Exists(periods.filter(tier__code__in=codes)))
    lowest = tiers().values_list("code", flat=True).first()
    return there | ~Q(Exists(periods)) if lowest in codes else there


def weighed(
    campaign: Campaign, rows: QuerySet[Customer], *, ways: str = Ways.EMAIL, but: UUID | None = None,
    bars: Sequence[str] = LEFT_OUT,
) -> QuerySet[Customer]:  # fmt: skip
    """Say of each customer, as `why`, the first of these bars that stands against telling them now; empty is nothing.

    As `way`, how they would be told: email or sms. `but` is a promotion that does not count as having told them.
    """
    reach = reach_by(ways)
    against = reach.against | _of_referring(campaign) | barred(ask_rules())
    whens = [When(against[reason], then=Value(reason)) for reason in bars if reason in against]
    return (
        guarded(rows, but=but)
        .alias(**reach.facts)
        .annotate(way=reach.way)
        .annotate(why=Choose(*whens, default=Value(""), output_field=CharField()))
    )


def _of_referring(campaign: Campaign) -> Mapping[str, Q]:
    mine = {"referrer": OuterRef("id")}
    codes = ReferralCode.objects.filter(**mine, campaign=campaign, is_inherited=False, batch=None, is_active=False)
    return {
        "source": Q(Exists(ReferrerProfile.objects.filter(customer=OuterRef("id"), is_active=True))),
        "withdrawn": Q(Exists(codes)),
    }


@dataclass(frozen=True)
class Audience:
    """How many would be told now, how, and how many are left out for what."""

    chosen: int
    left_out: Mapping[str, int]
    ways: Mapping[str, int] = field(default_factory=dict)  # of those who would be told

    @property
    def target(self) -> int:
        return self.chosen + sum(self.left_out.values())

    @property
    def by_email(self) -> int:
        return self.ways.get(Way.EMAIL, 0)

    @property
    def by_sms(self) -> int:
        return self.ways.get(Way.SMS, 0)


def audience(campaign: Campaign, segment: Segment | None = None, *, ways: str = Ways.EMAIL) -> Audience:
    """Count in one statement who would be told now."""
    return counted_why(weighed(campaign, target_of(campaign, segment), ways=ways))


def counted_why(rows: QuerySet[Customer]) -> Audience:
    told: dict[str, int] = {}
    left_out: dict[str, int] = {}
    for why, way, n in rows.values("why", "way").annotate(n=Count("id")).values_list("why", "way", "n"):
        counts, name = (left_out, why) if why else (told, way)
        counts[name] = counts.get(name, 0) + n
    return Audience(sum(told.values()), left_out, told)


# --- what came of it ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WayOutcome:
    """What came of those who were told one way."""

    told: int = 0
    sent: int = 0
    delivered: int = 0
    uncertain: int = 0
    failed: int = 0
    opened: int = 0
    friends: int = 0
    buyers: int = 0


@dataclass(frozen=True)
class Outcome:
    """People told and what followed within 60 days; a friend counts for the last message before they came."""

    chosen: int = 0
    waiting: int = 0
    told: int = 0
    sent: int = 0
    delivered: int = 0  # texts, as their vendor told
    uncertain: int = 0  # texts that may have gone
    failed: int = 0
    opened: int = 0  # people whose link was followed
    friends: int = 0
    buyers: int = 0
    ways: Mapping[str, WayOutcome] = field(default_factory=dict)  # of those who were told
    left_out: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, int] = field(default_factory=dict)  # of those who wait: for what


def promotions(campaign_id: UUID) -> QuerySet[Promotion]:
    """List what was told of a campaign, newest first."""
    rows = Promotion.objects.filter(campaign_id=campaign_id).select_related("segment", "job__created_by", "code")
    return rows.order_by("-id")


def posts_of(promotion: Promotion) -> QuerySet[PromotionPost]:
    return promotion.posts.select_related("robot").order_by("robot__name", "id")


def outcomes(rows: Sequence[Promotion | Reminder], *, of: str = "promotion") -> dict[UUID, Outcome]:
    """Count for promotions, or for reminders, of one campaign, in a statement for each kind of figure."""
    ids = [row.id for row in rows]
    counted, told = _counted(ids, of), _told(ids, of)
    opened, friends = _opened(ids, of), _friends(ids, of)
    before = {row.id: getattr(row, "left_out", {}) for row in rows}  # whom a promotion never chose
    return {
        id: _outcome(counted.get(id, {}), before[id], {way: _of_way(told, opened, friends, (id, way)) for way in Way.values})
        for id in ids
    }


def _counted(ids: Collection[UUID], of: str) -> dict[UUID, dict[tuple[str, str], int]]:
    """Count people by what they wait for, or were left out for."""
    rows = PromotionReceiver.objects.filter(**{f"{of}__in": ids}).order_by()
    found: dict[UUID, dict[tuple[str, str], int]] = {}
    for id, state, reason, n in rows.values_list(of, "state", "reason").annotate(n=Count("id")):
        found.setdefault(id, {})[state, reason] = n
    return found


def _told(ids: Collection[UUID], of: str) -> dict[tuple[UUID, str], dict[str, int]]:
    """Count who was told which way, and what became of their messages."""
    rows = PromotionReceiver.objects.filter(state=_Receiver.TOLD, **{f"{of}__in": ids}).order_by()
    states = {name: Q(message__state=name) for name in (_Sent.SENT, _Sent.UNCERTAIN, _Sent.FAILED)}
    figures = {name: Count("id", filter=q) for name, q in states.items()}
    figures |= {"told": Count("id"), "delivered": Count("id", filter=Q(message__delivered_at__isnull=False))}
    return {(row[of], row["way"]): row for row in rows.values(of, "way").annotate(**figures)}


def _of_way(told: Mapping, opened: Mapping, friends: Mapping, which: tuple[UUID, str]) -> WayOutcome:
    came, bought = friends.get(which, (0, 0))
    figures = {
        name: told.get(which, {}).get(name, 0) for name in ("told", _Sent.SENT, "delivered", _Sent.UNCERTAIN, _Sent.FAILED)
    }
    return WayOutcome(**figures, opened=opened.get(which, 0), friends=came, buyers=bought)


def _outcome(mine: Mapping[tuple[str, str], int], before: Mapping[str, int], ways: Mapping[str, WayOutcome]) -> Outcome:
    def why(wanted: str, known: Mapping[str, int]) -> dict[str, int]:
        found = dict(known)
        for (state, reason), n in mine.items():
            if state == wanted and reason:
                found[reason] = found.get(reason, 0) + n
        return found

    summed = {each.name: sum(getattr(one, each.name) for one in ways.values()) for each in fields(WayOutcome)}
    return Outcome(
        chosen=sum(mine.values()), waiting=sum(n for (state, _why), n in mine.items() if state == _Receiver.CHOSEN),
        **summed, ways={way: one for way, one in ways.items() if one.told},
        left_out=why(_Receiver.LEFT_OUT, before), held=why(_Receiver.CHOSEN, {}),
    )  # fmt: skip


def _opened(ids: Collection[UUID], of: str) -> dict[tuple[UUID, str], int]:
    followed = Touch.objects.filter(
        code_id=OuterRef("code_id"), occurred_at__gte=OuterRef("told_at"), occurred_at__lt=OuterRef("told_at") + COUNTS_FOR
    )
    rows = PromotionReceiver.objects.filter(Exists(followed), state=_Receiver.TOLD, **{f"{of}__in": ids}).order_by()
    counted = rows.values_list(of, "way").annotate(n=Count("customer", distinct=True))
    return {(id, way): n for id, way, n in counted}


def _friends(ids: Collection[UUID], of: str) -> dict[tuple[UUID, str], tuple[int, int]]:
    """Count friends and those of them who bought, by the message they came of; fraud is nobody's success.

    A friend counts once: for the last message before they came, be it a promotion's or a reminder's.
    """
    here = Q(promotion__campaign=OuterRef("campaign")) | Q(reminder__campaign=OuterRef("campaign"))
    told = PromotionReceiver.objects.filter(
        here, customer=OuterRef("referrer"), state=_Receiver.TOLD,
        told_at__lte=OuterRef("confirmed_at"), told_at__gt=OuterRef("confirmed_at") - COUNTS_FOR,
    ).order_by("-told_at")  # fmt: skip
    people = PromotionReceiver.objects.filter(state=_Receiver.TOLD, **{f"{of}__in": ids}).values("customer_id")
    rows = Referral.objects.filter(referrer_id__in=people).exclude(risk=Referral.Risk.CONFIRMED).order_by()
    rows = rows.annotate(came_of=Subquery(told.values(of)[:1]), by=Subquery(told.values("way")[:1])).filter(came_of__in=ids)
    counted = rows.values_list("came_of", "by").annotate(n=Count("id"), bought=Count("converted_at"))
    return {(id, way): (n, bought) for id, way, n, bought in counted}
