"""What every event of a deal tells."""

from typing import Any

from crm.models import Deal


def event_facts(deal: Deal) -> dict[str, Any]:
    """What every event of a deal tells: ids, amount and stage."""
    return {
        "customer_id": str(deal.customer_id), "pipeline_id": str(deal.pipeline_id), "stage_id": str(deal.stage_id),
        "owner_id": str(deal.owner_id) if deal.owner_id else None, "amount_minor": deal.amount_minor,
        "currency": deal.currency, "source": deal.source, "source_id": str(deal.source_id) if deal.source_id else None,
    }  # fmt: skip
