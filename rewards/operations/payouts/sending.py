"""Send payouts: claim a line and note the attempt, ask the provider outside any transaction, note what it said.

At most once in effect: a line whose answer is missing is uncertain, and nobody sends it again before
the provider has said that it has no such payment.
"""

import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from celery import current_app
from django.db import transaction
from django.db.models import F
from django.utils import timezone as clock

from rewards.models import PayoutBatch, PayoutLine, PayoutProvider, PayoutReport
from rewards.operations.payouts.accounts import opened
from rewards.operations.payouts.acting import note_step, person
from rewards.operations.payouts.batching import locked
from rewards.operations.payouts.providing import provider
from rewards.operations.payouts.results import move_batches_on, take_words
from rewards.providers.port import Accepted, Answer, NotTaken, Payment, Provider, Rejected, Uncertain
from rewards.rules.payouts import Word
from tenancy import door, events
from tenancy.models import Organisation

LEASE = timedelta(seconds=90)  # longer than a request may take
PATIENCE = 3  # answers missing in a row: then the provider is left alone until the next ring
State, Batch = PayoutLine.State, PayoutBatch.State


@dataclass(frozen=True)
class Parcel:
    """A claimed line, as far as the road needs it."""

    line_id: UUID
    reference: str
    attempt: int
    payment: Payment | None  # none: its account was erased


@transaction.atomic
def send_payout(batch_id: UUID) -> PayoutBatch:
    """Begin to send what was approved: a worker does it line by line, or a file takes everything at once."""
    person()
    batch = locked(batch_id, Batch.APPROVED)
    provider(batch.provider)  # refuses what is not set up
    batch.state = Batch.SENDING
    batch.save(update_fields=["state"])
    purpose = f"paid through {batch.provider}"
    note_step(batch, action="payout.sending", lines=batch.lines.filter(state=State.RESERVED).count(), purpose=purpose)
    if batch.provider == PayoutProvider.FILE:
        batch.lines.filter(state=State.RESERVED).update(
            state=State.ACCEPTED, attempts=F("attempts") + 1, attempted_at=clock.now()
        )
        move_batches_on([batch.id])
        batch.refresh_from_db(fields=["state"])
    else:
        ring_sender(batch.id)
    return batch


def resume_payout(batch_id: UUID) -> PayoutBatch:
    """Send a worker again to a payout that was cut off."""
    batch = locked(batch_id, Batch.SENDING, Batch.SENT)
    note_step(batch, action="payout.resumed")
    ring_sender(batch.id)
    return batch


def ring_sender(batch_id: UUID) -> None:
    task, organisation_id = current_app.signature("rewards.tasks.send_payout_lines"), str(door.organisation_id())
    door.once_after_commit(f"payout:{batch_id}", lambda: events.ring(task, organisation_id, str(batch_id)))


# --- on the road: call these outside the door ----------------------------------------------------------------


def unfinished(organisation_id: UUID) -> list[UUID]:
    """List payouts with lines that still have to leave."""
    with door.organisation(organisation_id):
        rows = PayoutLine.objects.filter(state=State.RESERVED, batch__state=Batch.SENDING)
        return list(rows.order_by("batch_id").values_list("batch_id", flat=True).distinct())


def send_lines(organisation_id: UUID, batch_id: UUID, *, seconds: float = 240) -> int:
    """Send lines that wait, one at a time; count those tried. Several workers may send one batch."""
    with door.organisation(organisation_id):
        batch = PayoutBatch.objects.filter(id=batch_id, state=Batch.SENDING).first()
        if batch is None:
            return 0
        through = provider(batch.provider)
    until, tried, doubts = time.monotonic() + seconds, 0, 0
    while time.monotonic() < until and doubts < PATIENCE and (parcel := _claim(organisation_id, batch_id)):
        answer = _ask(through, parcel.payment) if parcel.payment else Rejected("account_erased")
        _note(organisation_id, parcel, answer)
        tried += 1
        doubts = doubts + 1 if isinstance(answer, Uncertain) else 0
        if isinstance(answer, NotTaken):
            break
    with door.organisation(organisation_id):
        move_batches_on([batch_id])
    return tried


def _ask(through: Provider, payment: Payment) -> Answer:
    try:
        return through.send(payment)
    except Exception as error:  # whatever breaks in here, the payment may be out
        return Uncertain(type(error).__name__)


def _claim(organisation_id: UUID, batch_id: UUID) -> Parcel | None:
    """Take a line and note the attempt, before anything leaves the house."""
    with door.organisation(organisation_id):
        waiting = PayoutLine.objects.filter(batch_id=batch_id, state=State.RESERVED, batch__state=Batch.SENDING)
        free = waiting.select_for_update(skip_locked=True, of=("self",)).select_related("batch__unit", "account")
        line = free.order_by("id").first()
        if line is None:
            return None
        PayoutLine.objects.filter(id=line.id).update(
            state=State.SENDING, attempts=F("attempts") + 1, attempted_at=clock.now(), asked_at=None, cause=""
        )
        payment = payment_of(line, payer=payer()) if line.account.details else None
        return Parcel(line.id, line.reference, line.attempts + 1, payment)


def payer() -> str:
    """Name who pays, as it stands on the receiver's statement."""
    return Organisation.objects.values_list("name", flat=True).get(id=door.organisation_id())


def payment_of(line: PayoutLine, *, payer: str) -> Payment:
    """Write down what a provider has to know; the account is opened for it."""
    details = opened(line.account)
    return Payment(
        reference=line.reference, amount_minor=line.amount_minor, currency=line.batch.unit.code, method=line.account.method,
        holder=details["holder"], account=details["account"], bank=details["bank"], note=f"{payer} {line.batch.code}",
    )  # fmt: skip


def _note(organisation_id: UUID, parcel: Parcel, answer: Answer) -> None:
    reference = parcel.reference
    with door.organisation(organisation_id):
        if isinstance(answer, Accepted):
            _take(Word(reference=reference, status="accepted", provider_id=answer.provider_id))
        elif isinstance(answer, Rejected):
            _take(Word(reference=reference, status="failed", cause=answer.cause))
        else:
            ours = PayoutLine.objects.filter(id=parcel.line_id, state=State.SENDING, attempts=parcel.attempt)
            if isinstance(answer, Uncertain):
                ours.update(state=State.UNCERTAIN, cause=answer.cause[:200])
            else:  # nothing left the house: it was no attempt
                ours.update(state=State.RESERVED, cause=answer.cause[:200], attempts=parcel.attempt - 1)


def _take(word: Word) -> None:
    take_words([word], source=PayoutReport.Source.ANSWER)
