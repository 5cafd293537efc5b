"""Undo an import: what it made goes, what it changed gets its earlier values, as far as nobody has built on it since."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import groupby
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.operations import undo_customers, undo_deals, undo_orders, undo_products, undo_refunds
from crm.reports import ToUndo
from integrations.errors import ImportRunning, NothingToUndo, UndoTooLate
from integrations.models import Import, ImportTrace
from integrations.operations.imports import ImportUnknown, ring_after_commit
from referrals.operations import remove_past_referrals
from rewards.operations import take_back_openings
from tenancy import audit, door, events, jobs
from tenancy.models import Job

log = logging.getLogger(__name__)

UNDO_DAYS = 30
CHUNK = 500
# Why something stays; the codes are those of the rooms that were asked.
KEPT = {
    "changed_since": _("Somebody has changed it since. What they changed stays."),
    "in_use": _("Something belongs to it by now: orders, messages, tasks, points or a referral."),
    "consent_kept": _(
        "The consent that was imported stays as evidence, and with it the customer. It no longer counts: nobody is written "
        "to because of it."
    ),
    "order_cancelled": _("The order had counted for points or rewards. It was cancelled, and what it earned is taken back."),
    "order_moved_on": _("The order has moved on since."),
    "balance_used": _("The customer has used or lost some of it already."),
    "referral_in_use": _("The referral has gone on since: an order counts for it, or somebody worked on it."),
}


def can_undo(imported: Import) -> bool:
    """Say whether it makes sense to offer it."""
    job = imported.job
    if job is None or not job.is_over or imported.is_dry_run or imported.undo_job_id or job.finished_at is None:
        return False
    is_recent = timezone.now() - job.finished_at <= timedelta(days=UNDO_DAYS)
    return is_recent and ImportTrace.objects.filter(import_id=imported.id).exists()


def undo(import_id: UUID, *, is_run_here: bool = False) -> Job:
    """Put the undoing of an import to work."""
    held = Import.objects.select_for_update(of=("self",)).select_related("job").defer("content")
    imported = held.filter(id=import_id).first()
    if imported is None:
        raise ImportUnknown
    if imported.job is None or imported.is_dry_run or imported.undo_job_id:
        raise NothingToUndo
    if not imported.job.is_over:
        raise ImportRunning
    if not can_undo(imported):
        has_traces = ImportTrace.objects.filter(import_id=import_id).exists()
        raise UndoTooLate(days=UNDO_DAYS) if has_traces else NothingToUndo
    who = door.actor()
    total = ImportTrace.objects.filter(import_id=import_id, is_undone=False).count()
    job = Job.objects.create(kind="import_undo", total=total, created_by_id=who.id if who.kind == "user" else None)
    # The file goes too: whoever undoes an import that was stopped does not want to go on with it.
    Import.objects.filter(id=import_id).update(undo_job=job, touched_at=timezone.now(), content=None)
    audit.record("import.undo_started", imported, {"rows": total})
    if not is_run_here:
        ring_after_commit("undo_import", import_id)
    return job


def run_undo(organisation_id: UUID, import_id: UUID, *, seconds: float = 300) -> bool:
    """Go on with an undoing until it is over (True) or the time is up (False: ring again). Call it outside the door.

    Safe again after a crash and in two workers at once: a chunk's effect and its marks share a transaction.
    """
    until = time.monotonic() + seconds
    while _undo_chunk(organisation_id, import_id):
        if time.monotonic() > until:
            return False
    return True


def waiting_undos(now) -> list[UUID]:
    """List undoings that were asked for and that nobody works on."""
    standing = Import.objects.filter(
        touched_at__lt=now - timedelta(seconds=30), undo_job__state__in=[Job.State.QUEUED, Job.State.RUNNING]
    )
    return list(standing.values_list("id", flat=True))


def _undo_chunk(organisation_id: UUID, import_id: UUID) -> bool:
    """Undo the last traces that are left; False when none is."""
    with door.organisation(organisation_id):
        held = Import.objects.select_for_update(of=("self",)).select_related("undo_job").defer("content")
        imported = held.filter(id=import_id).first()
        if imported is None or imported.undo_job is None or imported.undo_job.is_over:
            return False
        by = imported.undo_job.created_by_id
        door.act_as(door.Actor("user", by) if by else door.SYSTEM)
        traces = _last_ones(import_id)
        job_id = imported.undo_job_id
        if traces:
            with door.quietly():
                _take_back(traces)
            done = imported.undo_job.done + len(traces)
            Job.objects.filter(id=job_id).update(state=Job.State.RUNNING, done=done)
            Import.objects.filter(id=import_id).update(touched_at=timezone.now())
            return True
        counts = _counts(import_id)
        Import.objects.filter(id=import_id).update(undone_at=door.moment())
        events.publish("import.undone", import_id, kind=imported.kind, counts=counts)
        audit.record("import.undone", imported, {"counts": counts})
    jobs.finish(organisation_id, job_id, Job.State.DONE, **counts)
    return False


def _last_ones(import_id: UUID) -> list[ImportTrace]:
    """Pick what is undone next: what points at others first, what was changed before what was made."""
    left = ImportTrace.objects.filter(import_id=import_id, is_undone=False, kept_code="")
    for subject in _UNDOERS:
        if found := list(left.filter(subject=subject).order_by("-verdict", "-id")[:CHUNK]):
            return found
    return []


def _take_back(traces: Sequence[ImportTrace]) -> None:
    """Undo these; of one kind of subject and, since a customer may be both, one verdict at a time."""
    for _verdict, found in groupby(traces, key=lambda trace: trace.verdict):
        rows = list(found)
        stays = _UNDOERS[rows[0].subject](rows)
        kept = {row.id: stays.get(row.subject_id, "") for row in rows}
        ImportTrace.objects.filter(id__in=[id for id, reason in kept.items() if not reason]).update(is_undone=True)
        for reason in set(kept.values()) - {""}:
            ImportTrace.objects.filter(id__in=[id for id, one in kept.items() if one == reason]).update(kept_code=reason)


def _counts(import_id: UUID) -> dict[str, int]:
    traces = ImportTrace.objects.filter(import_id=import_id)
    kept = Counter(traces.exclude(kept_code="").values_list("kept_code", flat=True))
    return {"undone": traces.filter(is_undone=True).count(), "kept": sum(kept.values()), **kept}


def _told(rows: Sequence[ImportTrace]) -> list[ToUndo]:
    return [ToUndo(row.subject_id, row.verdict, row.before, row.added) for row in rows]


def _ids(rows: Sequence[ImportTrace]) -> list[UUID]:
    return [row.subject_id for row in rows]


def _answers(found: dict[UUID, bool], reason: str) -> dict[UUID, str]:
    return {id: "" if is_undone else reason for id, is_undone in found.items()}


_UNDOERS: dict[str, Callable[[Sequence[ImportTrace]], dict[UUID, str]]] = {
    "referral": lambda rows: _answers(remove_past_referrals(_ids(rows)), "referral_in_use"),
    "balance": lambda rows: _answers(take_back_openings(_ids(rows)), "balance_used"),
    "refund": lambda rows: undo_refunds(_ids(rows)),
    "deal": lambda rows: undo_deals(_told(rows)),
    "order": lambda rows: undo_orders(_told(rows)),
    "product": lambda rows: undo_products(_ids(rows)),
    "customer": lambda rows: undo_customers(_told(rows)),
    "company": lambda rows: undo_customers(_told(rows)),  # after all who work there
}
