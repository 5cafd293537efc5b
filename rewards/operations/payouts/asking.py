"""Ask the provider what became of lines that are in doubt or have not been heard of."""

import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone as clock

from foundation.errors import NotFound
from rewards.errors.payouts import PayoutProviderMissing
from rewards.models import PayoutLine, PayoutProvider, PayoutReport
from rewards.operations.payouts import sending
from rewards.operations.payouts.providing import provider
from rewards.operations.payouts.results import take_words
from rewards.providers.port import Provider
from tenancy import door

ASK_DOUBTFUL_EVERY = timedelta(seconds=60)
ASK_ACCEPTED_EVERY = timedelta(minutes=10)  # callbacks are faster; this is for those that never come
ASK_ACCEPTED_FIRST = timedelta(seconds=20)
State = PayoutLine.State


@dataclass(frozen=True)
class _Question:
    reference: str
    attempt: int
    through: Provider


def ask_again(line_id: UUID) -> bool:
    """Have a worker ask for a line at once; False where there is nothing to ask about."""
    line = PayoutLine.objects.filter(id=line_id).first()
    if line is None:
        raise NotFound
    asked = PayoutLine.objects.filter(id=line_id, state__in=[State.UNCERTAIN, State.ACCEPTED]).update(asked_at=None)
    if asked:
        sending.ring_sender(line.batch_id)
    return bool(asked)


def doubt_the_lost(organisation_id: UUID) -> int:
    """Hold lines in doubt whose worker has died between asking and noting the answer."""
    with door.organisation(organisation_id):
        lost = PayoutLine.objects.filter(state=State.SENDING, attempted_at__lt=clock.now() - sending.LEASE)
        return lost.update(state=State.UNCERTAIN, cause="worker_lost")


def look_up_lines(organisation_id: UUID, *, seconds: float = 60) -> int:
    """Ask for what is due to be asked, one at a time; count the questions. Call it outside the door."""
    until, asked = time.monotonic() + seconds, 0
    while time.monotonic() < until and (question := _claim(organisation_id)):
        word = question.through.look_up(question.reference)
        asked += 1
        if word is not None:
            with door.organisation(organisation_id):
                take_words([word], source=PayoutReport.Source.LOOK_UP, attempts={question.reference: question.attempt})
    return asked


def _claim(organisation_id: UUID) -> _Question | None:
    """Take the line that has waited longest for a question, and note that it is asked."""
    with door.organisation(organisation_id):
        free = _due().select_for_update(skip_locked=True, of=("self",)).select_related("batch")
        line = free.order_by(F("asked_at").asc(nulls_first=True), "id").first()
        if line is None:
            return None
        PayoutLine.objects.filter(id=line.id).update(asked_at=clock.now())
        try:
            return _Question(line.reference, line.attempts, provider(line.batch.provider))
        except PayoutProviderMissing:
            return None


def _due():
    now = clock.now()
    # A request may still be on its way until its lease has ended: "unknown" would mean nothing before.
    doubtful = Q(state=State.UNCERTAIN, attempted_at__lt=now - sending.LEASE) & _not_since(now - ASK_DOUBTFUL_EVERY)
    silent = Q(state=State.ACCEPTED, attempted_at__lt=now - ASK_ACCEPTED_FIRST) & _not_since(now - ASK_ACCEPTED_EVERY)
    return PayoutLine.objects.filter(doubtful | silent).exclude(batch__provider=PayoutProvider.FILE)


def _not_since(moment) -> Q:
    return Q(asked_at__isnull=True) | Q(asked_at__lt=moment)
