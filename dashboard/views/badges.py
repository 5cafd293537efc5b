"""Badges, and tiers that a customer holds for a time."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.models import Customer
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms import MomentField
from dashboard.templatetags.dashboard import in_language
from foundation.ids import new_code
from loyalty import operations as loyal
from loyalty.models import Badge
from loyalty.queries import badge_counts, tiers
from loyalty.queries import badges as all_badges
from loyalty.rules import BADGE_ICONS

_ICON_NAMES = {
    "star": _("Star"), "heart": _("Heart"), "medal": _("Medal"), "trophy": _("Trophy"), "crown": _("Crown"),
    "flame": _("Flame"), "leaf": _("Leaf"), "rocket": _("Rocket"), "users": _("People"), "gift": _("Gift"),
}  # fmt: skip


class BadgeForm(forms.Form):
    code = forms.SlugField(label=_("Short code"), max_length=40)
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=60, widget=forms.TextInput({"lang": "zh-Hans"}))
    name_en = forms.CharField(label=_("Name in English"), max_length=60, widget=forms.TextInput({"lang": "en"}))
    about_zh = forms.CharField(
        label=_("What for, in Chinese"), max_length=200, required=False, widget=forms.TextInput({"lang": "zh-Hans"})
    )
    about_en = forms.CharField(
        label=_("What for, in English"), max_length=200, required=False, widget=forms.TextInput({"lang": "en"})
    )
    icon = forms.ChoiceField(label=_("Icon"), choices=[(icon, _ICON_NAMES[icon]) for icon in BADGE_ICONS])
    colour = forms.RegexField(
        r"^#[0-9a-f]{6}$", label=_("Colour"), initial="#d4a017", widget=forms.TextInput({"type": "color"})
    )
    is_active = forms.BooleanField(label=_("Can be given"), required=False, initial=True)

    @property
    def facts(self) -> dict:
        told = self.cleaned_data
        about = {"zh-hans": told["about_zh"], "en": told["about_en"]}
        return {
            "code": told["code"], "name": {"zh-hans": told["name_zh"], "en": told["name_en"]}, "icon": told["icon"],
            "about": {language: text for language, text in about.items() if text}, "colour": told["colour"],
            "is_active": told["is_active"],
        }  # fmt: skip


@staff("loyalty:read", post="loyalty:write")
def badges(request: HttpRequest) -> HttpResponse:
    """List the badges; the form makes one, or changes the one of its code."""
    form = BadgeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            loyal.save_badge(**form.facts)
            return done(request, gettext("The badge is saved."), "dashboard:badges")
    counts = badge_counts()
    rows = [
        {
            "badge": each,
            "holders": counts.get(each.id, 0),
            "form": BadgeForm(initial=_present(each), auto_id=f"{each.code}_%s"),
        }
        for each in all_badges()
    ]
    return page(request, "dashboard/badges.html", {"rows": rows, "is_open": form.is_bound}, form=form)


def _present(badge: Badge) -> dict:
    return {
        "code": badge.code, "name_zh": badge.name.get("zh-hans", ""), "name_en": badge.name.get("en", ""),
        "about_zh": badge.about.get("zh-hans", ""), "about_en": badge.about.get("en", ""), "icon": badge.icon,
        "colour": badge.colour, "is_active": badge.is_active,
    }  # fmt: skip


# --- one customer ------------------------------------------------------------------------------------------


class GiveBadgeForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False, help_text=_("No personal data, please."))
    key = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="badge_%s", initial={"key": new_code(16)}, **kwargs)
        known = [(each.code, in_language(each.name)) for each in all_badges() if each.is_active]
        self.fields["badge"] = forms.ChoiceField(label=_("Badge"), choices=known)
        self.order_fields(["badge", "reason", "key"])


class HoldTierForm(forms.Form):
    until = MomentField(label=_("Until"), required=False, help_text=_("Leave it empty, and it is held until you end it."))
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="tier_%s", **kwargs)
        known = [(tier.code, in_language(tier.name)) for tier in tiers() if tier.rank]
        self.fields["tier"] = forms.ChoiceField(label=_("Tier"), choices=known)
        self.order_fields(["tier", "until", "reason"])


@staff("loyalty:read", post="loyalty:write")
def customer_honours(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Badges and held tiers of one customer; the forms give one."""
    customer = get_object_or_404(Customer.objects, id=customer_id)
    badge_form, tier_form = GiveBadgeForm(), HoldTierForm()
    refused = None
    if request.method == "POST":
        give = _give_badge if "badge" in request.POST else _hold_tier
        form = (GiveBadgeForm if give is _give_badge else HoldTierForm)(request.POST)
        if form.is_valid():
            with blamed_on(form):
                give(customer_id, form.cleaned_data)
                return done(request, gettext("Given."), "dashboard:customer_honours", customer_id)
        refused = form
        badge_form, tier_form = (form, tier_form) if give is _give_badge else (badge_form, form)
    context = {
        "customer": customer, "given": customer.badges.select_related("badge").order_by("-given_at"),
        "holds": customer.tier_holds.select_related("tier").order_by("-since"),
        "badge_form": badge_form, "tier_form": tier_form,
    }  # fmt: skip
    response = page(request, "dashboard/customer_honours.html", context)
    response.status_code = 422 if refused else 200
    return response


def _give_badge(customer_id: UUID, told: dict) -> None:
    loyal.give_badge(customer_id, told["badge"], key=f"staff:{told['key']}", reason=told["reason"])


def _hold_tier(customer_id: UUID, told: dict) -> None:
    loyal.hold_tier(customer_id, told["tier"], until=told["until"], reason=told["reason"])


@action("loyalty:write")
def badge_take(request: HttpRequest, customer_badge_id: UUID) -> HttpResponse:
    taken = loyal.take_badge(customer_badge_id, reason=gettext("By hand"))
    return done(request, gettext("The badge is taken back."), "dashboard:customer_honours", taken.customer_id)


@action("loyalty:write")
def hold_end(request: HttpRequest, hold_id: UUID) -> HttpResponse:
    ended = loyal.end_hold(hold_id)
    return done(
        request, gettext("Ended. The tier follows the spend again."), "dashboard:customer_honours", ended.customer_id
    )


urls = [
    path("loyalty/badges/", badges, name="badges"),
    path("customers/<uuid:customer_id>/honours/", customer_honours, name="customer_honours"),
    path("loyalty/badges/<uuid:customer_badge_id>/take/", badge_take, name="badge_take"),
    path("loyalty/holds/<uuid:hold_id>/end/", hold_end, name="hold_end"),
]
