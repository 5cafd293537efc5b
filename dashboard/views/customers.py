"""The list of customers; new and changed ones."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.errors import ContactPointsDiffer
from crm.models import Customer
from crm.operations import CustomerReport, Refused, record_customers, set_tags, update_customer, version_of
from crm.queries import customers as all_customers
from crm.queries.sight import seen_by
from dashboard.access import staff
from dashboard.answers import blamed_on, done, page
from dashboard.custom_fields import CustomFieldsMixin
from dashboard.forms import DateField, choices_with_any
from dashboard.lists.customers import CUSTOMERS
from dashboard.lists.showing import show
from dashboard.people import MemberField


@staff("customers:read")
def customers(request: HttpRequest) -> HttpResponse:
    return show(CUSTOMERS, request)


# --- forms ---------------------------------------------------------------------------------------------


class CustomerForm(CustomFieldsMixin, forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=Customer.Kind.choices, initial=Customer.Kind.PERSON)
    stage = forms.ChoiceField(label=_("Stage"), choices=Customer.Stage.choices, initial=Customer.Stage.PROSPECT)
    tags = forms.CharField(label=_("Tags"), required=False, max_length=300, help_text=_("Separate them by commas."))
    language = forms.ChoiceField(
        label=_("Language"), required=False, help_text=_("Messages are written in it."),
        choices=[("", _("As the organisation")), ("zh-hans", "简体中文"), ("en", "English")],
    )  # fmt: skip
    gender = forms.ChoiceField(
        label=_("Gender"), required=False, choices=choices_with_any(_("Not known"), Customer.Gender.choices)
    )
    birth_date = DateField(label=_("Birth date"), required=False)
    province = forms.CharField(label=_("Province"), required=False, max_length=60)
    city = forms.CharField(label=_("City"), required=False, max_length=60)
    occupation = forms.CharField(label=_("Occupation"), required=False, max_length=80)
    note = forms.CharField(label=_("Note"), required=False, max_length=5000, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"] = MemberField(label=pgettext_lazy("of a customer", "Owner"))

    def clean_tags(self) -> list[str]:
        return [name.strip() for name in self.cleaned_data["tags"].replace("，", ",").split(",") if name.strip()]

    @property
    def facts(self) -> dict:
        """The columns of the customer, without name, contacts and tags."""
        columns = ("kind", "stage", "language", "gender", "birth_date", "province", "city", "occupation", "note")
        told = {name: self.cleaned_data[name] for name in columns}
        return told | {"owner_id": self.cleaned_data["owner"], "custom": self.custom_values}


class NewCustomerForm(CustomerForm):
    phone = forms.CharField(
        label=_("Phone"), required=False, max_length=40, widget=forms.TextInput({"type": "tel", "autocomplete": "off"})
    )
    email = forms.CharField(
        label=_("E-mail"), required=False, max_length=254, widget=forms.TextInput({"type": "email", "autocomplete": "off"})
    )
    wechat = forms.CharField(label=_("WeChat"), required=False, max_length=80)

    def report(self) -> CustomerReport:
        contacts = {name: self.cleaned_data[name] for name in ("phone", "email", "wechat")}
        return CustomerReport(name=self.cleaned_data["name"], source="staff", fields=self.facts, **contacts)


class ChangedCustomerForm(CustomerForm):
    version = forms.CharField(widget=forms.HiddenInput)


@staff("customers:write", post="customers:write")
def customer_new(request: HttpRequest) -> HttpResponse:
    form, both = NewCustomerForm(request.POST or None, member=request.membership), []
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            try:
                return _record(request, form)
            except ContactPointsDiffer as refusal:
                both = _both(request, refusal)
                raise
    return page(request, "dashboard/customer_form.html", {"both": both}, form=form)


def _both(request: HttpRequest, refusal: ContactPointsDiffer) -> list[Customer]:
    """The customers to whom the contacts belong, for a link to comparing the two."""
    return list(seen_by(request.membership, all_customers()).filter(id__in=refusal.facts.get("customer_ids", ()))[:2])


def _record(request: HttpRequest, form: NewCustomerForm) -> HttpResponse:
    answer = record_customers([form.report()])[0]
    if isinstance(answer, Refused):
        raise answer.error
    if form.cleaned_data["tags"] and answer.is_new:
        set_tags(answer.row, form.cleaned_data["tags"])
    known = gettext("These contacts belong to a customer we know. What was missing has been filled in.")
    return done(request, gettext("Customer recorded.") if answer.is_new else known, "dashboard:customer", answer.row.id)


@staff("customers:write", post="customers:write")
def customer_edit(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    customer = get_object_or_404(all_customers(), id=customer_id)
    form = ChangedCustomerForm(
        request.POST or None, initial=_present(customer), member=request.membership, custom=customer.custom
    )
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            changes = form.facts | {"name": form.cleaned_data["name"], "tags": form.cleaned_data["tags"]}
            update_customer(customer_id, expected_version=form.cleaned_data["version"], **changes)
            return done(request, gettext("Saved."), "dashboard:customer", customer_id)
    return page(request, "dashboard/customer_form.html", {"customer": customer}, form=form)


def _present(customer: Customer) -> dict:
    names = ("name", "kind", "stage", "language", "gender", "birth_date", "province", "city", "occupation", "note")
    shown = {name: getattr(customer, name) for name in names}
    tags = ", ".join(given.tag.name for given in customer.tags.all())
    return shown | {"owner": str(customer.owner_id or ""), "tags": tags, "version": version_of(customer)}


urls = [
    path("customers/", customers, name="customers"),
    path("customers/new/", customer_new, name="customer_new"),
    path("customers/<uuid:customer_id>/edit/", customer_edit, name="customer_edit"),
]
