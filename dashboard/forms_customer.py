"""The form of a customer, with the fields only that its reader's role may see and change."""

from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm import masking
from crm.models import Customer
from crm.operations import CustomerReport
from dashboard.custom_fields import PREFIX, CustomFieldsMixin
from dashboard.forms import DateField, choices_with_any
from dashboard.people import MemberField
from dashboard.sight import seen

MORE = (
    "language", "gender", "birth_date", "occupation", "company", "income_band", "interests", "personal_values", "country",
    "province", "city", "address", "postal_code",
)  # fmt: skip
_COLUMNS = (
    "kind", "stage", "language", "gender", "birth_date", "country", "province", "city", "address", "postal_code",
    "occupation", "income_band", "interests", "personal_values", "note",
)  # fmt: skip


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
    occupation = forms.CharField(label=_("Occupation"), required=False, max_length=80)
    company = forms.CharField(
        label=_("Works at"), required=False, max_length=120, help_text=_("The name of a company among your customers.")
    )
    income_band = forms.ChoiceField(
        label=_("Income"), required=False, choices=choices_with_any(_("Not known"), Customer.IncomeBand.choices)
    )
    interests = forms.CharField(label=_("Interests"), required=False, max_length=300)
    personal_values = forms.CharField(
        label=_("What matters to them"), required=False, max_length=300, help_text=_("Quality, price, the environment …")
    )
    country = forms.RegexField(
        r"^[A-Za-z]{2}$", label=_("Country"), required=False, help_text=_("Two letters, such as GB or CN."), max_length=2
    )
    province = forms.CharField(label=_("Province"), required=False, max_length=60)
    city = forms.CharField(label=_("City"), required=False, max_length=60)
    address = forms.CharField(label=_("Street and number"), required=False, max_length=200)
    postal_code = forms.CharField(label=_("Postal code"), required=False, max_length=16)
    note = forms.CharField(label=_("Note"), required=False, max_length=5000, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args, reader, **kwargs):
        super().__init__(*args, member=reader, **kwargs)
        self.reader = reader
        self.fields["owner"] = MemberField(label=pgettext_lazy("of a customer", "Owner"))
        for name in list(self.fields):
            column = "company_id" if name == "company" else name
            if not name.startswith(PREFIX) and not masking.may_change(reader, column):
                del self.fields[name]

    @property
    def more(self) -> list:
        """What stands in the second box."""
        return [self[name] for name in MORE if name in self.fields]

    def clean_tags(self) -> list[str]:
        return [name.strip() for name in self.cleaned_data["tags"].replace("，", ",").split(",") if name.strip()]

    def clean_country(self) -> str:
        return self.cleaned_data["country"].upper()

    def clean_company(self) -> UUID | None:
        """Find the company by its name among those this person sees."""
        name = self.cleaned_data["company"].strip()
        if not name:
            return None
        known = seen(self.reader, Customer.objects.filter(kind=Customer.Kind.COMPANY, name=name))
        found = known.order_by("id").values_list("id", flat=True).first()
        if found is None:
            raise forms.ValidationError(_("There is no company of this name yet. Record it first."))
        return found

    @property
    def facts(self) -> dict:
        """The columns of the customer that may be changed, without name, contacts and tags."""
        told = {name: self.cleaned_data[name] for name in _COLUMNS if name in self.fields}
        if "company" in self.fields:
            told["company_id"] = self.cleaned_data["company"]
        return told | {"owner_id": self.cleaned_data["owner"], "custom": self.custom_values}


class NewCustomerForm(CustomerForm):
    phone = forms.CharField(
        label=_("Phone"), required=False, max_length=40, widget=forms.TextInput({"type": "tel", "autocomplete": "off"})
    )
    email = forms.CharField(
        label=_("E-mail"), required=False, max_length=254, widget=forms.TextInput({"type": "email", "autocomplete": "off"})
    )
    wechat = forms.CharField(label=_("WeChat"), required=False, max_length=80)

    @property
    def reach(self) -> list:
        return [self[name] for name in ("phone", "email", "wechat") if name in self.fields]

    def report(self) -> CustomerReport:
        contacts = {name: self.cleaned_data[name] for name in ("phone", "email", "wechat") if name in self.fields}
        return CustomerReport(name=self.cleaned_data["name"], source="staff", fields=self.facts, **contacts)


class ChangedCustomerForm(CustomerForm):
    version = forms.CharField(widget=forms.HiddenInput)


def present(customer: Customer, version: str) -> dict:
    """What the form shows of a customer at first."""
    shown = {name: getattr(customer, name) for name in ("name", *_COLUMNS)}
    tags = ", ".join(given.tag.name for given in customer.tags.all())
    company = customer.company.name if customer.company else ""
    return shown | {"owner": str(customer.owner_id or ""), "tags": tags, "company": company, "version": version}
