"""Take back what a list has made or changed, as far as nobody has built on it.

Each function answers with the reason why something stays, by id: "" where it is gone or as before. Evidence (consents,
audit, events, the ledger) stays as it is.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Model

from crm import rules
from crm.models import Consent, ContactPoint, Customer, CustomerTag, Deal, Order, OrderLine, Product, Refund
from crm.operations.deals import delete_deal
from crm.operations.order_states import announce_orders, cancel_order
from crm.operations.take_customers import COLUMNS, print_of
from crm.reports import ToUndo
from foundation.contacts import search_text
from tenancy import audit, door

CHANGED, USED, CONSENT, CANCELLED, MOVED = "changed_since", "in_use", "consent_kept", "order_cancelled", "order_moved_on"
UNDONE = "import_undone"  # the source of a word that takes an imported consent back
# Rows that belong to a customer or order itself, and figures that are computed anew.
_OWN = {"crm.contactpoint", "crm.customertag", "crm.orderline"}
_DERIVED = {"analytics"}


def undo_customers(told: Sequence[ToUndo]) -> dict[UUID, str]:
    """Remove customers a list has made, and give those it changed their earlier values."""
    made = [one for one in told if one.verdict == "created"]
    changed = [one for one in told if one.verdict == "updated"]
    _unsay(told)
    return {**_remove_customers(made), **_restore_customers(changed)}


def _unsay(told: Sequence[ToUndo]) -> None:
    """Let the consents a list brought count no more: they stay as evidence, and what counted before is said again.

    Whoever had said nothing before has not agreed. What was said since the list stands.
    """
    brought = {id: one.id for one in told for id in _added(one, "consent")}
    if not brought:
        return
    said: dict[tuple[UUID, str, str], list[Consent]] = {}
    for row in Consent.objects.filter(customer_id__in=set(brought.values())).order_by("occurred_at", "id"):
        said.setdefault((row.customer_id, row.purpose, row.channel), []).append(row)
    again = [_earlier_word(rows, brought.keys()) for rows in said.values() if rows[-1].id in brought]
    Consent.objects.bulk_create(again)
    facts = [
        (row, {"customer_id": str(row.customer_id), "purpose": row.purpose, "is_granted": row.is_granted}) for row in again
    ]
    audit.record_many("consent.recorded", facts)


def _earlier_word(rows: Sequence[Consent], brought: Collection[UUID]) -> Consent:
    earlier = next((row for row in reversed(rows) if row.id not in brought), None)
    word = earlier or rows[-1]
    return Consent(
        customer_id=word.customer_id, purpose=word.purpose, channel=word.channel, text_version=word.text_version,
        is_granted=earlier.is_granted if earlier else False, language=word.language, source=UNDONE,
        occurred_at=max(door.moment(), rows[-1].occurred_at),  # a list may be a day ahead of us (rows.past_moment)
    )  # fmt: skip


def _remove_customers(made: Sequence[ToUndo]) -> dict[UUID, str]:
    ids = [one.id for one in made]
    prints = {row[0]: print_of(row[1:]) for row in Customer.objects.filter(id__in=ids).values_list("id", *COLUMNS)}
    contacts, tags = _ids_by_customer(ContactPoint, ids), _ids_by_customer(CustomerTag, ids)
    consenting = set(Consent.objects.filter(customer_id__in=ids).values_list("customer_id", flat=True))
    used = _referred_to(Customer, ids, besides={"crm.consent"})
    stays: dict[UUID, str] = {}
    for one in made:
        if one.id not in prints:
            stays[one.id] = ""
            continue
        is_own = contacts.get(one.id, set()) <= _added(one, "contact") and tags.get(one.id, set()) <= _added(one, "tag")
        is_same = prints[one.id] == one.changes.get("print") and is_own
        stays[one.id] = USED if one.id in used else CHANGED if not is_same else CONSENT if one.id in consenting else ""
    gone = [id for id in prints if not stays[id]]
    CustomerTag.objects.filter(customer_id__in=gone).delete()
    ContactPoint.objects.filter(customer_id__in=gone).delete()
    Customer.objects.filter(id__in=gone).delete()
    audit.record_all("customer.import_undone", Customer, [(id, {}) for id in gone])
    return stays


def _restore_customers(changed: Sequence[ToUndo]) -> dict[UUID, str]:
    held = Customer.objects.select_for_update(no_key=True).filter(id__in=[one.id for one in changed]).order_by("id")
    now = {row.id: row for row in held}
    stays: dict[UUID, str] = {}
    for one in changed:
        if one.id in now:
            stays[one.id] = _restore(now[one.id], one.changes)
            _take_away(one)
    audit.record_all("customer.import_undone", Customer, [(id, {}) for id, reason in stays.items() if not reason])
    return {one.id: stays.get(one.id, "") for one in changed}


def _restore(customer: Customer, changes: Mapping[str, Any]) -> str:
    """Put earlier values back where the new ones still stand."""
    pairs = {name: pair for name, pair in changes.items() if name in COLUMNS}
    same = {name: pair[0] for name, pair in pairs.items() if plain(getattr(customer, name)) == plain(pair[1])}
    values = {name: _native(name, value) for name, value in same.items()}
    if "name" in values:
        values["search_text"] = search_text(values["name"])[:400]
    if len(same) == len(pairs) and changes.get("updated_at"):
        values["updated_at"] = changes["updated_at"][0]
    if values:
        Customer.objects.filter(id=customer.id).update(**values)
    return "" if len(same) == len(pairs) else CHANGED


def _take_away(one: ToUndo) -> None:
    """Remove contacts and tags that the list had added."""
    ContactPoint.objects.filter(id__in=_added(one, "contact"), customer_id=one.id, verified_at=None).delete()
    CustomerTag.objects.filter(id__in=_added(one, "tag"), customer_id=one.id).delete()


def undo_orders(told: Sequence[ToUndo]) -> dict[UUID, str]:
    """Remove orders on which nothing was built; cancel those that have earned something, so that it is taken back."""
    ids = [one.id for one in told]
    held = {row.id: row for row in Order.objects.select_for_update().filter(id__in=ids).order_by("id")}
    used = _referred_to(Order, ids)
    stays = dict.fromkeys(ids, "")
    made = [one for one in told if one.verdict == "created" and one.id in held]
    for one in made:
        if one.id in used:
            cancel_order(one.id)
            stays[one.id] = CANCELLED
    gone = [one.id for one in made if one.id not in used]
    OrderLine.objects.filter(order_id__in=gone).delete()
    Order.objects.filter(id__in=gone).delete()
    audit.record_all("order.import_undone", Order, [(id, {}) for id in gone])
    for one in told:
        if one.verdict == "updated" and one.id in held:
            stays[one.id] = _move_back(held[one.id], one.changes, is_used=one.id in used)
    return stays


def _move_back(order: Order, changes: Mapping[str, Any], *, is_used: bool) -> str:
    if is_used or order.status != changes["status"][1]:
        return MOVED
    Order.objects.filter(id=order.id).update(**{name: pair[0] for name, pair in changes.items()})
    audit.record("order.import_undone", order, {"status": list(changes["status"])[::-1]})
    announce_orders([order], "recorded" if changes["status"][0] == rules.PLACED else "paid")
    return ""


def undo_deals(told: Sequence[ToUndo]) -> dict[UUID, str]:
    """Remove deals a list has made on which nobody has worked since."""
    held = Deal.objects.select_for_update(no_key=True).filter(id__in=[one.id for one in told]).order_by("id")
    versions = dict(held.values_list("id", "version"))
    used = _referred_to(Deal, list(versions), own={"crm.dealmove"})
    stays = dict.fromkeys([one.id for one in told], "")
    for one in told:
        if one.id in versions:
            is_same = versions[one.id] == one.changes.get("version")
            stays[one.id] = USED if one.id in used else "" if is_same else CHANGED
    for deal_id in versions:
        if not stays[deal_id]:
            delete_deal(deal_id)
    return stays


def undo_refunds(ids: Sequence[UUID]) -> dict[UUID, str]:
    """Forget refunds whose orders have earned nothing; the others stay, their orders are cancelled anyway."""
    orders = dict(Refund.objects.filter(id__in=ids).values_list("id", "order_id"))
    used = _referred_to(Order, [id for id in orders.values() if id], besides={"crm.refund"})
    gone = [id for id, order_id in orders.items() if order_id not in used]
    Refund.objects.filter(id__in=gone).delete()
    audit.record_all("refund.import_undone", Refund, [(id, {}) for id in gone])
    return {id: USED if id in orders and id not in gone else "" for id in ids}


def undo_products(ids: Sequence[UUID]) -> dict[UUID, str]:
    used = _referred_to(Product, ids, own=())
    Product.objects.filter(id__in=set(ids) - used).delete()
    return {id: USED if id in used else "" for id in ids}


def _added(one: ToUndo, kind: str) -> set[UUID]:
    return {UUID(str(id)) for id in one.added.get(kind, ())}


def _ids_by_customer(model: type[Model], customer_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = {}
    for customer_id, id in model.objects.filter(customer_id__in=customer_ids).values_list("customer_id", "id"):
        found.setdefault(customer_id, set()).add(id)
    return found


def _referred_to(
    model: type[Model], ids: Collection[UUID], besides: Iterable[str] = (), own: Iterable[str] = _OWN
) -> set[UUID]:
    """Find rows that anything in the house points at, upstairs too, without knowing what it is."""
    skipped, found = {*own, *besides}, set()
    for field in model._meta.get_fields(include_hidden=True):
        if not (field.auto_created and not field.concrete and (field.one_to_many or field.one_to_one)):
            continue
        label = field.related_model._meta.label_lower
        if label not in skipped and label.partition(".")[0] not in _DERIVED:
            name = field.field.attname
            rows = field.related_model.objects.filter(**{f"{name}__in": list(ids)})
            found |= set(rows.values_list(name, flat=True)) if ids else set()
    return found


def plain(value: Any) -> Any:
    """Write a column's value as a trace keeps it, to the microsecond."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _native(name: str, value: Any) -> Any:
    return Customer._meta.get_field("owner" if name == "owner_id" else name).to_python(value)
