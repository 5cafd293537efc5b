"""Give out coupons: to a customer, as a code for everybody, as many codes at once; and take them out of use."""

import re
from uuid import UUID

from celery import current_app
from django.db import transaction

from crm.models import Customer
from foundation.ids import new_code, normalise_code
from rewards.errors.coupons import (
    BatchTooLarge,
    CodeTaken,
    CodeUnreadable,
    CouponCannotBeWithdrawn,
    KindWithdrawn,
    WindowOver,
)
from rewards.errors.general import CouponUnknown
from rewards.models import Coupon, CouponBatch, CouponKind
from rewards.rules.coupons import expiry_of
from tenancy import audit, door, events, jobs
from tenancy.models import Job

LENGTH = 10  # of a unique code: 4.2e14 of them, so that guessing one takes years
MOST = 200_000
AT_ONCE = 500  # codes made while the caller waits; more are a job
CHUNK = 2_000


@transaction.atomic
def issue_coupon(kind_id: UUID, *, customer_id: UUID) -> Coupon:
    """Put a coupon into a customer's hands."""
    kind = _open_kind(kind_id)
    customer = Customer.objects.get(id=customer_id)
    coupon = _coupon(kind, new_code(LENGTH), customer=customer)
    coupon.save(force_insert=True)
    audit.record("coupon.issued", coupon, {"kind": kind.code, "customer_id": str(customer.id)})
    events.publish("coupon.issued", coupon.id, customer_id=str(customer.id), kind=kind.code)
    return coupon


@transaction.atomic
def open_shared_code(kind_id: UUID, *, code: str) -> Coupon:
    """Make a code that everybody may use, within the limits of its kind; it lives as long as the kind's window."""
    kind = _open_kind(kind_id)
    typed = normalise_code(code)
    if not re.fullmatch(r"[A-Z0-9]{3,24}", typed):
        raise CodeUnreadable
    if Coupon.objects.filter(code=typed).exists():
        raise CodeTaken
    coupon = _coupon(kind, typed, is_shared=True)
    coupon.expires_at = kind.ends_at or coupon.expires_at
    coupon.save(force_insert=True)
    audit.record("coupon.shared", coupon, {"kind": kind.code})
    return coupon


@transaction.atomic
def withdraw_coupon(coupon_id: UUID) -> Coupon:
    """Take a code out of use; one from a reward is taken back with its reward, not here."""
    coupon = Coupon.objects.select_for_update(of=("self",)).filter(id=coupon_id).first()
    if coupon is None:
        raise CouponUnknown
    if coupon.state == Coupon.State.VOID:
        return coupon
    if coupon.state != Coupon.State.ISSUED or coupon.reward_id:
        raise CouponCannotBeWithdrawn(state=coupon.state)
    coupon.state = Coupon.State.VOID
    coupon.save(update_fields=["state"])
    audit.record("coupon.withdrawn", coupon)
    return coupon


# --- many at once ----------------------------------------------------------------------------------------------


@transaction.atomic
def order_codes(kind_id: UUID, *, size: int, label: str) -> CouponBatch:
    """Make unique codes for whoever brings one; a few at once, many as a job with progress."""
    kind = _open_kind(kind_id)
    if not 1 <= size <= MOST:
        raise BatchTooLarge(most=MOST)
    batch = CouponBatch.objects.create(
        kind=kind, label=label, size=size, job=None if size <= AT_ONCE else _job(size), created_at=door.moment()
    )
    audit.record("coupon_batch.ordered", batch, {"kind": kind.code, "size": size})
    if batch.job is None:
        _add(batch, size)
        batch.state = CouponBatch.State.READY
        batch.save(update_fields=["state"])
    else:
        task, organisation_id = current_app.signature("rewards.tasks.make_coupon_codes"), str(door.organisation_id())
        door.once_after_commit("coupon codes", lambda: events.ring(task, organisation_id))
    return batch


def expire_coupons(*, limit: int = CHUNK) -> int:
    """Mark unique codes whose time is over, at most `limit`; count them. The till refuses them before that, too."""
    due = Coupon.objects.filter(state=Coupon.State.ISSUED, is_shared=False, expires_at__lte=door.moment())
    ids = list(due.select_for_update(skip_locked=True).order_by("id").values_list("id", flat=True)[:limit])
    return Coupon.objects.filter(id__in=ids).update(state=Coupon.State.EXPIRED)


def unmade_batches() -> list[UUID]:
    """List batches whose codes are still to be made, oldest first."""
    making = CouponBatch.objects.filter(state=CouponBatch.State.MAKING)
    return list(making.order_by("created_at", "id").values_list("id", flat=True))


def make_codes(organisation_id: UUID, batch_id: UUID) -> int:
    """Make the codes that a batch lacks, a chunk a transaction; count them. Call it outside the door.

    Safe at any time, in several workers at once, and after a crash: what is there is counted, not remembered.
    """
    with door.organisation(organisation_id):
        batch = CouponBatch.objects.select_related("job").get(id=batch_id)
    if not jobs.begin(organisation_id, batch.job_id, total=batch.size):
        _close(organisation_id, batch_id)  # it was cancelled before it began, or ended by a worker that died then
        return 0
    made = 0
    try:
        while done := _chunk(organisation_id, batch_id):
            made += done
    except jobs.Cancelled:
        jobs.finish(organisation_id, batch.job_id, Job.State.CANCELLED)
    else:
        jobs.finish(organisation_id, batch.job_id, made=batch.size)
    _close(organisation_id, batch_id)
    return made


def _chunk(organisation_id: UUID, batch_id: UUID) -> int:
    with door.organisation(organisation_id):
        batch = CouponBatch.objects.select_for_update(of=("self",)).select_related("kind").get(id=batch_id)
        there = Coupon.objects.filter(batch=batch).count()
        wanted = min(batch.size - there, CHUNK)
        if wanted > 0:
            _add(batch, wanted)
            jobs.advance(batch.job_id, done=there + wanted)
        return max(wanted, 0)


def _close(organisation_id: UUID, batch_id: UUID) -> None:
    """Let the batch follow its job, which is over."""
    with door.organisation(organisation_id):
        batch = CouponBatch.objects.select_related("job").get(id=batch_id)
        state = CouponBatch.State.READY if batch.job.state == Job.State.DONE else CouponBatch.State.STOPPED
        CouponBatch.objects.filter(id=batch_id).update(state=state)


def _add(batch: CouponBatch, count: int) -> None:
    """Make codes; one that is taken already, once in a long while, is drawn again."""
    missing = count
    while missing > 0:
        before = Coupon.objects.filter(batch=batch).count()
        fresh = [_coupon(batch.kind, new_code(LENGTH), batch=batch) for _ in range(missing)]
        Coupon.objects.bulk_create(fresh, ignore_conflicts=True)
        missing -= Coupon.objects.filter(batch=batch).count() - before


def _job(size: int) -> Job:
    who = door.actor()
    return Job.objects.create(kind="coupon_codes", total=size, created_by_id=who.id if who.kind == "user" else None)


def _open_kind(kind_id: UUID) -> CouponKind:
    kind = CouponKind.objects.get(id=kind_id)
    if kind.withdrawn_at:
        raise KindWithdrawn
    if kind.ends_at and kind.ends_at <= door.moment():
        raise WindowOver
    return kind


def _coupon(kind: CouponKind, code: str, **whose) -> Coupon:
    now = door.moment()
    ends = expiry_of(issued_at=now, valid_days=kind.valid_days, ends_at=kind.ends_at)
    return Coupon(kind=kind, code=code, issued_at=now, expires_at=ends, **whose)
