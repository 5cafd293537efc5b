"""What follows a converted lead: the one place where leads and deals touch."""

from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext

from crm.models import Lead
from crm.operations.custom_fields import carried
from crm.operations.deals import create_deal
from crm.operations.identity import here


def make_deal(lead: Lead) -> UUID:
    """Open a deal for what the lead wants, of the same owner, that says where it came from; gives its id."""
    with translation.override(here().language):
        title = lead.interest or gettext("Enquiry of %(name)s") % {"name": lead.customer.name}
    deal = create_deal(
        title=title, customer_id=lead.customer_id, owner_id=lead.owner_id, source="lead", source_id=lead.id,
        custom=carried("deal", lead.custom, {}),
    )  # fmt: skip
    return deal.id
