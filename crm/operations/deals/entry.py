"""What a stage asks of a deal that enters it, and whom it gives a deal that nobody owns."""

from uuid import UUID

from django.db.models import Count

from crm.errors import FieldsMissing
from crm.models import CustomField, Deal, DealStage
from crm.queries.custom_fields import custom_fields, in_tongue
from crm.rules.deals import CUSTOM, LABELS, missing_fields
from tenancy.models import Membership


def missing_at(deal: Deal, stage: DealStage) -> list[str]:
    """Name what the stage requires and the deal lacks."""
    if not stage.required_fields:
        return []
    present = {
        "amount": deal.amount_minor, "expected_close": deal.expected_close, "next_step": deal.next_step,
        "owner": deal.owner_id, "company": deal.company_id, "source_id": deal.source_id,
        "lines": deal.lines.count() if "lines" in stage.required_fields else 0,
    }  # fmt: skip
    return missing_fields(_asked(stage), present, deal.custom)


def _asked(stage: DealStage) -> list[str]:
    """What the stage asks for by now: an archived field, which no form shows, is asked for no more."""
    if not any(name.startswith(CUSTOM) for name in stage.required_fields):
        return stage.required_fields
    used = {f"{CUSTOM}{key}" for key in custom_fields(CustomField.Subject.DEAL).values_list("key", flat=True)}
    return [name for name in stage.required_fields if not name.startswith(CUSTOM) or name in used]


def check_entry(deal: Deal, stage: DealStage) -> None:
    if missing := missing_at(deal, stage):
        labels = required_labels()
        error = FieldsMissing(names=", ".join(labels.get(name, name) for name in missing), field=_field(missing[0]))
        error.missing = missing
        raise error


def required_labels() -> dict[str, str]:
    """Name everything that a stage can ask for: our own columns and the organisation's fields."""
    own = {f"{CUSTOM}{row.key}": in_tongue(row.label) for row in custom_fields(CustomField.Subject.DEAL)}
    return {name: str(label) for name, label in LABELS.items()} | own


def _field(name: str) -> str:
    return name.replace(CUSTOM, "custom.", 1) if name.startswith(CUSTOM) else _API_NAMES.get(name, name)


_API_NAMES = {"amount": "amount_minor", "owner": "owner_id", "company": "company_id"}


def owner_for(deal: Deal, stage: DealStage) -> UUID | None:
    """Keep the owner; a deal of nobody goes to the stage's responsible, or to the least busy one of its role."""
    if deal.owner_id:
        return deal.owner_id
    active = Membership.objects.filter(is_active=True)
    if stage.responsible_id and active.filter(id=stage.responsible_id).exists():
        return stage.responsible_id
    if not stage.responsible_role:
        return None
    return _least_busy(active.filter(role=stage.responsible_role))


def _least_busy(members) -> UUID | None:
    ids = list(members.order_by("id").values_list("id", flat=True))
    open_deals = Deal.objects.filter(state="open", owner_id__in=ids).values("owner_id").annotate(n=Count("id"))
    busy = {row["owner_id"]: row["n"] for row in open_deals}
    return min(ids, key=lambda each: (busy.get(each, 0), ids.index(each)), default=None)
