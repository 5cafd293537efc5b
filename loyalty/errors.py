"""What the loyalty room refuses."""

from foundation.errors import Invalid, NotFound


class UnknownTier(NotFound):
    code = "unknown_tier"
    message = "There is no tier “%(tier)s”."
    field = "tier"


class UnknownCoupon(Invalid):
    code = "unknown_coupon_kind"
    message = "There is no coupon “%(coupon)s”."
    field = "coupon_kind"


class UnknownBadge(NotFound):
    code = "unknown_badge"
    message = "There is no badge “%(badge)s”."
    field = "badge"


class BadgeInvalid(Invalid):
    """A badge without a code, a name in both languages, or an icon of ours."""

    code = "badge_invalid"
    message = "A badge needs a short code, a name in both languages and one of our icons."


class HoldBackwards(Invalid):
    code = "hold_backwards"
    message = "The end has to be in the future."
    field = "until"


class ReasonMissing(Invalid):
    code = "reason_missing"
    message = "Say why."
    field = "reason"


class TermsInvalid(Invalid):
    """A programme or tier whose figures make no sense."""

    code = "terms_invalid"
    message = "Use figures that are not negative, and a multiplier greater than zero."


class ThresholdsDisordered(Invalid):
    code = "thresholds_disordered"
    message = "A higher tier needs a higher threshold."
    field = "threshold_minor"
