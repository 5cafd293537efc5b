"""One value of a record, changed where a list shows it: only if it still is what the person saw."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from crm.errors import TaskIsClosed
from crm.errors.lists import ValueMoved
from crm.models import Customer, CustomerTag, Deal, Task
from crm.operations.deals.change import change_deal, hand_over
from crm.operations.deals.locks import hold_deal
from crm.operations.identity import check_member
from crm.operations.update_customer import set_tags, update_customer
from tenancy import audit

_NOTED = {"due_at": datetime.isoformat, "assignee_id": str, "priority": int}


def change_value(customer_id: UUID, field: str, *, before: Any, after: Any) -> Customer:
    """Change one field of a customer from `before` to `after`; raises ValueMoved when it is something else by now."""
    customer = Customer.objects.select_for_update().get(id=customer_id)
    if getattr(customer, field) != before:
        raise ValueMoved
    return update_customer(customer_id, **{field: after})


def change_tags(customer_id: UUID, *, before: Collection[str], after: Collection[str]) -> Customer:
    """The same for the tags of a customer."""
    customer = Customer.objects.select_for_update().get(id=customer_id)
    if set(CustomerTag.objects.filter(customer=customer).values_list("tag__name", flat=True)) != set(before):
        raise ValueMoved
    set_tags(customer, after)
    return customer


def change_task(task_id: UUID, field: str, *, before: Any, after: Any) -> Task:
    """Change who does an open task, by when, or how urgent it is."""
    assert field in _NOTED, field
    if field == "assignee_id":
        check_member(after, field="assignee")
    moved = Task.objects.filter(id=task_id, state=Task.State.OPEN, **{field: before}).update(**{field: after})
    task = Task.objects.get(id=task_id)
    if moved:
        audit.record("task.changed", task, {field: [_plain(field, before), _plain(field, after)]})
    elif task.state != Task.State.OPEN:
        raise TaskIsClosed
    elif getattr(task, field) != after:
        raise ValueMoved
    return task


def change_deal_value(deal_id: UUID, field: str, *, before: Any, after: Any) -> Deal:
    """The same for a deal; another owner is a hand-over."""
    if getattr(hold_deal(deal_id), field) != before:
        raise ValueMoved
    return hand_over(deal_id, after) if field == "owner_id" else change_deal(deal_id, **{field: after})


def _plain(field: str, value: Any) -> Any:
    return None if value is None else _NOTED[field](value)
