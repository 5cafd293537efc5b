"""The list of customers; new and changed ones; export."""

from collections.abc import Sequence
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.models import Customer, Tag
from crm.operations import CustomerReport, Refused, record_customers, require, set_tags, update_customer, version_of
from crm.queries import customers as all_customers
from crm.queries import search_ids
from crm.queries.segments import members_of, segments_for
from dashboard.access import staff
from dashboard.answers import blamed_on, csv_file, done, listing, page
from dashboard.custom_fields import CustomFieldsMixin
from dashboard.forms import DateField, FilterForm, SearchField, choices_with_any
from dashboard.paging import Page, newest_first
from dashboard.people import MemberField, member_choices
from integrations.exports import export
from loyalty.queries import open_periods
from rewards.queries import available_points

MOST_MATCHES = 100


class CustomerFilters(FilterForm):
    q = SearchField(_("Name, pinyin, phone or e-mail"))
    stage = forms.ChoiceField(
        required=False, label=_("Stage"), choices=choices_with_any(_("Any stage"), Customer.Stage.choices)
    )
    source = forms.ChoiceField(
        required=False, label=_("Source"), choices=choices_with_any(_("Any source"), Customer.Source.choices)
    )
    tag = forms.ChoiceField(required=False, label=_("Tag"))
    owner = forms.ChoiceField(required=False, label=pgettext_lazy("of a customer", "Owner"))
    segment = forms.ChoiceField(required=False, label=_("Segment"))

    def __init__(self, data=None, segments=()):
        super().__init__(data)
        self.segments = {str(one.id): one for one in segments}
        named = [(key, one.name) for key, one in self.segments.items()]
        self.fields["segment"].choices = choices_with_any(_("Any segment"), named)
        tags = [(name, name) for name in Tag.objects.order_by("name").values_list("name", flat=True)[:200]]
        self.fields["tag"].choices = choices_with_any(_("Any tag"), tags)
        self.fields["owner"].choices = choices_with_any(_("Any owner"), [("none", _("Nobody")), *member_choices()])

    def narrow(self, rows):
        chosen = self.chosen
        for name in ("stage", "source"):
            if name in chosen:
                rows = rows.filter(**{name: chosen[name]})
        if "tag" in chosen:
            rows = rows.filter(tags__tag__name=chosen["tag"])
        if "owner" in chosen:
            rows = rows.filter(owner_id=None if chosen["owner"] == "none" else chosen["owner"])
        if "segment" in chosen:
            rows = rows.filter(id__in=members_of(self.segments[chosen["segment"]]).order_by().values("id"))
        return rows


@staff("customers:read")
def customers(request: HttpRequest) -> HttpResponse:
    filters = CustomerFilters(request.GET, segments_for(request.membership))
    rows = filters.narrow(all_customers())
    found = _matching(rows, filters.chosen["q"]) if "q" in filters.chosen else newest_first(request, rows)
    if request.membership.may("rewards:read"):
        _add_points(found.rows)
    if request.membership.may("loyalty:read"):
        _add_tiers(found.rows)
    return listing(
        request, page="dashboard/customers.html", rows="dashboard/parts/customer_rows.html", filters=filters, customers=found
    )


def _matching(rows, text: str) -> Page:
    """Best matches first; a search that finds more than a hundred wants another word, not another page."""
    ids = search_ids(text, MOST_MATCHES)
    rank = {each: position for position, each in enumerate(ids)}
    return Page(sorted(rows.filter(id__in=ids), key=lambda row: rank[row.id]), "", True)


def _add_points(rows: Sequence[Customer]) -> None:
    points = available_points([row.id for row in rows])
    for row in rows:
        row.points = points[row.id]


def _add_tiers(rows: Sequence[Customer]) -> None:
    periods = open_periods([row.id for row in rows])
    for row in rows:
        row.tier = periods[row.id].tier if row.id in periods else None


@staff("exports:read")
def customers_export(request: HttpRequest) -> HttpResponse:
    """Send the filtered list as CSV; contacts in full only to roles that may reveal them."""
    filters = CustomerFilters(request.GET, segments_for(request.membership))
    rows = filters.narrow(all_customers())
    if "q" in filters.chosen:
        rows = rows.filter(id__in=search_ids(filters.chosen["q"], MOST_MATCHES))
    return csv_file("customers", export("customers", rows, reader=request.membership, filters=filters.chosen))


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
    form = NewCustomerForm(request.POST or None, member=request.membership)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form, owner_id="owner"):
            require(form.cleaned_data["stage"], form.cleaned_data | form.facts, form.custom_values)
            return _record(request, form)
    return page(request, "dashboard/customer_form.html", form=form)


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
        with blamed_on(form, owner_id="owner"):
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
    path("customers/export/", customers_export, name="customers_export"),
    path("customers/<uuid:customer_id>/edit/", customer_edit, name="customer_edit"),
]
