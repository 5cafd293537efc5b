"""Change what is known of an enquiry."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from crm.errors import LeadMoved
from crm.models import Lead
from crm.operations.custom_fields import clean_custom, told_fields
from crm.operations.leads.moves import locked
from crm.rules.leads import CLOSED
from tenancy import audit

CHANGEABLE = frozenset({"interest", "message", "campaign", "custom"})
_LENGTHS = {"interest": 200, "message": 5000, "campaign": 80}


def change_lead(lead_id: UUID, **changes: Any) -> Lead:
    """Change what a lead wants and its own fields; what is closed stays as it was."""
    assert changes.keys() <= CHANGEABLE, changes.keys() - CHANGEABLE
    lead = locked(lead_id)
    if lead.state in CLOSED:
        raise LeadMoved
    for name, length in _LENGTHS.items():
        if name in changes:
            changes[name] = changes[name].strip()[:length]
    if "custom" in changes:
        changes["custom"] = clean_custom("lead", changes["custom"] or {}, lead.custom)
    before = {name: getattr(lead, name) for name in changes if getattr(lead, name) != changes[name]}
    if not before:
        return lead
    for name in before:
        setattr(lead, name, changes[name])
    lead.save(update_fields=list(before))
    told = told_fields(list(before), before.get("custom", lead.custom), lead.custom)
    audit.record("lead.changed", lead, {"fields": told})
    return lead


def fill_in(lead: Lead, custom: Mapping[str, Any] | None) -> None:
    """Write own fields of a held lead that a step was told along with."""
    clean = clean_custom("lead", custom or {}, lead.custom)
    if clean == lead.custom:
        return
    before, lead.custom = lead.custom, clean
    Lead.objects.filter(id=lead.id).update(custom=clean)
    audit.record("lead.changed", lead, {"fields": told_fields(["custom"], before, clean)})
