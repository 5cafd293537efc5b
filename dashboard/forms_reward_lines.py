"""What a campaign gives, as lines of a form: each says to whom, what, and whether it is one of a choice."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dashboard.forms import MomentField, MoneyField
from dashboard.templatetags.dashboard import in_language
from foundation.money import exponent, to_minor
from loyalty.queries import badges, tiers
from referrals.templates import TEMPLATES
from rewards.models import CatalogueItem, CouponKind
from tenancy import door

MOST = 12
_TO = [
    ("referrer", _("The referrer")), ("referee", _("The friend")), ("salesperson", _("The salesperson")),
    ("second_level", _("Who brought the referrer")),
]  # fmt: skip
SIDES = tuple(side for side, _name in _TO)
KINDS = [
    ("", pgettext_lazy("a reward", "Nothing")),
    ("points", _("Points")), ("points_rate", _("Points by spend")), ("cash", _("Cash")),
    ("cash_percent", _("Cash, a share of the amount paid")),
    ("points_steps", _("Points, more with every friend")), ("cash_steps", _("Cash, more with every friend")),
    ("points_brackets", _("Points by the size of the order")), ("cash_brackets", _("Cash by the size of the order")),
    ("coupon", _("Coupon")), ("gift", _("Gift")),
    ("service_upgrade", _("Service upgrade")), ("tier_upgrade", _("Tier upgrade")), ("badge", _("Badge")),
    ("event", _("Event invitation")), ("trial", _("Product trial")),
]  # fmt: skip
_GROUPS = [("", _("Always")), ("A", _("To choose from: A")), ("B", _("To choose from: B"))]
# Which fields belong to which kinds; templates show a field with the class for-<kind> of each.
FIELDS = {
    "points": ("points",), "points_rate": ("rate", "per"), "cash": ("amount",), "cash_percent": ("percent", "cap"),
    **dict.fromkeys(("points_steps", "cash_steps", "points_brackets", "cash_brackets"), ("steps",)),
    "coupon": ("coupon",), "gift": ("item", "title_zh", "title_en", "pieces", "cost"),
    "service_upgrade": ("title_zh", "title_en", "cost"), "tier_upgrade": ("tier", "days", "cost"),
    "badge": ("badge", "cost"),
    "event": ("title_zh", "title_en", "starts_at", "place_zh", "place_en", "cost"),
    "trial": ("title_zh", "title_en", "days", "cost"),
}  # fmt: skip
_MAY_BE_EMPTY = {"item", "title_zh", "title_en", "pieces", "cost", "starts_at", "place_zh", "place_en"}


class RewardLineForm(forms.Form):
    to = forms.ChoiceField(label=_("Who gets it"), choices=_TO)
    kind = forms.ChoiceField(label=_("What"), choices=KINDS, required=False)
    group = forms.ChoiceField(
        label=_("How"), choices=_GROUPS, required=False,
        help_text=_("Of what one side may choose from under a letter, they get one. All of it has to cost the same."),
    )  # fmt: skip
    points = forms.IntegerField(label=_("Points"), min_value=1, max_value=10**9, required=False)
    rate = forms.IntegerField(label=_("Points"), min_value=1, max_value=10**6, required=False)
    percent = forms.DecimalField(
        label=_("Share, %"), min_value=Decimal("0.01"), max_value=100, max_digits=5, decimal_places=2, required=False
    )
    steps = forms.CharField(
        label=_("Steps"), required=False, max_length=400, widget=forms.Textarea({"rows": 3, "class": "mono"}),
        help_text=_(
            "One step a line: from which friend, or from which amount on, and what is given. "
            "For example 1 = 100, then 4 = 150."
        ),
    )  # fmt: skip
    coupon = forms.ChoiceField(label=_("Coupon"), required=False)
    item = forms.ChoiceField(label=_("Out of the catalogue"), required=False)
    title_zh = forms.CharField(
        label=_("Name in Chinese"), max_length=200, required=False, widget=forms.TextInput({"lang": "zh-Hans"})
    )
    title_en = forms.CharField(
        label=_("Name in English"), max_length=200, required=False, widget=forms.TextInput({"lang": "en"})
    )
    pieces = forms.IntegerField(label=_("Pieces"), min_value=1, max_value=100, required=False)
    tier = forms.ChoiceField(label=_("Tier"), required=False)
    badge = forms.ChoiceField(label=_("Badge"), required=False)
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=3650, required=False)
    starts_at = MomentField(label=_("Begins"), required=False)
    place_zh = forms.CharField(
        label=_("Place in Chinese"), max_length=200, required=False, widget=forms.TextInput({"lang": "zh-Hans"})
    )
    place_en = forms.CharField(
        label=_("Place in English"), max_length=200, required=False, widget=forms.TextInput({"lang": "en"})
    )

    def __init__(self, *args, currency: str, choices: Mapping[str, list], **kwargs):
        super().__init__(*args, **kwargs)
        self.currency = currency
        money = {"currency": currency, "required": False}
        self.fields["per"] = MoneyField(label=_("for every"), minimum=1, **money)
        self.fields["amount"] = MoneyField(label=_("Amount"), minimum=1, **money)
        self.fields["cap"] = MoneyField(label=_("at most"), minimum=1, **money)
        self.fields["cost"] = MoneyField(label=_("What one costs us"), **money)
        for name, offered in choices.items():
            self.fields[name].choices = offered

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        kind = told.get("kind")
        if kind:
            self._take_names_of_item(told)
            for name in FIELDS[kind]:
                if name not in _MAY_BE_EMPTY and told.get(name) in (None, "") and name not in self.errors:
                    self.add_error(name, _("This is missing."))
            if told.get("steps") and "steps" in FIELDS[kind]:
                self._read_steps(told, kind)
            self._need_both_languages(told, "title", is_needed="title_zh" in FIELDS[kind])
            self._need_both_languages(told, "place", is_needed=False)
        return told

    def _read_steps(self, told: dict[str, Any], kind: str) -> None:
        try:
            told["steps"] = read_steps(told["steps"], kind, self.currency)
        except ValueError:
            self.add_error("steps", _("Write each step as two numbers with = between them, the smallest first."))

    def _take_names_of_item(self, told: dict[str, Any]) -> None:
        if told.get("kind") == "gift" and told.get("item") and not (told.get("title_zh") or told.get("title_en")):
            names = CatalogueItem.objects.values_list("name", flat=True).get(id=told["item"])
            any_name = next(iter(names.values()), "")
            told["title_zh"], told["title_en"] = names.get("zh-hans") or any_name, names.get("en") or any_name

    def _need_both_languages(self, told: dict[str, Any], name: str, *, is_needed: bool) -> None:
        given = [bool(told.get(f"{name}_{language}")) for language in ("zh", "en")]
        if all(given) or not (any(given) or is_needed):
            return
        for language, is_there in zip(("zh", "en"), given, strict=True):
            if not is_there:
                self.add_error(f"{name}_{language}", _("Say it in both languages."))

    @property
    def line(self) -> dict[str, Any] | None:
        """Give the line as the terms have it; None for an empty one."""
        told = self.cleaned_data
        if not told.get("kind"):
            return None
        return {"to": told["to"], "kind": told["kind"], **_WRITERS[told["kind"]](told, self._money)}

    def _money(self, minor: int | None) -> dict[str, Any]:
        return {"minor": minor or 0, "currency": self.currency}

    @property
    def shown(self) -> list[tuple[str, list]]:
        """The fields beside to, kind and group for the page: (classes of the kinds that have it, field)."""
        kinds_of: dict[str, list[str]] = {}
        for kind, names in FIELDS.items():
            for name in names:
                kinds_of.setdefault(name, []).append(f"for-{kind}")
        return [(" ".join(kinds), self[name]) for name, kinds in kinds_of.items() if name in self.fields]


def _title(told: Mapping[str, Any], name: str) -> dict[str, str]:
    return {"zh-hans": told[f"{name}_zh"], "en": told[f"{name}_en"]}


def _event(told: Mapping[str, Any], money) -> dict[str, Any]:
    starts_at = {"starts_at": told["starts_at"].isoformat()} if told["starts_at"] else {}
    place = {"place": _title(told, "place")} if told["place_zh"] else {}
    return {"title": _title(told, "title"), "cost": money(told["cost"]), **starts_at, **place}


def _gift(told: Mapping[str, Any], money) -> dict[str, Any]:
    item = {"item": told["item"]} if told["item"] else {}
    return {"title": _title(told, "title"), "cost": money(told["cost"]), "pieces": {"count": told["pieces"] or 1}, **item}


def read_steps(text: str, kind: str, currency: str) -> list[dict[str, Any]]:
    """Read "1 = 100" a line: from a friend's place or an amount on, points or money."""
    steps = []
    for line in filter(None, (part.strip() for part in text.replace(";", "\n").splitlines())):
        start, amount = (part.strip() for part in line.replace("＝", "=").split("="))
        begins = {"count": int(start)} if kind.endswith("_steps") else _minor(start, currency)
        given = {"points": int(amount)} if kind.startswith("points") else _minor(amount, currency)
        steps.append({"from": begins, "amount": given})
    starts = [next(iter(step["from"].values())) for step in steps]
    if not steps or starts != sorted(set(starts)):
        raise ValueError(text)
    return steps


def _minor(text: str, currency: str) -> dict[str, Any]:
    return {"minor": to_minor(text, currency), "currency": currency}


def _steps_text(steps: list[Mapping[str, Any]]) -> str:
    return "\n".join(f"{_plain(step['from'])} = {_plain(step['amount'])}" for step in steps)


def _plain(value: Mapping[str, Any]) -> str:
    if "minor" in value:
        return str(Decimal(value["minor"]).scaleb(-exponent(value["currency"])))
    return str(next(iter(value.values())))


_WRITERS = {
    **{
        kind: lambda told, money: {"steps": told["steps"]}
        for kind in ("points_steps", "cash_steps", "points_brackets", "cash_brackets")
    },
    "points": lambda told, money: {"amount": {"points": told["points"]}},
    "points_rate": lambda told, money: {"rate": {"points": told["rate"]}, "per": money(told["per"])},
    "cash": lambda told, money: {"amount": money(told["amount"])},
    "cash_percent": lambda told, money: {
        "percent": {"percent": f"{told['percent'].normalize():f}"}, "cap": money(told["cap"]),
    },
    "coupon": lambda told, money: {"coupon": told["coupon"]},
    "gift": _gift,
    "service_upgrade": lambda told, money: {"title": _title(told, "title"), "cost": money(told["cost"])},
    "tier_upgrade": lambda told, money: {"tier": told["tier"], "days": {"days": told["days"]}, "cost": money(told["cost"])},
    "badge": lambda told, money: {"badge": told["badge"], "cost": money(told["cost"])},
    "event": _event,
    "trial": lambda told, money: {
        "title": _title(told, "title"), "days": {"days": told["days"]}, "cost": money(told["cost"]),
    },
}  # fmt: skip


class _Lines(forms.BaseFormSet):
    def lines(self) -> Iterator[dict[str, Any]]:
        """Give what is filled in; lines of one side and letter become a choice, where the first of them stands."""
        singles = [(form.line, form.cleaned_data.get("group")) for form in self.forms if form.line]
        seen = set()
        for line, group in singles:
            if not group:
                yield line
            elif (line["to"], group) not in seen:
                seen.add((line["to"], group))
                mine = [other for other, letter in singles if (other["to"], letter) == (line["to"], group)]
                yield {"to": line["to"], "kind": "choice", "options": [_without_side(option) for option in mine]}


def _without_side(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name != "to"}


_LineSet = forms.formset_factory(RewardLineForm, formset=_Lines, extra=1, max_num=MOST, absolute_max=MOST)


def reward_lines(data: Mapping | None, *, currency: str, template: str, initial: list[dict[str, Any]]) -> _Lines:
    """Make the lines of a form."""
    used = {line["coupon"] for line in initial if line.get("coupon")}
    # Unchanged lines count as well: Django takes an unchanged extra line for an empty one.
    kwargs = {"currency": currency, "choices": choices_of(template, used), "empty_permitted": False}
    return _LineSet(data, prefix="lines", initial=initial, form_kwargs=kwargs)


def _open_coupons(used: Collection[str]) -> QuerySet[CouponKind]:
    """Kinds that can still be promised, and those that the terms have already."""
    is_open = Q(withdrawn_at=None) & (Q(ends_at=None) | Q(ends_at__gt=door.moment()))
    return CouponKind.objects.filter(is_open | Q(code__in=used)).order_by("code")[:200]


def choices_of(template: str, used: Collection[str] = ()) -> dict[str, list[tuple[str, str]]]:
    def offered(rows):
        return [("", "–"), *sorted(rows, key=lambda pair: pair[1])]

    coupons = {kind.code: in_language(kind.name) or kind.code for kind in _open_coupons(used)}
    planned = TEMPLATES[template].coupon if template in TEMPLATES else None
    if planned:
        coupons.setdefault(planned.code, in_language(planned.name))
    items = CatalogueItem.objects.filter(kind=CatalogueItem.Kind.GIFT).values_list("id", "name")[:200]
    return {
        "coupon": offered(coupons.items()),
        "item": offered((str(key), in_language(name)) for key, name in items),
        "tier": [("", "–"), *((tier.code, in_language(tier.name)) for tier in tiers() if tier.rank)],
        "badge": offered((badge.code, in_language(badge.name)) for badge in badges() if badge.is_active),
    }


def initial_lines(rewards: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give the form's values for the lines of terms; a choice becomes a line for each option, under a letter."""
    shown: list[dict[str, Any]] = []
    letters = {side: iter("AB") for side in SIDES}
    for line in rewards:
        if line["kind"] == "choice":
            letter = next(letters[line["to"]], "B")
            shown += [{"to": line["to"], "group": letter, **_values(option)} for option in line["options"]]
        else:
            shown.append({"to": line["to"], **_values(line)})
    return shown


def _values(line: Mapping[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = {"kind": line["kind"]}
    for name, value in line.items():
        read |= _value(line["kind"], name, value)
    return read


def _value(kind: str, name: str, value: Any) -> dict[str, Any]:
    match name, value:
        case "steps", steps:
            return {"steps": _steps_text(steps)}
        case (("title" | "place"), texts):
            return {f"{name}_zh": texts["zh-hans"], f"{name}_en": texts["en"]}
        case "starts_at", text:
            return {name: timezone.localtime(datetime.fromisoformat(text))}
        case "amount", {"points": points}:
            return {"points": points}
        case _name, {"minor": minor}:
            return {name: minor}
        case _name, dict():
            return {name: next(iter(value.values()))}
        case (("to" | "kind"), _text):
            return {}
    return {name: value}
