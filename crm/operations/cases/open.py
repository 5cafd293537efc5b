"""Open a case: its number, its deadlines, who has it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from crm.errors import SubjectMissing, UnknownCategory, UnknownCustomer, UnknownOrder
from crm.models import Case, CaseCategory, CaseCounter, Customer, Order
from crm.operations.cases.notes import note_move
from crm.operations.custom_fields import clean_custom, require_custom
from crm.operations.identity import check_member
from crm.queries.care import care_policy
from crm.rules.cases import OURS, deadline
from foundation.ids import new_id
from tenancy import audit, door, events


def open_case(
    *,
    subject: str,
    customer_id: UUID,
    description: str = "",
    order_id: UUID | None = None,
    channel: str = Case.Channel.PHONE,
    category_id: UUID | None = None,
    priority: int = Case.Priority.NORMAL,
    owner_id: UUID | None = None,
    key: str = "",
    custom: Mapping[str, Any] | None = None,
) -> Case:
    """Open a case; the same key gives the first one again, whatever else is told."""
    known = Case.objects.filter(key=key).first() if key else None
    if known:
        return known
    _check(subject, customer_id, order_id, category_id, owner_id)
    custom = _own_fields(custom or {}, is_asked=not key.startswith(OURS))
    number = _next_number()  # from here on others wait: the number is ours or nobody's
    if key and (known := Case.objects.filter(key=key).first()):
        _give_back(number)
        return known
    now = door.moment()
    response_due, resolve_due = deadlines(now, priority)
    case = Case.objects.create(
        number=number, key=key or f"case:{new_id()}", subject=subject.strip()[:200], description=description.strip(),
        customer_id=customer_id, order_id=order_id, channel=channel, category_id=category_id, priority=priority,
        owner_id=owner_id, opened_at=now, response_due_at=response_due, resolve_due_at=resolve_due, custom=custom,
    )  # fmt: skip
    note_move(case, "status", "", case.status)
    audit.record("case.opened", case, {"number": number, "priority": priority})
    events.publish("case.opened", case.id, **facts_of(case))
    return case


def _own_fields(custom: Mapping[str, Any], *, is_asked: bool) -> dict[str, Any]:
    """Clean own fields; who types a case is asked for them, a customer or a rule that opens one is not."""
    clean = clean_custom("case", custom)
    if is_asked and door.actor().kind in ("user", "api_key"):
        require_custom("case", clean, "new")
    return clean


def deadlines(opened_at: datetime, priority: int) -> tuple[datetime, datetime]:
    """Say by when the first answer and the solution are due."""
    response, solution = care_policy().limits[str(int(priority))]
    return deadline(opened_at, response), deadline(opened_at, solution)


def facts_of(case: Case) -> dict:
    """What events tell of a case."""
    return {
        "number": case.number, "customer_id": str(case.customer_id), "status": case.status, "priority": case.priority,
        "owner_id": str(case.owner_id) if case.owner_id else None, "round": case.reopened,
    }  # fmt: skip


def check_category(category_id: UUID | None, kind: str, *, field: str) -> None:
    if category_id and not CaseCategory.objects.filter(id=category_id, kind=kind).exists():
        raise UnknownCategory(field=field)


def _check(subject, customer_id, order_id, category_id, owner_id) -> None:
    if not subject.strip():
        raise SubjectMissing
    if not Customer.objects.filter(id=customer_id).exists():
        raise UnknownCustomer
    if order_id and not Order.objects.filter(id=order_id, customer_id=customer_id).exists():
        raise UnknownOrder
    check_category(category_id, CaseCategory.Kind.TOPIC, field="category")
    check_member(owner_id, field="owner")


def _next_number() -> int:
    """Take the next number under a lock that lasts until the commit: a refused case leaves no gap."""
    CaseCounter.objects.bulk_create([CaseCounter()], ignore_conflicts=True)
    counter = CaseCounter.objects.select_for_update().get()
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


def _give_back(number: int) -> None:
    CaseCounter.objects.filter(last=number).update(last=number - 1)
