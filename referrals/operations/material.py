"""Printed material: batches with serials and codes, drawn a thousand pieces at a time."""

from datetime import datetime
from uuid import UUID

from celery import current_app
from django.db import IntegrityError, transaction

from foundation.ids import new_code
from referrals.errors import BatchSize, NameMissing, UnknownBatch, WindowInOrder
from referrals.models import Campaign, MaterialBatch, MaterialSheets, ReferralCode
from referrals.operations.owners import active_profile
from referrals.operations.permitted import refuse_source
from referrals.printing.sheets import print_sheets
from tenancy import audit, door, events, jobs
from tenancy.models import Job, Store

MOST = 50_000
AT_ONCE = 200  # pieces drawn while the caller waits; more are a job
PART = 1_000  # pieces in one file
_CHUNK = 5_000


@transaction.atomic
def order_material(
    *, campaign_id: UUID, profile_id: UUID, name: str, kind: str, size: int, design: str = MaterialBatch.Design.BOLD,
    store_id: UUID | None = None, has_own_codes: bool = True, valid_from: datetime | None = None,
    valid_to: datetime | None = None,
) -> MaterialBatch:  # fmt: skip
    """Order printed pieces for an owner: their serials and codes are made at once, the sheets at once or as a job."""
    _refuse_malformed(name, size, valid_from, valid_to)
    owner, campaign = active_profile(profile_id), Campaign.objects.get(id=campaign_id)
    refuse_source(campaign.id, owner.kind)
    store = Store.objects.get(id=store_id) if store_id else owner.store
    batch = _insert(
        campaign=campaign, owner=owner, store=store, name=name.strip()[:120], kind=kind, design=design, size=size,
        has_own_codes=has_own_codes, valid_from=valid_from, valid_to=valid_to, created_at=door.moment(),
    )  # fmt: skip
    _add_codes(batch)
    audit.record("material.ordered", batch, {"kind": kind, "size": size, "profile_id": str(owner.id)})
    if size <= AT_ONCE:
        _print_part(batch, 1)
        batch.state = MaterialBatch.State.READY
        batch.save(update_fields=["state"])
    else:
        _ring()
    return batch


def _refuse_malformed(name: str, size: int, valid_from: datetime | None, valid_to: datetime | None) -> None:
    if not name.strip():
        raise NameMissing(field="name")
    if not 1 <= size <= MOST:
        raise BatchSize(most=MOST)
    if valid_from and valid_to and valid_to <= valid_from:
        raise WindowInOrder


def _insert(*, size: int, **facts) -> MaterialBatch:
    """Take the next serials; who comes second by a hair takes those after the first one's."""
    for tries_left in (4, 3, 2, 1, 0):
        last = MaterialBatch.objects.order_by("-serial_from").first()
        try:
            with transaction.atomic():
                job = None if size <= AT_ONCE else _job(size)
                return MaterialBatch.objects.create(
                    size=size, serial_from=last.serial_to + 1 if last else 1, job=job, **facts
                )
        except IntegrityError as error:
            if "material_serials_once" not in str(error) or not tries_left:
                raise
    raise AssertionError("unreachable")


def _job(size: int) -> Job:
    who = door.actor()
    return Job.objects.create(kind="material", total=size, created_by_id=who.id if who.kind == "user" else None)


def _add_codes(batch: MaterialBatch) -> None:
    """Write the codes of a batch, thousands in a statement; one that is taken, once in a long while, is drawn again."""
    wanted = range(batch.serial_from, batch.serial_to + 1) if batch.has_own_codes else [batch.serial_from]
    missing = set(wanted)
    while missing:
        ReferralCode.objects.bulk_create(
            [_code(batch, serial) for serial in sorted(missing)], ignore_conflicts=True, batch_size=_CHUNK
        )
        missing -= set(ReferralCode.objects.filter(batch=batch).values_list("serial", flat=True))


def _code(batch: MaterialBatch, serial: int) -> ReferralCode:
    return ReferralCode(
        campaign_id=batch.campaign_id, referrer_id=batch.owner.customer_id, code=new_code(), batch=batch, serial=serial,
        created_at=batch.created_at,
    )  # fmt: skip


def stop_batch(batch_id: UUID) -> MaterialBatch:
    """Take a batch out of use: its codes open a page that says so."""
    batch = MaterialBatch.objects.filter(id=batch_id).first()
    if batch is None:
        raise UnknownBatch
    stopped = ReferralCode.objects.filter(batch=batch, is_active=True).update(is_active=False)
    if stopped:
        audit.record("material.stopped", batch, {"codes": stopped})
    return batch


# --- drawing ---------------------------------------------------------------------------------------------


def _ring() -> None:
    task, organisation_id = current_app.signature("referrals.tasks.print_materials"), str(door.organisation_id())
    door.once_after_commit("materials", lambda: events.ring(task, organisation_id))


def unprinted() -> list[UUID]:
    """List batches whose sheets are still to be drawn, oldest first."""
    making = MaterialBatch.objects.filter(state=MaterialBatch.State.MAKING)
    return list(making.order_by("created_at", "id").values_list("id", flat=True))


def print_batch(organisation_id: UUID, batch_id: UUID) -> int:
    """Draw the parts that a batch lacks, each in a transaction of its own; count them. Call it outside the door.

    Safe at any time, in several workers at once, and after a crash: what is there is counted, not remembered.
    """
    with door.organisation(organisation_id):
        batch = MaterialBatch.objects.get(id=batch_id)
    if not jobs.begin(organisation_id, batch.job_id, total=batch.size):
        _close(organisation_id, batch_id)
        return 0
    drawn = 0
    try:
        while _next_part(organisation_id, batch_id):
            drawn += 1
    except jobs.Cancelled:
        jobs.finish(organisation_id, batch.job_id, Job.State.CANCELLED)
    else:
        jobs.finish(organisation_id, batch.job_id, pieces=batch.size)
    _close(organisation_id, batch_id)
    return drawn


def _next_part(organisation_id: UUID, batch_id: UUID) -> bool:
    with door.organisation(organisation_id):
        batch = MaterialBatch.objects.select_for_update(of=("self",)).get(id=batch_id)
        part = MaterialSheets.objects.filter(batch=batch).count() + 1
        if (part - 1) * PART >= batch.size:
            return False
        _print_part(batch, part)
        jobs.advance(batch.job_id, done=min(part * PART, batch.size))
        return True


def _print_part(batch: MaterialBatch, part: int) -> None:
    first = batch.serial_from + (part - 1) * PART
    serials = range(first, min(first + PART, batch.serial_to + 1))
    codes = dict(ReferralCode.objects.filter(batch=batch).values_list("serial", "code"))
    shared = None if batch.has_own_codes else codes[batch.serial_from]
    content = print_sheets(batch, [(serial, shared or codes[serial]) for serial in serials])
    MaterialSheets.objects.create(batch=batch, part=part, pieces=len(serials), content=content)


def _close(organisation_id: UUID, batch_id: UUID) -> None:
    """Let the batch follow its job, which is over."""
    with door.organisation(organisation_id):
        batch = MaterialBatch.objects.select_related("job").get(id=batch_id)
        state = MaterialBatch.State.READY if batch.job.state == Job.State.DONE else MaterialBatch.State.STOPPED
        MaterialBatch.objects.filter(id=batch_id).update(state=state)
