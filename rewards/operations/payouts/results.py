"""What a provider says becomes what we book: answers, look-ups, callbacks and files take this one way."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from rewards.models import PayoutBatch, PayoutDifference, PayoutLine, PayoutReport
from rewards.operations.payouts import booking
from rewards.operations.payouts.acting import note_step
from rewards.operations.payouts.providing import provider
from rewards.operations.payouts.saving import save_all
from rewards.providers.port import NotUnderstood
from rewards.queries.payouts import payout_settings
from rewards.rules import payouts as rules
from rewards.rules.payouts import Word
from tenancy import door

State, Batch = PayoutLine.State, PayoutBatch.State
_AFTER = {rules.BOOK_PAID: State.PAID, rules.BOOK_FAILED: State.FAILED, rules.NOTE_ACCEPTED: State.ACCEPTED,
          rules.SEND_AGAIN: State.RESERVED, rules.DOUBT: State.UNCERTAIN}  # fmt: skip


def take_callback(headers: Mapping[str, str], body: bytes) -> str:
    """Take in what a provider posts to us, once; NotSigned and NotUnderstood when it is nothing of theirs."""
    settings = payout_settings()
    word = provider(settings.provider).verify_callback(headers, body)
    if word.status == "unknown":
        raise NotUnderstood
    if PayoutReport.objects.filter(message_id=word.message_id).exists():
        return rules.REPEATED
    return take_words([word], source=PayoutReport.Source.CALLBACK)[0]


def take_words(
    words: Sequence[Word], *, source: str, attempts: Mapping[str, int] | None = None, batch_id: UUID | None = None
) -> list[str]:
    """Book what a provider says of payments; say what came of each word.

    `attempts` are those known when the provider was asked, by reference: an answer to
    a question that is no longer the newest says nothing. `batch_id` is whose result file speaks
    of a payment that is not ours.
    """
    ids = PayoutLine.objects.filter(reference__in=[word.reference for word in words]).values_list("id", flat=True)
    held = {one.line.reference: one for one in booking.hold(list(ids))}
    states = {reference: one.line.state for reference, one in held.items()}
    outcomes = []
    for word in words:
        outcome = _judge(word, held.get(word.reference), states.get(word.reference), attempts)
        states[word.reference] = _AFTER.get(outcome, states.get(word.reference))
        outcomes.append(outcome)
    _apply(words, outcomes, held)
    _write_down(words, outcomes, held, source, batch_id)
    move_batches_on({one.line.batch_id for one in held.values()})
    return outcomes


def _judge(word: Word, one: booking.HeldLine | None, state: str | None, attempts: Mapping[str, int] | None) -> str:
    if one is None:
        return rules.judge(word, state=None)
    if attempts is not None and attempts.get(word.reference) != one.line.attempts:
        return rules.REPEATED
    return rules.judge(word, state=state, amount_minor=one.line.amount_minor, currency=one.line.batch.unit.code)


def _apply(words: Sequence[Word], outcomes: Sequence[str], held: Mapping[str, booking.HeldLine]) -> None:
    by_outcome: dict[str, list[booking.HeldLine]] = {}
    for word, outcome in zip(words, outcomes, strict=True):
        if outcome in _AFTER:
            line = held[word.reference].line
            line.cause, line.provider_id = word.cause[:200], word.provider_id or line.provider_id
            by_outcome.setdefault(outcome, []).append(held[word.reference])
    if paid := by_outcome.pop(rules.BOOK_PAID, None):
        booking.book_paid(paid)
    if failed := by_outcome.pop(rules.BOOK_FAILED, None):
        booking.book_failed(failed)
    for outcome, moved in by_outcome.items():
        for one in moved:
            one.line.state = _AFTER[outcome]
        save_all([one.line for one in moved], "state", "cause", "provider_id")


def _write_down(words, outcomes, held, source: str, batch_id: UUID | None) -> None:
    told = [
        (_report(word, outcome, held.get(word.reference), source, batch_id), outcome)
        for word, outcome in zip(words, outcomes, strict=True)
        if outcome != rules.REPEATED or source in (PayoutReport.Source.CALLBACK, PayoutReport.Source.FILE)
    ]
    PayoutReport.objects.bulk_create([report for report, _ in told], ignore_conflicts=True)
    PayoutDifference.objects.bulk_create(
        [_difference(report, outcome) for report, outcome in told if outcome in rules.DIFFERENCES], ignore_conflicts=True
    )


def _report(word: Word, outcome: str, one: booking.HeldLine | None, source: str, batch_id: UUID | None) -> PayoutReport:
    return PayoutReport(
        batch_id=one.line.batch_id if one else batch_id, line_id=one.line.id if one else None, reference=word.reference,
        source=source, message_id=word.message_id, status=word.status, amount_minor=word.amount_minor,
        currency=word.currency, provider_id=word.provider_id, cause=word.cause, outcome=outcome, occurred_at=door.moment(),
    )  # fmt: skip


def _difference(report: PayoutReport, kind: str) -> PayoutDifference:
    return PayoutDifference(
        batch_id=report.batch_id, line_id=report.line_id, reference=report.reference, kind=kind, report_id=report.id,
        amount_minor=report.amount_minor, currency=report.currency, cause=report.cause, opened_at=door.moment(),
    )  # fmt: skip


def move_batches_on(batch_ids: Collection[UUID]) -> None:
    """Bring batches to the state of their lines. They are locked last, so that of two who end a batch one sees the other."""
    alive = [Batch.SENDING, Batch.SENT, Batch.COMPLETED, Batch.WITH_FAILURES]
    rows = PayoutBatch.objects.select_for_update(of=("self",)).filter(id__in=batch_ids, state__in=alive).order_by("id")
    for batch in rows:
        states = set(batch.lines.order_by().values_list("state", flat=True).distinct())
        is_sending = bool(states & {State.RESERVED, State.SENDING})
        after = rules.end_of(states) or (Batch.SENDING if is_sending else Batch.SENT)
        if after != batch.state:
            batch.state = after
            batch.save(update_fields=["state"])
            note_step(batch, action="")
