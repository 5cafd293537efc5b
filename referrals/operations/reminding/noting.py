"""Note happy moments, after which a campaign writes to the customer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from crm.models import Customer
from referrals.models import PromotionReceiver, Reminder
from referrals.queries.promotions import target_of
from referrals.queries.reminding import active_reminders
from referrals.rules.reminding import FRESH_DAYS


@dataclass(frozen=True)
class Moment:
    """Something good that happened to a customer; `what` and the id of its record name it however often it is told."""

    customer_id: UUID
    what: str  # order, deal, survey, case, visit
    cause_id: UUID
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.what}:{self.cause_id}"


def note_moments(kind: str, moments: Iterable[Moment]) -> int:
    """Let each customer have a place in one campaign's reminder; count the places that are new.

    The newest campaign that is open to them; who is in no target group is noted for the newest, so that its page says why.
    """
    reminders = list(active_reminders(kind))
    by_customer = {one.customer_id: one for one in moments} if reminders else {}
    here = set(Customer.objects.filter(id__in=by_customer, merged_into=None).values_list("id", flat=True))
    chosen = _campaigns_of(reminders, here)
    rows = [_place(chosen[id], by_customer[id]) for id in sorted(here - _waiting(here, kind))]
    before = set(
        PromotionReceiver.objects.filter(reminder__in=reminders, key__in=[row.key for row in rows]).values_list(
            "key", flat=True
        )
    )
    fresh = [row for row in rows if row.key not in before]
    PromotionReceiver.objects.bulk_create(fresh, ignore_conflicts=True)  # two workers may hear of it at once
    return len(fresh)


def _campaigns_of(reminders: Sequence[Reminder], customer_ids: set[UUID]) -> Mapping[UUID, Reminder]:
    chosen: dict[UUID, Reminder] = {}
    for reminder in reminders:
        left = customer_ids - chosen.keys()
        open_to = target_of(reminder.campaign).filter(id__in=left).values_list("id", flat=True) if left else []
        chosen |= dict.fromkeys(open_to, reminder)
    return dict.fromkeys(customer_ids, reminders[0]) | chosen if reminders else {}


def _waiting(customer_ids: set[UUID], kind: str) -> set[UUID]:
    """Whoever waits for such a reminder already needs no second one."""
    rows = PromotionReceiver.objects.filter(
        customer_id__in=customer_ids, reminder__kind=kind, state=PromotionReceiver.State.CHOSEN
    )
    return set(rows.values_list("customer_id", flat=True))


def _place(reminder: Reminder, moment: Moment) -> PromotionReceiver:
    due_at = moment.at + timedelta(days=reminder.wait_days)
    return PromotionReceiver(
        reminder=reminder, customer_id=moment.customer_id, key=moment.key, cause_id=moment.cause_id, due_at=due_at,
        until=due_at + timedelta(days=FRESH_DAYS),
    )  # fmt: skip
