"""What the points programme tells of customers, for conditions."""

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.queries.facts import Fact, Facts, Many, One
from crm.rules.conditions import CHOICE, MOMENT, MONEY, SET
from loyalty.models import Badge, CustomerBadge, Tier, TierPeriod

GROUP = _("Loyalty")


def _named(rows) -> list[tuple[str, str]]:
    language = "zh-hans" if (get_language() or "").startswith("zh") else "en"
    return [(code, names.get(language) or code) for code, names in rows.values_list("code", "name")]


def _tiers() -> list[tuple[str, str]]:
    return _named(Tier.objects.order_by("rank"))


def _badges() -> list[tuple[str, str]]:
    return _named(Badge.objects.order_by("code"))


def _present():
    return TierPeriod.objects.filter(until=None)


FACTS = (
    Facts("customer", (
        Fact("tier", _("Tier"), GROUP, CHOICE, One(_present, "tier__code"), _tiers, "loyalty:read"),
        Fact("tier_since", _("In the tier since"), GROUP, MOMENT, One(_present, "since"), permission="loyalty:read"),
        Fact("tier_spend", _("Spend that counts for the tier"), GROUP, MONEY, One(_present, "qualifying_minor", nothing=0),
             permission="loyalty:read"),
        Fact("badges", _("Badges"), GROUP, SET,
             Many(lambda: CustomerBadge.objects.filter(taken_at=None), "badge__code", window="given_at"), _badges,
             "loyalty:read"),
    )),
)  # fmt: skip
