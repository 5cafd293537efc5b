"""A qualified lead becomes business."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from crm.models import Customer, Lead, LeadMove, Task
from crm.operations.custom_fields import carried, require_custom
from crm.operations.leads.change import fill_in
from crm.operations.leads.follow_on import make_deal as make_deal_of
from crm.operations.leads.moves import close_tasks, locked, move
from crm.operations.update_customer import fill_custom, update_customer
from crm.rules.leads import CONVERTED, QUALIFIED
from tenancy import door

_BEFORE = (Customer.Stage.PROSPECT, Customer.Stage.LEAD, Customer.Stage.LOST)


def convert_lead(lead_id: UUID, make_deal: bool = False, *, note: str = "", custom: Mapping[str, Any] | None = None) -> Lead:
    """Close a qualified lead as won; the customer's stage moves on, and what follows is made.

    Own fields of the same key go along to the customer and the deal, where nothing is known yet.
    """
    lead = locked(lead_id)
    fill_in(lead, custom)
    require_custom("lead", lead.custom, CONVERTED)
    deal_id = make_deal_of(lead) if make_deal else None
    changes = {"state": CONVERTED, "closed_at": door.moment(), "recycle_at": None}
    told = {"make_deal": make_deal, "deal_id": str(deal_id) if deal_id else None}
    move(
        lead, LeadMove.Kind.CONVERTED, changes, expects=(QUALIFIED,), note=note.strip()[:300], facts=told,
        event="lead.converted", payload=told,
    )  # fmt: skip
    if own := carried("customer", lead.custom, lead.customer.custom):
        lead.customer = fill_custom(lead.customer_id, own)
    if lead.customer.stage in _BEFORE:
        lead.customer = update_customer(lead.customer_id, stage=Customer.Stage.CUSTOMER)
    close_tasks(lead, state=Task.State.DONE)
    return lead
