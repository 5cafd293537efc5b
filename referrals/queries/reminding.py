"""Reads about reminders: how they are set, who has an occasion, who waits, was told or left out and why."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from crm.models import CaseRating, ContactVisit, Customer, Deal, Order, ReceiptRefund, Refund, Survey, SurveyAnswer
from referrals.models import AskRules, Campaign, PromotionReceiver, Referral, ReferralCode, Reminder, Touch
from referrals.queries.asking import ask_rules
from referrals.queries.promotions import Audience, counted_why, target_of, weighed
from referrals.rules.promotions import LEFT_OUT_OF_REMINDERS
from referrals.rules.reminding import LOOK_BACK_DAYS, WAIT_DAYS
from tenancy import door

Kind = Reminder.Kind
_MINE = {"customer": OuterRef("id")}


def reminders_of(campaign: Campaign) -> list[Reminder]:
    """Give the four reminders of a campaign in their order; those nobody has set are off."""
    known = {row.kind: row for row in Reminder.objects.filter(campaign=campaign)}
    return [known.get(kind) or _unset(campaign, kind) for kind in Kind.values]


def reminder_of(campaign: Campaign, kind: str) -> Reminder:
    return Reminder.objects.filter(campaign=campaign, kind=kind).first() or _unset(campaign, kind)


def _unset(campaign: Campaign, kind: str) -> Reminder:
    return Reminder(campaign=campaign, kind=kind, wait_days=WAIT_DAYS[kind])


def people_of(reminder: Reminder) -> QuerySet[PromotionReceiver]:
    """List whom a reminder has looked at, newest first: who waits for what, was told, was left out and why."""
    rows = PromotionReceiver.objects.filter(reminder_id=reminder.id).select_related("customer", "message")
    return rows.order_by("-id")


# --- who has an occasion -----------------------------------------------------------------------------------


def with_occasion(reminder: Reminder) -> QuerySet[Customer]:
    """List customers who have an occasion now, or had one in the last month: in the target group or not."""
    return _OCCASIONS[reminder.kind](reminder)


def prospects(reminder: Reminder) -> Audience:
    """Count of them who would be written to now, and who would not for what."""
    return counted_why(prospective(reminder))


def prospective(reminder: Reminder) -> QuerySet[Customer]:
    """List of them those of the target group, weighed."""
    rows = target_of(reminder.campaign).filter(id__in=with_occasion(reminder).values("id"))
    return weighed(reminder.campaign, rows, ways=reminder.ways, bars=LEFT_OUT_OF_REMINDERS)


def _bought(reminder: Reminder) -> QuerySet[Customer]:
    paid, won = kept_orders(**_MINE, paid_at__gt=_look_back()), kept_deals(**_MINE, closed_at__gt=_look_back())
    return Customer.objects.order_by().filter(Exists(paid) | Exists(won))


def kept_orders(**narrow) -> QuerySet[Order]:
    """List paid orders on which no money went back: then it was no happy moment."""
    given_back = Refund.objects.filter(order=OuterRef("id"), cancelled_at=None)
    return Order.objects.filter(~Exists(given_back), status=Order.Status.PAID, **narrow)


def kept_deals(**narrow) -> QuerySet[Deal]:
    """List won deals on which no money went back."""
    given_back = ReceiptRefund.objects.filter(receipt__deal=OuterRef("id"))
    return Deal.objects.filter(~Exists(given_back), state=Deal.State.WON, **narrow)


def _praised(reminder: Reminder) -> QuerySet[Customer]:
    rules, since = ask_rules(), _look_back()
    marks = SurveyAnswer.objects.filter(_good_marks(rules), **_MINE, answered_at__gt=since)
    solved = CaseRating.objects.filter(case__customer=OuterRef("id"), stars__gte=rules.least_stars, rated_at__gt=since)
    visits = ContactVisit.objects.filter(**_MINE, satisfied__gte=rules.least_stars, done_at__gt=since).exclude(
        has_problem=True
    )
    return Customer.objects.order_by().filter(Exists(marks) | Exists(solved) | Exists(visits))


def _good_marks(rules: AskRules) -> Q:
    nps = Q(survey__kind=Survey.Kind.NPS, score__gte=rules.least_nps)
    return nps | Q(survey__kind=Survey.Kind.CSAT, score__gte=rules.least_stars)


def _look_back():
    return door.moment() - timedelta(days=LOOK_BACK_DAYS)


def _silent(reminder: Reminder) -> QuerySet[Customer]:
    """Who has taken a link long enough ago, and has brought nobody."""
    taken = own_codes(reminder.campaign).filter(
        created_at__lte=door.moment() - timedelta(days=reminder.wait_days)
    ).filter(_taken())  # fmt: skip
    return Customer.objects.order_by().filter(Exists(taken), ~Exists(brought_by(reminder.campaign)))


def _ending(reminder: Reminder) -> QuerySet[Customer]:
    """Who has passed a link on (it was followed, or somebody signed up), and no friend has bought."""
    campaign = reminder.campaign
    if campaign.ends_at is None or campaign.ends_at - timedelta(days=reminder.wait_days) > door.moment():
        return Customer.objects.none()
    shared = Exists(own_codes(campaign).filter(_followed())) | Exists(brought_by(campaign))
    return Customer.objects.order_by().filter(shared, ~Exists(brought_by(campaign, converted_at__isnull=False)))


_OCCASIONS = {Kind.BOUGHT: _bought, Kind.PRAISED: _praised, Kind.SILENT: _silent, Kind.ENDING: _ending}


def own_codes(campaign: Campaign) -> QuerySet[ReferralCode]:
    return ReferralCode.objects.filter(
        campaign=campaign, referrer=OuterRef("id"), is_inherited=False, batch=None, is_active=True
    )


def _taken() -> Q:
    """A code that came about with a message was not asked for; once it is followed, it was used."""
    by_message = PromotionReceiver.objects.filter(code=OuterRef("id"), told_at__lte=OuterRef("created_at"))
    return ~Exists(by_message) | _followed()


def _followed() -> Exists:
    return Exists(Touch.objects.filter(code_id=OuterRef("id")))


def brought_by(campaign: Campaign, **narrow) -> QuerySet[Referral]:
    return Referral.objects.filter(referrer=OuterRef("id"), campaign=campaign, **narrow)


def not_looked_at(reminder: Reminder) -> QuerySet[Customer]:
    """List of those with an occasion whom this reminder has not looked at yet, or may write to once more."""
    rows = PromotionReceiver.objects.filter(**_MINE, reminder=reminder)
    states = PromotionReceiver.State
    if reminder.kind == Kind.ENDING or reminder.most == 1:
        return with_occasion(reminder).filter(~Exists(rows))
    lately = door.moment() - timedelta(days=reminder.wait_days)
    stands = rows.filter(Q(state__in=[states.CHOSEN, states.LEFT_OUT]) | Q(told_at__gt=lately))
    return with_occasion(reminder).filter(~Exists(stands))


def active_reminders(*kinds: str) -> QuerySet[Reminder]:
    """List reminders that are on, of campaigns that run; those of the newest campaign first."""
    now, campaigns = door.moment(), Q(campaign__state=Campaign.State.RUNNING)
    open_now = campaigns & (Q(campaign__ends_at=None) | Q(campaign__ends_at__gt=now))
    rows = Reminder.objects.filter(open_now, is_active=True).select_related("campaign__segment")
    rows = rows.filter(kind__in=kinds) if kinds else rows
    return rows.order_by(F("campaign__starts_at").desc(), "campaign_id", "kind")


def times_told(reminder: Reminder, customer_ids: list[UUID]) -> list[UUID]:
    """List a customer as often as this reminder has written to them."""
    told = PromotionReceiver.objects.filter(reminder=reminder, customer_id__in=customer_ids, told_at__isnull=False)
    return list(told.values_list("customer_id", flat=True))
