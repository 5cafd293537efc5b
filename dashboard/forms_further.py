"""Milestones on a friend's way, and schemes for some referrers, as rows of a form: each with one reward.

What a row cannot show (several rewards) is kept as it is, and the row says so. Conditions have a page of their own.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.models import DealStage, Segment
from dashboard.forms import MoneyField
from dashboard.forms_reward_lines import choices_of
from dashboard.templatetags.dashboard import in_language
from loyalty.queries import tiers
from referrals.condition_words import say_stored

_MOST = 12
_TO = [("referrer", _("The referrer")), ("referee", _("The friend")), ("salesperson", _("The salesperson"))]
_GIVEN = [("points", _("Points")), ("cash", _("Cash")), ("coupon", _("Coupon"))]
_SIMPLE = ("points", "cash", "coupon")
TRIGGERS = [
    ("", _("Nothing further")), ("confirmed", _("the friend signs up and confirms")),
    ("first_paid_order", _("the friend's first paid order")), ("nth_order", _("the friend's order number …")),
    ("amount_reached", _("the friend has spent …")), ("deal_stage", _("a deal reaches the stage …")),
    ("deal_won", _("a deal is won")), ("money_received", _("money for a deal arrives (each instalment)")),
    ("nth_referral", _("the referrer's friend number … who buys")),
    ("satisfaction", _("the friend gives a score of at least …")),
    ("still_active", _("the friend still buys after … days")),
]  # fmt: skip
_FIELDS = {
    "nth_order": ("number",), "nth_referral": ("number", "repeats"), "amount_reached": ("sum",), "deal_stage": ("stage",),
    "satisfaction": ("score",), "still_active": ("after", "bought_within"),
}  # fmt: skip
_QUANTITIES = {"number": ("count", "count"), "score": ("score", "score"), "after": ("after", "days"),
               "bought_within": ("bought_within", "days")}  # fmt: skip


class _RowForm(forms.Form):
    """One reward under a heading. `key` names the row that was there before."""

    kept_as = ""  # its key, once the rows are written
    key = forms.CharField(required=False, max_length=24, widget=forms.HiddenInput)
    to = forms.ChoiceField(label=_("Who gets it"), choices=_TO)
    given = forms.ChoiceField(label=_("What"), choices=_GIVEN)
    points = forms.IntegerField(label=_("Points"), min_value=1, max_value=10**9, required=False)
    coupon = forms.ChoiceField(label=_("Coupon"), required=False)

    def __init__(self, *args, currency: str, coupons: list, **kwargs):
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.fields["amount"] = MoneyField(label=_("Amount"), currency=currency, minimum=1, required=False)
        self.fields["coupon"].choices = coupons
        if self.initial.get("is_kept"):
            for name in ("to", "given"):
                self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        if told.get("kind") and not self.initial.get("is_kept"):
            self._need({"points": "points", "cash": "amount", "coupon": "coupon"}.get(told.get("given")))
        return told

    def _need(self, name: str | None) -> None:
        if name and self.cleaned_data.get(name) in (None, "") and name not in self.errors:
            self.add_error(name, _("This is missing."))

    @property
    def is_kept(self) -> bool:
        return bool(self.initial.get("is_kept"))

    @property
    def said(self) -> str:
        """Say the conditions that it has; they are written on a page of their own."""
        tree = self.initial.get("conditions")
        return say_stored(tree, get_language()) if tree else ""

    @property
    def reward(self) -> dict[str, Any]:
        told = self.cleaned_data
        value = {
            "points": {"amount": {"points": told["points"]}}, "coupon": {"coupon": told["coupon"]},
            "cash": {"amount": {"minor": told["amount"], "currency": self.currency}},
        }  # fmt: skip
        return {"to": told["to"], "kind": told["given"], **value[told["given"]]}


class MilestoneForm(_RowForm):
    CONDITIONS = "conditions"  # as the terms call them
    kind = forms.ChoiceField(label=pgettext_lazy("a milestone", "When"), choices=TRIGGERS, required=False)
    number = forms.IntegerField(label=_("Number"), min_value=1, max_value=10**6, required=False)
    repeats = forms.BooleanField(label=_("Again for every so many"), required=False)
    stage = forms.ChoiceField(label=_("Stage"), required=False)
    score = forms.IntegerField(label=_("Score"), min_value=0, max_value=10, required=False)
    after = forms.IntegerField(label=_("After days"), min_value=1, max_value=1095, required=False)
    bought_within = forms.IntegerField(
        label=_("with an order in the last days"), min_value=1, max_value=1095, required=False
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sum"] = MoneyField(
            label=pgettext_lazy("a milestone", "Spent"), currency=self.currency, minimum=1, required=False
        )
        rows = (
            DealStage.objects.filter(archived_at=None).select_related("pipeline").order_by("pipeline_id", "position")[:100]
        )
        named = [(str(row.id), f"{in_language(row.pipeline.name)} · {in_language(row.name)}") for row in rows]
        self.fields["stage"].choices = [("", "–"), *named]

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        for name in _FIELDS.get(told.get("kind"), ()):
            if name != "repeats":
                self._need(name)
        return told

    @property
    def shown(self) -> list[tuple[str, Any]]:
        """The fields of single triggers for the page: (classes of the triggers that have it, field)."""
        kinds_of: dict[str, list[str]] = {}
        for kind, names in _FIELDS.items():
            for name in names:
                kinds_of.setdefault(name, []).append(f"when-{kind}")
        return [(" ".join(kinds), self[name]) for name, kinds in kinds_of.items()]

    def into(self, known: Mapping[str, Any], key: str) -> dict[str, Any]:
        told, kind = self.cleaned_data, self.cleaned_data["kind"]
        base = (
            dict(known)
            if known.get("trigger") == kind
            else {name: known[name] for name in ("title", "hold") if name in known}
        )
        row = {**base, "key": key, "trigger": kind}
        for name in _FIELDS.get(kind, ()):
            if name in _QUANTITIES:
                term, unit = _QUANTITIES[name]
                row[term] = {unit: told[name]}
        if kind == "amount_reached":
            row["amount"] = {"minor": told["sum"], "currency": self.currency}
        if kind == "deal_stage":
            row["stage"] = told["stage"]
        if kind == "nth_referral":
            row["repeats"] = bool(told["repeats"])
        return row if self.is_kept else {**row, "rewards": [self.reward]}

    @staticmethod
    def initial_of(row: Mapping[str, Any]) -> dict[str, Any]:
        found = {"kind": row["trigger"], "stage": row.get("stage", ""), "repeats": row.get("repeats", False)}
        for name, (term, unit) in _QUANTITIES.items():
            if isinstance(row.get(term), Mapping):
                found[name] = row[term].get(unit)
        return found | ({"sum": row["amount"]["minor"]} if "amount" in row else {})


class SchemeForm(_RowForm):
    CONDITIONS = "when"
    kind = forms.ChoiceField(label=_("For referrers who are"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        levels = [(f"tier:{tier.code}", in_language(tier.name)) for tier in tiers()]
        segments = [(f"segment:{row.id}", row.name) for row in Segment.objects.filter(is_shared=True).order_by("name")]
        other = [(self.initial["kind"], _("others, by the conditions below"))] if self.initial.get("kind") == "kept" else []
        self.fields["kind"].choices = [
            ("", _("Nobody in particular")), *other, (_("Tier"), levels), (_("Segment"), segments),
        ]  # fmt: skip

    shown: list[tuple[str, Any]] = []

    def into(self, known: Mapping[str, Any], key: str) -> dict[str, Any]:
        what, _colon, which = self.cleaned_data["kind"].partition(":")
        when = known.get("when")
        if what == "tier":
            when = {"fact": "referrer.tier", "is": "is", "value": which}
        elif what == "segment":
            when = {"fact": "referrer.segments", "is": "has_any", "value": [which]}
        row = {**known, "key": key, "when": when}
        return row if self.is_kept else {**row, "rewards": [self.reward]}

    @staticmethod
    def initial_of(row: Mapping[str, Any]) -> dict[str, Any]:
        match row["when"]:
            case {"fact": "referrer.tier", "is": "is", "value": str(code)}:
                return {"kind": f"tier:{code}"}
            case {"fact": "referrer.segments", "is": "has_any", "value": [one]}:
                return {"kind": f"segment:{one}"}
        return {"kind": "kept"}


class _Rows(forms.BaseFormSet):
    term = ""
    is_absent = False  # a form that was sent without these rows leaves them alone

    def into(self, terms: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Write the rows that are filled in; of one that was there before, what is not shown stays."""
        if self.is_absent:
            return list(terms.get(self.term, ()))
        return list(self._rows({row["key"]: row for row in terms.get(self.term, ())}))

    def _rows(self, known: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        used = set(known)
        for number, form in enumerate(self.forms, 1):
            if form.cleaned_data.get("kind"):
                key = form.cleaned_data["key"] if form.cleaned_data["key"] in known else ""
                if not key:
                    key = next(
                        name for name in (f"{self.term[0]}{n}" for n in range(number, number + 99)) if name not in used
                    )
                    used.add(key)
                form.kept_as = key
                yield form.into(known.get(key, {}), key)


class _Milestones(_Rows):
    term = "milestones"


class _Schemes(_Rows):
    term = "schemes"


def _maker(form: type[_RowForm], rows: type[_Rows]):
    factory = forms.formset_factory(form, formset=rows, extra=1, max_num=_MOST, absolute_max=_MOST)

    def make(data: Mapping | None, *, currency: str, template: str, terms: Mapping[str, Any]) -> _Rows:
        is_absent = data is not None and f"{rows.term}-TOTAL_FORMS" not in data
        told = _untouched(rows.term) if is_absent else data
        shown = [_initial(row, form) for row in terms.get(rows.term, ())]
        used = {row["coupon"] for row in shown if row.get("coupon")}
        kwargs = {"currency": currency, "coupons": choices_of(template, used)["coupon"], "empty_permitted": False}
        made = factory(told, prefix=rows.term, initial=shown, form_kwargs=kwargs)
        made.is_absent = is_absent
        return made

    return make


def _untouched(term: str) -> dict[str, Any]:
    return {f"{term}-TOTAL_FORMS": 0, f"{term}-INITIAL_FORMS": 0}


def _initial(row: Mapping[str, Any], form: type[_RowForm]) -> dict[str, Any]:
    lines = row["rewards"]
    line = lines[0] if len(lines) == 1 and lines[0]["kind"] in _SIMPLE and lines[0]["to"] in dict(_TO) else None
    found = {"key": row["key"], "conditions": row.get(form.CONDITIONS), **form.initial_of(row)}
    if line is None:
        return {**found, "is_kept": True}
    amount = line.get("amount", {})
    return found | {
        "to": line["to"], "given": line["kind"], "points": amount.get("points"), "amount": amount.get("minor"),
        "coupon": line.get("coupon", ""),
    }  # fmt: skip


FURTHER = {"milestones": _maker(MilestoneForm, _Milestones), "schemes": _maker(SchemeForm, _Schemes)}
