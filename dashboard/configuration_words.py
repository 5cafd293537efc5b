"""What the fields of a configuration are called, and how their values are written."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.queries.conditions import in_words
from dashboard.templatetags.dashboard import in_language
from foundation.errors import DomainError
from foundation.money import Money

_LONGEST = 160
_FIELDS = {
    "about": _("Description"), "ageing_days": _("Days in a stage"), "audience": _("For whom"), "benefits": _("Benefits"),
    "cap_minor": _("At most"), "categories": _("Categories"), "choices": _("Choices"), "colour": _("Colour"),
    "conditions": _("Conditions"), "currency": _("Currency"), "delay_hours": _("Hours to wait"),
    "description": _("Description"),
    "effect": _("Effect"), "ends_at": _("Ends"), "excluded_categories": _("Categories left out"),
    "excluded_products": _("Products left out"), "follow_up_hours": _("Hours until the follow-up"),
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
}  # fmt: skip


def field_name(field: str) -> str:
    return str(_FIELDS.get(field) or field.replace("_", " "))


def written(field: str, value: Any, currency: str) -> str:
    """Write a value as a person reads it, in their language; what has no words as the data that it is."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if field == "conditions" and (sentence := _sentence(value)):
        return sentence
    if field.endswith("_minor") and isinstance(value, int):
        return f"{Money(value, currency).major} {currency}"
    return _shortened(_text(value))


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
    if set(value) <= {"zh-hans", "en"}:
        shown = in_language(dict(value))
        return ", ".join(map(str, shown)) if isinstance(shown, list) else str(shown)
    for name in ("name", "label", "title", "key"):
        if value.get(name):
            return _text(value[name])
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
