"""Work on many rows: asked for by a person, done in chunks by a worker, with what went wrong row by row."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from crm.models import ListPiece, ListProblem, ListWork
from foundation.errors import DomainError
from foundation.ids import new_id
from tenancy import audit
from tenancy.models import Job, Membership

KIND = "list"
FORGOTTEN_AFTER = timedelta(seconds=40)
KEPT_FOR = timedelta(days=7)  # files of people; who needs one longer has it on their own disk


def ask_for(
    member: Membership, list_name: str, verb: str, *, total: int, arguments: dict[str, Any], language: str,
    query: str = "", ids: list[UUID] | None = None,
) -> ListWork:  # fmt: skip
    """Write down what is to be done to which rows: those named, or all that the query finds among those there now."""
    job = Job.objects.create(kind=f"{KIND}.{verb}", total=total, created_by_id=member.user_id)
    work = ListWork.objects.create(
        job=job, list_name=list_name, verb=verb, arguments=arguments, query=query[:4000],
        ids=None if ids is None else [str(each) for each in ids], until=new_id(), member=member, language=language,
        touched_at=timezone.now(),
    )  # fmt: skip
    audit.record("list.work_asked", job, {"list": list_name, "verb": verb, "rows": total})
    return work


def take_up(work_id: UUID) -> ListWork | None:
    """Lock a work for one chunk; None where another worker has it."""
    rows = ListWork.objects.select_for_update(skip_locked=True, of=("self",))
    return rows.select_related("job", "member__user").filter(id=work_id).first()


def note_chunk(work: ListWork, *, cursor: Any, counts: Mapping[str, int]) -> int:
    """Note how far it has come, in the chunk's own transaction; gives the rows done so far."""
    work.cursor = cursor
    work.counts = {name: work.counts.get(name, 0) + counts.get(name, 0) for name in {*work.counts, *counts}}
    work.touched_at = timezone.now()
    work.save(update_fields=["cursor", "counts", "touched_at"])
    return sum(work.counts.values())


def note_problems(work: ListWork, problems: Iterable[tuple[UUID, str, DomainError]]) -> None:
    """Keep why rows were refused: (id, what the row is called, the refusal)."""
    ListProblem.objects.bulk_create(
        ListProblem(work_id=work.id, row_id=row_id, label=label[:200], template=str(error.message)[:300], facts=_said(error))
        for row_id, label, error in problems
    )


def _said(error: DomainError) -> dict[str, Any]:
    return {name: value if isinstance(value, int | str) else str(value) for name, value in error.facts.items()}


def keep_piece(work: ListWork, kind: str, position: int, content: bytes) -> None:
    ListPiece.objects.create(work_id=work.id, kind=kind, position=position, content=content)


def drop_pieces(work: ListWork, kind: str) -> None:
    ListPiece.objects.filter(work_id=work.id, kind=kind).delete()


def unfinished_work(moment: datetime) -> list[UUID]:
    """Name works that nobody has begun, or whose worker died."""
    stalled = ListWork.objects.filter(
        job__state__in=[Job.State.QUEUED, Job.State.RUNNING], touched_at__lt=moment - FORGOTTEN_AFTER
    )
    return list(stalled.values_list("id", flat=True))


def forget_old_files(moment: datetime) -> None:
    """Delete the files of works that are done with."""
    old = ListWork.objects.filter(verb="export", touched_at__lt=moment - KEPT_FOR)
    ListPiece.objects.filter(work_id__in=old.values("id")).delete()
