"""Forms of coupons and of the till."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.models import Product
from dashboard.forms import MomentField, MoneyField
from dashboard.forms_growth import present
from foundation.ids import new_code
from rewards.models import CouponKind
from rewards.operations.coupons.codes import MOST
from rewards.operations.coupons.kinds import PROMISED

_LISTS = ("products", "categories", "excluded_products", "excluded_categories")
_PROMISED = sorted(PROMISED - {"currency"})
_TEXTS = {"name": 120, "conditions": 300}
_LANGUAGES = {"en": "en", "zh": "zh-hans"}


class ListField(forms.CharField):
    """Names separated by commas or lines, cleaned to a list."""

    def __init__(self, longest: int, **kwargs):
        self.longest = longest
        super().__init__(required=False, max_length=5000, widget=forms.TextInput({"autocomplete": "off"}), **kwargs)

    def prepare_value(self, value):
        return ", ".join(value) if isinstance(value, (list, tuple)) else value

    def clean(self, value) -> list[str]:
        names = [name.strip() for name in re.split(r"[,，;；\n]", super().clean(value)) if name.strip()]
        if any(len(name) > self.longest for name in names):
            raise forms.ValidationError(_("One of these is too long. Separate them by commas."))
        return list(dict.fromkeys(names))


class CouponKindForm(forms.Form):
    """What a kind of coupon is good for. A kind that customers hold keeps what they were promised: `is_promised`."""

    name_en = forms.CharField(label=_("Name in English"), max_length=120, required=False)
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=120, required=False)
    effect = forms.ChoiceField(label=_("What it does"), choices=CouponKind.Effect.choices, widget=forms.RadioSelect)
    scope = forms.ChoiceField(label=_("Counted from"), choices=CouponKind.Scope.choices, widget=forms.RadioSelect)
    percent = forms.DecimalField(
        label=_("Percent off"), required=False, min_value=Decimal("0.01"), max_value=100, max_digits=5, decimal_places=2
    )
    gift_sku = forms.CharField(
        label=_("Which article"), max_length=80, required=False, widget=forms.TextInput({"list": "articles"}),
        help_text=_("Its article number. It is put into the basket, or costs nothing if it lies there."),
    )  # fmt: skip
    categories = ListField(80, label=_("Only on these categories"), help_text=_("Several are separated by commas."))
    products = ListField(80, label=_("Only on these articles"), help_text=_("Article numbers."))
    excluded_categories = ListField(80, label=_("Not on these categories"))
    excluded_products = ListField(80, label=_("Not on these articles"))
    audience = forms.ChoiceField(label=_("Who may use it"), choices=CouponKind.Audience.choices, widget=forms.RadioSelect)
    per_person = forms.IntegerField(label=_("Uses for each customer"), required=False, min_value=1, max_value=10**6)
    total = forms.IntegerField(label=_("Uses in all"), required=False, min_value=1, max_value=10**9)
    valid_days = forms.IntegerField(label=_("Valid for days after it is issued"), min_value=1, max_value=3650)
    stack_group = forms.CharField(
        label=_("Group"), max_length=40, required=False,
        help_text=_("Of one group only one coupon counts on an order. Of one kind it is always only one."),
    )  # fmt: skip
    is_exclusive = forms.BooleanField(label=_("Cannot be combined with other coupons"), required=False)
    priority = forms.IntegerField(
        label=_("Priority"), min_value=-1000, max_value=1000, required=False,
        help_text=_("Of coupons that take off the same, the higher one is used up."),
    )  # fmt: skip
    conditions_en = forms.CharField(label=_("Your own words in English"), max_length=300, required=False)
    conditions_zh = forms.CharField(label=_("Your own words in Chinese"), max_length=300, required=False)

    def __init__(self, data=None, *, currency: str, kind: CouponKind | None = None, is_promised: bool = False):
        self.kind, self.currency, self.is_promised = kind, kind.currency if kind else currency, is_promised
        super().__init__(data, initial=_initial(kind))
        self.fields["value_minor"] = MoneyField(label=_("Amount"), currency=self.currency, required=False)
        self.fields["cap_minor"] = MoneyField(label=_("At most"), currency=self.currency, required=False)
        self.fields["minimum_minor"] = MoneyField(
            label=_("From a purchase of"), currency=self.currency, required=False,
            help_text=_("Of the articles it fits, before any coupon."),
        )  # fmt: skip
        self.fields["starts_at"] = MomentField(label=_("Valid from"), required=False)
        self.fields["ends_at"] = MomentField(label=_("Valid until"), required=False)
        for name in _PROMISED:
            self.fields[name].disabled = is_promised

    def clean(self):
        told = super().clean()
        if not told.get("name_en") and not told.get("name_zh"):
            self.add_error("name_en", _("Give it a name in one language at least."))
        needed = {"value": "value_minor", "percent": "percent", "gift": "gift_sku"}.get(told.get("effect"))
        if needed and not told.get(needed) and needed not in self.errors and not self.is_promised:
            self.add_error(needed, _("This is needed for what it does."))
        return told

    def terms(self) -> dict[str, Any]:
        """What the operations ask for; what is promised is left out where it cannot change any more."""
        return self._free() if self.is_promised else self.all_terms()

    def all_terms(self) -> dict[str, Any]:
        """What the kind would be good for."""
        return self._free() | (present(self.kind, *_PROMISED) if self.is_promised else self._worth())

    def _free(self) -> dict[str, Any]:
        told = self.cleaned_data
        texts = {name: _texts(told, name) for name in _TEXTS}
        free = {name: told[name] for name in ("starts_at", "ends_at", "valid_days", "total", "stack_group", "is_exclusive")}
        return free | texts | {"priority": told["priority"] or 0}

    def _worth(self) -> dict[str, Any]:
        told, effect = self.cleaned_data, self.cleaned_data["effect"]
        worth = {name: told[name] for name in ("effect", "scope", "audience", "per_person", *_LISTS)}
        is_value, is_percent, is_gift = (effect == one for one in ("value", "percent", "gift"))
        return worth | {
            "value_minor": (told["value_minor"] or 0) if is_value or is_gift else 0,
            "percent": (told["percent"] or Decimal(0)) if is_percent else Decimal(0),
            "cap_minor": told["cap_minor"] if effect in ("percent", "shipping") else None,
            "gift_sku": told["gift_sku"] if is_gift else "", "minimum_minor": told["minimum_minor"] or 0,
        }  # fmt: skip

    @property
    def articles(self) -> list[Product]:
        """Articles to choose from while typing."""
        return list(Product.objects.order_by("name")[:300])

    @property
    def known_categories(self) -> list[str]:
        named = Product.objects.exclude(category="").order_by("category")
        return list(named.values_list("category", flat=True).distinct()[:60])


def _texts(told: dict[str, Any], name: str) -> dict[str, str]:
    return {language: told[f"{name}_{short}"] for short, language in _LANGUAGES.items() if told[f"{name}_{short}"]}


def _initial(kind: CouponKind | None) -> dict[str, Any]:
    if kind is None:
        return {"effect": "value", "scope": "order", "audience": "everybody", "valid_days": 60, "priority": 0}
    names = [field.name for field in CouponKind._meta.concrete_fields]
    texts = {
        f"{name}_{short}": getattr(kind, name).get(language, "") for name in _TEXTS for short, language in _LANGUAGES.items()
    }
    return {name: getattr(kind, name) for name in names} | texts | {"percent": kind.percent or None}


class SharedCodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"), max_length=30, help_text=_("3 to 24 letters and digits, as people type it: AUTUMN26."),
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "class": "mono"}),
    )  # fmt: skip


class BatchForm(forms.Form):
    size = forms.IntegerField(label=_("How many codes"), min_value=1, max_value=MOST, initial=100)
    label = forms.CharField(
        label=_("What for"), max_length=120, help_text=_("A leaflet, a fair, a partner: to tell them apart.")
    )


class TillTermsForm(forms.Form):
    hold_minutes = forms.IntegerField(label=_("A reservation lasts minutes"), min_value=1, max_value=1440)
    points_step = forms.IntegerField(
        label=_("So many points"), min_value=0, max_value=10**6, help_text=_("0: points cannot be paid with.")
    )
    points_percent = forms.IntegerField(
        label=_("Most of a purchase that points may pay, in percent"), min_value=1, max_value=100
    )

    def __init__(self, *args, currency: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["step_minor"] = MoneyField(label=_("pay so much"), currency=currency, minimum=1)
        self.order_fields(["hold_minutes", "points_step", "step_minor", "points_percent"])


# --- the till --------------------------------------------------------------------------------------------------


class TillForm(forms.Form):
    """What the cashier enters. `reference` comes with the form, so that a receipt without a number has one as well."""

    code = forms.CharField(label=_("Coupon code"), max_length=40, required=False)
    customer = forms.UUIDField(required=False, widget=forms.HiddenInput)
    number = forms.CharField(label=_("Receipt number"), max_length=80, required=False)
    points = forms.IntegerField(label=_("Points to use"), min_value=0, max_value=10**12, required=False)
    reference = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, data=None, *, currency: str, initial: dict[str, Any] | None = None):
        super().__init__(data, initial={"reference": new_code(10)} | (initial or {}))
        self.fields["amount_minor"] = MoneyField(label=_("Amount"), currency=currency, required=False)
        self.fields["shipping_minor"] = MoneyField(label=_("Shipping fee"), currency=currency, required=False)
        self.fields["code"].widget.attrs |= {
            "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "enterkeyhint": "done",
            "placeholder": _("Type or scan a code"),
        }  # fmt: skip
        self.fields["points"].widget.attrs |= {"inputmode": "numeric"}
        self.fields["number"].widget.attrs |= {"autocomplete": "off"}


class TillLineForm(forms.Form):
    """One article on the counter."""

    article = forms.CharField(
        label=_("Article"), max_length=200, required=False, widget=forms.TextInput({"list": "articles"})
    )
    quantity = forms.IntegerField(label=_("Pieces"), min_value=1, max_value=10**6, required=False, initial=1)

    def __init__(self, data=None, *, currency: str, place: int):
        super().__init__(data, prefix=f"line-{place}")
        self.place = place
        self.fields["amount_minor"] = MoneyField(label=_("Amount"), currency=currency, required=False)
