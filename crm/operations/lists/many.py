"""The same change for many customers or tasks at once, in a handful of statements; each gives how many were changed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from crm.models import Customer, CustomerTag, Tag, Task
from crm.operations.identity import check_member
from crm.operations.pool_moves import write_moves
from tenancy import audit, door


def tag_many(customer_ids: Sequence[UUID], name: str) -> int:
    """Give customers a tag; those who have it keep it."""
    name = name.strip()[:40]
    Tag.objects.bulk_create([Tag(name=name)], ignore_conflicts=True)
    tag = Tag.objects.get(name=name)
    has = set(CustomerTag.objects.filter(customer_id__in=customer_ids, tag=tag).values_list("customer_id", flat=True))
    new = [each for each in _locked(customer_ids) if each.id not in has]
    CustomerTag.objects.bulk_create([CustomerTag(customer=each, tag=tag) for each in new], ignore_conflicts=True)
    audit.record_many("customer.tagged", [(each, {"added": name}) for each in new])
    return len(new)


def untag_many(customer_ids: Sequence[UUID], name: str) -> int:
    """Take a tag from customers who have it."""
    links = CustomerTag.objects.filter(customer_id__in=customer_ids, tag__name=name.strip()[:40])
    had = _locked(list(links.values_list("customer_id", flat=True)))
    links.delete()
    audit.record_many("customer.tagged", [(each, {"removed": name}) for each in had])
    return len(had)


def change_many(customer_ids: Sequence[UUID], field: str, value: Any) -> int:
    """Set the stage or the owner of customers who have another one."""
    assert field in ("stage", "owner_id"), field
    if field == "owner_id":
        check_member(value, field="owner")
    others = [each for each in _locked(customer_ids) if getattr(each, field) != value]
    Customer.objects.filter(id__in=[each.id for each in others]).update(**{field: value, "updated_at": door.moment()})
    if field == "owner_id" and value is None:
        write_moves("released", [(each.id, each.owner_id, None) for each in others])
    audit.record_many("customer.updated", [(each, _noted(field, getattr(each, field), value)) for each in others])
    return len(others)


def assign_many(task_ids: Sequence[UUID], assignee_id: UUID | None) -> int:
    """Hand open tasks over; closed ones stay as they are."""
    check_member(assignee_id, field="assignee")
    open_ones = Task.objects.select_for_update().filter(id__in=task_ids, state=Task.State.OPEN).order_by("id")
    others = [each for each in open_ones if each.assignee_id != assignee_id]
    Task.objects.filter(id__in=[each.id for each in others]).update(assignee_id=assignee_id)
    noted = {"assignee_id": str(assignee_id) if assignee_id else None}
    audit.record_many("task.assigned", [(each, noted) for each in others])
    return len(others)


def _locked(customer_ids: Sequence[UUID]) -> QuerySet[Customer]:
    """Lock in the order of ids, so that two who change the same people wait and do not deadlock."""
    return Customer.objects.select_for_update().filter(id__in=customer_ids).order_by("id").only("id", "stage", "owner_id")


def _noted(field: str, before: Any, after: Any) -> dict[str, Any]:
    if field == "stage":
        return {"fields": ["stage"], "stage": [before, after]}
    return {"fields": ["owner_id"], "owner_id": [str(each) if each else None for each in (before, after)]}
