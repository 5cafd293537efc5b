"""Money and points as integers in the unit's smallest part."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation

# ISO 4217 minor units that are not 2, for currencies our users meet.
_EXPONENTS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "KWD": 3, "BHD": 3, "TND": 3}


def exponent(currency: str) -> int:
    """Count the decimal places of a currency (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True)
class Money:
    amount_minor: int
    currency: str

    @property
    def major(self) -> Decimal:
        return Decimal(self.amount_minor).scaleb(-exponent(self.currency))


def to_minor(text: str | Decimal, currency: str) -> int:
    """Read '12.50' as 1250; refuse fractions of the smallest part."""
    try:
        value = Decimal(str(text).strip().replace(",", ""))
    except InvalidOperation:
        raise ValueError(f"not a number: {text!r}") from None
    scaled = value.scaleb(exponent(currency))
    if not value.is_finite() or scaled != scaled.to_integral_value():
        raise ValueError(f"more decimals than {currency} has: {text!r}")
    return int(scaled)


def percent_of(amount_minor: int, percent: Decimal) -> int:
    """Take a percentage, rounded half up to the smallest part."""
    share = Decimal(amount_minor) * percent / Decimal(100)
    return int(share.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def at_rate(amount: int, rate: Decimal) -> int:
    """Multiply and round down: points are never given for a part not spent."""
    return int((Decimal(amount) * rate).quantize(Decimal(1), rounding=ROUND_DOWN))


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Divide `total` by weights with the largest remainder; the parts sum to the total."""
    whole = sum(weights)
    if whole <= 0:
        raise ValueError("weights must have a positive sum")
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts
