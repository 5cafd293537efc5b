"""What the loyalty room refuses."""

from foundation.errors import Invalid, NotFound


class UnknownTier(NotFound):
    code = "unknown_tier"
    message = "There is no tier “%(tier)s”."
    field = "tier"


class TermsInvalid(Invalid):
    """A programme or tier whose figures make no sense."""

    code = "terms_invalid"
    message = "Use figures that are not negative, and a multiplier greater than zero."


class ThresholdsDisordered(Invalid):
    code = "thresholds_disordered"
    message = "A higher tier needs a higher threshold."
    field = "threshold_minor"
