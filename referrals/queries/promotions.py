"""Reads about telling customers: who may be told, who is left out and why, what came of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db.models import Case as Choose
from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from crm.models import Consent, ContactPoint, Customer, CustomerTag, Segment
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
)
from referrals.queries.asking import ask_rules
from referrals.queries.guard import barred, guarded
from referrals.rules.promotions import LEFT_OUT

COUNTS_FOR = timedelta(days=60)  # a friend who comes so long after somebody was told came of it
_Receiver = PromotionReceiver.State


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
    campaign: Campaign, rows: QuerySet[Customer], *, but: UUID | None = None, bars: Sequence[str] = LEFT_OUT
) -> QuerySet[Customer]:
    """Say of each customer, as `why`, the first of these bars that stands against telling them now; empty is nothing.

    `but` is a promotion that does not count as having told them.
    """
    answers = Consent.objects.filter(customer=OuterRef("id"), purpose=Consent.Purpose.MARKETING, channel="email")
    newest = answers.order_by("-occurred_at", "-id").values("is_granted")[:1]
    against = {
        "no_address": ~Q(Exists(ContactPoint.objects.filter(customer=OuterRef("id"), kind="email", is_primary=True))),
        "no_consent": Q(is_willing=None) | Q(is_willing=False),
        **_of_referring(campaign), **barred(ask_rules()),
    }  # fmt: skip
    whens = [When(against[reason], then=Value(reason)) for reason in bars]
    return (
        guarded(rows, but=but)
        .annotate(is_willing=Subquery(newest))
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
    """How many would be told now, and how many are left out for what."""

    chosen: int
    left_out: Mapping[str, int]

    @property
    def target(self) -> int:
        return self.chosen + sum(self.left_out.values())


def audience(campaign: Campaign, segment: Segment | None = None) -> Audience:
    """Count in one statement who would be told now."""
    return counted_why(weighed(campaign, target_of(campaign, segment)))


def counted_why(rows: QuerySet[Customer]) -> Audience:
    counts = dict(rows.values("why").annotate(n=Count("id")).values_list("why", "n"))
    return Audience(counts.pop("", 0), counts)


# --- what came of it ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """People told and what followed within 60 days; a friend counts for the last message before they came."""

    chosen: int = 0
    waiting: int = 0
    told: int = 0
    sent: int = 0
    failed: int = 0
    opened: int = 0  # people whose link was followed
    friends: int = 0
    buyers: int = 0
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
    states = _counted(ids, of, "state", "reason", "message__state")
    opened, friends = _opened(ids, of), _friends(ids, of)
    before = {row.id: getattr(row, "left_out", {}) for row in rows}  # whom a promotion never chose
    return {id: _outcome(id, before[id], states, opened, friends) for id in ids}


def _counted(ids: Collection[UUID], of: str, *by: str) -> dict[tuple, int]:
    rows = PromotionReceiver.objects.filter(**{f"{of}__in": ids}).order_by()
    return {tuple(row[:-1]): row[-1] for row in rows.values_list(of, *by).annotate(n=Count("id"))}


def _outcome(id: UUID, before: Mapping[str, int], states: Mapping, opened: Mapping, friends: Mapping) -> Outcome:
    mine = {key[1:]: n for key, n in states.items() if key[0] == id}

    def why(wanted: str, known: Mapping[str, int]) -> dict[str, int]:
        found = dict(known)
        for (state, reason, _message), n in mine.items():
            if state == wanted and reason:
                found[reason] = found.get(reason, 0) + n
        return found

    def of(state: str, *messages: str) -> int:
        return sum(n for (told, _why, sent), n in mine.items() if told == state and (not messages or sent in messages))

    came, bought = friends.get(id, (0, 0))
    return Outcome(
        chosen=sum(mine.values()), waiting=of(_Receiver.CHOSEN), told=of(_Receiver.TOLD),
        sent=of(_Receiver.TOLD, Message.State.SENT), failed=of(_Receiver.TOLD, Message.State.FAILED),
        opened=opened.get(id, 0), friends=came, buyers=bought,
        left_out=why(_Receiver.LEFT_OUT, before), held=why(_Receiver.CHOSEN, {}),
    )  # fmt: skip


def _opened(ids: Collection[UUID], of: str) -> dict[UUID, int]:
    followed = Touch.objects.filter(
        code_id=OuterRef("code_id"), occurred_at__gte=OuterRef("told_at"), occurred_at__lt=OuterRef("told_at") + COUNTS_FOR
    )
    rows = PromotionReceiver.objects.filter(Exists(followed), state=_Receiver.TOLD, **{f"{of}__in": ids}).order_by()
    return dict(rows.values_list(of).annotate(n=Count("customer", distinct=True)))


def _friends(ids: Collection[UUID], of: str) -> dict[UUID, tuple[int, int]]:
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
    rows = rows.annotate(came_of=Subquery(told.values(of)[:1])).filter(came_of__in=ids)
    counted = rows.values_list("came_of").annotate(n=Count("id"), bought=Count("converted_at"))
    return {id: (n, bought) for id, n, bought in counted}
