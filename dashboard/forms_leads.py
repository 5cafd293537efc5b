"""Forms of the lead pages."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Interaction, Lead, LeadForm, Product
from crm.queries import search_ids
from crm.queries.sight import Principal
from crm.rules.leads import REASONS, RESULTS
from dashboard.custom_fields import PREFIX, CustomFieldsMixin, missing_keys
from dashboard.forms import FilterForm, MomentField, SearchField, choices_with_any
from dashboard.own_columns import OwnFiltersMixin
from dashboard.people import MemberField, member_choices

_MATCHES = 500


class LeadFilters(OwnFiltersMixin, FilterForm):
    own_subject = "lead"
    q = SearchField(_("Name, phone or e-mail"))
    state = forms.ChoiceField(
        required=False,
        label=pgettext_lazy("of a lead", "State"),
        choices=choices_with_any(_("Any state"), Lead.State.choices),
    )
    source = forms.ChoiceField(
        required=False, label=_("Source"), choices=choices_with_any(_("Any source"), Lead.Source.choices)
    )
    form = forms.ChoiceField(required=False, label=_("Form"))
    owner = forms.ChoiceField(required=False, label=pgettext_lazy("of a lead", "Owner"))

    def __init__(self, data=None, *, member: Principal):
        super().__init__(data, member=member)
        known = [(str(key), name) for key, name in LeadForm.objects.order_by("-id").values_list("id", "name")[:100]]
        self.fields["form"].choices = choices_with_any(_("Any form"), known)
        self.fields["owner"].choices = choices_with_any(_("Anybody's"), member_choices())

    def narrow(self, rows):
        chosen = self.chosen
        rows = rows.filter(**{name: chosen[name] for name in ("state", "source") if name in chosen})
        for name in ("form", "owner"):
            if name in chosen:
                rows = rows.filter(**{f"{name}_id": chosen[name]})
        if "q" in chosen:
            rows = rows.filter(customer_id__in=search_ids(chosen["q"], _MATCHES))
        return self.narrow_own(rows)


class NewLeadForm(CustomFieldsMixin, forms.Form):
    """An enquiry that came by phone, in a chat, at a fair."""

    custom_subject, custom_stage = "lead", "new"

    name = forms.CharField(label=_("Name"), max_length=120)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    email = forms.CharField(label=_("E-mail"), max_length=254, required=False)
    wechat = forms.CharField(label=_("WeChat"), max_length=80, required=False)
    city = forms.CharField(label=_("City"), max_length=60, required=False)
    source = forms.ChoiceField(label=_("Source"), choices=Lead.Source.choices, initial=Lead.Source.PHONE)
    product = forms.ChoiceField(label=_("Interested in"), required=False)
    campaign = forms.CharField(label=_("Campaign"), max_length=80, required=False)
    message = forms.CharField(label=_("What they want"), max_length=5000, required=False, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"] = MemberField(
            label=pgettext_lazy("of a lead", "Owner"), help_text=_("Nobody: the rules decide.")
        )
        products = [(sku, name) for sku, name in Product.objects.order_by("name").values_list("sku", "name")[:200]]
        self.fields["product"].choices = [("", "–"), *products]

    @property
    def facts(self) -> dict:
        told = {name: value for name, value in self.cleaned_data.items() if not name.startswith(PREFIX)}
        return told | {"owner_id": told.pop("owner"), "custom": self.custom_values}


class ChangedLeadForm(CustomFieldsMixin, forms.Form):
    """What is known of an enquiry."""

    custom_subject = "lead"
    interest = forms.CharField(label=_("What they are interested in"), max_length=200, required=False)
    message = forms.CharField(label=_("What they want"), max_length=5000, required=False, widget=forms.Textarea({"rows": 3}))
    campaign = forms.CharField(label=_("Campaign"), max_length=80, required=False)

    @property
    def facts(self) -> dict:
        told = {name: self.cleaned_data[name] for name in ("interest", "message", "campaign")}
        return told | {"custom": self.custom_values}


class ContactedForm(forms.Form):
    """What came of a call, a message, a visit; and what is next."""

    kind = forms.ChoiceField(
        label=_("How"), choices=[each for each in Interaction.Kind.choices if each[0] != "note"], widget=forms.RadioSelect,
        initial=Interaction.Kind.CALL,
    )  # fmt: skip
    result = forms.ChoiceField(label=_("What came of it"), choices=list(RESULTS.items()))
    text = forms.CharField(
        label=_("What was said"), max_length=5000, required=False, widget=forms.Textarea({"rows": 3})
    )  # fmt: skip
    next_title = forms.CharField(label=_("Next step"), max_length=200, required=False)
    next_at = MomentField(label=pgettext_lazy("of a next step", "When"), required=False)

    def clean(self):
        given = super().clean()
        if bool(given.get("next_title")) != bool(given.get("next_at")) and "next_at" not in self.errors:
            self.add_error(
                "next_at" if given.get("next_title") else "next_title", _("A next step needs both: what, and when.")
            )
        return given


class NoteForm(forms.Form):
    note = forms.CharField(label=_("Note"), max_length=300, required=False, widget=forms.Textarea({"rows": 2}))


class _StepForm(CustomFieldsMixin, NoteForm):
    """A step with a word to it, and what own fields ask for before it."""

    custom_subject = "lead"

    def __init__(self, *args, lead: Lead, **kwargs):
        lacks = missing_keys("lead", lead.custom, self.custom_stage)
        super().__init__(*args, custom=lead.custom, custom_keys=lacks, **kwargs)

    @property
    def facts(self) -> dict:
        return {"note": self.cleaned_data["note"], "custom": self.custom_values}


class QualifyForm(_StepForm):
    custom_stage = "qualified"


class ReasonForm(forms.Form):
    """Why a lead is no fit, both levels in one list."""

    why = forms.ChoiceField(label=_("Why"))
    note = forms.CharField(label=_("Note"), max_length=300, required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["why"].choices = [("", _("Please choose")), *_reason_choices()]

    @property
    def reason(self) -> dict[str, str]:
        reason, _sep, detail = self.cleaned_data["why"].partition(":")
        return {"reason": reason, "detail": detail, "note": self.cleaned_data["note"]}


def _reason_choices():
    return [
        (label, [(f"{key}:{detail}", text) for detail, text in details.items()]) for key, (label, details) in REASONS.items()
    ]


class HandOverForm(forms.Form):
    def __init__(self, *args, but=None, **kwargs):
        super().__init__(*args, **kwargs)
        people = [each for each in member_choices() if each[0] != str(but)]
        self.fields["owner"] = forms.ChoiceField(label=_("To whom"), choices=people)
        self.fields["note"] = forms.CharField(
            label=_("What they should know"), max_length=300, required=False, widget=forms.Textarea({"rows": 2})
        )


class ConvertForm(_StepForm):
    custom_stage = "converted"
    make_deal = forms.BooleanField(label=_("Open a deal"), required=False, initial=True)
    field_order = ["make_deal", "note"]

    @property
    def facts(self) -> dict:
        return super().facts | {"make_deal": self.cleaned_data["make_deal"]}
