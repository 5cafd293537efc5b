"""Forms of cases, and of the rules of care."""

from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.models import CarePolicy, Case, CaseCategory, Order
from crm.queries import cases as all_cases
from crm.queries import categories, search_ids
from crm.queries.sight import Principal
from crm.rules.cases import CLOSED, OPEN, SOLVED, UNFINISHED, reachable
from dashboard.custom_fields import PREFIX, CustomFieldsMixin, missing_keys
from dashboard.forms import FilterForm, SearchField, choices_with_any
from dashboard.own_columns import OwnFiltersMixin
from dashboard.people import MemberField, member_choices
from dashboard.sight import seen
from foundation.numbers import whole_number

_KIND = CaseCategory.Kind


class CaseFilters(OwnFiltersMixin, FilterForm):
    own_subject = "case"
    q = SearchField(_("Number, subject or customer"))
    priority = forms.TypedChoiceField(
        label=_("Priority"), required=False, coerce=int, empty_value=None,
        choices=choices_with_any(_("Any priority"), Case.Priority.choices),
    )  # fmt: skip
    category = forms.ChoiceField(label=_("Category"), required=False)
    owner = forms.ChoiceField(label=_("Responsible"), required=False)

    def __init__(self, data=None, *, member: Principal):
        super().__init__(data, member=member)
        known = [(str(each.id), each.name) for each in categories(_KIND.TOPIC, all=True)]
        self.fields["category"].choices = choices_with_any(_("Any category"), known)
        self.fields["owner"].choices = choices_with_any(_("Anybody"), member_choices())

    def narrow(self, rows):
        chosen = self.chosen
        if "priority" in chosen:
            rows = rows.filter(priority=chosen["priority"])
        for name in ("category", "owner"):
            if name in chosen:
                rows = rows.filter(**{f"{name}_id": chosen[name]})
        if "q" in chosen:
            rows = _searched(rows, chosen["q"])
        return self.narrow_own(rows)


def _searched(rows, text: str):
    number = whole_number(text.lstrip("#＃").strip())
    if number is not None:
        return rows.filter(number=number)
    by_subject = rows.filter(subject__icontains=text)
    return by_subject | rows.filter(customer_id__in=search_ids(text, 50))


class _Categories(forms.TypedChoiceField):
    """One of an organisation's categories, or none; cleaned to its id."""

    def __init__(self, kind: str, **kwargs):
        known = [(str(each.id), each.name) for each in categories(kind)]
        super().__init__(choices=[("", _("None")), *known], coerce=UUID, empty_value=None, required=False, **kwargs)


class CaseForm(CustomFieldsMixin, forms.Form):
    """A case as it is opened or changed."""

    custom_subject = "case"

    subject = forms.CharField(label=_("What it is about"), max_length=200)
    description = forms.CharField(
        label=_("Description"), required=False, max_length=10_000, widget=forms.Textarea({"rows": 4})
    )
    channel = forms.ChoiceField(label=_("Came in by"), choices=Case.Channel.choices, initial=Case.Channel.PHONE)
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=Case.Priority.choices, coerce=int, initial=Case.Priority.NORMAL
    )

    def __init__(self, *args, customer=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["category"] = _Categories(_KIND.TOPIC, label=_("Category"))
        bought = Order.objects.filter(customer=customer).order_by("-placed_at")[:50] if customer else []
        choices = [("", _("None")), *[(str(each.id), f"{each.external_id} · {each.placed_at:%Y-%m-%d}") for each in bought]]
        self.fields["order"] = forms.TypedChoiceField(
            label=_("About the order"), choices=choices, coerce=UUID, empty_value=None, required=False
        )

    @property
    def facts(self) -> dict:
        renamed = {"category": "category_id", "order": "order_id"}
        told = {
            renamed.get(name, name): value
            for name, value in self.cleaned_data.items()
            if name != "owner" and not name.startswith(PREFIX)
        }
        return told | {"custom": self.custom_values}


class NewCaseForm(CaseForm):
    custom_stage = "new"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"] = MemberField(label=_("Responsible"))


class TalkForm(forms.Form):
    """What is said in a case; who says it decides who reads it."""

    SAYS = [("reply", _("Answer the customer")), ("wait", _("Answer and wait")), ("note", _("Internal note")),
            ("in", _("The customer said"))]  # fmt: skip
    text = forms.CharField(label=_("Text"), max_length=10_000, widget=forms.Textarea({"rows": 3}))
    says = forms.ChoiceField(label=_("Kind"), choices=SAYS, widget=forms.RadioSelect, initial="reply")


class SolveForm(CustomFieldsMixin, forms.Form):
    """What was done, and what own fields ask for before a case is solved."""

    custom_subject, custom_stage = "case", "solved"
    resolution = forms.CharField(label=_("What was done"), max_length=5000, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args, case: Case, **kwargs):
        lacks = missing_keys("case", case.custom, self.custom_stage)
        super().__init__(*args, custom=case.custom, custom_keys=lacks, **kwargs)
        self.fields["cause"] = _Categories(_KIND.CAUSE, label=_("What caused it"))


class CaseMoveForm(CustomFieldsMixin, forms.Form):
    """A move on the board, and what its step asks for. `asks` says whether there is anything to fill in."""

    custom_subject = "case"
    stage = forms.ChoiceField(label=_("Status"))
    version = forms.CharField(required=False, max_length=8, widget=forms.HiddenInput)

    def __init__(self, *args, case: Case, to: str, **kwargs):
        self.solves = to in (SOLVED, CLOSED) and case.status in UNFINISHED
        lacks = missing_keys("case", case.custom, SOLVED) if self.solves else set()
        super().__init__(*args, custom=case.custom, custom_keys=lacks, **kwargs)
        self.to_label = dict(Case.Status.choices).get(to, "")
        self.reopens = to == OPEN and case.status in (SOLVED, CLOSED)
        self.fields["stage"].choices = _reachable(case.status)
        if self.solves:
            self.fields["resolution"] = forms.CharField(
                label=_("What was done"), max_length=5000, widget=forms.Textarea({"rows": 3}), initial=case.resolution
            )
            self.fields["cause"] = _Categories(_KIND.CAUSE, label=_("What caused it"))
        if self.reopens:
            self.fields["reason"] = forms.CharField(label=_("Why is it open again?"), required=False, max_length=300)
        if self.asks:
            self.fields["stage"].widget = forms.HiddenInput()
        self.order_fields(["stage", "version", "resolution", "cause", "reason"])

    @property
    def asks(self) -> bool:
        return self.solves or self.reopens

    @property
    def told(self) -> dict:
        """What the operation wants to hear."""
        told = self.cleaned_data
        return {
            "expected": told["version"], "resolution": told.get("resolution", ""), "cause_id": told.get("cause"),
            "custom": self.custom_values, "reason": told.get("reason", ""),
        }  # fmt: skip


def _reachable(status: str) -> list:
    """The statuses to which a case can be moved, and its own, which changes nothing."""
    return [(value, label) for value, label in Case.Status.choices if value in reachable(status)]


class OwnerForm(forms.Form):
    note = forms.CharField(label=_("Note"), required=False, max_length=300)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"] = MemberField(label=_("Responsible"))
        self.order_fields(["owner", "note"])


class ReopenForm(forms.Form):
    reason = forms.CharField(label=_("Why"), required=False, max_length=300)


class MergeForm(forms.Form):
    """The other case of the same customer, by its number."""

    number = forms.TypedChoiceField(label=_("The double"), coerce=UUID, help_text=_("What was said in it moves here."))

    def __init__(self, *args, case: Case, reader, **kwargs):
        super().__init__(*args, **kwargs)
        others = all_cases().filter(customer_id=case.customer_id, status__in=["new", "open", "waiting"]).exclude(id=case.id)
        self.fields["number"].choices = [
            (str(each.id), f"{each.code} {each.subject}") for each in seen(reader, others).order_by("-number")
        ]


class CategoryForm(forms.Form):
    kind = forms.ChoiceField(label=_("List"), choices=_KIND.choices)
    name = forms.CharField(label=_("Name"), max_length=60)


class CareForm(forms.Form):
    """The rules of care: limits by priority, escalation, how often somebody is contacted."""

    escalate_hours = forms.IntegerField(label=_("Hours until a missed task is told of"), min_value=1, max_value=2000)
    second_hours = forms.IntegerField(
        label=_("Further hours until it becomes a task of theirs"), min_value=1, max_value=2000
    )
    visits_a_week = forms.IntegerField(
        label=_("Contacts of one customer a week, at most"), min_value=1, max_value=7,
        help_text=_("Over all contact plans. What is too many is put off."),
    )  # fmt: skip
    close_after_days = forms.IntegerField(
        label=_("Days until a solved case closes by itself"), min_value=0, max_value=365, help_text=_("0: never.")
    )
    asks_rating = forms.BooleanField(label=_("Ask customers how satisfied they are"), required=False)
    low_rating = forms.ChoiceField(label=_("After one or two stars"), choices=CarePolicy.LowRating.choices)
    members_open_cases = forms.BooleanField(label=_("Customers open cases in the member centre"), required=False)
    reopen_days = forms.IntegerField(
        label=_("Days in which customers may reopen a closed case"), min_value=0, max_value=365, help_text=_("0: never.")
    )
    calendar_shows_names = forms.BooleanField(
        label=_("Whole names in calendar programs"),
        required=False,
        help_text=_("Otherwise customers appear by their initials."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for priority in Case.Priority:
            for place, label in enumerate((_("first answer, hours"), _("solution, hours"))):
                field = forms.IntegerField(label=label, min_value=1, max_value=8760)
                self.fields[f"hours_{priority.value}_{place}"] = field
        self.fields["escalate_to"] = MemberField(label=_("Told first"), help_text=_("Nobody chosen: every owner."))
        self.fields["second_to"] = MemberField(label=_("Gets the task"), help_text=_("Nobody chosen: the first owner."))

    @property
    def limits(self) -> list[tuple]:
        return [(each.label, self[f"hours_{each.value}_0"], self[f"hours_{each.value}_1"]) for each in Case.Priority]

    @property
    def facts(self) -> dict:
        told = self.cleaned_data
        hours = {str(p.value): [told[f"hours_{p.value}_0"], told[f"hours_{p.value}_1"]] for p in Case.Priority}
        plain = ("escalate_hours", "second_hours", "visits_a_week", "close_after_days", "asks_rating", "low_rating",
                 "calendar_shows_names", "members_open_cases", "reopen_days")  # fmt: skip
        people = {"escalate_to_id": told["escalate_to"], "second_to_id": told["second_to"]}
        return {name: told[name] for name in plain} | people | {"case_hours": hours}


def present_policy(policy: CarePolicy) -> dict:
    names = ("escalate_hours", "second_hours", "visits_a_week", "close_after_days", "asks_rating", "low_rating",
             "calendar_shows_names", "members_open_cases", "reopen_days")  # fmt: skip
    hours = {f"hours_{key}_{n}": value for key, both in policy.limits.items() for n, value in enumerate(both)}
    people = {"escalate_to": str(policy.escalate_to_id or ""), "second_to": str(policy.second_to_id or "")}
    return {name: getattr(policy, name) for name in names} | hours | people
