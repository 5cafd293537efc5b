"""Write down who owns which stage of a campaign, until when it is left, and what is gone through before."""

from collections.abc import Sequence
from uuid import UUID

from crm.operations.identity import check_member
from referrals.errors import HoursOutOfRange, StageNotOwned
from referrals.models import Campaign, Responsibility
from tenancy import audit
from tenancy.models import Membership

MOST_HOURS = 2000
MOST_LINES, LONGEST_LINE = 20, 200


def set_responsibility(
    campaign_id: UUID, stage: str, *, member_id: UUID | None = None, role: str = "", hours: int | None = None,
    checklist: Sequence[str] = (),
) -> Responsibility:  # fmt: skip
    """Give a stage an owner: a person or a role, a limit in working hours, and a checklist."""
    campaign = Campaign.objects.get(id=campaign_id)
    stage = Responsibility.Stage(stage)
    if (member_id is None) == (role not in Membership.Role.values):
        raise StageNotOwned(stage=str(stage.label))
    if hours is not None and not 1 <= hours <= MOST_HOURS:
        raise HoursOutOfRange
    check_member(member_id, field="member_id")
    lines = [line.strip()[:LONGEST_LINE] for line in checklist if line.strip()][:MOST_LINES]
    row, _ = Responsibility.objects.update_or_create(
        campaign=campaign, stage=stage,
        defaults={"member_id": member_id, "role": "" if member_id else role, "hours": hours, "checklist": lines},
    )  # fmt: skip
    audit.record("campaign.responsibility_set", campaign, {"stage": str(stage.value), "hours": hours})
    return row


def forget_responsibility(campaign_id: UUID, stage: str) -> None:
    """Let a stage belong to the campaign's responsible person again."""
    campaign = Campaign.objects.get(id=campaign_id)
    if Responsibility.objects.filter(campaign=campaign, stage=stage).delete()[0]:
        audit.record("campaign.responsibility_forgotten", campaign, {"stage": stage})


def copy_responsibilities(source_id: UUID, target_id: UUID) -> None:
    """Give a copied campaign the same owners of stages, where it has none of its own."""
    rows = Responsibility.objects.filter(campaign_id=source_id)
    Responsibility.objects.bulk_create(
        [
            Responsibility(
                campaign_id=target_id, stage=row.stage, member_id=row.member_id, role=row.role, hours=row.hours,
                checklist=row.checklist,
            )
            for row in rows
        ],
        ignore_conflicts=True,
    )  # fmt: skip
