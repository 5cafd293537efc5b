"""A member's referrals: shortened names, four steps with their dates, and what is waited for."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from foundation.contacts import mask_name
from portal import wording
from portal.offers import gifts, what_both_get
from referrals.models import Campaign, Invitation, Referral
from referrals.operations import is_in_target
from referrals.queries import contacted, current_versions
from referrals.rules.terms import Terms, read_terms
from rewards.models import Reward
from tenancy import door

_NOT_PROMISED = (Reward.State.ESTIMATED, Reward.State.LAPSED)


@dataclass(frozen=True)
class Step:
    name: str
    at: datetime | None


@dataclass(frozen=True)
class Friend:
    referral_id: UUID
    name: str
    campaign: str
    state: str
    tone: str
    steps: list[Step]
    reason: str


@dataclass(frozen=True)
class OpenCampaign:
    id: UUID
    name: str
    both: str  # "200 points for you, £4 off for your friend"


def open_campaigns(customer) -> list[OpenCampaign]:
    """List the running campaigns that this customer may pass on."""
    running = Campaign.objects.filter(state=Campaign.State.RUNNING).order_by("-starts_at")
    mine = [one for one in running if (one.ends_at is None or one.ends_at > door.moment()) and is_in_target(one, customer)]
    versions = current_versions([campaign.id for campaign in mine])
    return [_open(campaign, read_terms(versions[campaign.id].terms)) for campaign in mine]


def _open(campaign: Campaign, terms: Terms) -> OpenCampaign:
    return OpenCampaign(campaign.id, campaign.name, what_both_get(*gifts(terms)))


def came_by(customer_id: UUID) -> Friend | None:
    """Tell who brought the member, where somebody did, by a shortened name."""
    referral = Referral.objects.select_related("referrer", "campaign").filter(referee_id=customer_id).first()
    if referral is None:
        return None
    name = mask_name(referral.referrer.name)
    return Friend(referral.id, name, referral.campaign.name, state="", tone="", steps=[], reason="")


def waiting_friends(customer_id: UUID) -> int:
    """Count forms that were filled in but not confirmed; who they are stays in quarantine."""
    waiting = Invitation.objects.filter(code__referrer_id=customer_id, state=Invitation.State.WAITING)
    return waiting.filter(expires_at__gt=door.moment()).count()


def friends_of(referrals: Sequence[Referral]) -> list[Friend]:
    """Write a page of referrals, newest first; their rewards come in one statement."""
    rewards = defaultdict(list)
    mine = {referral.id: referral.referrer_id for referral in referrals}
    told = Reward.objects.filter(referral_id__in=mine, role="referrer", successor_id=None)
    for reward in told.exclude(state__in=_NOT_PROMISED).order_by("hold_until", "id"):
        if reward.beneficiary_id == mine[reward.referral_id]:
            rewards[reward.referral_id].append(reward)
    contacts = contacted(list(mine))
    return [_friend(referral, rewards[referral.id], contacts.get(referral.id)) for referral in referrals]


def _friend(referral: Referral, rewards: list[Reward], contacted_at: datetime | None) -> Friend:
    kept = [reward for reward in rewards if reward.kept > 0 and reward.state != Reward.State.REVERSED]
    arrived = [reward.settled_at for reward in kept if reward.settled_at]
    waiting = [reward for reward in kept if not reward.settled_at]
    state, tone, reason = _progress(referral, rewards, arrived, waiting)
    return Friend(
        referral_id=referral.id,
        name=mask_name(referral.referee.name),
        campaign=referral.campaign.name,
        state=state,
        tone=tone,
        steps=[
            Step(_("Invited"), referral.touched_at or referral.confirmed_at),
            Step(_("Confirmed"), referral.confirmed_at),
            Step(_("Contacted"), contacted_at),
            Step(_("Ordered"), referral.converted_at),
            Step(_("Rewarded"), max(arrived) if arrived and not waiting else None),
        ],
        reason=reason,
    )


def _progress(referral, rewards, arrived, waiting) -> tuple[str, str, str]:
    if referral.stage == Referral.Stage.CLOSED:
        return _("Closed"), "", _("This invitation did not lead to a reward.")
    if referral.stage == Referral.Stage.EXPIRED and not rewards:
        return _("Expired"), "", _("The time for the first order has passed.")
    if waiting and all(reward.hold_cause == "budget" for reward in waiting):
        return _("Ordered"), "wait", _("Your reward is promised: it comes as soon as its turn has come.")
    if any(reward.state == Reward.State.HELD for reward in waiting):
        return _("Being checked"), "wait", _("We are looking into this order before your reward is released.")
    if waiting:
        day = wording.day(waiting[-1].hold_until)
        return _("Ordered"), "wait", _("Your reward arrives on %(day)s, unless the order is returned before.") % {"day": day}
    if arrived:
        return _("Rewarded"), "good", ""
    if rewards:
        return _("Returned"), "", _("The order was returned or cancelled, so the reward was taken back.")
    if referral.converted_at:
        return _("Ordered"), "wait", _("The order is being looked at.")
    if referral.stage in (Referral.Stage.CONTACTED, Referral.Stage.QUALIFIED):
        return _("Contacted"), "", _("We are in touch with your friend.")
    return _("Confirmed"), "", _("Waiting for the first order.")
