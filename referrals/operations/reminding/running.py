"""Write the reminders that are due: gather who has an occasion, look at each anew, tell them, or note why not."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Case, Exists, F, OuterRef, Q, Value, When

from crm.models import Customer
from foundation.ids import new_id
from messaging.operations import notify_many
from messaging.queries import quiet_now
from referrals.models import Campaign, PromotionReceiver, Reminder
from referrals.operations.promotions.telling import codes_of, judged, note, notice_for, one_at_a_time
from referrals.operations.reminding.setting import ring, texts_of
from referrals.queries import is_used_up
from referrals.queries.reminding import active_reminders, brought_by, kept_deals, kept_orders, not_looked_at, times_told
from referrals.rules.promotions import LEFT_OUT_OF_REMINDERS, PASSING
from referrals.rules.reminding import EVERY_DAYS, PATIENCE_DAYS, message_kind
from tenancy import bulk, door

BATCH = 200
GATHER_EVERY = timedelta(hours=1)
_Kind = Reminder.Kind
_State = PromotionReceiver.State


def run_reminders(organisation_id: UUID, *, seconds: float = 120) -> int:
    """Write what is due; count the messages. Call it outside the door.

    Safe at any time, in several workers at once and after a crash: an occasion is a row, told in the transaction that
    writes its message. What the time does not suffice for, another call goes on with.
    """
    until, told = time.monotonic() + seconds, 0
    for reminder_id in _begin(organisation_id):
        while (batch := _next_batch(organisation_id, reminder_id)).goes_on:
            told += batch.told
            if time.monotonic() > until:
                with door.organisation(organisation_id):
                    ring()
                return told
    return told


@dataclass(frozen=True)
class _Batch:
    told: int = 0
    goes_on: bool = False


def _begin(organisation_id: UUID) -> list[UUID]:
    """Say why those wait who cannot be written to, gather new ones; name the reminders to go through, none at night."""
    with door.organisation(organisation_id):
        if not Reminder.objects.exists():
            return []
        _mark()
        reminders = [] if quiet_now() else [each for each in active_reminders() if not is_used_up(each.campaign)]
        for reminder in reminders:
            _gather(reminder)
        return [reminder.id for reminder in reminders]


def _mark() -> None:
    """Close occasions that are over, and note of the rest what holds their campaign or their reminder up."""
    now = door.moment()
    waiting = PromotionReceiver.objects.filter(state=_State.CHOSEN)
    held = Reminder.objects.filter(Exists(waiting.filter(reminder=OuterRef("id")))).select_related("campaign")
    marks: dict[str, list[UUID]] = {"ended": [], "paused": [], "off": [], "used_up": []}
    for reminder in held:
        if why := _held_by(reminder, now):
            marks[why].append(reminder.id)
    waiting.filter(reminder__in=marks.pop("ended")).update(state=_State.LEFT_OUT, reason="ended")
    for why, ids in marks.items():
        waiting.filter(reminder__in=ids).exclude(reason=why).update(reason=why)
    over = waiting.filter(reminder__in=[reminder.id for reminder in held], until__lte=now)
    over.update(state=_State.LEFT_OUT, reason=Case(When(reason="", then=Value("late")), default=F("reason")))


def _held_by(reminder: Reminder, now: datetime) -> str:
    campaign = reminder.campaign
    if campaign.state == Campaign.State.ENDED or (campaign.ends_at and campaign.ends_at <= now):
        return "ended"
    if campaign.state == Campaign.State.PAUSED:
        return "paused"
    if not reminder.is_active:
        return "off"
    return "used_up" if is_used_up(campaign) else ""  # friends who come now would get nothing


# --- who has an occasion that no event tells of ------------------------------------------------------------


def _gather(reminder: Reminder) -> None:
    """Give a place to who has an unused link, or passed theirs on; once an hour, for it looks at every code."""
    now = door.moment()
    if reminder.kind not in (_Kind.SILENT, _Kind.ENDING) or (
        reminder.gathered_at and reminder.gathered_at > now - GATHER_EVERY
    ):
        return
    one_at_a_time()
    ids = list(not_looked_at(reminder).values_list("id", flat=True))
    told = Counter(times_told(reminder, ids)) if reminder.most > 1 else Counter()
    rows = [(new_id(), id, f"{reminder.kind}:{id}:{told[id]}") for id in ids if told[id] < reminder.most]
    patience = now + timedelta(days=PATIENCE_DAYS)
    bulk.insert(
        PromotionReceiver, ["id", "customer_id", "key"], rows, reminder_id=reminder.id, state=_State.CHOSEN.value,
        reason="", way="", due_at=now, until=min(patience, reminder.campaign.ends_at or patience),
    )  # fmt: skip
    Reminder.objects.filter(id=reminder.id).update(gathered_at=now)


# --- one batch ---------------------------------------------------------------------------------------------


def _next_batch(organisation_id: UUID, reminder_id: UUID) -> _Batch:
    with door.organisation(organisation_id):
        one_at_a_time()
        reminder = active_reminders().filter(id=reminder_id).first()
        if reminder is None or quiet_now() or is_used_up(reminder.campaign):
            return _Batch()
        due = PromotionReceiver.objects.filter(reminder=reminder, state=_State.CHOSEN, due_at__lte=door.moment())
        rows = list(due.select_for_update(of=("self",)).select_related("customer").order_by("due_at", "id")[:BATCH])
        if not rows:
            return _Batch()
        _judge(reminder, rows)
        _tell(reminder, [row for row in rows if row.state == _State.CHOSEN and not row.reason])
        PromotionReceiver.objects.bulk_update(rows, ["way", "state", "reason", "code", "message", "told_at", "due_at"])
        return _Batch(sum(row.state == _State.TOLD for row in rows), goes_on=True)


def _judge(reminder: Reminder, rows: Sequence[PromotionReceiver]) -> None:
    """Note what stands against each: what passes is waited for, as long as the occasion is fresh."""
    found = judged(reminder.campaign, rows, ways=reminder.ways, bars=LEFT_OUT_OF_REMINDERS)
    own = _of_the_occasion(reminder, rows)
    later, seen = door.moment() + timedelta(days=EVERY_DAYS), set()
    for row in rows:
        second = "told_lately" if row.customer_id in seen else ""
        seen.add(row.customer_id)
        row.way = found[row.customer_id].way
        row.reason = own.get(row.id) or found[row.customer_id].why or second
        if row.reason in PASSING and later < row.until:
            row.due_at = later
        elif row.reason:
            row.state = _State.LEFT_OUT


def _of_the_occasion(reminder: Reminder, rows: Sequence[PromotionReceiver]) -> Mapping[UUID, str]:
    """Say by row what has become of its occasion: undone, or not needed any more, or there were enough."""
    told = Counter(times_told(reminder, [row.customer_id for row in rows]))
    found = {row.id: "enough" for row in rows if told[row.customer_id] >= reminder.most}
    if reminder.kind == _Kind.BOUGHT:
        causes = [row.cause_id for row in rows]
        kept = {
            *kept_orders(id__in=causes).values_list("id", flat=True),
            *kept_deals(id__in=causes).values_list("id", flat=True),
        }
        found |= {row.id: "undone" for row in rows if row.cause_id not in kept}
    if reminder.kind in (_Kind.SILENT, _Kind.ENDING):
        narrow = {} if reminder.kind == _Kind.SILENT else {"converted_at__isnull": False}
        brought = Customer.objects.filter(
            Q(id__in=[row.customer_id for row in rows]), Exists(brought_by(reminder.campaign, **narrow))
        )
        known = set(brought.values_list("id", flat=True))
        found |= {row.id: "brought" for row in rows if row.customer_id in known}
    return found


def _tell(reminder: Reminder, going: Sequence[PromotionReceiver]) -> None:
    campaign, kind, texts = reminder.campaign, message_kind(reminder.kind), texts_of(reminder)
    codes, keys = codes_of(campaign, going), {row.id: f"reminder:{row.id}" for row in going}
    notify_many(
        [
            notice_for(campaign, texts, codes[row.customer_id], row.customer, key=keys[row.id], way=row.way, kind=kind)
            for row in going
            if row.customer_id in codes
        ]
    )
    note(going, keys, codes)
