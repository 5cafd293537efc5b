"""Is a campaign ready to start? Every check, with a sentence and the place where it is mended.

The start itself asks here too (operations/running.py). A subject that has something to say adds a Check to CHECKS.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from referrals import ready_words
from referrals.errors import TermsInvalid
from referrals.models import Campaign, LegalNote, Responsibility
from referrals.names import coupons
from referrals.queries.campaigns import planned_terms
from referrals.queries.dead_ends import dead_ends, said_of
from referrals.queries.golden import failing_golden_cases
from referrals.queries.responsibility import stages_without_owner
from referrals.rules import cost_minor, expected, read_terms
from referrals.rules.law import LEGAL_NOTE, Setup, judge_law
from referrals.rules.promised import promised
from referrals.rules.terms import Terms
from referrals.rules.wechat import Giving, lint_structure, lint_texts
from referrals.templates import BUSINESS, LANGUAGES, TEXT_FIELDS
from referrals.wording import money
from tenancy import door
from tenancy.models import Organisation

STOP, WARN, NOTE = "stop", "warn", "note"
LEVELS = (STOP, WARN, NOTE)


@dataclass(frozen=True)
class Finding:
    """`level`: stop (it must not start so), warn, or note (somebody has to know). `step`: where it is mended."""

    code: str
    level: str
    step: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    said: str = ""  # by checks that have words of their own
    place: str = ""  # of a text or a term
    instead: str = ""  # what could stand there

    @property
    def sentence(self) -> str:
        """Say it in the language that is active."""
        return self.said or str(ready_words.FOUND[self.code]) % {name: str(value) for name, value in self.facts.items()}


@dataclass(frozen=True)
class Plan:
    """What the checks look at: a campaign with the terms that it would start under."""

    campaign: Campaign
    terms: Terms | None
    organisation: Organisation
    refusal: TermsInvalid | None = None


@dataclass(frozen=True)
class Check:
    key: str
    find: Callable[[Plan], Iterable[Finding]]
    step: str = "check"
    title: str = ""  # both are lazy translations; empty: ready_words
    passed: str = ""


@dataclass(frozen=True)
class Checked:
    key: str
    title: str
    step: str
    findings: tuple[Finding, ...]
    passed: str

    @property
    def level(self) -> str:
        """Give the worst of it: stop, warn, note, or ok."""
        levels = {finding.level for finding in self.findings}
        return next((level for level in LEVELS if level in levels), "ok")


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
    return [found for look in (_wechat, _law) for found in look(plan) if found.level == STOP]


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
                facts = {"language": _language_name(language), "name": _text_name(name)}
                yield Finding("text_missing", STOP, "texts", facts, place=f"{language}/{name}")
    for language in LANGUAGES:
        if not (plan.campaign.script.get(language) or "").strip():
            yield Finding("script_missing", NOTE, "people", {"language": _language_name(language)})


def _language_name(language: str) -> str:
    return _("Chinese") if language == "zh-hans" else _("English")


def _text_name(name: str) -> str:
    return {"headline": _("Headline"), "offer": _("The offer"), "terms": _("Small print"), "share": _("Words to pass on")}[
        name
    ]


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
    said = {"limit": _money(budget.limit_minor, budget.currency), "cost": _money(cost, terms.currency)}
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


# --- WeChat, the law ----------------------------------------------------------------------------------


def _wechat(plan: Plan) -> Iterable[Finding]:
    """With WeChat-safe mode on, findings stop the start; else they warn."""
    level = STOP if plan.campaign.is_wechat_safe else WARN
    for found in lint_texts(texts_to_lint(plan.campaign)):
        step = "people" if found.place.endswith("/script") else "texts"
        instead = ready_words.INSTEAD[found.code].get(found.place.partition("/")[0], "")
        yield Finding(found.code, level, step, {"words": found.words}, place=found.place, instead=instead)
    for found in lint_structure(givings(plan.terms)):
        yield Finding(found.code, level, "rewards", place=found.place)


def texts_to_lint(campaign: Campaign) -> dict[str, dict[str, str]]:
    """What the public reads, and what is read to it."""
    return {
        language: {**campaign.texts.get(language, {}), "script": campaign.script.get(language) or ""}
        for language in LANGUAGES
    }


def givings(terms: Terms | None) -> list[Giving]:
    return [Giving(each.to, each.event, each.path) for each in promised(terms)] if terms else []


def _law(plan: Plan) -> Iterable[Finding]:
    if plan.terms is None:
        return
    for verdict in judge_law(promised(plan.terms), setup_of(plan)):
        code = f"{verdict.code}_notice" if verdict.code == "pay_for_heads" and not verdict.is_refused else verdict.code
        language = verdict.path.split("/")[1] if verdict.path.startswith("texts/") and "/" in verdict.path[6:] else ""
        yield Finding(
            code, STOP if verdict.is_refused else NOTE, _step_of(verdict.path), _said(verdict.facts), place=verdict.path,
            instead=ready_words.INSTEAD.get(code, {}).get(language, ""),
        )  # fmt: skip


def _step_of(path: str) -> str:
    subject = path.partition("/")[0]
    return {"texts": "texts", "ends_at": "goal", "legal_note": "check", "rewards": "rewards"}.get(subject, "rewards")


def _said(facts: Mapping[str, Any]) -> dict[str, Any]:
    threshold = {"threshold": _money(facts["minor"], facts["currency"])} if "minor" in facts else {}
    return {**facts, **threshold}


def setup_of(plan: Plan) -> Setup:
    campaign, limits = plan.campaign, plan.terms.limits
    return Setup(
        country=plan.organisation.country, currency=plan.terms.currency, has_end=campaign.ends_at is not None,
        has_rules_text=all(campaign.texts.get(language, {}).get("terms", "").strip() for language in LANGUAGES),
        is_note_acknowledged=LegalNote.objects.filter(note=LEGAL_NOTE).exists(),
        is_business=campaign.template in BUSINESS, texts=campaign.texts,
        rewards_in_30_days=limits.per_referrer_30_days and limits.per_referrer_30_days.count,
        rewards_in_all=limits.per_referrer and limits.per_referrer.count,
    )  # fmt: skip


# --- people -------------------------------------------------------------------------------------------


def _responsible(plan: Plan) -> Iterable[Finding]:
    responsible = plan.campaign.responsible
    if responsible is None:
        yield Finding("nobody_responsible", WARN, "people")
    elif not responsible.is_active:
        yield Finding("responsible_left", WARN, "people", {"name": responsible.user.name})


def _money(minor: int, currency: str) -> str:
    return money(minor, currency, "zh-hans" if (get_language() or "").startswith("zh") else "en")


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
    Check("wechat", _wechat, "texts"),
    Check("law", _law, "rewards"),
    Check("responsible", _responsible, "people"),
    Check("stages", _stages, "people"),
    Check("golden", _golden, "rewards"),
]
