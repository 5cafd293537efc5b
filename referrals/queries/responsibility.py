"""Reads of the responsibility map: who owns which stage, and which stage nobody owns."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet

from referrals.models import Campaign, FollowUp, ReferralHandOver, Responsibility
from tenancy.calendar import away_on, today
from tenancy.models import Membership

OWNER = Membership.Role.OWNER


@dataclass(frozen=True)
class StageOwner:
    """One stage of a campaign: a person, or anybody of a role; hours of working time, or no limit."""

    stage: str
    member: Membership | None
    role: str
    hours: int | None
    checklist: tuple[str, ...] = ()
    is_default: bool = False  # nobody has written it down: it follows from the campaign's responsible person

    @property
    def label(self) -> str:
        return str(Responsibility.Stage(self.stage).label)

    @property
    def role_label(self) -> str:
        return str(Membership.Role(self.role).label) if self.role else ""


def responsibility_map(campaign: Campaign) -> list[StageOwner]:
    """Give every stage with its owner, in the order of the way."""
    rows = Responsibility.objects.filter(campaign_id=campaign.id).select_related("member__user")
    written = {row.stage: row for row in rows}
    return [_owner_of(campaign, stage, written.get(stage)) for stage in Responsibility.Stage.values]


def stage_owner(campaign: Campaign, stage: str) -> StageOwner:
    rows = Responsibility.objects.filter(campaign_id=campaign.id, stage=stage).select_related("member__user")
    return _owner_of(campaign, stage, rows.first())


def _owner_of(campaign: Campaign, stage: str, row: Responsibility | None) -> StageOwner:
    hours = campaign.follow_up_hours if stage == Responsibility.Stage.CONFIRMED else None
    if row is None:
        person = campaign.responsible
        return StageOwner(stage, person, "" if person else OWNER, hours, is_default=True)
    return StageOwner(stage, row.member, row.role, row.hours or hours, tuple(row.checklist))


def stages_without_owner(campaign_id: UUID) -> list[str]:
    """Name the stages that nobody owns: nobody was named, they left, or nobody has the role."""
    campaign = Campaign.objects.select_related("responsible__user").get(id=campaign_id)
    stages = responsibility_map(campaign)
    roles = {each.role for each in stages if each.role}
    filled = (
        set(Membership.objects.filter(is_active=True, role__in=roles).values_list("role", flat=True)) if roles else set()
    )
    return [each.stage for each in stages if not _is_owned(each, filled)]


def _is_owned(owner: StageOwner, filled: set[str]) -> bool:
    return owner.role in filled or bool(owner.member and owner.member.is_active)


def person_of(owner: StageOwner, *, known: UUID | None = None) -> UUID | None:
    """Choose who takes a referral at this stage: the person named, or of the role the friend's own (`known`), else
    whoever has least to do today. Who is away is stood in for."""
    away = away_on(today())
    if owner.member and owner.member.is_active:
        return away.get(owner.member.id) or owner.member.id
    if not owner.role:
        return None
    free = Membership.objects.filter(is_active=True, role=owner.role).exclude(id__in=away).order_by("id")
    ids = list(free.values_list("id", flat=True))
    return known if known in ids else _least_loaded(ids)


def _least_loaded(ids: Sequence[UUID]) -> UUID | None:
    rows = FollowUp.objects.filter(holder__in=ids, ended_at=None).values_list("holder_id").annotate(n=Count("id"))
    load = dict(rows)
    return min(ids, key=lambda one: load.get(one, 0), default=None)


def hand_overs_waiting_for(member_id: UUID) -> QuerySet[ReferralHandOver]:
    """List the referrals that were handed to somebody who has not said yet that they have them."""
    waiting = ReferralHandOver.objects.filter(receiver_id=member_id, state=ReferralHandOver.State.WAITING)
    return waiting.select_related("referral__referee", "referral__campaign", "giver__user").order_by("asked_at", "id")


def next_above(holder_id: UUID | None, campaign: Campaign, step: int) -> Membership | None:
    """Say who hears of a late referral at a step: the lead of the holder's team, who runs the campaign, an owner."""
    active = Membership.objects.filter(is_active=True).select_related("user", "team")
    holder = active.filter(id=holder_id).first() if holder_id else None
    lead = holder.team.lead_id if holder and holder.team_id else None
    owner = active.filter(role=OWNER).order_by("id").first()
    named = [lead, campaign.responsible_id, owner.id if owner else None]
    chain = list(dict.fromkeys(each for each in named if each and each != holder_id))
    wanted = chain[step - 1] if step <= len(chain) else None
    return active.filter(id=wanted).first() if wanted else None
