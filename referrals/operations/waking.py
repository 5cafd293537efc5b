"""The worker's round over referrals: warn, tell those above, end what is out of time; each once."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from referrals.models import FollowUp, Referral
from referrals.operations.following import (
    MOST_STEPS,
    OPEN_STAGES,
    after,
    end_follow_ups,
    first_contact,
    next_step_at,
    wake_of,
)
from referrals.operations.stages import expire_referral, move_stage
from referrals.queries.responsibility import next_above
from tenancy import audit, door, events
from tenancy.calendar import working_hours

_AT_MOST = 200
_A_STEP = timedelta(hours=8)  # of working time, until the next above hears of it


def note_contacts(referral_ids: Iterable[UUID]) -> None:
    """Note a contact that a finished task tells of, where nobody has moved the referral."""
    waiting = Referral.objects.filter(id__in=list(referral_ids), stage=Referral.Stage.CONFIRMED)
    for referral_id in waiting.values_list("id", flat=True):
        move_stage(referral_id, Referral.Stage.CONTACTED, "task_done")


def wake_follow_ups() -> int:
    """Do what is due about referrals; count them."""
    now = door.moment()
    due = FollowUp.objects.filter(wake_at__lte=now).select_related("referral__campaign")
    rows = list(due.select_for_update(skip_locked=True, of=("self",)).order_by("wake_at", "id")[:_AT_MOST])
    for row in rows:
        _wake(row, now)
    return len(rows)


def _wake(row: FollowUp, now: datetime) -> None:
    if row.referral.stage not in OPEN_STAGES:
        end_follow_ups([row.referral_id])
        return
    if row.expires_at and row.expires_at <= now:
        expire_referral(row.referral_id)
        return
    if row.stage == Referral.Stage.CONFIRMED and first_contact(row, row.referral.referee_id):
        move_stage(row.referral_id, Referral.Stage.CONTACTED, "talked")  # somebody did, and did not say so here
        return
    if (step_at := next_step_at(row)) and step_at <= now:
        _escalate(row, now)
    elif row.warn_at and row.warned_at is None and row.warn_at <= now:
        row.warned_at = now
        _tell("referral.due_soon", row, [row.holder_id])
    row.wake_at = wake_of(row)
    row.save()


def _escalate(row: FollowUp, now: datetime) -> None:
    """Take it one step up; the holder hears of the first step as well."""
    row.step += 1
    row.warned_at = row.warned_at or now
    row.next_step_at = after(working_hours(), now, _A_STEP)
    above = next_above(row.holder_id, row.referral.campaign, row.step)
    if above is None:
        row.step = MOST_STEPS
    row.escalated_to_id = above.id if above else row.escalated_to_id
    told = [above.id if above else None, row.holder_id if row.step == 1 or above is None else None]
    if any(told):
        _tell("referral.overdue", row, told, step=row.step)
    audit.record("referral.escalated", row.referral, {"step": row.step, "stage": row.stage})


def _tell(kind: str, row: FollowUp, members: Iterable[UUID | None], **more: Any) -> None:
    referral = row.referral
    events.publish(
        kind, referral.id, referral_id=str(referral.id), referee_id=str(referral.referee_id),
        campaign_name=referral.campaign.name, stage=row.stage, due_at=row.due_at.isoformat() if row.due_at else None,
        members=[str(each) for each in dict.fromkeys(members) if each],
        holder_id=str(row.holder_id) if row.holder_id else None, **more,
    )  # fmt: skip
