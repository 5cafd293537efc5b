"""The pool of customers (公海): taken by whoever wants them, given back, taken back when nobody talks to them."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import F, QuerySet

from crm.errors import (
    CustomerCoolsDown,
    CustomerHasWork,
    CustomerIsFree,
    CustomersFull,
    CustomerTaken,
    MemberGone,
    TooManyCustomers,
)
from crm.models import Customer, CustomerMove, HandOver, Task
from crm.operations.pool_moves import write_moves
from crm.operations.present import midnight
from crm.operations.talk import withdraw_hand_over
from crm.queries.leads import policy
from crm.queries.pool import held_until, local_day, looked_after, to_recycle, to_warn, work_under_way
from tenancy import audit, door, events
from tenancy.calendar import own_zone
from tenancy.models import Membership

AT_A_TIME = 500
_Kind = CustomerMove.Kind


def claim_customer(customer_id: UUID, member_id: UUID) -> Customer:
    """Take a customer out of the pool, with the tasks that wait there; of two who try, one gets them."""
    if not Membership.objects.select_for_update(of=("self",)).filter(id=member_id, is_active=True).exists():
        raise MemberGone
    customer = _locked(customer_id)
    if customer.owner_id is not None:
        raise CustomerTaken
    _check_limits(customer_id, member_id)
    _change_owner(customer, member_id)
    _open_tasks(customer_id, None).update(assignee_id=member_id)
    write_moves(_Kind.CLAIMED, [(customer_id, None, member_id)])
    audit.record("customer.claimed", customer, {"owner_id": str(member_id)})
    events.publish("customer.claimed", customer_id, owner_id=str(member_id))
    return customer


def _check_limits(customer_id: UUID, member_id: UUID) -> None:
    rules = policy()
    claimed = CustomerMove.objects.filter(to_member_id=member_id, kind=_Kind.CLAIMED, occurred_at__gte=midnight())
    if claimed.count() >= rules.claims_a_day:
        raise TooManyCustomers(most=rules.claims_a_day)
    if rules.customers_in_hand and looked_after(member_id) >= rules.customers_in_hand:
        raise CustomersFull(most=rules.customers_in_hand)
    last = held_until(customer_id, member_id)
    free_from = last + timedelta(days=rules.cooldown_days) if last else None
    if free_from and free_from > door.moment():
        raise CustomerCoolsDown(day=f"{free_from.astimezone(own_zone()):%Y-%m-%d}")


def release_customer(customer_id: UUID, *, note: str = "") -> Customer:
    """Give a customer back for others to take, with the open tasks; what is under way has to be ended or handed over."""
    customer = _locked(customer_id)
    giver = customer.owner_id
    if giver is None:
        raise CustomerIsFree
    if count := work_under_way(customer_id, giver):
        raise CustomerHasWork(count=count)
    _change_owner(customer, None)
    _open_tasks(customer_id, giver).update(assignee=None)
    write_moves(_Kind.RELEASED, [(customer_id, giver, None)], note=note)
    audit.record("customer.released", customer, {"from_member_id": str(giver)})
    events.publish("customer.released", customer_id, from_member_id=str(giver))
    return customer


def _locked(customer_id: UUID) -> Customer:
    return Customer.objects.select_for_update(of=("self",)).get(id=customer_id)


def _change_owner(customer: Customer, member_id: UUID | None) -> None:
    """Nobody takes over any more what a question was asked about before."""
    customer.owner_id = member_id
    customer.save(update_fields=["owner", "updated_at"])
    for asked in HandOver.objects.filter(customer_id=customer.id, state=HandOver.State.WAITING):
        withdraw_hand_over(asked.id)


def _open_tasks(customer_id: UUID, assignee_id: UUID | None) -> QuerySet[Task]:
    return Task.objects.filter(customer_id=customer_id, state=Task.State.OPEN, assignee_id=assignee_id)


# --- by themselves --------------------------------------------------------------------------------------------


def recycle_customers() -> tuple[int, int]:
    """Put back whom nobody talked to although their owner was warned, and warn of the next; counts of both."""
    rules = policy()
    if not rules.idle_days:
        return 0, 0
    back, warned = _held(to_recycle(rules)), _held(to_warn(rules))
    _recycle(back)
    day = local_day(door.moment() + timedelta(days=rules.warn_days))
    write_moves(_Kind.WARNED, [(row.id, row.owner_id, None) for row in warned])
    _tell("pool.warned", warned, day=day.isoformat())
    return len(back), len(warned)


def _held(rows: QuerySet[Customer]) -> list[Customer]:
    """Hold some of them; what another holds is left for the next time."""
    return list(rows.select_for_update(skip_locked=True, of=("self",)).order_by("id")[:AT_A_TIME])


def _recycle(rows: Sequence[Customer]) -> None:
    if not rows:
        return
    ids = [row.id for row in rows]
    theirs = Task.objects.filter(customer_id__in=ids, state=Task.State.OPEN, assignee=F("customer__owner"))
    theirs.update(assignee=None)
    Customer.objects.filter(id__in=ids).update(owner=None, updated_at=door.moment())
    for asked in HandOver.objects.filter(customer_id__in=ids, state=HandOver.State.WAITING):
        withdraw_hand_over(asked.id)
    write_moves(_Kind.RECYCLED, [(row.id, row.owner_id, None) for row in rows])
    audit.record_many("customer.recycled", [(row, {"from_member_id": str(row.owner_id)}) for row in rows])
    events.publish_many("customer.recycled", [(row.id, None, {"from_member_id": str(row.owner_id)}) for row in rows])
    _tell("pool.recycled", rows)


def _tell(kind: str, rows: Sequence[Customer], **facts: str) -> None:
    """Tell each owner once of all of theirs: a letter for each customer would be noise."""
    counted = Counter(row.owner_id for row in rows)
    events.publish_many(kind, [(member_id, None, {"count": count, **facts}) for member_id, count in counted.items()])
