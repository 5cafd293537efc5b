"""What an organisation asks of its records, and the refusal where it is not there."""

from collections.abc import Mapping
from typing import Any

from crm.errors import RequiredMissing
from crm.models import ContactPoint, Customer, CustomerTag, DataStandard
from crm.queries.custom_fields import definitions
from crm.queries.quality import standard
from crm.rules.custom_fields import missing
from crm.rules.quality import KNOWN, REQUIRABLE
from tenancy import audit


def set_standard(**changes: Any) -> DataStandard:
    """Set required fields by stage, weights, stale_days, hands_off_days."""
    assert changes.keys() <= {"required", "weights", "stale_days", "hands_off_days"}, changes
    row = standard()
    is_new = not DataStandard.objects.filter(id=row.id).exists()
    changed = [name for name, value in changes.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, changes[name])
    if changed or is_new:
        row.save()
        audit.record("data_standard.updated", row, {"fields": sorted(changed)})
    return row


def require(stage: str, known: Mapping[str, Any], custom: Mapping[str, Any]) -> None:
    """Refuse a record to which something is missing at its stage. Raises RequiredMissing and names it all."""
    wanted = [key for key in standard().required.get(stage, ()) if key in REQUIRABLE]
    labels = {key: str(KNOWN[key].label) for key in wanted if not known.get(key)}
    labels |= {f"custom.{each.key}": each.name for each in missing(definitions("customer"), custom, stage)}
    if labels:
        raise RequiredMissing(names=", ".join(labels.values()), field=next(iter(labels)))


def require_of(customer: Customer) -> None:
    """The same for a customer as they stand, with their contacts and tags."""
    kinds = set(ContactPoint.objects.filter(customer_id=customer.id).values_list("kind", flat=True))
    columns = {key: getattr(customer, key) for key in REQUIRABLE if hasattr(customer, key) and key != "tags"}
    known = columns | {kind: kind in kinds for kind in ("phone", "email", "wechat")}
    known["tags"] = CustomerTag.objects.filter(customer_id=customer.id).exists()
    require(customer.stage, known, customer.custom if isinstance(customer.custom, Mapping) else {})
