"""Build a campaign step by step: begin, choose a template or an earlier campaign, write terms that are not in force yet."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from referrals.errors import UnknownTemplate, WrongCampaignState
from referrals.models import Campaign, LegalNote, RuleVersion
from referrals.names import names_in
from referrals.operations.campaigns import (
    draft_campaign,
    ensure_coupon,
    publish_terms,
    refresh_texts,
    refuse_unknown_goal,
)
from referrals.operations.giving import refuse_unknown_rewards
from referrals.operations.profiles import copy_source_rules
from referrals.operations.responsibility import copy_responsibilities
from referrals.queries import current_version, planned_terms
from referrals.rules import read_terms, terms_json
from referrals.rules.law import LEGAL_NOTE
from referrals.templates import TEMPLATES, default_terms
from referrals.wording import filled_texts
from tenancy import audit, door
from tenancy.models import Organisation

_UNSTARTED = (Campaign.State.DRAFT, Campaign.State.SCHEDULED)


def begin_campaign(
    *,
    name: str,
    starts_at: datetime,
    ends_at: datetime | None = None,
    goal: Mapping[str, Any] | None = None,
    target: Mapping[str, Any] | None = None,
    segment_id: UUID | None = None,
) -> Campaign:
    """Draft a campaign that has an aim and an audience, and everything else still to come."""
    refuse_unknown_goal(goal or {})
    return draft_campaign(
        template="", name=name, starts_at=starts_at, ends_at=ends_at, goal=dict(goal or {}), target=dict(target or {}),
        segment_id=segment_id,
    )  # fmt: skip


def set_goal(campaign_id: UUID, goal: Mapping[str, Any]) -> Campaign:
    refuse_unknown_goal(goal)
    campaign = _of_living(campaign_id)
    if campaign.goal != goal:
        campaign.goal = dict(goal)
        campaign.save(update_fields=["goal"])
        audit.record("campaign.changed", campaign, {"fields": ["goal"]})
    return campaign


def set_wechat_safe(campaign_id: UUID, is_safe: bool) -> Campaign:
    """Let inducing words stop the start, or only warn."""
    campaign = _of_living(campaign_id)
    if campaign.is_wechat_safe != is_safe:
        campaign.is_wechat_safe = is_safe
        campaign.save(update_fields=["is_wechat_safe"])
        audit.record("campaign.changed", campaign, {"is_wechat_safe": [not is_safe, is_safe]})
    return campaign


def choose_template(campaign_id: UUID, key: str) -> Campaign:
    """Give a draft the terms, texts and script of a template. The template it has already changes nothing."""
    campaign, template = _of_unstarted(campaign_id), TEMPLATES.get(key)
    if template is None:
        raise UnknownTemplate(template=key, field="template")
    if campaign.template == key and planned_terms(campaign):
        return campaign
    currency = Organisation.objects.values_list("currency", flat=True).get(id=door.organisation_id())
    terms = read_terms(default_terms(template, currency))
    ensure_coupon(template, terms)
    campaign.template, campaign.script = key, dict(template.script)
    campaign.follow_up_hours, campaign.draft_terms = template.follow_up_hours, terms_json(terms)
    campaign.texts = filled_texts(template, terms, refuse_unknown_rewards(terms))
    campaign.save(update_fields=["template", "script", "follow_up_hours", "draft_terms", "texts"])
    audit.record("campaign.changed", campaign, {"fields": ["template"], "template": key})
    return campaign


def take_over(campaign_id: UUID, earlier_id: UUID) -> Campaign:
    """Give a draft the terms, texts, script, people and rules of sources of an earlier one; its name, dates and aim stay."""
    campaign, earlier = _of_unstarted(campaign_id), Campaign.objects.get(id=earlier_id)
    campaign.template, campaign.texts, campaign.script = earlier.template, earlier.texts, earlier.script
    campaign.follow_up_hours, campaign.is_wechat_safe = earlier.follow_up_hours, earlier.is_wechat_safe
    campaign.draft_terms = planned_terms(earlier)
    campaign.responsible_id = campaign.responsible_id or earlier.responsible_id
    campaign.save(
        update_fields=["template", "texts", "script", "follow_up_hours", "is_wechat_safe", "draft_terms", "responsible"]
    )
    copy_responsibilities(earlier_id, campaign_id)
    copy_source_rules(earlier_id, campaign_id)
    audit.record("campaign.changed", campaign, {"fields": ["template"], "like": str(earlier_id)})
    return campaign


def fill_empty_texts(campaign_id: UUID) -> Campaign:
    """Write the template's words, with the amounts planned, where a text is empty."""
    campaign = _of_living(campaign_id)
    terms, template = planned_terms(campaign), TEMPLATES.get(campaign.template)
    if terms is None or template is None:
        return campaign
    read = read_terms(terms)
    own = filled_texts(template, read, names_in(read.rewards))
    before = campaign.texts
    campaign.texts = {
        language: {name: before.get(language, {}).get(name) or text for name, text in named.items()}
        for language, named in own.items()
    }
    if campaign.texts != before:
        campaign.save(update_fields=["texts"])
        audit.record("campaign.changed", campaign, {"fields": ["texts"]})
    return campaign


# --- terms that are not in force yet ---------------------------------------------------------------


def save_draft_terms(campaign_id: UUID, terms: Mapping[str, Any]) -> Campaign:
    """Keep terms that are being written. Nobody comes under them before they are published.

    Before the start, texts that nobody edited follow them; while the campaign runs they do so when the terms are published.
    """
    campaign = _of_living(campaign_id)
    read = read_terms(terms)
    names = refuse_unknown_rewards(read)
    before, told = planned_terms(campaign), terms_json(read)
    if before == told:
        return campaign
    in_force = current_version(campaign_id)
    campaign.draft_terms = None if in_force and in_force.terms == told else told
    campaign.save(update_fields=["draft_terms"])
    if before and campaign.state in _UNSTARTED:
        refresh_texts(campaign, read_terms(before), read, names)
    audit.record("campaign.terms_drafted", campaign, {})
    return campaign


def drop_draft_terms(campaign_id: UUID) -> Campaign:
    """Go back to the terms in force."""
    campaign = _of_living(campaign_id)
    in_force = current_version(campaign_id)
    if campaign.draft_terms is None or in_force is None:
        raise WrongCampaignState(state=campaign.state, because="drafts_not_there")
    dropped, kept = read_terms(campaign.draft_terms), read_terms(in_force.terms)
    campaign.draft_terms = None
    campaign.save(update_fields=["draft_terms"])
    if campaign.state in _UNSTARTED:
        refresh_texts(campaign, dropped, kept, names_in(kept.rewards))
    audit.record("campaign.terms_dropped", campaign, {})
    return campaign


def publish_draft_terms(campaign: Campaign, **how: Any) -> RuleVersion | None:
    """Put the terms that were written in force; None where there are none."""
    if campaign.draft_terms is None:
        return None
    version = publish_terms(campaign.id, campaign.draft_terms, **how)
    campaign.draft_terms = None
    return version


# --- the legal note ----------------------------------------------------------------------------------


def acknowledge_legal_note() -> LegalNote:
    """Say, once for the organisation, that the note on two levels was read."""
    found = LegalNote.objects.filter(note=LEGAL_NOTE).first()
    if found:
        return found
    noted = LegalNote.objects.create(note=LEGAL_NOTE, acknowledged_at=door.moment(), acknowledged_by=door.actor().id)
    audit.record("legal_note.acknowledged", noted, {"note": LEGAL_NOTE})
    return noted


def _of_living(campaign_id: UUID) -> Campaign:
    campaign = Campaign.objects.select_for_update(no_key=True).get(id=campaign_id)
    if campaign.state == Campaign.State.ENDED:
        raise WrongCampaignState(state=campaign.state)
    return campaign


def _of_unstarted(campaign_id: UUID) -> Campaign:
    campaign = _of_living(campaign_id)
    if campaign.state not in _UNSTARTED:
        raise WrongCampaignState(state=campaign.state)
    return campaign
