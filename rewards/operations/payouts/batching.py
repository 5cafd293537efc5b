"""Batches of payouts: drafted from available cash, submitted, approved by another person, or cancelled.

The money is set aside when a draft is submitted: what the second person approves is what is there,
and no other payout can take it. A refund until it is sent makes a line smaller, never larger.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from foundation.ids import new_code
from rewards.errors.general import InsufficientBalance
from rewards.errors.payouts import AnotherPersonNeeded, NothingToPay, PayoutMovedOn, PayoutUnknown
from rewards.models import PayoutAccount, PayoutBatch, PayoutLeftOut, PayoutLine, PayoutShare, Reward
from rewards.operations.accounts.units import units
from rewards.operations.payouts import booking
from rewards.operations.payouts.acting import note_step, person
from rewards.queries.payout_claims import CashClaim, available_minor, cash_claims
from rewards.queries.payouts import payout_settings
from rewards.rules.payouts import Claim, why_left_out
from tenancy import door

MOST_PEOPLE = 1000  # in one payout, so that submitting it takes seconds; the others wait for the next
State = PayoutBatch.State
Why = PayoutLeftOut.Reason


@transaction.atomic
def draft_payout(
    *, currency: str, until: datetime | None = None, minimum_minor: int | None = None, campaign_id: UUID | None = None,
    note: str = "",
) -> PayoutBatch:  # fmt: skip
    """Gather available cash rewards into a draft, a line a person; nothing is set aside yet."""
    settings = payout_settings()
    batch = PayoutBatch(
        code=new_code(6), unit=units([currency])[currency], provider=settings.provider, until=until or door.moment(),
        minimum_minor=settings.minimum_minor if minimum_minor is None else minimum_minor, campaign_id=campaign_id,
        note=note.strip()[:200], tax_threshold_minor=settings.tax_threshold_minor, tax_note=settings.tax_note,
        created_at=door.moment(), made_by=person(),
    )  # fmt: skip
    found = cash_claims(unit_id=batch.unit_id, until=batch.until, campaign_id=campaign_id)
    payable, left_out = _sorted_out(found, batch.minimum_minor)
    if not payable:
        raise NothingToPay
    batch.save()
    _write_lines(batch, payable)
    PayoutLeftOut.objects.bulk_create(_left_out(batch, each.claim, why) for each, why in left_out)
    note_step(batch, action="payout.drafted", lines=len(payable))
    return batch


def _sorted_out(found: Iterable[CashClaim], minimum_minor: int) -> tuple[list[CashClaim], list[tuple[CashClaim, str]]]:
    payable, left_out = [], []
    for each in found:
        why = why_left_out(each.claim, minimum_minor=minimum_minor)
        if why:
            left_out.append((each, why))
        elif len(payable) < MOST_PEOPLE:
            payable.append(each)
    return payable, left_out


def _write_lines(batch: PayoutBatch, payable: list[CashClaim]) -> None:
    accounts = _accounts(each.claim.customer_id for each in payable)
    lines = [_line(batch, each.claim, accounts[each.claim.customer_id]) for each in payable]
    PayoutLine.objects.bulk_create(lines)
    PayoutShare.objects.bulk_create(
        PayoutShare(line=line, reward_id=reward_id, amount=0)
        for line, each in zip(lines, payable, strict=True)
        for reward_id in each.reward_ids
    )


def _line(batch: PayoutBatch, claim: Claim, account: PayoutAccount) -> PayoutLine:
    return PayoutLine(
        batch=batch, customer_id=claim.customer_id, account=account, reference=f"YJ{new_code(14)}",
        gross_minor=claim.gross_minor, amount_minor=claim.amount_minor,
    )  # fmt: skip


def _accounts(customer_ids: Iterable[UUID]) -> dict[UUID, PayoutAccount]:
    rows = PayoutAccount.objects.filter(customer_id__in=list(customer_ids), retired_at=None, details__isnull=False)
    return {account.customer_id: account for account in rows}


def _left_out(batch: PayoutBatch, claim: Claim, why: str) -> PayoutLeftOut:
    amount = claim.amount_minor or claim.gross_minor
    return PayoutLeftOut(batch=batch, customer_id=claim.customer_id, amount_minor=amount, reason=why)


# --- submitting -------------------------------------------------------------------------------------------


@transaction.atomic
def submit_payout(batch_id: UUID) -> PayoutBatch:
    """Set the money of a draft aside and ask a second person; who has nothing left by now drops out."""
    batch = locked(batch_id, State.DRAFT)
    held = booking.hold(list(batch.lines.values_list("id", flat=True)))
    ready = _reserve(batch, held)
    if not ready:
        raise NothingToPay
    batch.state, batch.submitted_by = State.WAITING, person()
    batch.save(update_fields=["state", "submitted_by"])
    note_step(batch, action="payout.submitted", lines=len(ready), amount_minor=sum(one.line.amount_minor for one in ready))
    return batch


def _reserve(batch: PayoutBatch, held: list[booking.HeldLine]) -> list[booking.HeldLine]:
    """Set aside what is there now. A balance that shrinks between look and booking is looked at again."""
    for _ in range(3):
        try:
            with transaction.atomic():
                ready = _ready(batch, held)
                if ready:
                    booking.set_aside(ready)
                return ready
        except InsufficientBalance:
            held = booking.hold([one.line.id for one in held])
    raise PayoutMovedOn(state=State(batch.state).label)


def _ready(batch: PayoutBatch, held: list[booking.HeldLine]) -> list[booking.HeldLine]:
    """Work out lines anew with what their rewards keep, what the books give and the accounts of today; drop the others."""
    customers = [one.line.customer_id for one in held]
    available, accounts = available_minor(batch.unit_id, customers), _accounts(customers)
    ready, dropped = [], []
    for one in held:
        shares = [share for share in one.shares if _is_payable(one.rewards[share.reward_id])]
        gross = sum(one.rewards[share.reward_id].kept for share in shares)
        customer = one.line.customer_id
        claim = Claim(customer, gross, available.get(customer, 0), customer in accounts)
        why = why_left_out(claim, minimum_minor=batch.minimum_minor) if shares else Why.GONE
        if why:
            dropped.append((one.line, claim, why))
            continue
        one.line.account_id = accounts[customer].id
        one.line.gross_minor, one.line.amount_minor = gross, claim.amount_minor
        ready.append(booking.HeldLine(one.line, _divided(claim.amount_minor, shares, one.rewards), one.rewards))
    _drop(batch, dropped)
    kept = {share.id for one in ready for share in one.shares}
    gone = [share.id for one in held for share in one.shares if share.id not in kept]
    PayoutShare.objects.filter(id__in=gone).delete()
    PayoutLine.objects.filter(id__in=[line.id for line, _, _ in dropped]).delete()
    return ready


def _is_payable(reward: Reward) -> bool:
    return reward.state == Reward.State.AVAILABLE and reward.kept > 0


def _divided(amount: int, shares: list[PayoutShare], rewards: dict[UUID, Reward]) -> list[PayoutShare]:
    """Pay the oldest rewards in full; what a debt has taken is missing from the newest."""
    for share in shares:
        share.amount = min(rewards[share.reward_id].kept, amount)
        amount -= share.amount
    return shares


def _drop(batch: PayoutBatch, dropped: list[tuple[PayoutLine, Claim, str]]) -> None:
    PayoutLeftOut.objects.bulk_create(
        PayoutLeftOut(
            batch=batch, customer_id=line.customer_id, amount_minor=claim.amount_minor or line.amount_minor, reason=why
        )
        for line, claim, why in dropped
    )


# --- approving, cancelling ----------------------------------------------------------------------------------


@transaction.atomic
def approve_payout(batch_id: UUID) -> PayoutBatch:
    """Agree to a payout as a second person: neither its maker nor its submitter, with no key of theirs either."""
    who = person()
    waiting = PayoutBatch.objects.filter(id=batch_id, state=State.WAITING)
    moved = waiting.exclude(made_by=who).exclude(submitted_by=who).update(state=State.APPROVED, approved_by=who)
    batch = found_batch(batch_id)
    if not moved:
        raise AnotherPersonNeeded if batch.state == State.WAITING else _moved_on(batch)
    note_step(batch, action="payout.approved")
    return batch


@transaction.atomic
def cancel_payout(batch_id: UUID, *, reason: str = "") -> PayoutBatch:
    """Give everything back; possible until sending has begun."""
    batch = locked(batch_id, State.DRAFT, State.WAITING, State.APPROVED)
    batch.state = State.CANCELLED
    batch.save(update_fields=["state"])
    held = booking.hold(list(batch.lines.values_list("id", flat=True)))
    reserved = [one for one in held if one.line.state == PayoutLine.State.RESERVED]
    if reserved:
        booking.give_back(reserved, state=PayoutLine.State.WITHDRAWN)
    batch.lines.filter(state=PayoutLine.State.DRAFT).update(state=PayoutLine.State.WITHDRAWN, finished_at=door.moment())
    note_step(batch, action="payout.cancelled", reason=reason)
    return batch


def found_batch(batch_id: UUID) -> PayoutBatch:
    batch = PayoutBatch.objects.select_related("unit").filter(id=batch_id).first()
    if batch is None:
        raise PayoutUnknown
    return batch


def locked(batch_id: UUID, *states: str) -> PayoutBatch:
    """Lock a batch that is in one of these states; PayoutMovedOn when it is not."""
    batch = PayoutBatch.objects.select_for_update(of=("self",)).select_related("unit").filter(id=batch_id).first()
    if batch is None:
        raise PayoutUnknown
    if batch.state not in states:
        raise _moved_on(batch)
    return batch


def _moved_on(batch: PayoutBatch) -> PayoutMovedOn:
    return PayoutMovedOn(state=State(batch.state).label)
