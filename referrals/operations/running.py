"""A campaign's states: draft → scheduled → running ⇄ paused → ended. Every move is compare-and-set."""

from uuid import UUID

from referrals.errors import (
    BudgetCurrencyDiffers,
    BudgetMissing,
    NotReady,
    NotYetDue,
    TermsMissing,
    TextsMissing,
    WindowPast,
    WrongCampaignState,
)
from referrals.models import Campaign
from referrals.operations.building import publish_draft_terms
from referrals.queries.readiness import Finding, stops
from tenancy import audit, door

_State = Campaign.State


def schedule_campaign(campaign_id: UUID) -> Campaign:
    """Let a complete draft start by itself when its time comes."""
    campaign = Campaign.objects.get(id=campaign_id)
    if campaign.starts_at <= door.moment():
        raise NotYetDue
    refuse_incomplete(campaign)
    publish_draft_terms(campaign)
    return _move(campaign, [_State.DRAFT], _State.SCHEDULED, "campaign.scheduled")


def start_campaign(campaign_id: UUID) -> Campaign:
    """Run a complete draft from now on; a start planned for later is brought forward."""
    campaign = Campaign.objects.get(id=campaign_id)
    refuse_incomplete(campaign)
    if campaign.state in (_State.DRAFT, _State.SCHEDULED):
        publish_draft_terms(campaign)
    changes = {"starts_at": min(campaign.starts_at, door.moment())}
    return _move(campaign, [_State.DRAFT, _State.SCHEDULED], _State.RUNNING, "campaign.started", **changes)


def pause_campaign(campaign_id: UUID) -> Campaign:
    """Take nobody new for a while. Orders of friends who came before still earn."""
    return _move(Campaign.objects.get(id=campaign_id), [_State.RUNNING], _State.PAUSED, "campaign.paused")


def resume_campaign(campaign_id: UUID) -> Campaign:
    campaign = Campaign.objects.get(id=campaign_id)
    refuse_incomplete(campaign)
    return _move(campaign, [_State.PAUSED], _State.RUNNING, "campaign.resumed")


def end_campaign(campaign_id: UUID) -> Campaign:
    """Take nobody new any more. Promises to those who came before are kept."""
    moment = door.moment()
    campaign = Campaign.objects.get(id=campaign_id)
    is_early = moment > campaign.starts_at and (campaign.ends_at is None or campaign.ends_at > moment)
    changes = {"ends_at": moment} if is_early else {}
    before = [_State.SCHEDULED, _State.RUNNING, _State.PAUSED]
    return _move(campaign, before, _State.ENDED, "campaign.ended", **changes)


def turn_due_campaigns() -> int:
    """Start what is scheduled for now, end what is over; one that cannot start goes back to draft, in the audit."""
    moment, turned = door.moment(), 0
    for campaign in Campaign.objects.filter(state=_State.SCHEDULED, starts_at__lte=moment):
        turned += _start_or_give_back(campaign)
    for campaign in Campaign.objects.filter(state__in=[_State.RUNNING, _State.PAUSED], ends_at__lte=moment):
        turned += _try_move(campaign, [campaign.state], _State.ENDED, "campaign.ended")
    return turned


def _start_or_give_back(campaign: Campaign) -> bool:
    try:
        refuse_incomplete(campaign)
        publish_draft_terms(campaign)
    except NotReady as refusal:
        return _try_move(campaign, [_State.SCHEDULED], _State.DRAFT, "campaign.start_refused", reason=refusal.code)
    return _try_move(campaign, [_State.SCHEDULED], _State.RUNNING, "campaign.started")


# What was refused by a name of its own before there were many checks keeps it.
_NAMED = {
    "terms_missing": TermsMissing, "text_missing": TextsMissing, "budget_missing": BudgetMissing,
    "budget_currency_differs": BudgetCurrencyDiffers, "window_past": WindowPast,
}  # fmt: skip


def refuse_incomplete(campaign: Campaign) -> None:
    """Refuse to run what a check forbids; the refusal lists everything that stands in the way."""
    found = stops(campaign)
    if not found:
        return
    told = [_told(finding) for finding in found]
    names = {_NAMED.get(finding.code, NotReady) for finding in found}
    if len(names) == 1 and NotReady not in names:
        raise names.pop()(**found[0].facts, findings=told)
    raise NotReady(reasons=" ".join(each["sentence"] for each in told), findings=told)


def _told(finding: Finding) -> dict[str, str]:
    return {"code": finding.code, "sentence": finding.sentence, "step": finding.step, "place": finding.place}


def _move(campaign: Campaign, before: list[str], after: str, action: str, **changes) -> Campaign:
    if not _try_move(campaign, before, after, action, **changes):
        raise WrongCampaignState(state=campaign.state, wanted=after)
    return Campaign.objects.get(id=campaign.id)


def _try_move(campaign: Campaign, before: list[str], after: str, action: str, *, reason: str = "", **changes) -> bool:
    moved = Campaign.objects.filter(id=campaign.id, state__in=before).update(state=after, **changes)
    if moved:
        audit.record(action, campaign, {"state": [campaign.state, after]} | ({"reason": reason} if reason else {}))
    return bool(moved)
