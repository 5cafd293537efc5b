"""The file for the bank, and the one that comes back from it."""

from uuid import UUID

from django.db import transaction

from rewards.errors.payouts import NotPaidByFile, PayoutMovedOn
from rewards.models import PayoutBatch, PayoutLine, PayoutProvider, PayoutReport
from rewards.operations.payouts.batching import found_batch
from rewards.operations.payouts.results import take_words
from rewards.operations.payouts.sending import payer, payment_of
from rewards.providers.files import BadRow, payment_lines, read_results
from rewards.rules.payouts import DIFFERENCES, REPEATED
from tenancy import audit

State, Batch = PayoutLine.State, PayoutBatch.State
_SENT = (Batch.SENDING, Batch.SENT, Batch.COMPLETED, Batch.WITH_FAILURES)


def payout_file(batch_id: UUID, *, purpose: str) -> tuple[str, str]:
    """Write a sent payout's file for the bank: name and text. Accounts stand in it in full, so who made it is noted."""
    batch = _by_file(batch_id)
    lines = batch.lines.exclude(state__in=[State.DRAFT, State.RESERVED, State.WITHDRAWN])
    name, lines = payer(), lines.select_related("batch__unit", "account").order_by("id")
    payments = [payment_of(line, payer=name) for line in lines]
    audit.record("payout.file_made", batch, {"payments": len(payments), "purpose": purpose[:200]})
    return f"payout-{batch.code}.csv", payment_lines(payments)


@transaction.atomic
def take_result_file(batch_id: UUID, content: bytes) -> dict:
    """Book what a bank's result file says; give counts by outcome, and the rows that were not understood."""
    batch = _by_file(batch_id)
    words, bad = read_results(content, currency=batch.unit.code)
    outcomes = take_words(words, source=PayoutReport.Source.FILE, batch_id=batch.id)
    counts = _counts(outcomes, bad)
    audit.record("payout.results_taken", batch, counts)
    return counts | {"bad_rows": [{"row": row.number, "reason": row.reason} for row in bad[:100]]}


def _counts(outcomes: list[str], bad: list[BadRow]) -> dict[str, int]:
    return {
        "rows": len(outcomes) + len(bad),
        "paid": outcomes.count("book_paid"),
        "failed": outcomes.count("book_failed"),
        "repeated": outcomes.count(REPEATED),
        "differences": sum(outcome in DIFFERENCES for outcome in outcomes),
        "not_understood": len(bad),
    }


def _by_file(batch_id: UUID) -> PayoutBatch:
    batch = found_batch(batch_id)
    if batch.provider != PayoutProvider.FILE:
        raise NotPaidByFile
    if batch.state not in _SENT:
        raise PayoutMovedOn(state=Batch(batch.state).label)
    return batch
