"""The organisation itself, its people, and the demo's clock."""

from datetime import timedelta
from uuid import UUID
from zoneinfo import available_timezones

from django import forms
from django.conf import settings as installation
from django.contrib.auth.password_validation import validate_password
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.models import Order
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from tenancy.models import Membership, Organisation, User
from tenancy.operations import change_organisation, move_clock
from tenancy.people import add_member, change_role
from tenancy.rules import PERMISSIONS, ROLES

CURRENCIES = ["CNY", "GBP", "EUR", "USD", "HKD", "TWD", "SGD", "JPY", "AUD", "CAD", "CHF"]
COUNTRIES = [
    ("CN", _("China")), ("HK", _("Hong Kong")), ("TW", _("Taiwan")), ("SG", _("Singapore")), ("GB", _("United Kingdom")),
    ("IE", _("Ireland")), ("US", _("United States")), ("CA", _("Canada")), ("AU", _("Australia")), ("DE", _("Germany")),
    ("FR", _("France")), ("JP", _("Japan")),
]  # fmt: skip
JUMPS = (1, 7, 14, 31)


class OrganisationForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    language = forms.ChoiceField(
        label=_("Language"), choices=Organisation._meta.get_field("language").choices,
        help_text=_("Of messages to customers who have not chosen one."),
    )  # fmt: skip
    time_zone = forms.ChoiceField(label=_("Time zone"))
    country = forms.ChoiceField(
        label=_("Country"), choices=COUNTRIES, help_text=_("How phone numbers without a prefix are read.")
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=[(each, each) for each in CURRENCIES])
    colour = forms.RegexField(
        r"^#[0-9a-fA-F]{6}$",
        label=_("Colour"),
        widget=forms.TextInput({"type": "color"}),
        help_text=_("Of your public pages."),
    )

    def __init__(self, *args, organisation: Organisation, is_currency_fixed: bool, **kwargs):
        super().__init__(*args, initial={name: getattr(organisation, name) for name in self.base_fields}, **kwargs)
        zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
        self.fields["time_zone"].choices = [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in zones)]
        _keep(self.fields["country"], organisation.country)
        _keep(self.fields["currency"], organisation.currency)
        if is_currency_fixed:
            self.fields["currency"].disabled = True
            self.fields["currency"].help_text = _("It cannot change any more: there are orders in it.")


def _keep(field: forms.ChoiceField, present: str) -> None:
    """Offer what is set, also where the short list does not."""
    if present not in dict(field.choices):
        field.choices = [(present, present), *field.choices]


@staff("settings:write", post="settings:write")
def settings(request: HttpRequest) -> HttpResponse:
    form = OrganisationForm(
        request.POST or None, organisation=request.organisation, is_currency_fixed=Order.objects.exists()
    )
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            change_organisation(**form.cleaned_data)
            return done(request, gettext("Saved."), "dashboard:settings")
    return page(request, "dashboard/settings.html", form=form)


# --- people ------------------------------------------------------------------------------------------------


class NewMemberForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("of a person", "Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"), help_text=_("They sign in with it."))
    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices, initial=Membership.Role.SALES)
    password = forms.CharField(
        label=_("First password"), required=False, widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("At least ten characters. Not needed for somebody who has an account already."),
    )  # fmt: skip

    def clean(self):
        told = super().clean()
        is_known = User.objects.filter(email=told.get("email", "").strip().lower()).exists()
        password = told.get("password", "")
        if not is_known and not password:
            self.add_error("password", _("A new person needs a first password."))
        elif password and not is_known:
            try:
                validate_password(password)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return told


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices)
    is_active = forms.BooleanField(label=_("Works here"), required=False)


@staff("people:write", post="people:write")
def people(request: HttpRequest) -> HttpResponse:
    form = NewMemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            told = form.cleaned_data
            add_member(email=told["email"], name=told["name"], role=told["role"], password=told["password"] or None)
            return done(request, gettext("%(name)s works here now.") % {"name": told["name"]}, "dashboard:people")
    members = Membership.objects.select_related("user").order_by("-is_active", "user__name")
    context = {"members": members, "roles": Membership.Role.choices, "powers": _powers(), "is_form_open": form.is_bound}
    return page(request, "dashboard/people.html", context, form=form)


def _powers() -> list[tuple[str, list[bool]]]:
    """A line for each permission, a mark for each role: who may do what, as the house enforces it."""
    return [(permission, [permission in ROLES[role] for role in Membership.Role.values]) for permission in PERMISSIONS]


@action("people:write")
def person(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """Change a role, or let somebody go."""
    get_object_or_404(Membership.objects, id=member_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return page(request, "dashboard/bad_request.html", form=form)
    change_role(member_id, **form.cleaned_data)
    return done(request, gettext("Saved."), "dashboard:people")


# --- the demo's clock ----------------------------------------------------------------------------------------


class JumpForm(forms.Form):
    days = forms.TypedChoiceField(choices=[(each, each) for each in JUMPS], coerce=int)


@staff("settings:write", post="settings:write")
def clock(request: HttpRequest) -> HttpResponse:
    """Let the organisation live later, so that holds end and points expire while one watches."""
    if not installation.MOVABLE_CLOCK:
        raise Http404
    form = JumpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            days = form.cleaned_data["days"]
            move_clock(timedelta(days=days))
            return done(
                request,
                ngettext(
                    "%(days)s day has passed. Workers notice within seconds.",
                    "%(days)s days have passed. Workers notice within seconds.",
                    days,
                )
                % {"days": days},
                "dashboard:clock",
            )
    return page(request, "dashboard/clock.html", {"jumps": JUMPS, "offset": request.organisation.clock_offset}, form=form)


urls = [
    path("settings/", settings, name="settings"),
    path("people/", people, name="people"),
    path("people/<uuid:member_id>/", person, name="person"),
    path("clock/", clock, name="clock"),
]
