"""The guided start: what a new organisation does first, and what of it is done."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext

from crm.models import Customer, Order
from dashboard.access import may
from dashboard.navigation import link_to
from integrations.models import ConfigurationVersion
from referrals.models import Campaign
from rewards.models import CouponKind
from tenancy.models import ApiKey, Membership


@dataclass(frozen=True)
class Step:
    title: str
    text: str
    action: str
    link: str  # empty where this person may not do it
    is_done: bool


def steps(request: HttpRequest) -> list[Step]:
    """List the steps in the order in which they help most."""
    return [
        _step(
            request, gettext("Choose a pack for your industry"),
            gettext("Tiers, coupons, surveys and more, ready to use; everything can be changed."),
            gettext("See the packs"), "configuration", "settings:write",
            _has_furniture(),
        ),
        _step(
            request, gettext("Say who you are"), gettext("Name, language, currency, time zone and your colour."),
            gettext("Organisation"), "settings", "settings:write", request.organisation.colour != "#2563eb",
        ),
        _step(
            request, gettext("Bring in your customers"), gettext("From a file, over the API, or by hand."),
            gettext("Import a file"), "import_new", "imports:write", Customer.objects.exists(),
        ),
        _step(
            request, gettext("Let your shop tell us about orders"), gettext("Give it an API key; each order is told once."),
            gettext("API keys"), "api_keys", "integrations:write", ApiKey.objects.exists() or Order.objects.exists(),
        ),
        _step(
            request, gettext("Start a referral campaign"), gettext("Choose a template, say what both sides get."),
            gettext("New campaign"), "campaign_new", "campaigns:write",
            Campaign.objects.exclude(state=Campaign.State.DRAFT).exists(),
        ),
        _step(
            request, gettext("Invite your team"), gettext("Everybody sees what their role is for."),
            gettext("People"), "people", "people:write", Membership.objects.count() > 1,
        ),
    ]  # fmt: skip


def _has_furniture() -> bool:
    """Whether a pack was put to use, or what it brings was made by hand."""
    return ConfigurationVersion.objects.filter(cause__startswith="pack:").exists() or CouponKind.objects.exists()


def _step(request, title: str, text: str, action: str, page: str, permission: str, is_done: bool) -> Step:
    return Step(title, text, action, link_to(page) if may(request, permission) else "", is_done)
