"""How the till works: minutes of a reservation, what points pay."""

from rewards.models import TillTerms
from tenancy import audit


def set_till_terms(*, hold_minutes: int, points_step: int, step_minor: int, points_percent: int) -> TillTerms:
    """Say how the till works from now on; what is reserved already keeps its terms."""
    terms, _ = TillTerms.objects.update_or_create(
        defaults={
            "hold_minutes": hold_minutes, "points_step": points_step, "step_minor": step_minor,
            "points_percent": points_percent,
        }
    )  # fmt: skip
    audit.record("till.terms_set", terms, {"points_step": points_step, "step_minor": step_minor})
    return terms
