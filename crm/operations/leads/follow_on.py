"""What follows a converted lead: the one place where leads and deals touch."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext

from crm.models import Lead
from crm.operations.identity import here

create_deal: Callable[..., Any] | None
try:
    from crm.operations.deals import create_deal
except ImportError:  # a house without deals
    create_deal = None


def can_make_deals() -> bool:
    """Say whether this house keeps deals; the page offers one only then."""
    return create_deal is not None


def make_deal(lead: Lead) -> UUID | None:
    """Open a deal for what the lead wants, of the same owner, that says where it came from; gives its id."""
    if create_deal is None:
        return None
    with translation.override(here().language):
        title = lead.interest or gettext("Enquiry of %(name)s") % {"name": lead.customer.name}
    deal = create_deal(title=title, customer_id=lead.customer_id, owner_id=lead.owner_id, source="lead", source_id=lead.id)
    return deal.id
