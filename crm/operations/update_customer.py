"""Change what is known of a customer."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from crm.errors import CustomerChanged, NameMissing, UnknownCompany
from crm.models import Customer, CustomerTag, Tag
from crm.operations.custom_fields import told_fields
from crm.operations.identity import check_member
from crm.operations.pool_moves import write_freed
from crm.operations.record_customer import FIELDS, set_fields
from crm.operations.standards import require_of
from crm.rules.quality import REQUIRABLE
from foundation.ids import fingerprint
from tenancy import audit, door, events


def version_of(customer: Customer) -> str:
    """Give a mark that is another one as soon as any own column of the customer is."""
    columns = {f.attname: getattr(customer, f.attname) for f in customer._meta.concrete_fields if f.name != "updated_at"}
    return fingerprint(columns)[:32]


def update_customer(customer_id: UUID, *, expected_version: str | None = None, **changes: Any) -> Customer:
    """Change fields of a customer; `tags` (names) replaces the tags.

    Raises CustomerChanged when `expected_version` (version_of) is no longer the present one.
    """
    tags = changes.pop("tags", None)
    assert changes.keys() <= FIELDS | {"name"}, changes.keys() - FIELDS
    customer = Customer.objects.select_for_update().get(id=customer_id)
    if expected_version not in (None, version_of(customer)):
        raise CustomerChanged
    _change(customer, changes)
    if tags is not None:
        set_tags(customer, tags)
    return customer


def _change(customer: Customer, changes: dict[str, Any]) -> None:
    if "name" in changes and not changes["name"].strip():
        raise NameMissing
    check_member(changes.get("owner_id"), field="owner")
    check_company(customer.id, changes.get("company_id"))
    before = {name: getattr(customer, name) for name in changes}
    set_fields(customer, changes)
    changed = [name for name in changes if getattr(customer, name) != before[name]]
    if not changed:
        return
    if "stage" in changed and door.actor().kind == "user":
        customer.stage_by_hand_at = door.moment()
    if {"stage", *REQUIRABLE, "custom"} & set(changed):
        _require(customer, changed)
    customer.save()
    noted: dict[str, Any] = {"fields": told_fields(changed, before.get("custom", {}), customer.custom)}
    if "stage" in changed:
        noted["stage"] = [before["stage"], customer.stage]
        events.publish("customer.stage", customer.id, stage=customer.stage)
    audit.record("customer.updated", customer, noted)
    if "owner_id" in changed and customer.owner_id is None:
        write_freed(customer.id, before["owner_id"])


def fill_custom(customer_id: UUID, values: Mapping[str, Any]) -> Customer:
    """Add own fields that another record knew; nothing is taken away, so nothing else is asked for."""
    customer = Customer.objects.select_for_update(of=("self",)).get(id=customer_id)
    more = {key: value for key, value in values.items() if customer.custom.get(key) in (None, "", [])}
    if more:
        set_fields(customer, {"custom": more})
        customer.save(update_fields=["custom", "updated_at"])
        audit.record("customer.completed", customer, {"fields": sorted(f"custom.{key}" for key in more)})
    return customer


def _require(customer: Customer, changed: list[str]) -> None:
    """Ask for what the stage wants, when a stage is given or something is taken away; old gaps may stay for now."""
    is_emptied = any(not getattr(customer, name) for name in changed if name != "stage")
    if "stage" in changed or is_emptied or "custom" in changed:
        require_of(customer)


def check_company(customer_id: UUID, company_id: UUID | None) -> None:
    """Refuse an employer who is unknown, no company, or the customer themselves."""
    if company_id is None:
        return
    is_one = Customer.objects.filter(id=company_id, kind=Customer.Kind.COMPANY).exclude(id=customer_id).exists()
    if not is_one:
        raise UnknownCompany


def set_tags(customer: Customer, names: Iterable[str]) -> None:
    """Give the customer exactly these tags, making those that do not exist."""
    wanted = {name.strip()[:40] for name in names if name.strip()}
    present = set(CustomerTag.objects.filter(customer=customer).values_list("tag__name", flat=True))
    if wanted == present:
        return
    Tag.objects.bulk_create([Tag(name=name) for name in sorted(wanted - present)], ignore_conflicts=True)
    added = Tag.objects.filter(name__in=wanted - present)
    CustomerTag.objects.bulk_create([CustomerTag(customer=customer, tag=tag) for tag in added], ignore_conflicts=True)
    CustomerTag.objects.filter(customer=customer).exclude(tag__name__in=wanted).delete()
    audit.record("customer.tagged", customer, {"tags": sorted(wanted)})
