"""The one guard against asking too much: what a customer was asked and told in whatever way, and what stands against more.

Cards, promotions and reminders all ask here. A question is one that staff put (an answered card) or one that was written
(a promotion, a reminder); the limits are the organisation's rules of asking.
"""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from crm.models import Case, Customer
from crm.rules.cases import UNFINISHED
from referrals.models import AbuseListing, Ask, AskRules, PromotionReceiver, Referral
from referrals.rules.asking import ASKED
from tenancy import door

OFTEN_IN = timedelta(days=90)
_MINE = {"customer": OuterRef("id")}


def guarded(rows: QuerySet[Customer], *, but: UUID | None = None) -> QuerySet[Customer]:
    """Give customers the facts that `barred` asks for; `but` is a promotion that does not count as having told them."""
    return rows.alias(**facts(but))


def facts(but: UUID | None = None) -> Mapping:
    """What was asked of a customer, as expressions of a row of Customer."""
    now = door.moment()
    asked = Ask.objects.filter(**_MINE, state__in=ASKED).order_by()
    told = PromotionReceiver.objects.filter(**_MINE, told_at__isnull=False).order_by()
    told = told.exclude(promotion_id=but) if but else told
    open_cards = Ask.objects.filter(**_MINE, state=Ask.State.OPEN, opens_until__gt=now)
    return {
        "asked_at": _last(asked, "answered_at"),
        "told_at": _last(told, "told_at"),
        "no_at": _last(asked.filter(state=Ask.State.REFUSED), "answered_at"),
        "times": _count(asked.filter(answered_at__gt=now - OFTEN_IN)) + _count(told.filter(told_at__gt=now - OFTEN_IN)),
        "has_open_case": Exists(Case.objects.filter(**_MINE, status__in=UNFINISHED)),
        "has_open_card": Exists(open_cards),
        "is_suspected": _suspected(),
    }


def _last(rows: QuerySet, moment: str) -> Subquery:
    return Subquery(rows.order_by(f"-{moment}").values(moment)[:1])


def _count(rows: QuerySet) -> Coalesce:
    return Coalesce(Subquery(rows.values("customer").annotate(n=Count("id")).values("n")), 0)


def _suspected() -> ExpressionWrapper:
    mine = {"referrer": OuterRef("id")}
    doubtful = Referral.objects.filter(**mine, risk__in=[Referral.Risk.HELD, Referral.Risk.CONFIRMED])
    blocked = AbuseListing.objects.filter(**mine, side=AbuseListing.Side.BLOCK, removed_at=None)
    blocked = blocked.filter(Q(expires_at=None) | Q(expires_at__gt=door.moment()))
    return ExpressionWrapper(Q(Exists(doubtful)) | Q(Exists(blocked)), output_field=BooleanField())


def barred(rules: AskRules) -> Mapping[str, Q]:
    """What stands against asking, by its name; of `guarded` customers."""
    now = door.moment()
    lately = now - timedelta(days=rules.quiet_days)
    return {
        "suspected": Q(is_suspected=True),
        "open_case": Q(has_open_case=True),
        "open_card": Q(has_open_card=True),
        "said_no": Q(no_at__gt=now - timedelta(days=rules.days_after_no)),
        "told_lately": Q(told_at__gt=lately),
        "asked_lately": Q(asked_at__gt=lately),
        "asked_often": Q(times__gte=rules.most_in_90_days),
    }
