"""Let time pass while a payout is sent, finish it, and prove that everybody was paid once."""

from datetime import timedelta

from django.utils import timezone as clock

from rewards.models import PayoutLine
from rewards.operations import payouts
from rewards.queries import verify_books
from rewards.queries.payouts import batch as batch_of
from tenancy import door


def time_passes(acme, *, spared: float = 0) -> None:
    """Let leases end; here we do not wait for them. Attempts of the last `spared` seconds may still be on their way."""
    now = clock.now()
    with door.organisation(acme.id):
        old = PayoutLine.objects.filter(attempted_at__lt=now - timedelta(seconds=spared))
        old.update(attempted_at=now - timedelta(hours=1), asked_at=None)


def finish(acme, batch) -> None:
    for _ in range(4):
        time_passes(acme)
        payouts.doubt_the_lost(acme.id)
        payouts.look_up_lines(acme.id)
        payouts.send_lines(acme.id, batch.id)


def proof(acme, batch, bank) -> None:
    with door.organisation(acme.id):
        lines = {line.reference: line.amount_minor for line in batch.lines.all()}
        assert {reference: known["asked"]["amount_minor"] for reference, known in bank.record.items()} == lines
        assert set(batch.lines.values_list("state", flat=True)) == {"paid"}
        assert batch_of(batch.id).state == "completed"
        assert verify_books().wrong == ()
    assert set(bank.asked.values()) == {1}, "a payment that the bank had taken in was asked for again"
