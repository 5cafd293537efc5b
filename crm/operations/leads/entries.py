"""What comes in through a form: a lead at once, or something a person looks at first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from crm.errors import ContactPointsDiffer, LeadMoved
from crm.models import Consent, FormEntry, LeadForm, LeadFormVersion
from crm.operations.custom_fields import carried
from crm.operations.leads.capture import capture_lead
from crm.operations.leads.moves import present_member
from crm.operations.relations import record_consent
from crm.reports_leads import LeadReport
from crm.rules.lead_forms import Definition, Field, in_language, looks_like_spam, split_answers
from foundation.ids import new_id
from tenancy import audit, door
from tenancy.calendar import today

_UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")


@dataclass(frozen=True)
class Submission:
    """What somebody sent. `key` is that of the page they filled in; `doubt` what the doorkeeper thinks of it."""

    key: str
    answers: Mapping[str, Any]
    language: str
    channel: str = "link"
    campaign: str = ""
    utm: Mapping[str, str] = field(default_factory=dict)
    referrer_id: UUID | None = None
    doubt: str = ""
    version: int = 0  # which they saw; 0: the present one


def submit_entry(form_id: UUID, told: Submission) -> FormEntry:
    """Keep what was sent, once; without a doubt it is a lead at once."""
    form = LeadForm.objects.get(id=form_id)
    known = FormEntry.objects.filter(form=form, key=told.key).first()
    if known:
        return known
    doubt = told.doubt or (FormEntry.Doubt.LINKS if looks_like_spam(str(told.answers.get("message", ""))) else "")
    origin = {
        "language": told.language, "channel": told.channel, "campaign": told.campaign or form.campaign,
        "utm": {name: str(told.utm[name])[:80] for name in _UTM if told.utm.get(name)},
        "referrer_id": str(told.referrer_id) if told.referrer_id else None,
    }  # fmt: skip
    entry = FormEntry(
        form=form, version=told.version or form.version, key=told.key[:120], answers=dict(told.answers), origin=origin,
        state=FormEntry.State.QUARANTINED, doubt=doubt, received_at=door.moment(),
    )  # fmt: skip
    FormEntry.objects.bulk_create([entry], ignore_conflicts=True)
    entry = FormEntry.objects.get(form=form, key=told.key[:120])
    return entry if doubt else _accept(entry)


def _accept(entry: FormEntry) -> FormEntry:
    """Make the lead; when the contacts are those of two customers, a person has to look."""
    try:
        with transaction.atomic():
            _capture(entry)
    except ContactPointsDiffer as error:
        FormEntry.objects.filter(id=entry.id).update(doubt=FormEntry.Doubt.CONTACTS_DIFFER)
        entry.doubt = FormEntry.Doubt.CONTACTS_DIFFER
        audit.record("form_entry.quarantined", entry, {"why": error.code})
        return entry
    FormEntry.objects.filter(id=entry.id).update(state=FormEntry.State.ACCEPTED)
    entry.state = FormEntry.State.ACCEPTED
    return entry


def _capture(entry: FormEntry) -> None:
    definition = _definition(entry)
    own, rest = split_answers(definition.fields, entry.answers)
    custom = _own_fields(definition.fields, rest)
    origin = entry.origin
    told = LeadReport(
        key=f"entry:{entry.id}", source="qr" if origin["channel"] in ("qr", "poster") else "form", name=own.get("name", ""),
        phone=own.get("phone", ""), email=own.get("email", ""), wechat=own.get("wechat", ""), city=own.get("city", ""),
        language=origin["language"], channel=origin["channel"], campaign=origin["campaign"], utm=origin["utm"],
        interest=own.get("product", ""), message=own.get("message", ""), form_id=entry.form_id, entry_id=entry.id,
        answers=_labelled(definition.fields, rest), custom=custom,
        referrer_id=UUID(origin["referrer_id"]) if origin["referrer_id"] else None,
    )  # fmt: skip
    captured = capture_lead(told)
    form = LeadForm.objects.get(id=entry.form_id)
    record_consent(
        captured.lead.customer_id, purpose=Consent.Purpose.ENQUIRY, channel="form", is_granted=True,
        text_version=f"form-{form.code}-v{entry.version}", language=origin["language"], source="form",
    )  # fmt: skip


def _own_fields(fields: tuple[Field, ...], rest: dict[str, Any]) -> dict[str, Any]:
    """Take out what a lead's own fields hold; what does not fit one any more stays an answer, so that nothing is lost."""
    asked = {each.own_key: each.key for each in fields if each.own_key and each.key in rest}
    custom = carried("lead", {key: rest[control] for key, control in asked.items()}, {}) if asked else {}
    for key in custom:
        del rest[asked[key]]
    return custom


def _definition(entry: FormEntry) -> Definition:
    version = LeadFormVersion.objects.get(form_id=entry.form_id, number=entry.version)
    return Definition.read(version.definition)


def _labelled(fields: tuple[Field, ...], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the question beside its answer: the form may ask something else tomorrow."""
    by_key = {each.key: each for each in fields}
    return {
        key: {"label": dict(by_key[key].label), "kind": by_key[key].kind, "value": value} for key, value in answers.items()
    }


def answer_lines(answers: Mapping[str, Any], language: str) -> list[tuple[str, Any]]:
    """Write what was asked besides, for people."""
    return [
        (in_language(each["label"], language), each["value"]) if isinstance(each, dict) and "label" in each else (key, each)
        for key, each in answers.items()
    ]


# --- what was doubted ------------------------------------------------------------------------------------------


def release_entry(entry_id: UUID) -> FormEntry:
    """Say that it was an honest enquiry: it becomes a lead now."""
    entry = _decided(entry_id, FormEntry.State.ACCEPTED)
    _capture(entry)
    audit.record("form_entry.released", entry)
    return entry


def drop_entry(entry_id: UUID) -> FormEntry:
    """Say that it was none; it is kept out of sight."""
    entry = _decided(entry_id, FormEntry.State.DROPPED)
    audit.record("form_entry.dropped", entry)
    return entry


def _decided(entry_id: UUID, state: str) -> FormEntry:
    entry = FormEntry.objects.get(id=entry_id)
    waiting = FormEntry.objects.filter(id=entry_id, state=FormEntry.State.QUARANTINED)
    if not waiting.update(state=state, decided_by=present_member(), decided_at=door.moment()):
        raise LeadMoved
    entry.state = state
    return entry


def note_view(form_id: UUID) -> None:
    """Count one look at a form today."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO crm_leadformday (organisation_id, id, form_id, day, views) VALUES (%s, %s, %s, %s, 1)
            ON CONFLICT (organisation_id, form_id, day) DO UPDATE SET views = crm_leadformday.views + 1
            """,
            [str(door.organisation_id()), str(new_id()), str(form_id), today()],
        )
