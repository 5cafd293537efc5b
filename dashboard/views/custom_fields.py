"""Settings: the fields that this organisation adds to its records."""

import re
from collections.abc import Callable
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm import operations as crm
from crm.models import Customer, CustomField, DealStage
from crm.queries.custom_fields import custom_fields, in_tongue, usage
from crm.rules.deals import CUSTOM
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.custom_fields import CustomFieldsMixin
from dashboard.templatetags.dashboard import in_language
from tenancy.models import Membership

_TABS = [
    (CustomField.Subject.CUSTOMER, _("Customers")),
    (CustomField.Subject.DEAL, _("Deals")),
    (CustomField.Subject.LEAD, _("Leads")),
    (CustomField.Subject.CASE, _("Cases")),
]
# When a field can be asked for; at deals the stages of a pipeline say so themselves.
_MOMENTS = {
    CustomField.Subject.CUSTOMER: (_("Must be filled in when the stage is"), Customer.Stage.choices),
    CustomField.Subject.LEAD: (
        _("Must be filled in"),
        [
            ("new", _("when somebody enters the lead, or the API")),
            ("qualified", _("when it is qualified")),
            ("converted", _("when it is converted")),
        ],
    ),
    CustomField.Subject.CASE: (
        _("Must be filled in"),
        [("new", _("when somebody of us opens the case, or the API")), ("solved", _("when it is solved"))],
    ),
}


class FieldForm(forms.Form):
    label_en = forms.CharField(label=_("Label in English"), required=False, max_length=80)
    label_zh = forms.CharField(label=_("Label in Chinese"), required=False, max_length=80)
    key = forms.CharField(
        label=_("Key"), max_length=40, required=False,
        help_text=_("What the API and imports call it; it never changes. Empty: made from the English label."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("Kind"), choices=CustomField.Kind.choices)
    choices = forms.CharField(
        label=_("Choices"), required=False, widget=forms.Textarea({"rows": 4}),
        help_text=_("One a line. Write “value | English | 中文” where the words differ from the value."),
    )  # fmt: skip
    help_en = forms.CharField(label=_("Help in English"), required=False, max_length=200)
    help_zh = forms.CharField(label=_("Help in Chinese"), required=False, max_length=200)
    required_stages = forms.MultipleChoiceField(
        label=_("Must be filled in when the stage is"), required=False, choices=Customer.Stage.choices,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    roles = forms.MultipleChoiceField(
        label=_("Who sees it"), required=False, choices=Membership.Role.choices, widget=forms.CheckboxSelectMultiple,
        help_text=_("Nobody ticked: whoever sees the record. Owners always see it."),
    )  # fmt: skip
    is_in_lists = forms.BooleanField(
        label=_("Can be shown as a column of lists"), required=False, widget=forms.CheckboxInput({"role": "switch"})
    )

    def __init__(self, *args, subject: str, row: CustomField | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        if row:
            del self.fields["key"]
        if subject not in _MOMENTS:
            del self.fields["required_stages"]
            return
        self.fields["required_stages"].label, self.fields["required_stages"].choices = _MOMENTS[subject]

    def clean_choices(self) -> list[dict[str, str]]:
        lines = [line for line in self.cleaned_data["choices"].splitlines() if line.strip()]
        return [_choice(line) for line in lines]

    @property
    def facts(self) -> dict:
        told = self.cleaned_data
        return {
            "label": {"en": told["label_en"], "zh-hans": told["label_zh"]},
            "help": {"en": told["help_en"], "zh-hans": told["help_zh"]},
            **{name: told[name] for name in ("kind", "choices", "required_stages", "roles", "is_in_lists") if name in told},
        }  # fmt: skip

    @property
    def chosen_key(self) -> str:
        return self.cleaned_data["key"].strip() or key_from(self.cleaned_data["label_en"])


def _choice(line: str) -> dict[str, str]:
    value, english, chinese = ([part.strip() for part in line.replace("｜", "|").split("|")] + ["", ""])[:3]
    return {"value": value, "en": english, "zh-hans": chinese}


def _line(choice: dict[str, str]) -> str:
    names = [choice["value"], choice.get("en", ""), choice.get("zh-hans", "")]
    return names[0] if set(names) == {names[0]} else " | ".join(names)


def key_from(label: str) -> str:
    """Make a key of a label: "Skin type (2026)" gives skin_type_2026."""
    words = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")
    return words[:40].rstrip("_") if words[:1].isalpha() else ""


@staff("settings:write")
def fields(request: HttpRequest) -> HttpResponse:
    subject = _subject(request.GET.get("of", CustomField.Subject.CUSTOMER))
    used, live = usage(subject), list(custom_fields(subject))
    archived = list(custom_fields(subject, archived=True))
    for row in [*live, *archived]:
        row.used, row.name = used.get(row.key, 0), in_tongue(row.label)
    asking = _asking(subject)
    for row in live:
        row.asked_by = asking.get(row.key, [])
    known = {row.key for row in [*live, *archived]}
    strays = sorted((key, count) for key, count in used.items() if key not in known)
    here = reverse("dashboard:fields")
    tabs = [(key, label, None, f"{here}?of={key}") for key, label in _TABS]
    context = {
        "fields": live, "archived": archived, "strays": strays, "subject": subject, "tabs": tabs,
        "preview": _Preview(member=request.membership, subject=subject),
    }  # fmt: skip
    return page(request, "dashboard/fields.html", context)


def _asking(subject: str) -> dict[str, list[str]]:
    """Name the stages of pipelines that ask for a field of deals, by its key."""
    found: dict[str, list[str]] = {}
    if subject != CustomField.Subject.DEAL:
        return found
    for stage in DealStage.objects.filter(archived_at=None, pipeline__archived_at=None).order_by("pipeline", "position"):
        for name in stage.required_fields:
            if name.startswith(CUSTOM):
                found.setdefault(name.removeprefix(CUSTOM), []).append(in_language(stage.name))
    return found


class _Preview(CustomFieldsMixin, forms.Form):
    def __init__(self, *, member, subject):
        self.custom_subject = subject
        super().__init__(member=member, auto_id="preview_%s")


def _subject(text: str) -> str:
    if text not in CustomField.Subject.values:
        raise Http404
    return text


@staff("settings:write", post="settings:write")
def field_new(request: HttpRequest) -> HttpResponse:
    subject = _subject(request.GET.get("of", CustomField.Subject.CUSTOMER))
    form = FieldForm(request.POST or None, subject=subject)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form, label="label_en"):
            crm.create_custom_field(subject=subject, key=form.chosen_key, **form.facts)
            return done(request, gettext("Field added."), _back(subject))
    return page(request, "dashboard/field_form.html", {"subject": subject, "back": _back(subject)}, form=form)


def _back(subject: str) -> str:
    return f"{reverse('dashboard:fields')}?of={subject}"


@staff("settings:write", post="settings:write")
def field_edit(request: HttpRequest, field_id: UUID) -> HttpResponse:
    row = get_object_or_404(CustomField, id=field_id)
    form = FieldForm(request.POST or None, subject=row.subject, row=row, initial=_present(row))
    if request.method == "POST" and form.is_valid():
        with blamed_on(form, label="label_en"):
            crm.update_custom_field(field_id, **form.facts)
            return done(request, gettext("Saved."), _back(row.subject))
    context = {"subject": row.subject, "row": row, "name": in_tongue(row.label), "back": _back(row.subject)}
    return page(request, "dashboard/field_form.html", context, form=form)


def _present(row: CustomField) -> dict:
    return {
        "label_en": row.label.get("en", ""), "label_zh": row.label.get("zh-hans", ""),
        "help_en": row.help.get("en", ""), "help_zh": row.help.get("zh-hans", ""), "kind": row.kind,
        "choices": "\n".join(_line(choice) for choice in row.choices), "roles": row.roles, "is_in_lists": row.is_in_lists,
        "required_stages": row.required_stages,
    }  # fmt: skip


def _act(verb: Callable[[UUID], None], message) -> Callable:
    @action("settings:write")
    def acted(request: HttpRequest, field_id: UUID) -> HttpResponse:
        row = get_object_or_404(CustomField, id=field_id)
        verb(field_id)
        return done(request, str(message), _back(row.subject))

    return acted


field_up = _act(lambda id: crm.move_custom_field(id, up=True), _("Moved up."))
field_down = _act(lambda id: crm.move_custom_field(id, up=False), _("Moved down."))
field_archive = _act(crm.archive_custom_field, _("Archived. What was written stays."))
field_restore = _act(crm.restore_custom_field, _("Back in forms and lists."))

urls = [
    path("settings/fields/", fields, name="fields"),
    path("settings/fields/new/", field_new, name="field_new"),
    path("settings/fields/<uuid:field_id>/", field_edit, name="field_edit"),
    path("settings/fields/<uuid:field_id>/up/", field_up, name="field_up"),
    path("settings/fields/<uuid:field_id>/down/", field_down, name="field_down"),
    path("settings/fields/<uuid:field_id>/archive/", field_archive, name="field_archive"),
    path("settings/fields/<uuid:field_id>/restore/", field_restore, name="field_restore"),
]
