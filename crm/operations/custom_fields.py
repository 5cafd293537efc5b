"""Make fields, change them, put them in order, archive them; and clean what is written into them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from crm.errors import CustomValueInvalid, FieldHasValues, FieldKeyTaken, FieldStagesInvalid, RequiredMissing
from crm.models import Customer, CustomField
from crm.queries.custom_fields import custom_fields, definitions, in_tongue, usage
from crm.rules.custom_fields import check_choices, check_key, check_label, missing, read_value, read_values
from tenancy import audit, door
from tenancy.models import Organisation

_CHANGEABLE = frozenset({"label", "help", "kind", "choices", "required_stages", "roles", "is_in_lists"})
# Where a field can be asked for. What deals need on entry of a stage is said at the stage (DealStage.required_fields).
STAGES: dict[str, tuple[str, ...]] = {
    "customer": tuple(Customer.Stage.values),
    "deal": (),
    "lead": ("new", "qualified", "converted"),  # new: entered by staff or the API; a public form asks for itself
    "case": ("new", "solved"),  # new: likewise
}


def clean_custom(subject: str, given: Mapping[str, Any], present: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Put what is written into what is there, cleaned. Raises UnknownCustomField, CustomValueInvalid."""
    present = present if isinstance(present, Mapping) else {}
    if given == present:
        return dict(present)
    return read_values(definitions(subject), given, present=present, country=here_country())


def require_custom(subject: str, values: Mapping[str, Any], stage: str) -> None:
    """Refuse a record that lacks what its fields ask for at a stage. Raises RequiredMissing, which names the first."""
    if lacks := missing(definitions(subject), values, stage):
        names = ", ".join(in_tongue(each.label) or each.key for each in lacks)
        raise RequiredMissing(names=names, field=f"custom.{lacks[0].key}")


def carried(subject: str, values: Mapping[str, Any], present: Mapping[str, Any]) -> dict[str, Any]:
    """Give what another record's values say of fields of the same key that are empty here and that they fit."""
    country, found = here_country(), {}
    for each in definitions(subject):
        if each.key not in values or present.get(each.key) not in (None, "", []):
            continue
        try:
            clean = read_value(each, values[each.key], country=country)
        except CustomValueInvalid:
            continue
        if clean is not None:
            found[each.key] = clean
    return found


def told_fields(changed: Sequence[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Name what changed for the audit log: of own fields, which ones."""
    before, after = before or {}, after or {}
    own = [f"custom.{key}" for key in {*before, *after} if before.get(key) != after.get(key)]
    return sorted([*(name for name in changed if name != "custom"), *(own if "custom" in changed else ())])


def here_country() -> str:
    return Organisation.objects.values_list("country", flat=True).get(id=door.organisation_id())


def create_custom_field(
    *,
    subject: str,
    key: str,
    label: Mapping[str, str],
    kind: str,
    help: Mapping[str, str] | None = None,
    choices: Sequence[Mapping[str, str]] = (),
    required_stages: Sequence[str] = (),
    roles: Sequence[str] = (),
    is_in_lists: bool = False,
) -> CustomField:
    """Add a field at the end. Raises FieldKeyTaken and what the rules refuse."""
    last = CustomField.objects.filter(subject=subject).aggregate(last=Max("position"))["last"]
    row = CustomField(
        subject=subject, key=check_key(key), label=check_label(label), kind=kind, help=dict(help or {}),
        choices=check_choices(kind, choices), required_stages=_stages(subject, required_stages), roles=list(roles),
        is_in_lists=is_in_lists, position=0 if last is None else last + 1, created_at=door.moment(),
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "custom_field_once" not in str(error):
            raise
        raise FieldKeyTaken from None
    audit.record("custom_field.created", row, {"key": key, "kind": kind})
    return row


def update_custom_field(field_id: UUID, **changes: Any) -> CustomField:
    """Change a field; its kind only while no record has a value. Subject and key stay."""
    assert changes.keys() <= _CHANGEABLE, changes.keys() - _CHANGEABLE
    row = CustomField.objects.select_for_update().get(id=field_id)
    if "label" in changes:
        changes["label"] = check_label(changes["label"])
    if "required_stages" in changes:
        changes["required_stages"] = _stages(row.subject, changes["required_stages"])
    kind = changes.get("kind", row.kind)
    if kind != row.kind and (records := usage(row.subject).get(row.key, 0)):
        raise FieldHasValues(records=records)
    if "choices" in changes or kind != row.kind:
        changes["choices"] = check_choices(kind, changes.get("choices", row.choices))
    changed = [name for name, value in changes.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, changes[name])
    if changed:
        row.save()
        audit.record("custom_field.updated", row, {"key": row.key, "fields": sorted(changed)})
    return row


def _stages(subject: str, stages: Sequence[str]) -> list[str]:
    for each in stages:
        if each not in STAGES[subject]:
            raise FieldStagesInvalid(name=each)
    return list(stages)


def move_custom_field(field_id: UUID, *, up: bool) -> None:
    """Let a field and its neighbour change places."""
    row = CustomField.objects.get(id=field_id)
    order = list(custom_fields(row.subject).select_for_update())
    at = next((n for n, each in enumerate(order) if each.id == field_id), None)
    to = None if at is None else at - 1 if up else at + 1
    if to is None or not 0 <= to < len(order):
        return
    order[at], order[to] = order[to], order[at]
    for position, each in enumerate(order):
        each.position = position
    CustomField.objects.bulk_update(order, ["position"])
    audit.record("custom_field.moved", row, {"key": row.key})


def archive_custom_field(field_id: UUID) -> None:
    """Take a field out of forms and lists; what was written stays."""
    if CustomField.objects.filter(id=field_id, archived_at=None).update(archived_at=door.moment()):
        _note(field_id, "custom_field.archived")


def restore_custom_field(field_id: UUID) -> None:
    if CustomField.objects.filter(id=field_id, archived_at__isnull=False).update(archived_at=None):
        _note(field_id, "custom_field.restored")


def _note(field_id: UUID, action: str) -> None:
    row = CustomField.objects.get(id=field_id)
    audit.record(action, row, {"key": row.key})
