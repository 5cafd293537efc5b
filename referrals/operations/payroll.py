"""Points that employees earn where they are paid with the salary: taken over by a payroll run, once."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from referrals.errors import NothingToPay, PeriodInvalid
from referrals.models import PayrollRun, ReferrerProfile
from rewards.models import Reward, WaitingReward
from rewards.operations import book_adjustment, release_hold, settle_due
from tenancy import audit, door
from tenancy.calendar import own_zone

CAUSE = "payroll"  # what such a reward is held for


def waiting_for_payroll(period_to: date):
    """List rewards whose waiting time is over by the end of a period and which the payroll has not taken over."""
    end = datetime.combine(period_to + timedelta(days=1), time(), own_zone())
    rows = Reward.objects.filter(state=Reward.State.HELD, hold_cause=CAUSE, kind=Reward.Kind.POINTS, kept__gt=0)
    rows = rows.filter(hold_until__lt=min(end, door.moment())).exclude(id__in=WaitingReward.objects.values("id"))
    return rows.select_related("beneficiary").order_by("beneficiary__name", "id")


@transaction.atomic
def run_payroll(period_from: date, period_to: date) -> PayrollRun:
    """Book what employees earned as paid with the salary of a period; each reward once."""
    if period_to < period_from:
        raise PeriodInvalid
    due = list(waiting_for_payroll(period_to))
    with door.quietly():  # nobody is told of points that are paid in another way
        for reward in due:
            release_hold(reward.id, cause=CAUSE)
        settle_due()
        settled = list(Reward.objects.filter(id__in=[one.id for one in due], state=Reward.State.AVAILABLE))
        for reward in settled:
            words = f"{period_from.isoformat()} – {period_to.isoformat()}"
            book_adjustment(reward.beneficiary_id, amount=-reward.kept, reason=words, key=f"payroll:{reward.id}")
    if not settled:
        raise NothingToPay
    zone = own_zone()
    run = PayrollRun.objects.create(
        period_from=period_from, period_to=period_to, created_at=door.moment(), lines=[_line(one, zone) for one in settled]
    )
    audit.record("payroll.run", run, {"rewards": len(settled), "points": sum(one.kept for one in settled)})
    return run


def _line(reward: Reward, zone: ZoneInfo) -> dict:
    return {
        "reward_id": str(reward.id), "customer_id": str(reward.beneficiary_id), "points": reward.kept,
        "cost_minor": reward.cost_minor, "earned_on": reward.accrued_at.astimezone(zone).date().isoformat(),
    }  # fmt: skip


def payroll_table(run: PayrollRun) -> list[dict]:
    """Sum a run up by employee: what the payroll office enters."""
    ids = {line["customer_id"] for line in run.lines}
    staff = ReferrerProfile.objects.filter(customer_id__in=ids).select_related("customer", "membership__user", "store")
    known = {str(profile.customer_id): profile for profile in staff}
    rows: dict[str, dict] = {}
    for line in run.lines:
        profile = known.get(line["customer_id"])
        row = rows.setdefault(line["customer_id"], {"profile": profile, "rewards": 0, "points": 0, "cost_minor": 0})
        row["rewards"] += 1
        row["points"] += line["points"]
        row["cost_minor"] += line["cost_minor"]
    return sorted(rows.values(), key=lambda row: row["profile"].customer.name if row["profile"] else "")
