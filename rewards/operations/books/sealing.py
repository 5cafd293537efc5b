"""Seal closed months: freeze their figures, and chain a hash over their entries to the month before."""

from uuid import UUID

from celery import current_app
from django.db import connection, transaction

from rewards.models import Closing, Seal, SealPage
from rewards.operations.books.alone import alone
from rewards.queries import finance, seals
from tenancy import audit, door, events, jobs
from tenancy.models import Job

AT_ONCE = 20_000  # entries that are sealed while somebody waits; more is a job
CHUNK = 20_000  # entries a transaction of such a job; whole pages
JOB = "seal"


def seal_or_begin(closing: Closing) -> Seal | Job:
    """Seal a month now, or begin the job that does where it is large."""
    entries = seals.entries_in(closing)
    if entries <= AT_ONCE:
        return seal(closing)
    who = door.actor()
    job = Job.objects.create(
        kind=JOB, total=entries, result={"closing_id": str(closing.id)}, created_by_id=who.id if who.kind == "user" else None
    )
    _ring(closing.id, job.id)
    return job


@transaction.atomic
def seal(closing: Closing) -> Seal:
    """Write what is missing of the pages, then the seal; a seal that is there already is the answer."""
    alone(f"seal:{closing.id}")
    if found := Seal.objects.filter(id=closing.id).first():
        return found
    while add_pages(closing, at_most=CHUNK):
        pass
    figures = finance.compute_figures(closing.month, closing.begins_at, closing.ends_at, values=finance.unit_values())
    previous, plain = _previous(closing), figures.plain()
    made = Seal.objects.create(
        id=closing.id, previous=previous, digest=seals.digest_of(previous, plain, seals.page_hashes(closing.id)),
        entries=figures.entries, postings=figures.postings, figures=plain, sealed_at=door.moment(),
    )  # fmt: skip
    audit.record("month.sealed", closing, {"month": f"{closing.month:%Y-%m}", "digest": made.digest})
    return made


@transaction.atomic
def seal_closed_months() -> int:
    """Seal months that were closed and whose seal was never finished; count them."""
    waiting = Closing.objects.exclude(id__in=Seal.objects.values("id")).order_by("ends_at")
    return len([seal(closing) for closing in waiting])


def seal_in_steps(organisation_id: UUID, closing_id: UUID, job_id: UUID) -> bool:
    """Work off the job of a large month; a killed worker loses one step, a stopped job begins again where it was.

    False when it was stopped. Call it outside the door.
    """
    with door.organisation(organisation_id):
        closing = Closing.objects.get(id=closing_id)
        total = seals.entries_in(closing)
        done = seals.RECORDS * SealPage.objects.filter(closing_id=closing_id).count()
    if not jobs.begin(organisation_id, job_id, total=total):
        return False
    try:
        while added := _step(organisation_id, closing, job_id, done):
            done += added
    except jobs.Cancelled:
        jobs.finish(organisation_id, job_id, Job.State.CANCELLED, closing_id=str(closing_id))
        return False
    with door.organisation(organisation_id):
        made = seal(closing)
    jobs.finish(organisation_id, job_id, closing_id=str(closing_id), digest=made.digest)
    return True


def _step(organisation_id: UUID, closing: Closing, job_id: UUID, done: int) -> int:
    with door.organisation(organisation_id):
        alone(f"seal:{closing.id}")
        added = add_pages(closing, at_most=CHUNK)
        jobs.advance(job_id, done=done + added)
    return added


def add_pages(closing: Closing, *, at_most: int) -> int:
    """Write the next pages of a closing, as many as hold `at_most` entries; count the entries. 0: it is complete."""
    number, last = _reached(closing)
    facts = seals.span(closing, after=last, limit=at_most) | {"organisation": str(door.organisation_id())}
    facts |= {"closing": str(closing.id), "number": number, "page": seals.RECORDS}
    with connection.cursor() as cursor:
        cursor.execute(_ADD_PAGES, facts)
        return sum(row[0] for row in cursor.fetchall()) // seals.RECORD


def _reached(closing: Closing) -> tuple[int, UUID | None]:
    """Tell the next page's number, and the last entry that is on a page."""
    page = SealPage.objects.filter(closing_id=closing.id).order_by("-number").first()
    if page is None:
        return 0, None
    return page.number + 1, UUID(bytes=bytes(page.content)[-seals.RECORD :][:16])


def _previous(closing: Closing) -> str:
    before = Closing.objects.filter(ends_at=closing.begins_at).first() if closing.begins_at else None
    return Seal.objects.get(id=before.id).digest if before else seals.genesis()


def _ring(closing_id: UUID, job_id: UUID) -> None:
    task = current_app.signature("rewards.tasks.seal_month")
    texts = str(door.organisation_id()), str(closing_id), str(job_id)
    door.once_after_commit(f"seal:{closing_id}", lambda: events.ring(task, *texts))


_ADD_PAGES = f"""
WITH {seals.ENTRIES}, added AS (
  INSERT INTO rewards_sealpage (organisation_id, id, closing_id, number, content)
  SELECT %(organisation)s, md5(concat_ws(':', %(closing)s, %(number)s + place / %(page)s))::uuid, %(closing)s,
    %(number)s + place / %(page)s, string_agg(record, ''::bytea ORDER BY place)
  FROM entries GROUP BY place / %(page)s
  RETURNING length(content) AS length
)
SELECT length FROM added
"""
