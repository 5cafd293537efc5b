"""What coupons, tiers and badges are called: everything a campaign names by a code."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from loyalty.queries import reward_names
from referrals.rules.terms import BadgeGift, CouponGift, RewardLine, TierUpgrade, parts
from rewards.models import CouponKind
from tenancy import door

Text = Mapping[str, str]  # {"zh-hans", "en"}


@dataclass(frozen=True)
class Names:
    coupons: Mapping[str, CouponKind] = field(default_factory=dict)
    loyalty: Mapping[tuple[str, str], Text] = field(default_factory=dict)  # ("tier", code), ("badge", code)

    def of(self, what: str, code: str, language: str) -> str:
        """Name a tier or a badge; one that was taken away since keeps its code."""
        return self.loyalty.get((what, code), {}).get(language) or code


def names_in(lines: Iterable[RewardLine]) -> Names:
    """Look up what these lines name; outside the door (the schema's examples) nothing can be."""
    singles = [part for line in lines for part in parts(line)]
    if not door.inside():
        return Names()
    codes = {part.coupon for part in singles if isinstance(part, CouponGift)}
    is_of_loyalty = any(isinstance(part, (TierUpgrade, BadgeGift)) for part in singles)
    return Names(coupons(codes), reward_names() if is_of_loyalty else {})


def coupons(codes: Iterable[str]) -> dict[str, CouponKind]:
    codes = set(codes)
    return {kind.code: kind for kind in CouponKind.objects.filter(code__in=codes)} if codes else {}
