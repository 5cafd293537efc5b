"""Prove the books, keep what was found, and raise the alarm when they are not whole."""

import logging
import time
from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from celery import current_app

from messaging.operations import Notice, notify_many
from rewards.models import ProofRun
from rewards.queries import books
from tenancy import audit, door, events, jobs
from tenancy.models import Job, Membership, Organisation

log = logging.getLogger(__name__)

AT_ONCE = 200_000  # postings that are proved while somebody waits, in about a second; more is a job
JOB = "proof"


def prove_books() -> ProofRun:
    """Check every rule now, keep the run, and tell owners and finance when one is broken."""
    started = time.perf_counter()
    report = books.verify_books()
    return _keep(report.checked, report.wrong, started)


def ask_for_proof() -> ProofRun | Job:
    """Prove the books now, or begin the job that does where they are large."""
    if books.count_rows()["postings"] <= AT_ONCE:
        return prove_books()
    who = door.actor()
    job = Job.objects.create(kind=JOB, total=len(books.rules()), created_by_id=who.id if who.kind == "user" else None)
    _ring(job.id)
    return job


def prove_in_steps(organisation_id: UUID, job_id: UUID) -> bool:
    """Work off the job of a proof, a rule a transaction; False when it was stopped. Call it outside the door."""
    if not jobs.begin(organisation_id, job_id, total=len(books.rules())):
        return False
    started, wrong = time.perf_counter(), []
    try:
        for done, rule in enumerate(books.rules(), 1):
            with door.organisation(organisation_id):
                wrong += filter(None, [books.check(rule)])
                jobs.advance(job_id, done=done)
    except jobs.Cancelled:
        jobs.finish(organisation_id, job_id, Job.State.CANCELLED)
        return False
    with door.organisation(organisation_id, actor=_asker(organisation_id, job_id)):
        run = _keep(books.count_rows(), wrong, started)
    jobs.finish(organisation_id, job_id, run_id=str(run.id), is_whole=run.is_whole)
    return True


def _keep(checked: dict[str, int], wrong: Sequence[books.WrongRow], started: float) -> ProofRun:
    who = door.actor()
    run = ProofRun.objects.create(
        started_at=door.moment(), milliseconds=round((time.perf_counter() - started) * 1000), is_whole=not wrong,
        checked=dict(checked), wrong=[asdict(row) | {"row_id": str(row.row_id)} for row in wrong],
        actor_kind=who.kind, actor_id=who.id,
    )  # fmt: skip
    if wrong:
        _raise_alarm(run, wrong)
    return run


def _raise_alarm(run: ProofRun, wrong: Sequence[books.WrongRow]) -> None:
    """Write it into the log and the audit trail, and tell owners and finance, once a day."""
    log.error("books of %s are not whole: %s", door.organisation_id(), wrong)
    house = Organisation.objects.get(id=door.organisation_id())
    audit.record("books.broken", house, {row.rule: str(row.row_id) for row in wrong})
    told = Membership.objects.filter(role__in=[Membership.Role.OWNER, Membership.Role.FINANCE], is_active=True)
    day = f"{run.started_at:%Y-%m-%d}"
    notify_many(
        [
            Notice(kind="books_broken", key=f"books:{day}:{member_id}", member_id=member_id, link="/books/",
                   context={"rules": len(wrong)})
            for member_id in told.order_by("id").values_list("id", flat=True)
        ]
    )  # fmt: skip


def _asker(organisation_id: UUID, job_id: UUID) -> door.Actor:
    with door.organisation(organisation_id):
        person = Job.objects.values_list("created_by_id", flat=True).get(id=job_id)
    return door.Actor("user", person) if person else door.SYSTEM


def _ring(job_id: UUID) -> None:
    task = current_app.signature("rewards.tasks.prove_job")
    organisation_id = str(door.organisation_id())
    door.once_after_commit(f"proof:{job_id}", lambda: events.ring(task, organisation_id, str(job_id)))
