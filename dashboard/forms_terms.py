"""The terms of a campaign as a form: every quantity in its own field, written and read back."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from dashboard.forms import MoneyField
from dashboard.templatetags.dashboard import in_language
from referrals.explain import sentence
from referrals.rules import read_terms
from referrals.templates import LANGUAGES, TEMPLATES
from referrals.terms import ROLES
from rewards.models import CouponKind

_EVENTS = [("first_paid_order", _("the friend's first paid order")), ("paid_order", _("every paid order of the friend"))]
_POLICIES = [
    ("proportional", _("Reduced in proportion to what was kept")),
    ("threshold", _("Kept as long as the minimum is kept")),
]
_DAYS = {"hold": (0, 365), "promise": (0, 90), "click_window": (1, 365), "order_window": (1, 3650)}
_LIMITS = ("per_referrer_30_days", "per_referrer", "per_campaign")


class TermsForm(forms.Form):
    """Fields are named after the terms; `lines` of a side may hold one reward of each kind."""

    event = forms.ChoiceField(label=_("What counts"), choices=_EVENTS)
    hold = forms.IntegerField(label=_("Days to wait for returns"), min_value=0, max_value=365)
    promise = forms.IntegerField(label=_("Days until paid after that"), min_value=0, max_value=90)
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
        self.currency = currency
        self.fields["minimum"] = MoneyField(label=_("From an amount of"), currency=currency, required=False)
        worth = _("Points worth one %(currency)s") % {"currency": currency}
        self.fields["points_worth"] = forms.IntegerField(
            label=worth, min_value=1, max_value=10**6, help_text=_("What points cost the budget.")
        )
        coupons = _coupon_choices(template)
        for role in ROLES:
            self._add_side(role, coupons)

    def _add_side(self, role: str, coupons: list) -> None:
        def add(name, field):
            self.fields[f"{role}_{name}"] = field

        add("points", forms.IntegerField(label=_("Points"), min_value=1, max_value=10**9, required=False))
        add("rate", forms.IntegerField(label=_("Points by spend"), min_value=1, max_value=10**6, required=False))
        add("per", MoneyField(label=_("for every"), currency=self.currency, minimum=1, required=False))
        add("cash", MoneyField(label=_("Cash"), currency=self.currency, minimum=1, required=False))
        add("percent", forms.DecimalField(
            label=_("Share of the amount paid, %"), min_value=Decimal("0.01"), max_value=100, max_digits=5,
            decimal_places=2, required=False,
        ))  # fmt: skip
        add("cap", MoneyField(label=_("at most"), currency=self.currency, minimum=1, required=False))
        add("coupon", forms.ChoiceField(label=_("Coupon"), choices=coupons, required=False))

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        for role in ROLES:
            self._need_both(role, "rate", "per")
            self._need_both(role, "percent", "cap")
        if not self.errors and not list(self._lines()):
            self.add_error("referrer_points", _("Say what the referrer or the friend gets."))
        return told

    def _need_both(self, role: str, one: str, other: str) -> None:
        first, second = (self.cleaned_data.get(f"{role}_{name}") for name in (one, other))
        if (first is None) != (second is None):
            empty = one if first is None else other
            if f"{role}_{empty}" not in self.errors:
                self.add_error(f"{role}_{empty}", _("Fill in both, or neither."))

    def terms(self) -> dict[str, Any]:
        """Give the terms as the data that the referral room reads."""
        told = self.cleaned_data
        return {
            "currency": self.currency,
            "success": {"event": told["event"], "minimum": self._money(told["minimum"] or 0)},
            "rewards": list(self._lines()),
            **{name: {"days": told[name]} for name in _DAYS},
            "limits": {name: {"count": told[name]} for name in _LIMITS if told[name]},
            "points_per_currency_unit": {"points": told["points_worth"]},
            "refund_policy": told["refund_policy"],
        }

    def _lines(self) -> Iterator[dict[str, Any]]:
        for role in ROLES:
            told = {
                name: self.cleaned_data.get(f"{role}_{name}")
                for name in ("points", "rate", "per", "cash", "percent", "cap", "coupon")
            }
            if told["points"]:
                yield {"to": role, "kind": "points", "amount": {"points": told["points"]}}
            if told["rate"]:
                yield {"to": role, "kind": "points_rate", "rate": {"points": told["rate"]}, "per": self._money(told["per"])}
            if told["cash"]:
                yield {"to": role, "kind": "cash", "amount": self._money(told["cash"])}
            if told["percent"]:
                percent = {"percent": f"{told['percent'].normalize():f}"}
                yield {"to": role, "kind": "cash_percent", "percent": percent, "cap": self._money(told["cap"])}
            if told["coupon"]:
                yield {"to": role, "kind": "coupon", "coupon": told["coupon"]}

    def _money(self, minor: int) -> dict[str, Any]:
        return {"minor": minor, "currency": self.currency}

    @property
    def sides(self) -> list[tuple[str, list]]:
        """The rewards' fields for the page: (title, rows of fields)."""
        rows = (("points",), ("rate", "per"), ("cash",), ("percent", "cap"), ("coupon",))
        titles = {"referrer": gettext("The referrer gets"), "referee": gettext("The friend gets")}
        return [(titles[role], [[self[f"{role}_{name}"] for name in row] for row in rows]) for role in ROLES]


def initial_of(terms: Mapping[str, Any]) -> dict[str, Any]:
    """Give the form's values for these terms. Of two rewards of one kind for one side, only the last has a place."""
    shown: dict[str, Any] = {
        "event": terms["success"]["event"],
        "minimum": terms["success"].get("minimum", {}).get("minor", 0),
        **{name: terms[name]["days"] if name in terms else 3 for name in _DAYS},
        **{name: limit["count"] for name, limit in terms.get("limits", {}).items()},
        "points_worth": terms.get("points_per_currency_unit", {"points": 100})["points"],
        "refund_policy": terms.get("refund_policy", "proportional"),
    }
    for line in terms["rewards"]:
        shown |= {f"{line['to']}_{name}": value for name, value in _line_values(line).items()}
    return shown


def fits_form(terms: Mapping[str, Any]) -> bool:
    """Say whether the form shows all of these terms."""
    sides = [(line["to"], line["kind"]) for line in terms["rewards"]]
    return len(sides) == len(set(sides))


def _line_values(line: Mapping[str, Any]) -> dict[str, Any]:
    match line["kind"]:
        case "points":
            return {"points": line["amount"]["points"]}
        case "points_rate":
            return {"rate": line["rate"]["points"], "per": line["per"]["minor"]}
        case "cash":
            return {"cash": line["amount"]["minor"]}
        case "cash_percent":
            return {"percent": line["percent"]["percent"], "cap": line["cap"]["minor"]}
        case _:
            return {"coupon": line["coupon"]}


def sentences(terms: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Say the terms in every language, that of the page first: (language, sentence)."""
    read = read_terms(terms)
    here_first = sorted(LANGUAGES, key=lambda language: language != get_language())
    return [(language, sentence(read, language)) for language in here_first]


def _coupon_choices(template: str) -> list[tuple[str, str]]:
    known = {kind.code: in_language(kind.name) for kind in CouponKind.objects.order_by("code")[:200]}
    planned = TEMPLATES[template].coupon if template in TEMPLATES else None
    if planned:
        known.setdefault(planned.code, in_language(planned.name))
    return [("", _("None")), *sorted(known.items(), key=lambda pair: pair[1])]
