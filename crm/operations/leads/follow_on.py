"""What follows a converted lead: the one place where leads and deals touch."""

from uuid import UUID

from crm.models import Lead


def can_make_deals() -> bool:
    """Say whether this house keeps deals; the page offers one only then."""
    return False


def make_deal(lead: Lead) -> UUID | None:
    """Open a deal for what the lead wants, its owner's, from its source; gives its id."""
    return None
