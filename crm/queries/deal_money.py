"""Reads of the money of deals: what came and stayed, and the plan beside it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from crm.models import Deal, Instalment, Receipt, ReceiptRefund
from crm.rules.deals import Came, Due, Planned, plan


@dataclass(frozen=True)
class DealMoney:
    """The money of one deal, in its currency."""

    amount_minor: int
    received_minor: int  # what came
    refunded_minor: int  # what of it went back
    planned: tuple[Planned, ...]

    @property
    def kept_minor(self) -> int:
        return self.received_minor - self.refunded_minor

    @property
    def open_minor(self) -> int:
        return self.amount_minor - self.kept_minor

    @property
    def overdue_minor(self) -> int:
        return sum(each.open_minor for each in self.planned if each.is_overdue)

    @property
    def planned_minor(self) -> int:
        return sum(each.due.amount_minor for each in self.planned)

    @property
    def unplanned_minor(self) -> int:
        """What of the amount is in no instalment; negative when more is planned than the deal is worth."""
        return self.amount_minor - self.planned_minor


def kept_of(deal_id: UUID) -> int:
    """Sum what came for a deal and stayed."""
    return kept_by_deal([deal_id]).get(deal_id, 0)


def kept_by_deal(deal_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Sum what came and stayed for each deal for which anything came; two statements."""
    ids = list(deal_ids)
    came = Receipt.objects.filter(deal_id__in=ids).order_by().values("deal_id").annotate(sum=Sum("amount_minor"))
    back = ReceiptRefund.objects.filter(receipt__deal_id__in=ids).order_by()
    kept = {row["deal_id"]: row["sum"] for row in came}
    for row in back.values("receipt__deal_id").annotate(sum=Sum("amount_minor")):
        kept[row["receipt__deal_id"]] -= row["sum"]
    return kept


def left_of_receipt(receipt: Receipt) -> int:
    return receipt.amount_minor - _refunded([receipt.id]).get(receipt.id, 0)


def _refunded(receipt_ids: Iterable[UUID]) -> dict[UUID, int]:
    rows = ReceiptRefund.objects.filter(receipt_id__in=list(receipt_ids)).order_by()
    return {row["receipt_id"]: row["sum"] for row in rows.values("receipt_id").annotate(sum=Sum("amount_minor"))}


def receipts_of(deal_id: UUID) -> list[Receipt]:
    """List what came for a deal, newest first, each with its refunds and what is `left_minor` of it."""
    rows = list(Receipt.objects.filter(deal_id=deal_id).prefetch_related("refunds").order_by("-received_at", "-id"))
    for row in rows:
        row.refunded_minor = sum(refund.amount_minor for refund in row.refunds.all())
        row.left_minor = row.amount_minor - row.refunded_minor
    return rows


def money_of(deal: Deal, today: date) -> DealMoney:
    """Lay the plan of a deal beside what has come."""
    receipts = receipts_of(deal.id)
    instalments = Instalment.objects.filter(deal_id=deal.id).order_by("due_on", "id")
    dues = [Due(each.id, each.due_on, each.amount_minor, each.label) for each in instalments]
    planned = plan(dues, [Came(each.left_minor, each.instalment_id) for each in reversed(receipts)], today)
    return DealMoney(
        deal.amount_minor,
        sum(each.amount_minor for each in receipts),
        sum(each.refunded_minor for each in receipts),
        tuple(planned),
    )


def totals(rows: QuerySet[Deal]) -> list[dict]:
    """Count and sum deals by currency, with what of it is open and won: never one sum over two currencies."""
    return list(
        rows.order_by()
        .values("currency")
        .annotate(
            deals=Count("id"),
            open_minor=Sum("amount_minor", filter=Q(state="open"), default=0),
            won_minor=Sum("amount_minor", filter=Q(state="won"), default=0),
            amount_minor=Sum("amount_minor"),
        )
        .order_by("currency")
    )
