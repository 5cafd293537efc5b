"""Checks before a start that guard what the public is told: WeChat, the law, amounts that texts promise."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from referrals import ready_words
from referrals.models import Campaign, LegalNote
from referrals.names import coupons
from referrals.queries.findings import NOTE, STOP, WARN, Finding, Plan
from referrals.queries.pages import shown_page
from referrals.rules.law import LEGAL_NOTE, Setup, judge_law
from referrals.rules.pages import words_of
from referrals.rules.promised import promised
from referrals.rules.terms import CouponGift, Terms, parts
from referrals.rules.told_amounts import Worth, amounts_in, amounts_of
from referrals.rules.wechat import Giving, lint_structure, lint_texts
from referrals.templates import BUSINESS, LANGUAGES, TEXT_FIELDS
from referrals.wording import money
from rewards.models import CouponKind


def inducing(plan: Plan) -> Iterable[Finding]:
    """With WeChat-safe mode on, findings stop the start; else they warn."""
    level = STOP if plan.campaign.is_wechat_safe else WARN
    for found in lint_texts(texts_to_lint(plan.campaign)):
        step = "people" if found.place.endswith("/script") else "texts"
        instead = ready_words.INSTEAD[found.code].get(found.place.partition("/")[0], "")
        yield Finding(found.code, level, step, {"words": found.words}, place=found.place, instead=instead)
    page = shown_page(plan.campaign.id)
    for found in lint_texts(words_of(page, in_wechat=True)) if page else ():
        instead = ready_words.INSTEAD[found.code].get(found.place.partition("/")[0], "")
        yield Finding(found.code, level, "page", {"words": found.words}, place=f"page/{found.place}", instead=instead)
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


def unlawful(plan: Plan) -> Iterable[Finding]:
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
    threshold = {"threshold": money_said(facts["minor"], facts["currency"])} if "minor" in facts else {}
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


def money_said(minor: int, currency: str) -> str:
    return money(minor, currency, "zh-hans" if (get_language() or "").startswith("zh") else "en")


# --- amounts ------------------------------------------------------------------------------------------


def unkept_amounts(plan: Plan) -> Iterable[Finding]:
    """Name amounts in texts that the terms do not hold: they are read as a promise."""
    if plan.terms is None:
        return
    named = [part.coupon for line in plan.terms.all_rewards for part in parts(line) if isinstance(part, CouponGift)]
    known = amounts_of(plan.terms, {kind.code: _worth(kind) for kind in coupons(named).values()})
    for language in LANGUAGES:
        for name in TEXT_FIELDS:
            for amount, words in amounts_in(plan.campaign.texts.get(language, {}).get(name) or ""):
                if amount not in known:
                    facts = {"language": language_name(language), "name": text_name(name), "words": words}
                    yield Finding("amount_not_in_terms", WARN, "texts", facts, place=f"{language}/{name}")


def _worth(kind: CouponKind) -> Worth:
    return Worth(kind.value_minor, kind.cap_minor, kind.minimum_minor, kind.percent)


def language_name(language: str) -> str:
    return _("Chinese") if language == "zh-hans" else _("English")


def text_name(name: str) -> str:
    return {"headline": _("Headline"), "offer": _("The offer"), "terms": _("Small print"), "share": _("Words to pass on")}[
        name
    ]
