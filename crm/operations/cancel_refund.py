"""Cancel refunds: the money stayed with us after all."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from crm.errors import UnknownRefund
from crm.models import Refund
from crm.operations.order_locks import hold_keys
from crm.operations.order_states import announce_orders
from tenancy import audit, door


@transaction.atomic
def cancel_refund(refund_id: UUID, *, reason: str = "", cancelled_at: datetime | None = None) -> Refund:
    """Let a refund count no more, also one that waits for its order; cancelling it again changes nothing."""
    told = Refund.objects.filter(id=refund_id).first()
    if told is None:
        raise UnknownRefund
    hold_keys([("order", told.source, told.order_external_id), ("refund", told.source, told.external_id)])
    refund = Refund.objects.select_for_update(of=("self",)).select_related("order").get(id=refund_id)
    if refund.cancelled_at is None:
        refund.cancelled_at, refund.cancel_reason = cancelled_at or door.moment(), reason.strip()[:200]
        refund.save(update_fields=["cancelled_at", "cancel_reason"])
        audit.record("refund.cancelled", refund, {"amount_minor": refund.amount_minor, "reason": refund.cancel_reason})
        announce_orders({refund.order} - {None}, "refund_cancelled")
    return refund
