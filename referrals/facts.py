"""What the referral programme tells of customers, of referrals themselves, and of rewards, for conditions."""

from uuid import UUID

from django.db.models import Count, Max, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.facts import members
from crm.queries.facts import Column, Fact, Facts, Many, One, Total
from crm.queries.segments import Use
from crm.rules.conditions import CHOICE, MEMBER, MOMENT, NUMBER, SET, TEXT, YES_NO
from referrals.models import Campaign, Promotion, Referral, ReferralCode
from referrals.reasons import label as reason_label
from rewards.models import Reward

GROUP, REFERRAL = _("Referrals"), _("Referral")
MOST_CHOICES = 500


def _campaigns() -> list[tuple[str, str]]:
    rows = Campaign.objects.order_by("-created_at").values_list("id", "name")[:MOST_CHOICES]
    return [(str(id), name) for id, name in rows]


def _channels() -> list[tuple[str, str]]:
    names = Referral.objects.order_by("channel").values_list("channel", flat=True).distinct()[:50]
    return [(name, name) for name in names]


def _reasons() -> list[tuple[str, str]]:
    found = Referral.objects.exclude(close_reason="").order_by("close_reason").values_list("close_reason", flat=True)
    return [(reason, str(reason_label(reason))) for reason in found.distinct()]


def _made():
    return Referral.objects.exclude(risk=Referral.Risk.CONFIRMED)


def _succeeded():
    return _made().filter(converted_at__isnull=False)


_OF_CUSTOMERS = (
    Fact("referrals_made", _("Friends referred"), GROUP, NUMBER,
         Total(_made, Count("id"), by="referrer_id", window="confirmed_at"), permission="referrals:read",
         phrases={"at_least": _("who referred at least %(value)s friends"), "is": _("who referred %(value)s friends")}),
    Fact("referrals_succeeded", _("Friends who bought"), GROUP, NUMBER,
         Total(_succeeded, Count("id"), by="referrer_id", window="converted_at"), permission="referrals:read",
         phrases={"at_least": _("at least %(value)s of whose friends bought"),
                  "is": _("%(value)s of whose friends bought")}),
    Fact("last_referral_at", _("Last referral"), GROUP, MOMENT,
         Total(_made, Max("confirmed_at"), by="referrer_id", nothing=None), permission="referrals:read"),
    Fact("was_referred", _("Came by a referral"), GROUP, YES_NO, Many(Referral.objects.all, by="referee_id"),
         permission="referrals:read",
         phrases={"yes": _("who came by a referral"), "no": _("who did not come by a referral")}),
    Fact("referral_stage", _("Stage of the referral they came by"), GROUP, CHOICE,
         One(Referral.objects.all, "stage", by="referee_id"), Referral.Stage.choices, "referrals:read"),
    Fact("referred_in", _("Campaign they came by"), GROUP, SET,
         Many(Referral.objects.all, "campaign_id", by="referee_id", window="confirmed_at"), _campaigns, "referrals:read",
         is_by_id=True),
    Fact("refers_in", _("Campaigns they refer in"), GROUP, SET,
         Many(ReferralCode.objects.all, "campaign_id", by="referrer_id", window="created_at"), _campaigns,
         "referrals:read", is_by_id=True),
)  # fmt: skip

_OF_REFERRALS = (
    Fact("stage", _("Stage"), REFERRAL, CHOICE, Column("stage"), Referral.Stage.choices, "referrals:read"),
    Fact("attribution", _("Attribution"), REFERRAL, CHOICE, Column("attribution"), Referral.Attribution.choices,
         "referrals:read"),
    Fact("risk", _("Risk"), REFERRAL, CHOICE, Column("risk"), Referral.Risk.choices, "referrals:read"),
    Fact("campaign", _("Campaign"), REFERRAL, CHOICE, Column("campaign_id"), _campaigns, "referrals:read",
         is_by_id=True),
    Fact("channel", _("Channel"), REFERRAL, CHOICE, Column("channel"), _channels, "referrals:read"),
    Fact("close_reason", _("Reason for closing"), REFERRAL, CHOICE, Column("close_reason", empty=("",)), _reasons,
         "referrals:read"),
    Fact("confirmed_at", _("Confirmed on"), REFERRAL, MOMENT, Column("confirmed_at"), permission="referrals:read"),
    Fact("converted_at", _("Converted on"), REFERRAL, MOMENT, Column("converted_at"), permission="referrals:read"),
    Fact("referrer_name", _("Referrer"), REFERRAL, TEXT, Column("referrer__name"), permission="referrals:read"),
    Fact("referee_name", _("Friend"), REFERRAL, TEXT, Column("referee__name"), permission="referrals:read"),
    Fact("referee_owner", _("Owner of the friend"), REFERRAL, MEMBER, Column("referee__owner_id"), members,
         "referrals:read"),
)  # fmt: skip

# A reward knows its campaign and its referral by their ids alone: what they are is told here, upstairs.
_OF_REWARDS = (
    Fact("campaign", _("Campaign"), REFERRAL, CHOICE, Column("campaign_id"), _campaigns, "rewards:read", is_by_id=True),
    Fact("is_of_referral", _("Comes from a referral"), REFERRAL, YES_NO,
         Many(lambda: Reward.objects.filter(referral_id__isnull=False), by="id"), permission="rewards:read"),
)  # fmt: skip

FACTS = (Facts("customer", _OF_CUSTOMERS), Facts("referral", _OF_REFERRALS), Facts("reward", _OF_REWARDS))


def segment_uses(segment_id: UUID) -> list[Use]:
    """Campaigns whose target group is this segment, or that are still to be told to it (config/wiring.py)."""
    unfinished = Promotion.objects.filter(segment_id=segment_id, state__in=["waiting", "sending"]).values("campaign_id")
    rows = Campaign.objects.filter(Q(segment_id=segment_id) | Q(id__in=unfinished)).order_by("name")
    return [Use(gettext("Campaign"), row.name, "campaign", row.id) for row in rows]
