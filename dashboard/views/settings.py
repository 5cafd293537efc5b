"""The organisation itself, and the demo's clock."""

from base64 import b64encode
from datetime import timedelta
from zoneinfo import available_timezones

from django import forms
from django.conf import settings as installation
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from crm.models import Order
from dashboard.access import staff
from dashboard.answers import blamed_on, done, page
from foundation.pictures import MOST_BYTES
from tenancy.logo import logo_of, remove_logo, set_logo
from tenancy.models import Organisation
from tenancy.operations import CHANGEABLE, change_organisation, move_clock

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
    logo = forms.FileField(
        label=_("Logo"), required=False, widget=forms.FileInput({"accept": "image/png,image/jpeg,image/webp"}),
        help_text=_("On posters and printed pieces: PNG, JPEG or WebP."),
    )  # fmt: skip
    no_logo = forms.BooleanField(label=_("Print without a logo"), required=False)

    def __init__(self, *args, organisation: Organisation, is_currency_fixed: bool, **kwargs):
        super().__init__(*args, initial={name: getattr(organisation, name) for name in CHANGEABLE}, **kwargs)
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
        request.POST or None,
        request.FILES or None,
        organisation=request.organisation,
        is_currency_fixed=Order.objects.exists(),
    )
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            change_organisation(**{name: form.cleaned_data[name] for name in CHANGEABLE})
            _set_logo(form.cleaned_data["logo"], is_unwanted=form.cleaned_data["no_logo"])
            return done(request, gettext("Saved."), "dashboard:settings")
    return page(request, "dashboard/settings.html", {"logo": _shown_logo()}, form=form)


def _set_logo(sent, *, is_unwanted: bool) -> None:
    if is_unwanted:
        remove_logo()
    elif sent:
        set_logo(sent.read(MOST_BYTES + 1))


def _shown_logo() -> str:
    """Give the logo as it is printed, within the page: it is small, and has no address of its own."""
    content = logo_of()
    return f"data:image/png;base64,{b64encode(content).decode()}" if content else ""


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
    path("clock/", clock, name="clock"),
]
