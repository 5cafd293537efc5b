"""Send promotions: choose once, then tell in batches, each in a transaction of its own."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from foundation.ids import new_id
from messaging.operations import Notice, notify_many
from messaging.queries import quiet_now
from referrals.models import Campaign, Promotion, PromotionReceiver, ReferralCode
from referrals.operations.promotions.followers import post_to_followers
from referrals.operations.promotions.planning import mark_stopped, ring
from referrals.operations.promotions.posting import post_waiting
from referrals.operations.promotions.telling import codes_of, judged, note, notice_for, one_at_a_time
from referrals.queries.promotions import target_of, weighed
from tenancy import audit, bulk, door, jobs

BATCH = 200
_States = Promotion.State
_Receiver = PromotionReceiver.State


def due_promotions() -> list[UUID]:
    """Name those whose time has come and those that were begun; none in the quiet hours."""
    if quiet_now():
        return []
    begun = Promotion.objects.filter(state__in=[_States.WAITING, _States.SENDING], send_at__lte=door.moment())
    return list(begun.order_by("send_at", "id").values_list("id", flat=True))


def run_promotion(organisation_id: UUID, promotion_id: UUID, *, seconds: float = 240) -> int:
    """Tell whoever is still to be told; count them. Call it outside the door.

    Safe at any time, in several workers at once and after a crash: who was told is a row, and its message has one key.
    What the time does not suffice for, another call goes on with.
    """
    until, told = time.monotonic() + seconds, 0
    opened = _open(organisation_id, promotion_id)
    if opened is None or not jobs.begin(organisation_id, opened.job_id, total=opened.total):
        return 0
    post_waiting(organisation_id, promotion_id)
    post_to_followers(organisation_id, promotion_id)
    try:
        while (batch := _next_batch(organisation_id, promotion_id)).goes_on:
            told += batch.told
            if time.monotonic() > until:
                _ring(organisation_id)
                return told
    except jobs.Cancelled:  # the batch under way is undone with it
        return told
    if batch.is_last:
        _finish(organisation_id, promotion_id)
    return told


@dataclass(frozen=True)
class _Opened:
    job_id: UUID
    total: int


@dataclass(frozen=True)
class _Batch:
    told: int = 0
    goes_on: bool = False
    is_last: bool = False  # nobody waits any more; otherwise it goes on later, or was stopped


def _open(organisation_id: UUID, promotion_id: UUID) -> _Opened | None:
    """Choose who is told, the first time; later only see whether it may go on. None: not now."""
    with door.organisation(organisation_id):
        promotion = _held(promotion_id)
        if promotion is None or not _may_go_on(promotion):
            return None
        if promotion.chosen_at is None:
            _choose(promotion)
        promotion.state = _States.SENDING
        promotion.save(update_fields=["state", "left_out", "chosen_at"])
        return _Opened(promotion.job_id, promotion.receivers.count())


def _held(promotion_id: UUID) -> Promotion | None:
    rows = Promotion.objects.select_for_update(of=("self",)).select_related("campaign__segment", "segment")
    return rows.filter(id=promotion_id).first()


def _may_go_on(promotion: Promotion) -> bool:
    if promotion.state not in (_States.WAITING, _States.SENDING) or promotion.send_at > door.moment() or quiet_now():
        return False
    if promotion.campaign.state == Campaign.State.SCHEDULED:
        return False  # beat turns it in a minute or two
    ends_at = promotion.campaign.ends_at
    if promotion.campaign.state != Campaign.State.RUNNING or (ends_at and ends_at <= door.moment()):
        mark_stopped(promotion, "campaign")
        return False
    return True


def _choose(promotion: Promotion) -> None:
    promotion.chosen_at = door.moment()
    if not promotion.texts:
        return
    campaign, free, left_out = promotion.campaign, [], {}
    target = target_of(campaign, promotion.segment)
    rows = weighed(campaign, target, ways=promotion.ways, but=promotion.id).order_by("id")
    for customer_id, why, way in rows.values_list("id", "why", "way").iterator(chunk_size=5000):
        if why:
            left_out[why] = left_out.get(why, 0) + 1
        else:
            free.append((customer_id, way))
    promotion.left_out = left_out
    bulk.insert(
        PromotionReceiver, ["id", "customer_id", "way"], [(new_id(), *each) for each in free],
        promotion_id=promotion.id, state=_Receiver.CHOSEN.value, reason="", key="",
    )  # fmt: skip


# --- messages ----------------------------------------------------------------------------------------------


def _next_batch(organisation_id: UUID, promotion_id: UUID) -> _Batch:
    """Tell some more, after looking at each anew: whoever has changed their mind since is left out."""
    with door.organisation(organisation_id):
        promotion = Promotion.objects.select_related("campaign__segment", "segment").get(id=promotion_id)
        one_at_a_time()
        waiting = PromotionReceiver.objects.select_for_update(skip_locked=True, of=("self",))
        rows = list(waiting.filter(promotion=promotion, state=_Receiver.CHOSEN).order_by("id")[:BATCH])
        if not rows:
            return _Batch(is_last=True)
        if not _may_go_on(promotion):
            return _Batch()
        _leave_out(promotion, rows)
        going = [row for row in rows if row.state == _Receiver.CHOSEN]
        codes = codes_of(promotion.campaign, going)
        notify_many([_notice(promotion, row, codes[row.customer_id]) for row in going if row.customer_id in codes])
        note(going, {row.id: _key(row) for row in going}, codes)
        PromotionReceiver.objects.bulk_update(rows, ["way", "state", "reason", "code", "message", "told_at"])
        left = PromotionReceiver.objects.filter(promotion=promotion, state=_Receiver.CHOSEN).count()
        jobs.advance(promotion.job_id, done=promotion.receivers.count() - left)
        return _Batch(sum(row.state == _Receiver.TOLD for row in rows), goes_on=True)


def _leave_out(promotion: Promotion, rows: Sequence[PromotionReceiver]) -> None:
    found = judged(promotion.campaign, rows, ways=promotion.ways, segment=promotion.segment, but=promotion.id)
    for row in rows:
        row.way = found[row.customer_id].way
        if reason := found[row.customer_id].why:
            row.state, row.reason = _Receiver.LEFT_OUT, reason


def _notice(promotion: Promotion, row: PromotionReceiver, code: ReferralCode) -> Notice:
    return notice_for(promotion.campaign, promotion.texts, code, row.customer, key=_key(row), way=row.way)


def _key(row: PromotionReceiver) -> str:
    return f"promotion:{row.promotion_id}:{row.customer_id}"


# --- the end -----------------------------------------------------------------------------------------------


def _finish(organisation_id: UUID, promotion_id: UUID) -> None:
    with door.organisation(organisation_id):
        promotion = _held(promotion_id)
        if promotion.receivers.filter(state=_Receiver.CHOSEN).exists() or promotion.state != _States.SENDING:
            return  # another worker still tells some
        promotion.state, promotion.finished_at = _States.DONE, door.moment()
        promotion.save(update_fields=["state", "finished_at"])
        told = promotion.receivers.filter(state=_Receiver.TOLD).count()
        audit.record("promotion.sent", promotion, {"told": told})
    jobs.finish(organisation_id, promotion.job_id, told=told)


def _ring(organisation_id: UUID) -> None:
    with door.organisation(organisation_id):
        ring()
