"""Plan to tell customers of a campaign, stop it, let it go on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from celery import current_app

from crm.models import Segment
from crm.queries.segments import check_for_machines
from messaging.errors import UnknownRobot
from messaging.errors_wechat import UnknownWechatAccount
from messaging.models import GroupRobot
from messaging.wechat_queries import has_wechat
from referrals.errors import (
    CampaignNotOpen,
    NobodyToTell,
    PromotionEmpty,
    PromotionNotStopped,
    PromotionOver,
    PromotionTextMissing,
    UnknownPromotion,
)
from referrals.models import Campaign, FollowerPost, Promotion, PromotionPost, ReferralCode, Ways
from referrals.operations.codes import code_of_source
from referrals.operations.owners import active_profile
from referrals.operations.profiles import house_profile
from referrals.operations.promotions.wording import check_texts, needed
from referrals.queries.promotions import Audience, audience
from tenancy import audit, door, events, jobs
from tenancy.models import Job

KIND = "promotion"
_States = Promotion.State


@dataclass(frozen=True)
class Wanted:
    """What is to be told: `texts` to customers in these ways (none: nobody), `group_text` by robots to their groups."""

    ways: str = Ways.EMAIL
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    segment_id: UUID | None = None
    send_at: datetime | None = None  # none: now
    group_text: str = ""
    robot_ids: Collection[UUID] = ()
    to_followers: bool = False  # the group's text also to followers in WeChat who agreed to offers there
    profile_id: UUID | None = None  # whose link groups get; none: the organisation's own


def plan_promotion(campaign_id: UUID, wanted: Wanted) -> Promotion:
    """Write down what is to be told; a worker does it when its time has come, outside the quiet hours."""
    campaign = Campaign.objects.select_related("segment").get(id=campaign_id)
    send_at = max(wanted.send_at or door.moment(), door.moment())
    _refuse_closed(campaign, send_at)
    robots = _robots(wanted)
    is_posted = bool(robots) or wanted.to_followers
    check_texts(campaign, wanted.texts, wanted.group_text if is_posted else "", ways=wanted.ways)
    segment = _segment(wanted.segment_id)
    if wanted.texts and not is_posted and send_at <= door.moment():
        _refuse_empty(audience(campaign, segment, ways=wanted.ways))
    promotion = Promotion.objects.create(
        campaign=campaign, segment=segment, ways=wanted.ways, texts=needed(wanted.texts, wanted.ways),
        group_text=wanted.group_text if is_posted else "",
        code=group_code(campaign, wanted.profile_id) if is_posted else None, send_at=send_at, job=_job(),
        created_at=door.moment(),
    )  # fmt: skip
    PromotionPost.objects.bulk_create([PromotionPost(promotion=promotion, robot=robot) for robot in robots])
    if wanted.to_followers:
        FollowerPost.objects.create(promotion=promotion)
    told = {"campaign_id": str(campaign.id), "ways": promotion.ways, "send_at": send_at.isoformat(), "groups": len(robots)}
    audit.record("promotion.created", promotion, told)
    ring()
    return promotion


def _refuse_empty(told: Audience) -> None:
    if not told.chosen:
        raise NobodyToTell


def _refuse_closed(campaign: Campaign, send_at: datetime) -> None:
    states = Campaign.State
    is_open = campaign.state == states.RUNNING or (campaign.state == states.SCHEDULED and send_at >= campaign.starts_at)
    if not is_open or (campaign.ends_at is not None and campaign.ends_at <= send_at):
        raise CampaignNotOpen


def _robots(wanted: Wanted) -> list[GroupRobot]:
    robots = list(GroupRobot.objects.filter(id__in=wanted.robot_ids, is_active=True).order_by("id"))
    if len(robots) != len(set(wanted.robot_ids)):
        raise UnknownRobot(field="robot_ids")
    if wanted.to_followers and not has_wechat():
        raise UnknownWechatAccount
    if not wanted.texts and not robots and not wanted.to_followers:
        raise PromotionEmpty
    if (robots or wanted.to_followers) and not wanted.group_text.strip():
        raise PromotionTextMissing(field="group_text")
    return robots


def _segment(segment_id: UUID | None) -> Segment | None:
    check_for_machines(segment_id)
    return Segment.objects.get(id=segment_id) if segment_id else None


def group_code(campaign: Campaign, profile_id: UUID | None) -> ReferralCode:
    """Give the code that groups get: of somebody who is enrolled, or of the organisation itself."""
    return code_of_source(campaign, active_profile(profile_id) if profile_id else house_profile())


def _job() -> Job:
    who = door.actor()
    return Job.objects.create(kind=KIND, total=0, created_by_id=who.id if who.kind == "user" else None)


def ring() -> None:
    task, organisation_id = current_app.signature("referrals.tasks.send_promotions"), str(door.organisation_id())
    door.once_after_commit("promotions", lambda: events.ring(task, organisation_id))


# --- stopped, resumed --------------------------------------------------------------------------------------


def stop_promotion(promotion_id: UUID) -> Promotion:
    """Stop one that waits or is being sent; of a batch under way nobody is told."""
    promotion = _held(promotion_id)
    if promotion.state not in (_States.WAITING, _States.SENDING):
        raise PromotionOver
    jobs.request_cancel(promotion.job_id)
    mark_stopped(promotion, "hand")
    return promotion


def mark_stopped(promotion: Promotion, cause: str) -> None:
    promotion.state, promotion.stopped_for = _States.STOPPED, cause
    promotion.save(update_fields=["state", "stopped_for"])
    Job.objects.filter(id=promotion.job_id).update(state=Job.State.CANCELLED, finished_at=door.moment())
    audit.record("promotion.stopped", promotion, {"by": cause})


def resume_promotion(promotion_id: UUID) -> Promotion:
    """Let one that was stopped go on: with whoever has not been told yet."""
    promotion = _held(promotion_id)
    if promotion.state != _States.STOPPED:
        raise PromotionNotStopped
    _refuse_closed(promotion.campaign, max(promotion.send_at, door.moment()))
    promotion.state, promotion.stopped_for, promotion.job = _States.WAITING, "", _job()
    promotion.save(update_fields=["state", "stopped_for", "job"])
    audit.record("promotion.resumed", promotion)
    ring()
    return promotion


def _held(promotion_id: UUID) -> Promotion:
    rows = Promotion.objects.select_for_update(of=("self",)).select_related("campaign")
    promotion = rows.filter(id=promotion_id).first()
    if promotion is None:
        raise UnknownPromotion
    return promotion
