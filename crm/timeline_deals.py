"""What the timeline of a customer tells of deals."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q

from crm.models import DealMove, Receipt, ReceiptRefund


def deal_facts(customer_id: UUID, limit: int) -> Iterator[tuple[str, Any, UUID, dict[str, Any]]]:
    """Tell (kind, when, deal, facts) of steps and money of the customer's deals."""
    mine = Q(deal__customer_id=customer_id) | Q(deal__company_id=customer_id)
    moves = DealMove.objects.filter(mine).select_related("deal", "to_stage", "reason").order_by("-id")
    for move in moves[:limit]:
        deal = move.deal
        facts = {
            "title": deal.title,
            "stage": move.to_stage.name,
            "amount_minor": deal.amount_minor,
            "currency": deal.currency,
        }
        yield f"deal_{move.kind}", move.occurred_at, deal.id, facts | {"note": move.note}
    for row in Receipt.objects.filter(mine).select_related("deal").order_by("-id")[:limit]:
        facts = {"title": row.deal.title, "amount_minor": row.amount_minor, "currency": row.currency}
        yield "deal_money_received", row.received_at, row.deal_id, facts
    theirs = Q(receipt__deal__customer_id=customer_id) | Q(receipt__deal__company_id=customer_id)
    for row in ReceiptRefund.objects.filter(theirs).select_related("receipt__deal").order_by("-id")[:limit]:
        deal = row.receipt.deal
        facts = {"title": deal.title, "amount_minor": row.amount_minor, "currency": deal.currency, "reason": row.reason}
        yield "deal_money_refunded", row.refunded_at, deal.id, facts
