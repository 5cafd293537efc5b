"""The terms of a campaign as a form: every quantity in its own field, written and read back."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from dashboard.forms import MoneyField
from dashboard.forms_conditions import condition_rows
from dashboard.forms_further import FURTHER
from dashboard.forms_reward_lines import KINDS, MOST, SIDES, initial_lines, reward_lines
from referrals.explain import sentence
from referrals.rules import read_terms
from referrals.rules.terms import ONLY_MILESTONES
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
_OF_ORDERS = frozenset({"order", "people"})
_DAYS = ("hold", "click_window", "order_window")
# For whom, and within what: each by how many rewards, and (…_cost) by what they are worth.
LIMITS = (
    (_("For one referrer"), "per_referrer"),
    (_("In the whole campaign"), "per_campaign"),
)
SPANS = ((_("on one day"), "_day"), (_("in 30 days"), "_30_days"), (_("in all"), ""))
_COUNTS = tuple(f"{side}{span}" for _whom, side in LIMITS for _within, span in SPANS)
_COSTS = tuple(f"{name}_cost" for name in _COUNTS)


class CountsForm(forms.Form):
    """What has to happen. Each part of the terms writes itself `into` terms and leaves the rest as it is."""

    event = forms.ChoiceField(label=_("What counts"), choices=_EVENTS)

    def __init__(self, *args, currency: str, template: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.currency, self.template = currency, template
        self.fields["minimum"] = MoneyField(label=_("From an amount of"), currency=currency, required=False)
        tree = self.initial.get("terms", {}).get("success", {}).get("conditions")
        self.conditions = condition_rows(
            self.data if self.is_bound else None, tree=tree, currency=currency, known=_OF_ORDERS
        )

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        if not self.conditions.is_valid():
            self.add_error(None, self.conditions.first_refusal)
        return told

    @property
    def first_refusal(self) -> str:
        return self.conditions.first_refusal

    def into(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        told = self.cleaned_data
        success = {**terms.get("success", {}), "event": told["event"], "minimum": self._money(told["minimum"])}
        if not self.conditions.is_absent:
            success |= {"conditions": self.conditions.into()}
        return {
            **terms,
            "currency": self.currency,
            "success": {name: value for name, value in success.items() if value is not None},
        }

    def _money(self, minor: int | None) -> dict[str, Any]:
        return {"minor": minor or 0, "currency": self.currency}


class RewardsForm(forms.Form):
    """What is given, in `lines`; at milestones and to some, in `milestones` and `schemes` (dashboard/forms_further.py)."""

    def __init__(self, *args, currency: str, template: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.currency = currency
        # Where orders earn nothing by themselves, the milestones say what is given.
        self.may_be_empty = self.initial.get("event") == ONLY_MILESTONES
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
    refund_policy = forms.ChoiceField(label=_("After a partial refund, rewards are"), choices=_POLICIES)

    def __init__(self, *args, currency: str, template: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.currency = currency
        for whom, side in LIMITS:
            for within, span in SPANS:
                of, words = {"required": False}, {"whom": whom, "span": within}
                self.fields[f"{side}{span}"] = forms.IntegerField(
                    label=_("%(whom)s %(span)s: rewards at most") % words, min_value=1, max_value=10**6, **of
                )
                cost = MoneyField(label=_("%(whom)s %(span)s: worth at most") % words, currency=currency, minimum=1, **of)
                cost.widget.attrs.pop("data-suffix")  # said once, above them all
                self.fields[f"{side}{span}_cost"] = cost
        worth = _("Points worth one %(currency)s") % {"currency": currency}
        self.fields["points_worth"] = forms.IntegerField(
            label=worth, min_value=1, max_value=10**6, help_text=_("What points cost the budget.")
        )

    first_refusal = ""

    @property
    def limits(self) -> list[tuple[str, list[tuple[str, Any, Any]]]]:
        """The limits for the page: (for whom, [(within what, field by number, field by worth)])."""
        return [
            (whom, [(within, self[f"{side}{span}"], self[f"{side}{span}_cost"]) for within, span in SPANS])
            for whom, side in LIMITS
        ]

    def into(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        told = self.cleaned_data
        return {
            **terms,
            **{name: {"days": told[name]} for name in _DAYS},
            "promise": {"working_days": told["promise"]},
            "limits": {
                **{name: {"count": told[name]} for name in _COUNTS if told[name]},
                **{name: {"minor": told[name], "currency": self.currency} for name in _COSTS if told[name]},
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
        **{name: limit.get("count", limit.get("minor")) for name, limit in terms.get("limits", {}).items()},
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
