"""The terms of a campaign as a form: every quantity in its own field, written and read back."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from dashboard.forms import MoneyField
from dashboard.forms_further import FURTHER
from dashboard.forms_reward_lines import KINDS, MOST, SIDES, initial_lines, reward_lines
from referrals.explain import sentence
from referrals.rules import read_terms
from referrals.templates import LANGUAGES

_EVENTS = [
    ("first_paid_order", _("the friend's first paid order")),
    ("paid_order", _("every paid order of the friend")),
    ("milestones", _("only what is agreed step by step (milestones)")),
]
_POLICIES = [
    ("proportional", _("Reduced in proportion to what was kept")),
    ("threshold", _("Kept as long as the minimum is kept")),
]
_DAYS = ("hold", "click_window", "order_window")
_LIMITS = ("per_referrer_30_days", "per_referrer", "per_campaign")


class CountsForm(forms.Form):
    """What has to happen. Each part of the terms writes itself `into` terms and leaves the rest as it is."""

    event = forms.ChoiceField(label=_("What counts"), choices=_EVENTS)

    def __init__(self, *args, currency: str, template: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.currency, self.template = currency, template
        self.fields["minimum"] = MoneyField(label=_("From an amount of"), currency=currency, required=False)

    first_refusal = ""

    def into(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        told = self.cleaned_data
        success = {**terms.get("success", {}), "event": told["event"], "minimum": self._money(told["minimum"])}
        return {**terms, "currency": self.currency, "success": success}

    def _money(self, minor: int | None) -> dict[str, Any]:
        return {"minor": minor or 0, "currency": self.currency}


class RewardsForm(forms.Form):
    """What is given, in `lines`; at milestones and to some, in `milestones` and `schemes` (dashboard/forms_further.py)."""

    def __init__(self, *args, currency: str, template: str = "", may_be_empty: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.currency, self.may_be_empty = currency, may_be_empty
        lines = self.initial.get("lines", [])
        data = self.data if self.is_bound else None
        self.further = {
            name: make(data, currency=currency, template=template, terms=self.initial.get("terms", {}))
            for name, make in FURTHER.items()
        }
        self.lines = reward_lines(self.data if self.is_bound else None, currency=currency, template=template, initial=lines)

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        if not self.lines.is_valid() or not all(each.is_valid() for each in self.further.values()):
            self.add_error(None, _("Look at what is given again."))
        elif not list(self.lines.lines()) and not self.may_be_empty:
            self.add_error(None, _("Say what the referrer or the friend gets."))
        return told

    @property
    def first_refusal(self) -> str:
        """Say the first thing that is wrong with what is given, with the field's name."""
        for line in [*self.lines, *(row for rows in self.further.values() for row in rows)]:
            for name, errors in line.errors.items():
                return f"{line[name].label}: {errors[0]}" if name in line.fields else errors[0]
        return ""

    def into(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        """Put these lines in place of those shown; what the form does not show is kept."""
        told = {**terms, "rewards": [*self.lines.lines(), *hidden_lines(terms)]}
        for name, rows in self.further.items():
            told[name] = rows.into(terms)
        return {name: value for name, value in told.items() if name not in self.further or value}


class LimitsForm(forms.Form):
    """When rewards come, how many there are, what becomes of them after a refund."""

    hold = forms.IntegerField(label=_("Days to wait for returns"), min_value=0, max_value=365)
    promise = forms.IntegerField(label=_("Working days until it is there after that"), min_value=0, max_value=90)
    click_window = forms.IntegerField(label=_("Days from click to sign-up"), min_value=1, max_value=365)
    order_window = forms.IntegerField(label=_("Days from sign-up to order"), min_value=1, max_value=3650)
    per_referrer_30_days = forms.IntegerField(
        label=_("Rewards for one referrer in 30 days"), min_value=1, max_value=10**6, required=False
    )
    per_referrer = forms.IntegerField(
        label=_("Rewards for one referrer in all"), min_value=1, max_value=10**6, required=False
    )
    per_campaign = forms.IntegerField(label=_("Rewards in the whole campaign"), min_value=1, max_value=10**6, required=False)
    refund_policy = forms.ChoiceField(label=_("After a partial refund, rewards are"), choices=_POLICIES)

    def __init__(self, *args, currency: str, template: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        worth = _("Points worth one %(currency)s") % {"currency": currency}
        self.fields["points_worth"] = forms.IntegerField(
            label=worth, min_value=1, max_value=10**6, help_text=_("What points cost the budget.")
        )

    first_refusal = ""

    def into(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        told = self.cleaned_data
        return {
            **terms,
            **{name: {"days": told[name]} for name in _DAYS},
            "promise": {"working_days": told["promise"]},
            "limits": {
                **{name: limit for name, limit in terms.get("limits", {}).items() if name not in _LIMITS},
                **{name: {"count": told[name]} for name in _LIMITS if told[name]},
            },
            "points_per_currency_unit": {"points": told["points_worth"]},
            "refund_policy": told["refund_policy"],
        }


def initial_of(terms: Mapping[str, Any]) -> dict[str, Any]:
    """Give the form's values for these terms."""
    return {
        "event": terms["success"]["event"],
        "minimum": terms["success"].get("minimum", {}).get("minor", 0),
        **{name: terms[name]["days"] for name in _DAYS},
        "promise": terms.get("promise", {"working_days": 3})["working_days"],
        **{name: limit["count"] for name, limit in terms.get("limits", {}).items() if name in _LIMITS},
        "points_worth": terms.get("points_per_currency_unit", {"points": 100})["points"],
        "refund_policy": terms.get("refund_policy", "proportional"),
        "terms": dict(terms),
        "lines": initial_lines([line for line in terms["rewards"] if _is_shown(line)]),
    }


def hidden_lines(terms: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Give the rewards that the form has no fields for: steps, brackets, further sides."""
    return [line for line in terms.get("rewards", ()) if not _is_shown(line)]


def _is_shown(line: Mapping[str, Any]) -> bool:
    return line["to"] in SIDES and line["kind"] in (*dict(KINDS), "choice")


def fits_form(terms: Mapping[str, Any]) -> bool:
    """Say whether the form shows all of these terms."""
    shown = [line for line in terms["rewards"] if _is_shown(line)]
    choices = Counter(line["to"] for line in shown if line["kind"] == "choice")
    return len(initial_lines(shown)) <= MOST and all(count <= 2 for count in choices.values())


def sentences(terms: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Say the terms in every language, that of the page first: (language, sentence)."""
    read = read_terms(terms)
    here_first = sorted(LANGUAGES, key=lambda language: language != get_language())
    return [(language, sentence(read, language)) for language in here_first]
