"""Forms of deals: filters, the deal itself, its moves."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm import masking
from crm.models import Customer, Deal, Pipeline, Product
from crm.queries.deals import in_use, loss_reasons, narrow, pipelines, stages_of
from crm.queries.sight import Principal, seen_by
from dashboard.custom_fields import CustomFieldsMixin
from dashboard.forms import DateField, FilterForm, MoneyField, SearchField, choices_with_any
from dashboard.own_columns import OwnFiltersMixin, currency_here
from dashboard.people import MemberField, member_choices
from dashboard.templatetags.dashboard import in_language
from tenancy import door

CURRENCIES = ("GBP", "EUR", "USD", "CNY", "HKD", "JPY", "SGD", "AUD", "CAD", "CHF")

_CLOSING = [
    ("overdue", _("Overdue")), ("this_month", _("This month")), ("next_month", _("Next month")), ("later", _("Later")),
    ("none", _("No date")),
]  # fmt: skip
_ATTENTION = [("no_step", _("No next step")), ("step_overdue", _("Next step overdue"))]


def stage_choices(every: Iterable[Pipeline] | None = None) -> list:
    """Stages to choose from, by pipeline."""
    return [
        (in_language(each.name), [(str(stage.id), in_language(stage.name)) for stage in in_use(each.stages.all())])
        for each in (pipelines() if every is None else every)
    ]


def product_choices() -> list[tuple[str, str]]:
    return [(str(id), name) for id, name in Product.objects.order_by("name", "id").values_list("id", "name")[:500]]


def reason_choices() -> list:
    """Reasons in two levels; one with nothing under it stands for itself."""
    found: list = [("", _("Choose a reason"))]
    for reason in loss_reasons():
        name = in_language(reason.name)
        inner = [(str(each.id), in_language(each.name)) for each in reason.inner]
        found.append(
            (name, [*inner, (str(reason.id), _("%(reason)s: something else") % {"reason": name})])
            if inner
            else (str(reason.id), name)
        )
    return found


class DealFilters(OwnFiltersMixin, FilterForm):
    """How the board and the list are narrowed."""

    own_subject = "deal"

    q = SearchField(_("Title or customer"))
    owner = forms.ChoiceField(required=False, label=pgettext_lazy("of a deal", "Owner"))
    closing = forms.ChoiceField(
        required=False, label=_("Expected close"), choices=choices_with_any(_("Any closing date"), _CLOSING)
    )
    attention = forms.ChoiceField(
        required=False, label=_("Next step"), choices=choices_with_any(_("Any next step"), _ATTENTION)
    )
    product = forms.ChoiceField(required=False, label=_("Product"))

    def __init__(self, data=None, *, member: Principal, currency: str = "GBP"):
        super().__init__(data, member=member)
        self.fields["owner"].choices = choices_with_any(_("Any owner"), [("none", _("Nobody")), *member_choices()])
        self.fields["product"].choices = choices_with_any(_("Any product"), product_choices())
        asked = (("at_least", _("Worth at least")), ("at_most", _("Worth at most")))
        for name, words in asked if masking.shows(member, "money") else ():
            self.fields[name] = MoneyField(label=words, currency=currency, required=False)
            self.fields[name].widget.attrs |= {"placeholder": words, "class": "form-control filter-money"}
            self.fields[name].widget.attrs.pop("data-suffix", None)

    def narrow(self, rows):
        """Keep the deals that fit, by our own columns and by those of the organisation."""
        return self.narrow_own(narrow(rows, self.chosen_plain, today=timezone.localdate(door.moment())))


class DealListFilters(DealFilters):
    state = forms.ChoiceField(required=False, label=_("State"), choices=choices_with_any(_("Any state"), Deal.State.choices))

    def __init__(self, data=None, *, member: Principal):
        super().__init__(data, member=member, currency=currency_here())
        every = list(pipelines())
        self.fields["pipeline"] = _pipeline_filter(every)
        self.fields["stage"] = forms.ChoiceField(
            required=False, label=_("Stage"), choices=choices_with_any(_("Any stage"), stage_choices(every))
        )
        order = ["q", "state", "pipeline", "stage", "owner", "closing", "attention", "product", "at_least", "at_most"]
        self.order_fields(order)


def _pipeline_filter(every: list[Pipeline]) -> forms.ChoiceField:
    """Choose a pipeline, where there are several; whoever comes from the board has one in the address."""
    known = [(str(each.id), in_language(each.name)) for each in every]
    widget = forms.Select if len(known) > 1 else forms.HiddenInput
    choices = choices_with_any(_("Any pipeline"), known)
    return forms.ChoiceField(required=False, label=_("Pipeline"), choices=choices, widget=widget)


class DealForm(CustomFieldsMixin, forms.Form):
    """What is known of a deal."""

    custom_subject = "deal"

    title = forms.CharField(label=_("Title"), max_length=200, help_text=_("What may be sold, in a few words."))
    stage = forms.ChoiceField(label=_("Stage"))
    expected_close = DateField(label=_("Expected close"), required=False)
    company = forms.ChoiceField(label=_("Company"), required=False)
    source = forms.ChoiceField(label=_("Source"), choices=Deal.Source.choices, initial=Deal.Source.STAFF)
    next_step = forms.CharField(label=_("Next step"), required=False, max_length=200)
    next_step_on = DateField(label=_("Next step on"), required=False)

    def __init__(self, *args, currency: str, member: Principal, deal: Deal | None = None, **kwargs):
        super().__init__(*args, member=member, custom=deal.custom if deal else None, **kwargs)
        known = [currency, *(each for each in CURRENCIES if each != currency)]
        chosen = self.data.get("currency") if self.is_bound else None
        self.currency = chosen if chosen in known else currency
        self.fields["amount_minor"] = MoneyField(
            label=_("Amount"), currency=self.currency, required=False, is_of_customer=True
        )
        self.fields["amount_minor"].widget.attrs.pop("data-suffix", None)
        self.fields["currency"] = forms.ChoiceField(
            label=_("Currency"), choices=[(each, each) for each in known], initial=currency
        )
        self.fields["owner"] = MemberField(label=pgettext_lazy("of a deal", "Owner"))
        self.fields["company"].choices = [("", _("None")), *_companies(deal, member)]
        if deal:
            del self.fields["stage"]
        else:
            self.fields["stage"].choices = [
                (
                    in_language(each.name),
                    [(str(stage.id), in_language(stage.name)) for stage in stages_of(each.id) if stage.kind == "open"],
                )
                for each in pipelines()
            ]

    @property
    def facts(self) -> dict[str, Any]:
        told = self.cleaned_data
        return {
            "title": told["title"],
            "expected_close": told["expected_close"],
            "source": told["source"],
            "company_id": UUID(told["company"]) if told["company"] else None,
            "owner_id": told["owner"],
            "next_step": told["next_step"],
            "next_step_on": told["next_step_on"],
            "currency": told["currency"],
            "custom": self.custom_values,
        }


def _companies(deal: Deal | None, reader: Principal) -> list[tuple[str, str]]:
    """Offer the companies this person sees, and the one that the deal has."""
    rows = seen_by(reader, Customer.objects.filter(kind="company")).order_by("name", "id")[:500]
    found = {str(row.id): row.name for row in rows}
    if deal and deal.company:
        found.setdefault(str(deal.company_id), deal.company.name)
    return list(found.items())


def present(deal: Deal) -> dict[str, Any]:
    """Fill the form with a deal as it is."""
    plain = ("title", "expected_close", "source", "next_step", "next_step_on", "currency", "amount_minor")
    return {name: getattr(deal, name) for name in plain} | {
        "company": str(deal.company_id or ""), "owner": str(deal.owner_id or ""),
    }  # fmt: skip


class LineForm(forms.Form):
    product = forms.ChoiceField(label=_("Product"), required=False)
    name = forms.CharField(label=_("Or in words"), required=False, max_length=200)
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=10**6, initial=1)
    discount = forms.DecimalField(
        label=_("Discount in %"), min_value=0, max_value=100, max_digits=5, decimal_places=2, required=False
    )

    def __init__(self, *args, currency: str, products: list, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["product"].choices = [("", _("Not from the list")), *products]
        self.fields["unit_minor"] = MoneyField(label=_("Unit price"), currency=currency, required=False, is_of_customer=True)
        self.order_fields(["product", "name", "quantity", "unit_minor", "discount"])

    @property
    def is_told(self) -> bool:
        return bool(self.cleaned_data.get("product") or self.cleaned_data.get("name"))


LinesForm = forms.formset_factory(LineForm, extra=0, max_num=50, validate_max=True)


class InstalmentForm(forms.Form):
    due_on = DateField(label=pgettext_lazy("instalment", "Due on"))
    label = forms.CharField(label=_("What for"), required=False, max_length=120)

    def __init__(self, *args, currency: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount_minor"] = MoneyField(label=_("Amount"), currency=currency, minimum=1, is_of_customer=True)
        self.order_fields(["amount_minor", "due_on", "label"])


class ReceiptForm(forms.Form):
    received_on = DateField(label=_("Received on"))
    note = forms.CharField(label=_("Note"), required=False, max_length=200)
    reference = forms.CharField(widget=forms.HiddenInput, max_length=40)  # made with the form: sent twice it counts once

    def __init__(self, *args, currency: str, instalments: list[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount_minor"] = MoneyField(label=_("Amount"), currency=currency, minimum=1, is_of_customer=True)
        self.fields["instalment"] = forms.TypedChoiceField(
            label=_("For which instalment"), required=False, coerce=UUID, empty_value=None,
            choices=[("", _("Whatever is due first")), *instalments],
        )  # fmt: skip
        self.order_fields(["amount_minor", "received_on", "instalment", "note"])


class GiveBackForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)
    reference = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args, currency: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount_minor"] = MoneyField(label=_("Amount"), currency=currency, minimum=1, is_of_customer=True)
        self.order_fields(["amount_minor", "reason"])


class HandOverForm(forms.Form):
    note = forms.CharField(label=_("A word for them"), required=False, max_length=500, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"] = MemberField(label=_("New owner"))
        self.order_fields(["owner", "note"])


class NextStepForm(forms.Form):
    next_step = forms.CharField(label=_("Next step"), required=False, max_length=200)
    next_step_on = DateField(label=pgettext_lazy("day of the next step", "On"), required=False)
