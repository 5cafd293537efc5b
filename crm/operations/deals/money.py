"""The money of a deal: what is to come, what came, what went back. Whoever writes here holds the deal."""

from datetime import date, datetime
from uuid import UUID

from crm.errors import (
    DealAmountNotPositive,
    IdMissing,
    InvalidAmount,
    ReceiptConflict,
    ReceiptInFuture,
    ReceiptOtherCurrency,
    ReceiptRefundTooEarly,
    ReceiptRefundTooLarge,
    ReceiptTooLarge,
    UnknownInstalment,
)
from crm.models import Deal, Instalment, Receipt, ReceiptRefund
from crm.operations.deals.facts import event_facts
from crm.operations.deals.locks import hold, hold_deal
from crm.queries.deal_money import kept_of, left_of_receipt
from crm.rules import LARGEST_MINOR
from tenancy import audit, door, events


def add_instalment(deal_id: UUID, *, due_on: date, amount_minor: int, label: str = "") -> Instalment:
    """Plan a part of the money."""
    deal = hold_deal(deal_id)
    _check_amount(amount_minor)
    made = Instalment.objects.create(deal=deal, due_on=due_on, amount_minor=amount_minor, label=label.strip()[:120])
    audit.record("deal.instalment_added", deal, {"instalment_id": str(made.id), "amount_minor": amount_minor})
    return made


def change_instalment(
    instalment_id: UUID, *, due_on: date | None = None, amount_minor: int | None = None, label: str | None = None
) -> Instalment:
    instalment = _held_instalment(instalment_id)
    if amount_minor is not None:
        _check_amount(amount_minor)
        instalment.amount_minor = amount_minor
    instalment.due_on = due_on or instalment.due_on
    instalment.label = instalment.label if label is None else label.strip()[:120]
    instalment.save(update_fields=["due_on", "amount_minor", "label"])
    facts = {"instalment_id": str(instalment.id), "amount_minor": instalment.amount_minor}
    audit.record("deal.instalment_changed", instalment.deal, facts)
    return instalment


def remove_instalment(instalment_id: UUID) -> None:
    """Take an instalment out of the plan; money that came for it stays and counts for the others."""
    instalment = _held_instalment(instalment_id)
    audit.record("deal.instalment_removed", instalment.deal, {"amount_minor": instalment.amount_minor})
    instalment.delete()


def _held_instalment(instalment_id: UUID) -> Instalment:
    found = Instalment.objects.filter(id=instalment_id).first()
    if found is None:
        raise UnknownInstalment
    hold_deal(found.deal_id)
    return Instalment.objects.select_related("deal").get(id=instalment_id)


def record_receipt(
    deal_id: UUID,
    *,
    source: str,
    external_id: str,
    amount_minor: int,
    currency: str = "",
    received_at: datetime | None = None,
    instalment_id: UUID | None = None,
    note: str = "",
) -> tuple[Receipt, bool]:
    """Record money that came for a deal; a repetition gives the first answer and False.

    What has come and stayed is never more than the deal's amount. Raises ReceiptConflict when the key is known with
    other facts.
    """
    _check_key(source, external_id)
    _check_amount(amount_minor)
    hold(f"receipt:{source}:{external_id}")
    deal = hold_deal(deal_id)
    currency = currency or deal.currency
    known = Receipt.objects.filter(source=source, external_id=external_id).first()
    if known:
        _same(known, deal_id=deal.id, amount_minor=amount_minor, currency=currency)
        return known, False
    _check_receipt(deal, amount_minor, currency, received_at, instalment_id)
    receipt = Receipt.objects.create(
        deal=deal, instalment_id=instalment_id, source=source, external_id=external_id, amount_minor=amount_minor,
        currency=currency, received_at=received_at or door.moment(), note=note.strip()[:200], recorded_at=door.moment(),
    )  # fmt: skip
    _tell(deal, "deal.money_received", receipt.id, amount_minor, receipt.received_at)
    return receipt, True


def _check_receipt(deal: Deal, amount_minor: int, currency: str, received_at, instalment_id) -> None:
    if currency != deal.currency:
        raise ReceiptOtherCurrency(currency=currency, deal_currency=deal.currency)
    if instalment_id and not Instalment.objects.filter(id=instalment_id, deal=deal).exists():
        raise UnknownInstalment
    if received_at and received_at > door.moment():
        raise ReceiptInFuture
    if amount_minor > deal.amount_minor - kept_of(deal.id):
        raise ReceiptTooLarge


def refund_receipt(
    receipt_id: UUID,
    *,
    source: str,
    external_id: str,
    amount_minor: int,
    refunded_at: datetime | None = None,
    reason: str = "",
) -> tuple[ReceiptRefund, bool]:
    """Record money of a receipt that went back; never more than is left of it. A repetition gives the first answer."""
    _check_key(source, external_id)
    _check_amount(amount_minor)
    hold(f"receipt_refund:{source}:{external_id}")
    receipt = Receipt.objects.get(id=receipt_id)
    deal = hold_deal(receipt.deal_id)
    known = ReceiptRefund.objects.filter(source=source, external_id=external_id).first()
    if known:
        _same(known, receipt_id=receipt.id, amount_minor=amount_minor)
        return known, False
    at = refunded_at or door.moment()
    if not receipt.received_at <= at <= door.moment():
        raise ReceiptRefundTooEarly
    if amount_minor > left_of_receipt(receipt):
        raise ReceiptRefundTooLarge
    refund = ReceiptRefund.objects.create(
        receipt=receipt, source=source, external_id=external_id, amount_minor=amount_minor, refunded_at=at,
        reason=reason.strip()[:200], recorded_at=door.moment(),
    )  # fmt: skip
    _tell(deal, "deal.money_refunded", refund.id, amount_minor, at, receipt_id=str(receipt.id))
    return refund, True


def _tell(deal: Deal, kind: str, row_id: UUID, amount_minor: int, at: datetime, **more: str) -> None:
    kept = kept_of(deal.id)
    name = "receipt_id" if kind == "deal.money_received" else "refund_id"
    money = {name: str(row_id), "money_minor": amount_minor, "kept_minor": kept, **more}
    audit.record(kind, deal, money)
    events.publish(kind, deal.id, occurred_at=at, **event_facts(deal), **money)


def _check_amount(amount_minor: int) -> None:
    if amount_minor < 1:
        raise DealAmountNotPositive
    if amount_minor > LARGEST_MINOR:
        raise InvalidAmount(field="amount_minor")


def _check_key(source: str, external_id: str) -> None:
    if not source.strip() or not external_id.strip():
        raise IdMissing


def _same(known: Receipt | ReceiptRefund, **told) -> None:
    if differs := [name for name, value in told.items() if getattr(known, name) != value]:
        raise ReceiptConflict(source=known.source, external_id=known.external_id, differs=", ".join(differs))
