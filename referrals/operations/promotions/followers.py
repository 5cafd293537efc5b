"""Send a promotion's text to followers in WeChat who agreed to offers there: each once, and at most four a month."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from crm.models import Segment
from foundation.ids import new_id
from messaging.operations.wechat import send_to_followers
from messaging.wechat.answers import Answer
from messaging.wechat.client import MOST_AT_ONCE
from messaging.wechat_queries import openids
from referrals.errors import CampaignNotOpen, PostNotFailed
from referrals.models import Campaign, FollowerPost, FollowerPostReceiver, Promotion
from referrals.operations.promotions.planning import ring
from referrals.operations.promotions.posting import BEGUN, runs
from referrals.operations.promotions.telling import one_at_a_time
from referrals.operations.promotions.wording import ready_to_post
from referrals.queries.promotions import Audience, audience, target_of, weighed
from referrals.queries.reach import BY_WECHAT
from tenancy import audit, bulk, door

_State = FollowerPost.State


@dataclass(frozen=True)
class _Parcel:
    post_id: UUID
    openids: Sequence[str]
    text: str


def post_to_followers(organisation_id: UUID, promotion_id: UUID) -> int:
    """Send what waits, a part after the other; count the parts. Call it outside the door."""
    done = 0
    while parcel := _claim(organisation_id, promotion_id):
        answer = send_to_followers(organisation_id, openids=parcel.openids, text=parcel.text, mark=parcel.post_id.hex)
        with door.organisation(organisation_id):
            _note(parcel.post_id, answer)
        done += 1
    return done


def _claim(organisation_id: UUID, promotion_id: UUID) -> _Parcel | None:
    """Choose who gets it, and take it for good: a worker that dies with it leaves it uncertain."""
    with door.organisation(organisation_id):
        promotion = Promotion.objects.select_related("campaign__segment", "segment", "code").get(id=promotion_id)
        one_at_a_time()
        waiting = FollowerPost.objects.filter(promotion=promotion, state=_State.WAITING)
        if not runs(promotion.campaign):
            waiting.update(state=_State.FAILED, reason="campaign_over")
        post = waiting.select_for_update(skip_locked=True).order_by("part").first()
        if post is None:
            return None
        reachable = _choose(promotion, post)
        post.state, post.chosen = _State.POSTING, len(reachable)
        post.save(update_fields=["state", "chosen", "left_out"])
        text = ready_to_post(promotion.campaign, promotion.code, promotion.group_text).text
        return _Parcel(post.id, list(reachable.values()), text)


def _choose(promotion: Promotion, post: FollowerPost) -> dict[UUID, str]:
    """Give the openids of those who get this part, by customer; the rest waits for the next one."""
    told = FollowerPostReceiver.objects.filter(post__promotion=promotion).values("customer_id")
    target = target_of(promotion.campaign, promotion.segment).exclude(id__in=told)
    rows = weighed(promotion.campaign, target, ways=BY_WECHAT, but=promotion.id).order_by("id")
    free, post.left_out = [], {}
    for customer_id, why in rows.values_list("id", "why").iterator(chunk_size=5000):
        if why and why != "no_wechat":  # whoever does not follow is not left out of it
            post.left_out[why] = post.left_out.get(why, 0) + 1
        elif not why:
            free.append(customer_id)
    if len(free) > MOST_AT_ONCE:
        FollowerPost.objects.get_or_create(promotion=promotion, part=post.part + 1)
    here = openids(free[:MOST_AT_ONCE])
    bulk.insert(
        FollowerPostReceiver, ["id", "customer_id"], [(new_id(), id) for id in here], post_id=post.id, sent_at=door.moment()
    )
    return here


def _note(post_id: UUID, answer: Answer) -> None:
    post = FollowerPost.objects.filter(id=post_id, state=_State.POSTING)
    if answer.is_taken:
        told = {"message_id": str(answer.told.get("msg_id", ""))[:64], "posted_at": door.moment()}
        post.update(state=_State.POSTED, reason="", answer="", **told)
    elif not answer.is_known:
        post.update(reason=answer.error, answer=answer.said)
    elif post.update(state=_State.FAILED, reason=answer.error, answer=answer.said):
        FollowerPostReceiver.objects.filter(post_id=post_id).delete()  # it counts for nobody's month


def followers_again(promotion_id: UUID) -> FollowerPost:
    """Let what WeChat did not take be sent once more; what is uncertain is not."""
    rows = FollowerPost.objects.select_for_update(of=("self",)).select_related("promotion__campaign")
    post = rows.filter(promotion_id=promotion_id, state=_State.FAILED).order_by("part").first()
    if post is None or post.promotion.state not in BEGUN:
        raise PostNotFailed
    if not runs(post.promotion.campaign):
        raise CampaignNotOpen
    post.state, post.reason, post.answer = _State.WAITING, "", ""
    post.save(update_fields=["state", "reason", "answer"])
    audit.record("promotion.post_again", post.promotion, {"group": "WeChat"})
    ring()
    return post


def note_arrivals(message_id: str, arrived: int) -> None:
    """Note how many followers a text reached, as WeChat told; told again, it says the same."""
    FollowerPost.objects.filter(message_id=message_id).exclude(message_id="").update(arrived=arrived)


def would_get(campaign: Campaign, segment: Segment | None = None) -> Audience:
    """Count followers who would get a text now, and who is left out for what; who does not follow is not counted."""
    counted = audience(campaign, segment, ways=BY_WECHAT)
    left_out = {reason: n for reason, n in counted.left_out.items() if reason != "no_wechat"}
    return Audience(counted.chosen, left_out)
