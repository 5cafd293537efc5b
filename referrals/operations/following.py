"""The clock of a referral: who has it, until when, and who hears of it when it is late."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Min

from crm.models import Customer, Interaction, Task
from crm.operations import complete_task
from crm.operations.tasks import drop_task
from foundation.working_time import NoWorkingTime, WorkingHours
from referrals.models import Campaign, FollowUp, Referral, ReferralHandOver
from referrals.queries.responsibility import StageOwner, person_of, stage_owner
from referrals.rules import read_terms
from tenancy import door
from tenancy.calendar import working_hours

WARN_AT = 0.75  # of the time
GRACE = timedelta(days=1)  # orders of the last day may be told a day later
MOST_STEPS = 3
OPEN_STAGES = (Referral.Stage.CONFIRMED, Referral.Stage.CONTACTED, Referral.Stage.QUALIFIED)


def begin_follow_up(referral: Referral, campaign: Campaign, referee: Customer) -> FollowUp:
    """Start the clock of the first contact, in the hands of whoever owns that stage."""
    owner, now = stage_owner(campaign, Referral.Stage.CONFIRMED), door.moment()
    limits = limits_of(working_hours(), now, owner.hours or campaign.follow_up_hours)
    holder = owner_of(owner, referee, campaign)
    window = read_terms(referral.rule_version.terms).order_window.days
    row = FollowUp(
        referral=referral, stage=referral.stage, holder_id=holder, contact_due_at=limits["due_at"],
        created_at=now, began_at=now,
        expires_at=referral.confirmed_at + timedelta(days=window) + GRACE, **limits,
    )  # fmt: skip
    row.wake_at = wake_of(row)
    row.save(force_insert=True)
    return row


def owner_of(owner: StageOwner, referee: Customer, campaign: Campaign) -> UUID | None:
    """Choose who takes it: a default that names nobody goes to whom the friend belongs to already."""
    if owner.is_default and owner.member is None:
        return referee.owner_id or person_of(owner)
    return person_of(owner, known=referee.owner_id)


def limits_of(hours: WorkingHours, now: datetime, length: int | None) -> dict[str, datetime | None]:
    if not length:
        return {"due_at": None, "warn_at": None}
    return {
        "due_at": after(hours, now, timedelta(hours=length)),
        "warn_at": after(hours, now, timedelta(hours=length) * WARN_AT),
    }


def after(hours: WorkingHours, moment: datetime, length: timedelta) -> datetime:
    try:
        return hours.add_working_hours(moment, length)
    except NoWorkingTime:  # a calendar that closes every day: count all hours rather than none
        return moment + length


def wake_of(row: FollowUp) -> datetime | None:
    """The next moment at which a worker has something to do."""
    if row.ended_at:
        return None
    warn = row.warn_at if row.warned_at is None and row.step == 0 else None
    return min((each for each in (warn, next_step_at(row), row.expires_at) if each), default=None)


def next_step_at(row: FollowUp) -> datetime | None:
    """It goes up when it is due, and a working day later each time until somebody is left to hear of it."""
    if row.due_at is None or row.step >= MOST_STEPS:
        return None
    return row.due_at if row.step == 0 else row.next_step_at


# --- what happens to it ----------------------------------------------------------------------------------


def advance(referral: Referral, stage: str) -> FollowUp | None:
    """Go on to the next stage: its owner takes over, its limit runs; the first contact is noted."""
    row = FollowUp.objects.select_for_update(of=("self",)).filter(referral_id=referral.id, ended_at=None).first()
    if row is None:
        return None
    campaign = Campaign.objects.select_related("responsible__user").get(id=referral.campaign_id)
    owner, now = stage_owner(campaign, stage), door.moment()
    row.contacted_at = row.contacted_at or first_contact(row, referral.referee_id) or now
    limits = limits_of(working_hours(), now, owner.hours) if owner.hours else {"due_at": None, "warn_at": None}
    fresh = {"stage": stage, "began_at": now, "warned_at": None, "step": 0, "next_step_at": None, "escalated_to_id": None}
    for name, value in (fresh | limits).items():
        setattr(row, name, value)
    row.wake_at = wake_of(row)
    row.save()
    close_tasks(referral.id, outcome=str(Referral.Stage(stage).label))
    return row


def end_follow_ups(referral_ids: Sequence[UUID], *, outcome: str = "") -> None:
    """Stop clocks: converted, given up or out of time."""
    FollowUp.objects.filter(referral_id__in=referral_ids, ended_at=None).update(ended_at=door.moment(), wake_at=None)
    waiting = ReferralHandOver.objects.filter(referral_id__in=referral_ids, state=ReferralHandOver.State.WAITING)
    waiting.update(state=ReferralHandOver.State.LAPSED, answered_at=door.moment())
    for referral_id in referral_ids:
        close_tasks(referral_id, outcome=outcome)


def close_tasks(referral_id: UUID, *, outcome: str) -> None:
    """What was to be done has been done."""
    keys = [f"referral:{referral_id}:{name}" for name in ("follow_up", "contacted", "qualified")]
    for task_id in Task.objects.filter(key__in=keys, state=Task.State.OPEN).values_list("id", flat=True):
        complete_task(task_id, outcome) if outcome else drop_task(task_id)


def first_contact(row: FollowUp, referee_id: UUID) -> datetime | None:
    """Find when somebody first spoke or wrote to the friend, by when it was written down: that no one can date back."""
    if row.contacted_at:
        return row.contacted_at
    talks = Interaction.objects.filter(
        customer_id=referee_id, recorded_at__gte=row.created_at, author__isnull=False, removed_at=None
    ).exclude(kind=Interaction.Kind.NOTE)
    return talks.aggregate(first=Min("recorded_at"))["first"]
