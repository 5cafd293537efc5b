"""What the fields of a configuration are called, and how their values are written."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.models import CarePolicy, Case, CaseCategory, ContactPlan, Customer, CustomField, LeadRule, Survey
from crm.queries.conditions import in_words
from crm.rules.explaining import describe
from dashboard.templatetags.dashboard import in_language
from foundation.errors import DomainError
from foundation.money import Money
from foundation.working_time import write_spans
from referrals.models import Script
from rewards.models import CouponKind

_LONGEST = 160
_FIELDS = {
    "about": _("Description"), "ageing_days": _("Days in a stage"), "audience": _("Who may use it"),
    "benefits": _("Benefits"),
    "cap_minor": _("At most"), "categories": _("Categories"), "choices": _("Choices"), "colour": _("Colour"),
    "conditions": _("Conditions"), "currency": _("Currency"), "delay_hours": _("Hours to wait"),
    "description": _("Description"),
    "effect": _("Effect"), "ends_at": _("Ends"), "excluded_categories": _("Categories left out"),
    "excluded_products": _("Products left out"), "follow_up_hours": _("Working hours until the first contact"),
    "gift_sku": _("Article number of the gift"), "help": _("Hint"), "icon": _("Icon"), "intro": _("Introduction"),
    "is_active": _("In use"), "is_default": _("Used unless another is chosen"),
    "is_exclusive": _("Not together with others"),
    "is_in_lists": _("Shown in lists"), "kind": _("Kind"), "label": _("Label"), "low_action": _("After a low score"),
    "low_score": _("A low score is at most"), "minimum_minor": _("Smallest order"), "multiplier": _("Times the points"),
    "name": _("Name"), "per_person": _("Uses a person"), "percent": _("Per cent"), "point_cost_minor": _("Cost of a point"),
    "points_per_unit": _("Points for a unit of money"), "priority": _("Priority"), "probability": _("Probability"),
    "products": _("Products"), "questions": _("Questions"), "quiet_days": _("Days until somebody is asked again"),
    "rank": _("Rank"), "required_fields": _("Required fields"), "required_stages": _("Required from stage"),
    "responsible_role": _("Role of the responsible"), "roles": _("Roles that see it"), "scope": _("Applies to"),
    "script": _("Script"), "stack_group": _("Group of coupons"), "stage": _("Stage"), "stages": _("Stages"),
    "starts_at": _("Starts"), "subject": _("Belongs to"), "takes_anybody": _("Open to everybody with the link"),
    "target": _("Goal"), "texts": _("Texts"), "thanks": _("Thanks"), "threshold_minor": _("Spent at least"),
    "title": _("Title"), "total": _("Uses in all"), "trigger": _("Sent after"), "valid_days": _("Days valid"),
    "value_minor": _("Value"), "warn_days_before_expiry": _("Days of warning before points expire"),
    "window_days": pgettext_lazy("configuration", "Within days"),
    "address": _("Address"), "asks_rating": _("Ask customers how satisfied they are"),
    "calendar_shows_names": _("Whole names in calendar programs"), "campaign": _("Campaign"),
    "case_hours": _("Hours for cases"), "city": _("City"), "claims_a_day": _("Claims a person may make in a day"),
    "close_after_days": _("Days until a solved case closes by itself"), "closes_at": _("Open until"),
    "contact_hours": _("Back to the pool without an answer, after working hours"),
    "cooldown_days": _("Days until the same person may claim a lead again"), "criteria": _("Conditions"),
    "days": _("Working hours"), "definition": _("What it asks"),
    "escalate_hours": _("Hours until a missed task is told of"), "every_days": _("Days between"), "how": _("To whom"),
    "in_hand": _("Open leads with which nobody claims more"), "is_on": _("In use"),
    "known_to_owner": _("A known customer's enquiry goes to their owner, before any rule"),
    "limit": _("At most so many enquiries"), "low_rating": _("After one or two stars"),
    "members_open_cases": _("Customers open cases in the member centre"), "opens_at": _("Open from"),
    "origins": _("Your sites"), "pool": pgettext_lazy("of leads", "Pool"), "position": _("Place in the order"),
    "progress_days": _("Back to the pool when nothing happens, after days"),
    "redirect_to": _("Go to this address afterwards"),
    "remind_percent": _("Remind the owner after per cent of it"),
    "reopen_days": _("Days in which customers may reopen a closed case"),
    "response_minutes": _("Minutes of working time to the first answer"),
    "second_hours": _("Further hours until it becomes a task of theirs"), "spans": _("Working hours"),
    "steps": _("Contacts"), "stops_on_order": _("Stop when the customer buys again"),
    "stops_on_refund": _("Stop when money is given back"), "stops_when_lost": _("Stop when the customer is lost"),
    "stops_when_unsubscribed": _("Stop when the customer wants no more offers"), "tag": _("Tag"),
    "visits_a_week": _("Contacts of one customer a week, at most"),
    "avoid": _("Better not"), "badge": _("Badge"), "block_from": _("Blocked from"),
    "days_after_no": _("Days of quiet after a no"), "delay_days": _("Days longer"),
    "delay_from": _("Rewards wait longer from"), "do": _("What helps"), "goal": _("What it is for"),
    "golden_cases": _("Golden cases"), "hold_from": _("Held for review from"),
    "is_board_shown": _("Members see the leaderboard"), "is_shadow": _("Only watch"),
    "is_wall_public": _("The wall of thanks is public"), "is_wechat_safe": _("WeChat-safe mode"),
    "least_group": _("Referrers it takes for a leaderboard"), "least_nps": _("Good marks begin at (0 to 10)"),
    "least_stars": _("Good marks begin at (1 to 5)"), "most_in_90_days": _("Questions in 90 days at most"),
    "open_days": _("Days a card stays open"), "page": _("Landing page"), "proof_from": _("Proof is asked for from"),
    "repurchase_from": _("A regular from order number"), "responsibilities": _("Who owns which stage"),
    "segment": _("Segment"), "signals": pgettext_lazy("of abuse", "Signs"), "situation": _("Occasion"),
    "sources": _("Rules by source"), "template": _("Template"), "terms": _("Terms"), "text": _("Text"),
}  # fmt: skip

# Values of a section's fields that have names.
_NAMED: Mapping[tuple[str, str], Any] = {
    ("custom_fields", "kind"): CustomField.Kind, ("lifecycle_rules", "stage"): Customer.Stage,
    ("scripts", "situation"): Script.Situation,
    ("surveys", "kind"): Survey.Kind, ("surveys", "trigger"): Survey.Trigger, ("surveys", "low_action"): Survey.LowAction,
    ("lead_rules", "how"): LeadRule.How, ("care_policy", "low_rating"): CarePolicy.LowRating,
    ("case_categories", "kind"): CaseCategory.Kind, ("contact_plans", "trigger"): ContactPlan.Trigger,
    ("contact_plans", "stage"): Customer.Stage,
    ("coupon_kinds", "audience"): CouponKind.Audience, ("coupon_kinds", "effect"): CouponKind.Effect,
    ("coupon_kinds", "scope"): CouponKind.Scope,
}  # fmt: skip


def field_name(field: str) -> str:
    return str(_FIELDS.get(field) or field.replace("_", " "))


def written(section: str, field: str, value: Any, currency: str) -> str:
    """Write a value as a person reads it, in their language; what has no words as the data that it is."""
    if (section, field) == ("lead_rules", "pool") and value == "":
        return gettext("Everybody's pool")
    if (section, field) == ("calendar_days", "spans") and value == []:
        return pgettext("a day", "Closed")
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if field == "conditions" and (sentence := _sentence(value)):
        return sentence
    if field.endswith("_minor") and isinstance(value, int):
        return f"{Money(value, currency).major} {currency}"
    return _shortened(_by_its_kind(section, field, value))


def _by_its_kind(section: str, field: str, value: Any) -> str:
    """Say what has a way of its own to be said; data that is not as it should be is shown as it is."""
    try:
        if (section, field) in _NAMED:
            return str(_NAMED[section, field](value).label)
        say = _SAID.get(field)
        return say(value) if say else _text(value)
    except (AttributeError, KeyError, TypeError, ValueError, IndexError):
        return str(value)


def _week(days: Any) -> str:
    worked = [(WEEKDAYS_ABBR[number], write_spans(spans)) for number, spans in enumerate(days) if spans]
    return "; ".join(f"{name} {hours}" for name, hours in worked)


def _case_hours(limits: Any) -> str:
    words = gettext("%(priority)s: answer within %(answer)s h, solution within %(solution)s h")
    return "; ".join(
        words % {"priority": Case.Priority(int(number)).label, "answer": answer, "solution": solution}
        for number, (answer, solution) in sorted(limits.items())
    )


def _criteria(told: Any) -> str:
    return "; ".join(describe(each) for each in told)


def _questions(definition: Any) -> str:
    return _text([each["label"] for each in definition["fields"]])


_SAID: Mapping[str, Callable[[Any], str]] = {
    "days": _week, "spans": write_spans, "case_hours": _case_hours, "criteria": _criteria, "definition": _questions,
    "required_stages": lambda stages: _text([_STAGES.get(each, each) for each in stages]),
}  # fmt: skip
_STAGES = dict(Customer.Stage.choices)


def _sentence(conditions: Any) -> str:
    try:
        return in_words(conditions, "customer")
    except DomainError:
        return ""  # conditions of another kind, or on a fact that is not there yet


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return _of_entry(value)
    if isinstance(value, list):
        return ", ".join(_text(each) for each in value)
    return str(value)


def _of_entry(value: Mapping[str, Any]) -> str:
    """An entry is known by its name; a text in several languages by the reader's."""
    for name in ("name", "label", "title", "key"):
        if value.get(name):
            return _text(value[name])
    if tongues := {language: said for language, said in value.items() if language in ("zh-hans", "en")}:
        shown = in_language(tongues)
        return ", ".join(map(str, shown)) if isinstance(shown, list) else str(shown)
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
