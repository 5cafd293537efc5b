"""The tiers of an organisation."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from foundation.money import exponent
from loyalty.errors import TermsInvalid, ThresholdsDisordered, UnknownTier
from loyalty.models import Tier
from tenancy import audit

# Whole units of currency for gold and platinum, as shops there set them.
_THRESHOLDS = {"CNY": (2_000, 10_000), "JPY": (50_000, 200_000), "KRW": (500_000, 2_000_000), "HKD": (3_000, 12_000)}
_ELSEWHERE = (500, 2_000)

_TERMS = {"name", "rank", "threshold_minor", "window_days", "multiplier", "benefits", "colour"}
_DEFAULTS = (
    {
        "code": "ordinary",
        "name": {"zh-hans": "普通会员", "en": "Ordinary"},
        "multiplier": Decimal("1"),
        "benefits": {"zh-hans": ["消费累计积分"], "en": ["Points on every order"]},
        "colour": "#94a3b8",
    },
    {
        "code": "gold",
        "name": {"zh-hans": "金卡会员", "en": "Gold"},
        "multiplier": Decimal("1.5"),
        "benefits": {"zh-hans": ["1.5 倍积分", "生日礼遇"], "en": ["1.5 times the points", "A birthday treat"]},
        "colour": "#d4a017",
    },
    {
        "code": "platinum",
        "name": {"zh-hans": "铂金会员", "en": "Platinum"},
        "multiplier": Decimal("2"),
        "benefits": {
            "zh-hans": ["双倍积分", "生日礼遇", "专属顾问"],
            "en": ["Double points", "A birthday treat", "A personal adviser"],
        },
        "colour": "#475569",
    },
)


def set_up_default_tiers(currency: str) -> list[Tier]:
    """Make ordinary, gold and platinum with thresholds that fit the currency; tiers that are there stay."""
    scale = 10 ** exponent(currency)
    thresholds = (0, *(amount * scale for amount in _THRESHOLDS.get(currency, _ELSEWHERE)))
    known = set(Tier.objects.values_list("code", flat=True))
    made = Tier.objects.bulk_create(
        [
            Tier(rank=rank, threshold_minor=threshold, **terms)
            for rank, (terms, threshold) in enumerate(zip(_DEFAULTS, thresholds, strict=True))
            if terms["code"] not in known
        ],
        ignore_conflicts=True,
    )
    audit.record_many("tier.made", [(tier, {"code": tier.code, "threshold_minor": tier.threshold_minor}) for tier in made])
    return list(Tier.objects.order_by("rank"))


@transaction.atomic
def save_tier(*, code: str, **terms: Any) -> Tier:
    """Make a tier, or change what is told of the one of this code; customers move with the next review.

    Raises ThresholdsDisordered where ranks and thresholds contradict each other.
    """
    tier = Tier.objects.select_for_update().filter(code=code).first() or Tier(code=code)
    assert terms.keys() <= _TERMS, terms.keys() - _TERMS
    for name, value in terms.items():
        setattr(tier, name, value)
    if tier.threshold_minor is None or tier.threshold_minor < 0 or tier.multiplier <= 0 or tier.window_days < 1:
        raise TermsInvalid
    _refuse_disorder(tier, tier.threshold_minor)
    tier.save()
    audit.record("tier.saved", tier, {"code": code, "fields": sorted(terms)})
    return tier


@transaction.atomic
def change_tier(tier_id: UUID, *, threshold_minor: int, multiplier: Decimal, window_days: int) -> Tier:
    """Change a tier's terms; the scheduled review applies them to everybody."""
    tier = Tier.objects.select_for_update().filter(id=tier_id).first()
    if tier is None:
        raise UnknownTier(tier=tier_id)
    multiplier = Decimal(multiplier)
    if threshold_minor < 0 or multiplier <= 0 or window_days < 1:
        raise TermsInvalid
    _refuse_disorder(tier, threshold_minor)
    changes = {
        "threshold_minor": [tier.threshold_minor, threshold_minor],
        "multiplier": [str(tier.multiplier), str(multiplier)],
        "window_days": [tier.window_days, window_days],
    }
    tier.threshold_minor, tier.multiplier, tier.window_days = threshold_minor, multiplier, window_days
    tier.save(update_fields=["threshold_minor", "multiplier", "window_days"])
    audit.record("tier.changed", tier, changes)
    return tier


def _refuse_disorder(tier: Tier, threshold_minor: int) -> None:
    if tier.rank == 0 and threshold_minor != 0:
        raise ThresholdsDisordered
    for rank, other in Tier.objects.exclude(id=tier.id).values_list("rank", "threshold_minor"):
        if (rank < tier.rank and other >= threshold_minor) or (rank > tier.rank and other <= threshold_minor):
            raise ThresholdsDisordered
