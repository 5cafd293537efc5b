"""The points programme and its tiers: settings, who stands where, and the review now."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext, ngettext

from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_growth import ProgrammeForm, TierForm, present
from dashboard.forms_points import PointsPolicyForm, first_values, sentences
from dashboard.templatetags.dashboard import in_language
from loyalty import operations as loyal
from loyalty.models import Programme, Tier
from loyalty.queries import members_by_tier, points_from_orders, programme
from rewards.models import Account
from rewards.operations import ensure_units, policy_of, set_policy
from rewards.queries import trial_balance
from tenancy import door

_PROGRAMME = ("is_active", "points_per_unit", "warn_days_before_expiry", "point_cost_minor")


@staff("loyalty:read")
def loyalty(request: HttpRequest) -> HttpResponse:
    return _show(request)


def _show(
    request, *, programme_form: ProgrammeForm | None = None, tier_form: TierForm | None = None, tier_id: UUID | None = None,
    policy_form: PointsPolicyForm | None = None,
) -> HttpResponse:  # fmt: skip
    currency = request.organisation.currency
    counted = members_by_tier()
    present_one = programme()
    context = {
        "programme": present_one, "form": programme_form or _programme_form(present_one, currency), "currency": currency,
        "tiers": [
            {"tier": each.tier, "members": each.members, "is_open": each.tier.id == tier_id,
             "form": tier_form if each.tier.id == tier_id else _tier_form(each.tier, currency)}
            for each in counted
        ],
        "distribution": _distribution(counted), "points": _points(), **_policy(request, policy_form),
    }  # fmt: skip
    response = page(request, "dashboard/loyalty.html", context)
    response.status_code = 422 if programme_form or tier_form or policy_form else 200
    return response


def _policy(request, form: PointsPolicyForm | None) -> dict:
    """The policy as it is, in sentences; and the form to change it."""
    present = policy_of(ensure_units()["POINT"])
    return {
        "policy_sentences": sentences(present, door.moment(), ZoneInfo(request.organisation.time_zone)),
        "policy_form": form or PointsPolicyForm(initial=first_values(present), auto_id="policy_%s"),
    }


def _programme_form(row: Programme | None, currency: str, data=None) -> ProgrammeForm:
    initial = {name: _plain(value) for name, value in present(row or Programme(), *_PROGRAMME).items()}
    return ProgrammeForm(data, currency=currency, initial=initial)


def _tier_form(tier: Tier, currency: str, data=None) -> TierForm:
    initial = {name: _plain(value) for name, value in present(tier, "threshold_minor", "window_days", "multiplier").items()}
    return TierForm(data, currency=currency, initial=initial, auto_id=f"tier_{tier.code}_%s")


def _plain(value):
    """Write 1.5000 as 1.5."""
    return f"{value.normalize():f}" if hasattr(value, "normalize") else value


def _distribution(counted) -> dict | None:
    if not any(each.members for each in counted):
        return None
    return {
        "labels": [in_language(each.tier.name) for each in counted],
        "colours": [each.tier.colour for each in counted],
        "series": [{"name": gettext("Members"), "data": [each.members for each in counted]}],
    }


def _points() -> dict[str, int]:
    """Where all points are, as the trial balance has them."""
    found = {line.account: line.amount for line in trial_balance() if line.unit == "POINT"}
    kinds = Account.Kind
    return {
        "available": found.get(kinds.AVAILABLE, 0), "pending": found.get(kinds.PENDING, 0),
        "redeemed": found.get(kinds.REDEEMED, 0),
        "expired": found.get(kinds.EXPIRED, 0), "from_orders": points_from_orders(),
    }  # fmt: skip


@action("loyalty:write")
def programme_save(request: HttpRequest) -> HttpResponse:
    form = _programme_form(programme(), request.organisation.currency, request.POST)
    if form.is_valid():
        with blamed_on(form):
            loyal.set_up_programme(**form.cleaned_data)
            return done(request, gettext("Saved. Points earned before stay as they are."), "dashboard:loyalty")
    return _show(request, programme_form=form)


@action("loyalty:write")
def points_policy_save(request: HttpRequest) -> HttpResponse:
    form = PointsPolicyForm(request.POST, auto_id="policy_%s")
    if form.is_valid():
        with blamed_on(form):
            set_policy(form.policy)
            message = gettext("Saved. It holds for points that become available from now on.")
            return done(request, message, "dashboard:loyalty")
    return _show(request, policy_form=form)


@staff("loyalty:read")
def points_policy_words(request: HttpRequest) -> HttpResponse:
    """What the form would mean, while it is being filled in."""
    form = PointsPolicyForm(request.GET)
    told = sentences(form.policy, door.moment(), ZoneInfo(request.organisation.time_zone)) if form.is_valid() else []
    return render(request, "dashboard/parts/points_policy_words.html", {"policy_sentences": told})


@action("loyalty:write")
def tiers_default(request: HttpRequest) -> HttpResponse:
    """Make the three usual tiers."""
    loyal.set_up_default_tiers(request.organisation.currency)
    return done(request, gettext("The tiers are set up. Change their figures as you like."), "dashboard:loyalty")


@action("loyalty:write")
def tier_save(request: HttpRequest, tier_id: UUID) -> HttpResponse:
    form = _tier_form(get_object_or_404(Tier.objects, id=tier_id), request.organisation.currency, request.POST)
    if form.is_valid():
        with blamed_on(form):
            loyal.change_tier(tier_id, **form.cleaned_data)
            return done(request, gettext("Saved. The next review applies it to everybody."), "dashboard:loyalty")
    return _show(request, tier_form=form, tier_id=tier_id)


@action("loyalty:write")
def tiers_review(request: HttpRequest) -> HttpResponse:
    """Compare everybody's spend with the tiers now instead of tonight."""
    moved = loyal.review_tiers()
    message = ngettext("Reviewed: %(n)s customer has another tier.", "Reviewed: %(n)s customers have another tier.", moved)
    return done(request, message % {"n": moved}, "dashboard:loyalty")


urls = [
    path("loyalty/", loyalty, name="loyalty"),
    path("loyalty/programme/", programme_save, name="programme_save"),
    path("loyalty/points/", points_policy_save, name="points_policy_save"),
    path("loyalty/points/words/", points_policy_words, name="points_policy_words"),
    path("loyalty/tiers/", tiers_default, name="tiers_default"),
    path("loyalty/tiers/<uuid:tier_id>/", tier_save, name="tier_save"),
    path("loyalty/review/", tiers_review, name="tiers_review"),
]
