"""Post promotions to groups, each once; again only where somebody asks for it after a failure."""

from collections.abc import Mapping
from uuid import UUID

from django.utils import timezone

from messaging import robots
from messaging.queries import quiet_now
from referrals.errors import CampaignNotOpen, PostNotFailed, UnknownPromotion
from referrals.models import Campaign, FollowerPost, Promotion, PromotionPost
from referrals.operations.promotions.planning import ring
from referrals.operations.promotions.wording import ready_to_post
from tenancy import audit, door

BEGUN = (Promotion.State.SENDING, Promotion.State.DONE)
_Post = PromotionPost.State


def post_again(promotion_id: UUID, robot_id: UUID) -> PromotionPost:
    """Let a post that failed be made once more; one whose fate is uncertain is not, or a group might read it twice."""
    rows = PromotionPost.objects.select_for_update(of=("self",)).select_related("promotion__campaign", "robot")
    post = rows.filter(promotion_id=promotion_id, robot_id=robot_id).first()
    if post is None:
        raise UnknownPromotion
    if post.state != _Post.FAILED or not post.robot.is_active or post.promotion.state not in BEGUN:
        raise PostNotFailed
    if not runs(post.promotion.campaign):
        raise CampaignNotOpen
    post.state, post.reason, post.answer = _Post.WAITING, "", ""
    post.save(update_fields=["state", "reason", "answer"])
    audit.record("promotion.post_again", post.promotion, {"group": post.robot.name})
    ring()
    return post


def runs(campaign: Campaign) -> bool:
    return campaign.state == Campaign.State.RUNNING and (campaign.ends_at is None or campaign.ends_at > door.moment())


def promotions_to_post_again() -> list[UUID]:
    """Name promotions that are over but for a post that somebody asked for again; none in the quiet hours."""
    ids: set[UUID] = set()
    for posts in (PromotionPost, FollowerPost):
        waiting = posts.objects.filter(state=_Post.WAITING, promotion__state=Promotion.State.DONE)
        ids |= set(waiting.values_list("promotion_id", flat=True))
    return [] if ids and quiet_now() else sorted(ids)


def post_waiting(organisation_id: UUID, promotion_id: UUID) -> int:
    """Post to the groups that wait, one after another; the network is spoken to outside any transaction."""
    done = 0
    while parcel := _claim(organisation_id, promotion_id):
        post_id, wire = parcel
        answer = robots.post(**wire, now=timezone.now())
        state = _Post.POSTED if answer.is_taken else _Post.FAILED if answer.is_known else _Post.POSTING
        with door.organisation(organisation_id):
            PromotionPost.objects.filter(id=post_id, state=_Post.POSTING).update(
                state=state, reason=answer.error, answer=answer.said, posted_at=door.moment() if answer.is_taken else None
            )
        done += 1
    return done


def _claim(organisation_id: UUID, promotion_id: UUID) -> tuple[UUID, Mapping[str, str]] | None:
    """Take a post that waits. A worker that dies with it leaves it uncertain: no group reads the same thing twice."""
    with door.organisation(organisation_id):
        promotion = Promotion.objects.select_related("campaign", "code").get(id=promotion_id)
        waiting = PromotionPost.objects.filter(promotion=promotion, state=_Post.WAITING)
        waiting.filter(robot__is_active=False).update(state=_Post.FAILED, reason="removed")
        if not runs(promotion.campaign):
            waiting.update(state=_Post.FAILED, reason="campaign_over")
        post = waiting.select_for_update(skip_locked=True, of=("self",)).select_related("robot").order_by("id").first()
        if post is None:
            return None
        PromotionPost.objects.filter(id=post.id).update(state=_Post.POSTING)
        robot, text = post.robot, ready_to_post(promotion.campaign, promotion.code, promotion.group_text).text
        return post.id, {"kind": robot.kind, "url": robot.url, "secret": robot.secret or "", "text": text}
