"""Conditions on typed facts as rows of a form: a fact, how it compares, and a value in the fact's unit.

Rows are joined by "and"; a row that begins with "or" stands beside the one above it. What such rows cannot show (groups
inside groups, made over the API) is kept as it is until somebody writes it anew.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.models import Customer, Deal, Segment, Tag
from dashboard.forms import MoneyField
from dashboard.templatetags.dashboard import in_language
from dashboard.templatetags.growth import CHANNELS
from foundation.errors import DomainError
from foundation.numbers import whole_number
from loyalty.queries import tiers
from referrals.condition_words import FACT_NAMES, REFERRERS, WEEKDAY_NAMES, say_stored
from referrals.rules.conditions import COUNT, DAYS, FACTS, MONEY, SCORE, SET, TEXT, WEEKDAY, read_tree
from referrals.rules.quantities import Reader

MOST = 20
PREFIX = "conditions"
_JOINS = [("all", pgettext_lazy("joins conditions", "and")), ("any", pgettext_lazy("joins conditions", "or"))]
_HEADS = {
    "order": _("The order"), "deal": _("The deal"), "answer": _("The answer"), "referral": _("The referral"),
    "referrer": _("The referrer"), "referee": _("The friend"),
}  # fmt: skip
_COMPARED = [
    ("at_least", _("is at least")), ("at_most", _("is at most")), ("more_than", _("is more than")),
    ("less_than", _("is less than")), ("equals", _("is exactly")),
]  # fmt: skip
# Of one text or several: with one value "is", with more "one of".
_OPERATORS = {
    **dict.fromkeys((MONEY, COUNT, DAYS, SCORE), _COMPARED), TEXT: [("is", _("is")), ("is_not", _("is not"))],
    SET: [("has_any", _("has any of")), ("has_all", _("has all of")), ("has_none", _("has none of"))],
    WEEKDAY: [("one_of", _("is one of"))],
}  # fmt: skip
_SEVERAL = {"is": "one_of", "is_not": "none_of"}
_SINGLE = {several: single for single, several in _SEVERAL.items()}
_MOST_NUMBER = {COUNT: 10**6, DAYS: 3650, SCORE: 10}
_SUFFIX = {DAYS: pgettext_lazy("after a number", "days"), SCORE: _("of 10")}


class ConditionForm(forms.Form):
    """One comparison. Which fields there are follows from the fact."""

    join = forms.ChoiceField(label=_("How it goes on"), choices=_JOINS, required=False)
    fact = forms.ChoiceField(label=_("Fact"), required=False)

    def __init__(self, *args, currency: str, known: frozenset[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.currency, self.known = currency, known
        self.fields["fact"].choices = [("", _("Choose a fact…")), *_offered(known)]
        name = self["fact"].value() or ""
        self.kind = FACTS[name] if name in FACTS and FACTS[name].of in known else None
        if self.kind:
            operators = _OPERATORS[self.kind.type]
            self.fields["operator"] = forms.ChoiceField(label=_("Comparison"), choices=operators, required=False)
            self.fields["value"] = self._value_field(name)

    def _value_field(self, name: str) -> forms.Field:
        label, type = _("Value"), self.kind.type
        if type == MONEY:
            return MoneyField(label=label, currency=self.currency, required=False)
        if type in _MOST_NUMBER:
            suffix = {"data-suffix": _SUFFIX[type]} if type in _SUFFIX else {}
            widget = forms.NumberInput({"inputmode": "numeric", **suffix})
            return forms.IntegerField(label=label, min_value=0, max_value=_MOST_NUMBER[type], required=False, widget=widget)
        offered = _choices(name)
        if offered is None:
            hint = _("Several: one a line.")
            return forms.CharField(
                label=label, max_length=2000, required=False, widget=forms.Textarea({"rows": 2}), help_text=hint
            )
        gone = [(value, value) for value in self.initial.get("value") or () if value not in dict(offered)]
        return forms.MultipleChoiceField(
            label=label, choices=[*offered, *gone], required=False, widget=forms.CheckboxSelectMultiple
        )

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        if not self.kind or self.errors:
            return told
        if told.get("value") in (None, "", []):
            self.add_error("value", _("This is missing."))
        elif not told.get("operator"):
            self.add_error("operator", _("This is missing."))
        else:
            self._refuse_unfit()
        return told

    def _refuse_unfit(self) -> None:
        try:
            read_tree(Reader(self.leaf), self.currency, known=self.known)
        except DomainError as error:
            self.add_error("value", error.sentence(gettext))

    @property
    def leaf(self) -> dict[str, Any]:
        told, type = self.cleaned_data, self.kind.type
        operator, value = told["operator"], told["value"]
        if type == MONEY:
            value = {"minor": value, "currency": self.currency}
        elif type in _MOST_NUMBER:
            value = {type: value}
        else:
            value = _lines(value) if isinstance(value, str) else list(value)
            if operator in _SEVERAL:
                operator, value = (_SEVERAL[operator], value) if len(value) > 1 else (operator, value[0])
        return {"fact": told["fact"], "is": operator, "value": value}


def _offered(known: frozenset[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for name, kind in FACTS.items():
        if kind.of in known:
            groups.setdefault(name.partition(".")[0], []).append((name, capfirst(FACT_NAMES[name])))
    return [(_HEADS[head], facts) for head, facts in groups.items()]


def _choices(fact: str) -> list[tuple[str, Any]] | None:
    """List what a fact can be; None where only the words of it are known."""
    fixed = {
        "order.weekday": WEEKDAY_NAMES.items(), "referral.source": REFERRERS.items(), "referral.channel": CHANNELS.items(),
        "deal.source": Deal.Source.choices,
    }  # fmt: skip
    if fact in fixed:
        return list(fixed[fact])
    match fact.partition(".")[2]:
        case "stage":
            return list(Customer.Stage.choices)
        case "tier":
            return [(tier.code, in_language(tier.name)) for tier in tiers()]
        case "tags":
            return [(name, name) for name in Tag.objects.order_by("name").values_list("name", flat=True)[:200]]
        case "segments":
            return [(str(row.id), row.name) for row in Segment.objects.filter(is_shared=True).order_by("name")[:200]]
    return None


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(filter(None, (line.strip() for line in text.splitlines()))))


# --- the rows together ----------------------------------------------------------------------------------


class ConditionRows(forms.BaseFormSet):
    """The rows with the tree they came from. `is_kept`: they cannot show it, and leave it alone."""

    tree: Mapping[str, Any] | None = None
    is_kept = False
    is_absent = False  # sent by a form without rows

    def into(self) -> dict[str, Any] | None:
        """Give the tree that the rows say; None for no conditions."""
        if self.is_kept:
            return self.tree
        groups: list[list[dict[str, Any]]] = []
        for form in self.forms:
            if form.cleaned_data.get("fact"):
                is_beside = form.cleaned_data.get("join") == "any" and groups
                groups[-1].append(form.leaf) if is_beside else groups.append([form.leaf])
        parts = [group[0] if len(group) == 1 else {"any": group} for group in groups]
        return None if not parts else parts[0] if len(parts) == 1 else {"all": parts}

    @property
    def first_refusal(self) -> str:
        """Name the first row that is wrong, and say why."""
        for number, form in enumerate(self.forms, 1):
            for name, errors in form.errors.items():
                facts = {"number": number, "field": form[name].label, "error": errors[0]}
                return gettext("Condition %(number)s, %(field)s: %(error)s") % facts
        return ""

    @property
    def sentence(self) -> str:
        return say_stored(self.tree, get_language()) if self.tree else ""

    def calm(self) -> None:
        """Show what was sent without blaming anybody: somebody is still at it."""
        for form in self.forms:
            form._errors = {}


_Set = forms.formset_factory(ConditionForm, formset=ConditionRows, extra=0, max_num=MOST, absolute_max=MOST)


def condition_rows(
    data: Mapping | None, *, tree: Mapping[str, Any] | None, currency: str, known: frozenset[str]
) -> ConditionRows:
    """Make the rows of a form; a form that was sent without them leaves the tree alone."""
    shown = None if tree is None else _shown(tree)
    is_absent = data is not None and f"{PREFIX}-TOTAL_FORMS" not in data
    is_kept = is_absent or (tree is not None and shown is None and (data is None or f"{PREFIX}-kept" in data))
    told = {f"{PREFIX}-TOTAL_FORMS": 0, f"{PREFIX}-INITIAL_FORMS": 0} if is_absent else data
    kwargs = {"currency": currency, "known": known, "empty_permitted": False, "use_required_attribute": False}
    rows = _Set(told, prefix=PREFIX, initial=[] if is_kept else shown, form_kwargs=kwargs)
    rows.tree, rows.is_kept, rows.is_absent = tree, is_kept, is_absent
    return rows


class ConditionsForm(forms.Form):
    """Conditions alone."""

    def __init__(self, *args, tree, currency: str, known: frozenset[str], is_needed: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_needed = is_needed
        self.conditions = condition_rows(self.data if self.is_bound else None, tree=tree, currency=currency, known=known)

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        if not self.conditions.is_valid():
            self.add_error(None, self.conditions.first_refusal)
        elif self.is_needed and not self.conditions.into():
            self.add_error(None, _("Say for whom this holds."))
        return told


def _shown(tree: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Give the rows' values for a tree; None where rows cannot show it."""
    found = []
    for part in tree.get("all", [tree]):
        beside = part.get("any", [part])
        if not all("fact" in leaf for leaf in beside):
            return None
        found += [{"join": "any" if place else "all", **_values(leaf)} for place, leaf in enumerate(beside)]
    return found


def _values(leaf: Mapping[str, Any]) -> dict[str, Any]:
    operator, value = _SINGLE.get(leaf["is"], leaf["is"]), leaf["value"]
    if FACTS[leaf["fact"]].type == WEEKDAY:
        operator = leaf["is"]
    if isinstance(value, Mapping):
        value = value.get("minor", next(iter(value.values())))
    elif _choices(leaf["fact"]) is None:
        value = value if isinstance(value, str) else "\n".join(value)
    elif isinstance(value, str):
        value = [value]
    return {"fact": leaf["fact"], "operator": operator, "value": value}


def changed(data, verb: str):
    """Give what was sent with a row more ("add"), one less ("remove-2"), or written anew ("anew"); else as it is."""
    rows = list(_sent_rows(data))
    if verb == "add" and len(rows) < MOST:
        rows.append({"join": ["all"]})
    elif verb.startswith("remove-"):
        rows = [row for number, row in enumerate(rows) if number != whole_number(verb[7:])]
    elif verb == "anew":
        rows = [{}]
    told = data.copy()
    for name in [name for name in told if name.startswith(f"{PREFIX}-") and (verb == "anew" or not name.endswith("-kept"))]:
        del told[name]
    told.update({f"{PREFIX}-TOTAL_FORMS": len(rows), f"{PREFIX}-INITIAL_FORMS": 0})
    for number, row in enumerate(rows):
        for name, values in row.items():
            told.setlist(f"{PREFIX}-{number}-{name}", values)
    return told


def _sent_rows(data) -> Iterator[dict[str, list[str]]]:
    total = whole_number(data.get(f"{PREFIX}-TOTAL_FORMS", ""))
    for number in range(min(total or 0, MOST)):
        prefix = f"{PREFIX}-{number}-"
        yield {name[len(prefix) :]: data.getlist(name) for name in data if name.startswith(prefix)}
