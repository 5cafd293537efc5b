"""Make and change campaigns: from a template or an earlier one, texts, window, terms."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from crm.models import Customer
from crm.operations.identity import check_member
from crm.queries.segments import check_for_machines
from referrals.errors import (
    BudgetCurrencyDiffers,
    GoalInvalid,
    NameMissing,
    TextsInvalid,
    UnknownTarget,
    UnknownTemplate,
    WindowBackwards,
    WrongCampaignState,
)
from referrals.models import Campaign, RuleVersion
from referrals.names import Names, names_in
from referrals.operations.giving import refuse_unknown_rewards
from referrals.operations.golden import copy_golden_cases, refuse_failing_golden_cases
from referrals.operations.profiles import copy_source_rules
from referrals.operations.public_words import refuse_changed_texts
from referrals.operations.reminding import copy_reminders
from referrals.operations.responsibility import copy_responsibilities
from referrals.queries import current_version, planned_terms
from referrals.rules import Terms, read_terms, terms_json
from referrals.templates import LANGUAGES, TEMPLATES, TEXT_FIELDS, Coupon, Template, default_terms, minor
from referrals.wording import filled_texts
from rewards.models import Budget, CouponKind
from rewards.operations import ensure_coupon_kind, open_budget
from tenancy import audit, door
from tenancy.models import Organisation

Texts = Mapping[str, Mapping[str, str]]
_TARGET_LISTS = ("stages", "tiers", "tags")
AIMS = ("new_customers", "revenue", "reactivation", "awareness", "members")
_MOST = 10**15


def create_campaign(
    *,
    template: str,
    name: str,
    starts_at: datetime,
    ends_at: datetime | None = None,
    target: Mapping[str, Any] | None = None,
    terms_changes: Mapping[str, Any] | None = None,
    budget_limit_minor: int | None = None,
    texts: Texts | None = None,
    responsible_id: UUID | None = None,
    segment_id: UUID | None = None,
    goal: Mapping[str, Any] | None = None,
    is_wechat_safe: bool | None = None,
) -> Campaign:
    """Draft a campaign from a template, complete with terms, texts, coupon and (with a limit) budget.

    `terms_changes` replaces top-level terms of the template; `texts` replaces single texts.
    """
    pattern = TEMPLATES.get(template)
    if pattern is None:
        raise UnknownTemplate(template=template)
    currency = Organisation.objects.values_list("currency", flat=True).get(id=door.organisation_id())
    terms = read_terms({**default_terms(pattern, currency), **(terms_changes or {})})
    ensure_coupon(pattern, terms)
    own = filled_texts(pattern, terms, refuse_unknown_rewards(terms))
    campaign = draft_campaign(
        template=template, name=name, starts_at=starts_at, ends_at=ends_at, target=target or {},
        texts=_merged(own, texts or {}), responsible_id=responsible_id, script=dict(pattern.script),
        follow_up_hours=pattern.follow_up_hours, segment_id=segment_id, goal=dict(goal or {}), is_wechat_safe=is_wechat_safe,
    )  # fmt: skip
    _fund(campaign, budget_limit_minor, terms.currency)
    publish_terms(campaign.id, terms_json(terms))
    return Campaign.objects.get(id=campaign.id)


def copy_campaign(
    campaign_id: UUID,
    *,
    name: str,
    starts_at: datetime,
    ends_at: datetime | None = None,
    budget_limit_minor: int | None = None,
) -> Campaign:
    """Draft a campaign like an earlier one: its terms, people, rules of sources and reminders, and a budget of its own."""
    earlier = Campaign.objects.get(id=campaign_id)
    terms = planned_terms(earlier)
    campaign = draft_campaign(
        template=earlier.template, name=name, starts_at=starts_at, ends_at=ends_at, target=earlier.target,
        texts=earlier.texts, responsible_id=earlier.responsible_id, script=earlier.script,
        follow_up_hours=earlier.follow_up_hours, segment_id=earlier.segment_id, goal=earlier.goal,
        is_wechat_safe=earlier.is_wechat_safe,
    )  # fmt: skip
    if terms:
        _fund(campaign, budget_limit_minor, terms["currency"])
        publish_terms(campaign.id, terms)
    copy_golden_cases(campaign_id, campaign.id)
    copy_responsibilities(campaign_id, campaign.id)
    copy_source_rules(campaign_id, campaign.id)
    copy_reminders(campaign_id, campaign.id)
    return Campaign.objects.get(id=campaign.id)


def update_campaign(campaign_id: UUID, **changes: Any) -> Campaign:
    """Change name, window, target, segment_id, texts, script, responsible or follow_up_hours. Single texts may be given."""
    campaign = Campaign.objects.select_for_update(no_key=True).get(id=campaign_id)
    if campaign.state == Campaign.State.ENDED:
        raise WrongCampaignState(state=campaign.state)
    before = campaign.texts
    if "texts" in changes:
        changes["texts"] = _merged(before, changes["texts"])
    for field, value in changes.items():
        setattr(campaign, field, value)
    _refuse_malformed(campaign)
    refuse_changed_texts(campaign, before)
    campaign.save(update_fields=list(changes))
    audit.record("campaign.changed", campaign, {"fields": sorted(changes)})
    return campaign


def fund_campaign(campaign_id: UUID, limit_minor: int) -> Campaign:
    """Set a budget aside for a campaign that has none."""
    campaign = Campaign.objects.select_for_update(no_key=True).get(id=campaign_id)
    terms = planned_terms(campaign)
    if campaign.budget_id or terms is None:
        raise WrongCampaignState(state=campaign.state, because="budget_there" if campaign.budget_id else "terms_not_there")
    _fund(campaign, limit_minor, terms["currency"])
    return campaign


def share_budget(campaign_id: UUID, budget_id: UUID) -> Campaign:
    """Let a campaign that has no budget draw on one that others may draw on too."""
    campaign = Campaign.objects.select_for_update(no_key=True).get(id=campaign_id)
    budget = Budget.objects.get(id=budget_id)
    terms = planned_terms(campaign)
    if campaign.budget_id or terms is None:
        raise WrongCampaignState(state=campaign.state, because="budget_there" if campaign.budget_id else "terms_not_there")
    if budget.currency != terms["currency"]:
        raise BudgetCurrencyDiffers(budget=budget.currency, terms=terms["currency"], field="campaign")
    campaign.budget = budget
    campaign.save(update_fields=["budget"])
    audit.record("campaign.funded", campaign, {"budget_id": str(budget_id)})
    return campaign


def publish_terms(
    campaign_id: UUID, terms: Mapping[str, Any], *, honour: str = RuleVersion.Honour.HONOUR_OLD
) -> RuleVersion:
    """Put new terms in force for those who come from now on; `honour` says what that means for who came before.

    The same terms again make no new version.
    """
    campaign = Campaign.objects.select_for_update(no_key=True).get(id=campaign_id)
    if campaign.state == Campaign.State.ENDED:
        raise WrongCampaignState(state=campaign.state)
    read = read_terms(terms)
    names = refuse_unknown_rewards(read)
    refuse_failing_golden_cases(campaign_id, read)
    _forget_draft(campaign)
    before = current_version(campaign_id)
    if before and before.terms == terms_json(read):
        return before
    version = RuleVersion.objects.create(
        campaign=campaign, number=before.number + 1 if before else 1, terms=terms_json(read),
        published_at=door.moment(), published_by=door.actor().id, honour=honour,
    )  # fmt: skip
    if before:
        refresh_texts(campaign, read_terms(before.terms), read, names)
    audit.record("campaign.terms_published", campaign, {"version": version.number, "honour": honour})
    return version


def _forget_draft(campaign: Campaign) -> None:
    """What is published now is newer than what somebody began to write."""
    if campaign.draft_terms is not None:
        campaign.draft_terms = None
        campaign.save(update_fields=["draft_terms"])


def draft_campaign(**fields: Any) -> Campaign:
    """Draft a campaign; organisations in Chinese begin in WeChat-safe mode."""
    if fields.get("is_wechat_safe") is None:
        fields["is_wechat_safe"] = _speaks_chinese()
    campaign = Campaign(created_at=door.moment(), **fields)
    _refuse_malformed(campaign)
    campaign.save()
    audit.record("campaign.created", campaign, {"template": campaign.template})
    return campaign


def _speaks_chinese() -> bool:
    return Organisation.objects.values_list("language", flat=True).get(id=door.organisation_id()) == "zh-hans"


def _fund(campaign: Campaign, limit_minor: int | None, currency: str) -> None:
    if limit_minor is not None:
        campaign.budget = open_budget(name=campaign.name, currency=currency, limit_minor=limit_minor)
        campaign.save(update_fields=["budget"])


def _refuse_malformed(campaign: Campaign) -> None:
    campaign.name = campaign.name.strip()[:120]
    if not campaign.name:
        raise NameMissing
    if campaign.ends_at is not None and campaign.ends_at <= campaign.starts_at:
        raise WindowBackwards
    _refuse_unknown_target(campaign.target)
    refuse_unknown_goal(campaign.goal)
    check_for_machines(campaign.segment_id)
    check_member(campaign.responsible_id, field="responsible_id")
    _refuse_unknown_texts(campaign.texts)


def refuse_unknown_goal(goal: Any) -> None:
    if not isinstance(goal, Mapping):
        raise GoalInvalid
    numbers = {name: value for name, value in goal.items() if name != "aim"}
    is_known = set(goal) <= {"aim", "friends", "revenue_minor"} and goal.get("aim", AIMS[0]) in AIMS
    if not is_known or not all(isinstance(value, int) and 0 < value <= _MOST for value in numbers.values()):
        raise GoalInvalid


def _refuse_unknown_target(target: Any) -> None:
    is_known = isinstance(target, Mapping) and all(
        name in _TARGET_LISTS and isinstance(values, list) and all(isinstance(value, str) for value in values)
        for name, values in target.items()
    )
    if not is_known or not set(target.get("stages", ())) <= set(Customer.Stage.values):
        raise UnknownTarget


def _refuse_unknown_texts(texts: Any) -> None:
    for language, fields in texts.items() if isinstance(texts, Mapping) else [("", None)]:
        if language not in LANGUAGES or not isinstance(fields, Mapping):
            raise TextsInvalid
        if not all(name in TEXT_FIELDS and isinstance(text, str) and len(text) <= 2000 for name, text in fields.items()):
            raise TextsInvalid


def _merged(texts: Texts, changes: Any) -> dict[str, dict[str, str]]:
    _refuse_unknown_texts(changes)
    return {language: {**texts.get(language, {}), **changes.get(language, {})} for language in LANGUAGES}


# --- coupons, texts that follow the terms ----------------------------------------------------------


def ensure_coupon(template: Template, terms: Terms) -> None:
    """Make the template's coupon if these terms still give it."""
    coupon = template.coupon
    if coupon and coupon.code in terms.coupons and not CouponKind.objects.filter(code=coupon.code).exists():
        ensure_coupon_kind(**_definition(coupon, terms.currency))


def _definition(coupon: Coupon, currency: str) -> dict[str, Any]:
    return {
        "code": coupon.code, "name": dict(coupon.name), "currency": currency,
        "value_minor": minor(coupon.value, currency), "percent": Decimal(coupon.percent),
        "cap_minor": None if coupon.cap is None else minor(coupon.cap, currency),
        "minimum_minor": minor(coupon.minimum, currency), "valid_days": coupon.valid_days,
    }  # fmt: skip


def refresh_texts(campaign: Campaign, before: Terms, after: Terms, names: Names) -> None:
    """Write new amounts into texts nobody has edited; edited ones stay as they are."""
    template = TEMPLATES.get(campaign.template)
    if template is None:
        return
    old, new = filled_texts(template, before, names_in(before.all_rewards)), filled_texts(template, after, names)
    fresh = {
        language: {name: new[language][name] if text == old[language].get(name) else text for name, text in fields.items()}
        for language, fields in campaign.texts.items()
    }
    if fresh != campaign.texts:
        campaign.texts = fresh
        campaign.save(update_fields=["texts"])
