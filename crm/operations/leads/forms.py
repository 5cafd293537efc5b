"""Forms: build, publish, switch on and off."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from crm.errors import FormNotReady
from crm.models import LeadForm, LeadFormVersion
from crm.operations.leads.moves import present_member
from crm.rules.lead_forms import Definition, check_redirect, read_origin
from foundation.ids import new_code
from tenancy import audit, door


def create_form(name: str, definition: Mapping[str, Any]) -> LeadForm:
    """Begin a form; nobody sees it until it is published."""
    form = LeadForm.objects.create(
        code=new_code(), name=name.strip()[:120], draft=Definition.read(definition).stored(),
        created_by_id=present_member(), created_at=door.moment(),
    )  # fmt: skip
    audit.record("lead_form.created", form)
    return form


def save_form(
    form_id: UUID,
    *,
    name: str,
    definition: Mapping[str, Any],
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    limit: int | None = None,
    origins: Sequence[str] = (),
    redirect_to: str = "",
    campaign: str = "",
    is_noted: bool = True,
) -> LeadForm:
    """Keep what is being built; the questions are seen once they are published, the rest at once.

    What is kept while somebody types is not `is_noted` in the audit log; what they save is.
    """
    sites = list(dict.fromkeys(read_origin(each) for each in origins if each.strip()))
    check_redirect(redirect_to.strip(), sites)
    form = LeadForm.objects.select_for_update(of=("self",)).get(id=form_id)
    form.name, form.draft = name.strip()[:120], Definition.read(definition).stored()
    form.opens_at, form.closes_at, form.limit, form.origins = opens_at, closes_at, limit, sites
    form.redirect_to, form.campaign = redirect_to.strip(), campaign.strip()[:80]
    form.save()
    if is_noted:
        audit.record("lead_form.saved", form)
    return form


def publish_form(form_id: UUID) -> LeadForm:
    """Show the draft to the world as a new version; the same questions again are no new version."""
    form = LeadForm.objects.select_for_update(of=("self",)).get(id=form_id)
    definition = Definition.read(form.draft)
    definition.check()
    last = LeadFormVersion.objects.filter(form=form, number=form.version).first()
    if last is None or last.definition != definition.stored():
        form.version += 1
        LeadFormVersion.objects.create(
            form=form, number=form.version, definition=definition.stored(), published_by_id=present_member(),
            published_at=door.moment(),
        )  # fmt: skip
    form.is_on = True
    form.save(update_fields=["version", "is_on"])
    audit.record("lead_form.published", form, {"version": form.version})
    return form


def switch_form(form_id: UUID, *, is_on: bool) -> None:
    """Take a form off its address, or put it back."""
    form = LeadForm.objects.select_for_update(of=("self",)).get(id=form_id)
    if is_on and not form.version:
        raise FormNotReady
    LeadForm.objects.filter(id=form_id).update(is_on=is_on)
    audit.record("lead_form.switched", form, {"is_on": is_on})
