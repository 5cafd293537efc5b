"""Is a campaign ready to start? Every check, with a sentence and the place where it is mended.

The start itself asks here too (operations/running.py). A subject that has something to say adds a Check to CHECKS.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from referrals import ready_words
from referrals.errors import TermsInvalid
from referrals.models import Campaign, Responsibility
from referrals.names import coupons
from referrals.queries.campaigns import planned_terms
from referrals.queries.dead_ends import dead_ends, said_of
from referrals.queries.findings import NOTE, STOP, WARN, Check, Checked, Finding, Plan
from referrals.queries.golden import failing_golden_cases
from referrals.queries.ready_guards import inducing, language_name, money_said, text_name, unkept_amounts, unlawful
from referrals.queries.responsibility import stages_without_owner
from referrals.rules import cost_minor, expected, read_terms
from referrals.rules.terms import Terms
from referrals.templates import LANGUAGES, TEXT_FIELDS
from tenancy import door
from tenancy.models import Organisation


def readiness(campaign: Campaign) -> list[Checked]:
    """Look at everything that has to be right before a start."""
    plan = plan_of(campaign)
    return [_checked(check, plan) for check in CHECKS]


def is_ready(checked: Iterable[Checked]) -> bool:
    return all(each.level != STOP for each in checked)


def stops(campaign: Campaign) -> list[Finding]:
    """List what forbids the start."""
    return [each for checked in readiness(campaign) for each in checked.findings if each.level == STOP]


def stops_of_terms(campaign: Campaign, terms: Terms) -> list[Finding]:
    """List what WeChat and the law forbid under other terms than those planned."""
    plan = Plan(campaign, terms, Organisation.objects.get(id=door.organisation_id()))
    return [found for look in (inducing, unlawful) for found in look(plan) if found.level == STOP]


def plan_of(campaign: Campaign) -> Plan:
    organisation = Organisation.objects.get(id=door.organisation_id())
    data = planned_terms(campaign)
    try:
        return Plan(campaign, read_terms(data) if data else None, organisation)
    except TermsInvalid as refusal:
        return Plan(campaign, None, organisation, refusal)


def _checked(check: Check, plan: Plan) -> Checked:
    return Checked(
        check.key, str(check.title or ready_words.TITLES[check.key]), check.step, tuple(check.find(plan)),
        str(check.passed or ready_words.PASSED[check.key]),
    )  # fmt: skip


# --- dates, terms, budget -----------------------------------------------------------------------------


def _terms(plan: Plan) -> Iterable[Finding]:
    if plan.refusal:
        yield Finding("terms_unreadable", STOP, "rewards", {"reason": plan.refusal.sentence(_)})
    elif plan.terms is None:
        yield Finding("terms_missing", STOP, "template")


def _texts(plan: Plan) -> Iterable[Finding]:
    for language in LANGUAGES:
        told = plan.campaign.texts.get(language, {})
        for name in TEXT_FIELDS:
            if not told.get(name, "").strip():
                facts = {"language": language_name(language), "name": text_name(name)}
                yield Finding("text_missing", STOP, "texts", facts, place=f"{language}/{name}")
    for language in LANGUAGES:
        if not (plan.campaign.script.get(language) or "").strip():
            yield Finding("script_missing", NOTE, "people", {"language": language_name(language)})


def _budget(plan: Plan) -> Iterable[Finding]:
    budget, terms = plan.campaign.budget, plan.terms
    if budget is None:
        yield Finding("budget_missing", STOP, "limits")
    elif terms and budget.currency != terms.currency:
        facts = {"budget": budget.currency, "terms": terms.currency}
        yield Finding("budget_currency_differs", STOP, "limits", facts)
    elif terms:
        yield from _worth(plan, terms)


def _worth(plan: Plan, terms: Terms) -> Iterable[Finding]:
    budget, cost = plan.campaign.budget, cost_of_one(terms)
    said = {"limit": money_said(budget.limit_minor, budget.currency), "cost": money_said(cost, terms.currency)}
    if 0 < budget.limit_minor < cost:
        yield Finding("budget_too_small", WARN, "limits", said)
    elif budget.left_minor <= 0:
        yield Finding("budget_empty", WARN, "limits")


def cost_of_one(terms: Terms, about: Mapping[str, Any] | None = None) -> int:
    """Say what one friend costs who just reaches the minimum; `about` says whose."""
    dues = expected(terms, about)
    kinds = coupons(due.coupon for due in dues if due.kind == "coupon")
    costs = {code: kind.value_minor or kind.cap_minor or 0 for code, kind in kinds.items()}
    return sum(cost_minor(due, terms, costs) for due in dues if due.kind != "coupon" or due.coupon in costs)


# --- what contradicts itself --------------------------------------------------------------------------------


def _reach(plan: Plan) -> Iterable[Finding]:
    """Name what never comes to bear; a campaign whose orders can never count must not start."""
    for dead in dead_ends(plan.campaign, plan.terms, cost_of_one(plan.terms)) if plan.terms else ():
        is_all = dead.code == "conditions_contradict" and not plan.terms.milestones
        step = {"limits": "limits", "success": "counts"}.get(dead.place.partition("/")[0], "rewards")
        yield Finding(dead.code, STOP if is_all else WARN, step, said_of(dead, plan.terms.currency), place=dead.place)


def _window(plan: Plan) -> Iterable[Finding]:
    ends_at = plan.campaign.ends_at
    if ends_at is None:
        yield Finding("no_end", NOTE, "goal")
    elif ends_at <= door.moment():
        yield Finding("window_past", STOP, "goal")


# --- people -------------------------------------------------------------------------------------------


def _responsible(plan: Plan) -> Iterable[Finding]:
    responsible = plan.campaign.responsible
    if responsible is None:
        yield Finding("nobody_responsible", WARN, "people")
    elif not responsible.is_active:
        yield Finding("responsible_left", WARN, "people", {"name": responsible.user.name})


def _stages(plan: Plan) -> Iterable[Finding]:
    """Look at a map that somebody has written; without one all follows from who is responsible."""
    is_written = Responsibility.objects.filter(campaign_id=plan.campaign.id).exists()
    if is_written and (missing := stages_without_owner(plan.campaign.id)):
        names = ", ".join(str(Responsibility.Stage(stage).label) for stage in missing)
        yield Finding("stage_unowned", STOP, "people", {"stages": names})


def _golden(plan: Plan) -> Iterable[Finding]:
    failing = failing_golden_cases(plan.campaign.id, plan.terms) if plan.terms else []
    if failing:  # terms in force were published with it: they go on, and somebody has to know
        is_new = plan.campaign.state in (Campaign.State.DRAFT, Campaign.State.SCHEDULED)
        yield Finding("golden_case_failed", STOP if is_new else WARN, "rewards", {"names": ", ".join(failing)})


CHECKS: list[Check] = [
    Check("terms", _terms, "counts"),
    Check("texts", _texts, "texts"),
    Check("budget", _budget, "limits"),
    Check("reach", _reach, "limits"),
    Check("window", _window, "goal"),
    Check("amounts", unkept_amounts, "texts"),
    Check("wechat", inducing, "texts"),
    Check("law", unlawful, "rewards"),
    Check("responsible", _responsible, "people"),
    Check("stages", _stages, "people"),
    Check("golden", _golden, "rewards"),
]
