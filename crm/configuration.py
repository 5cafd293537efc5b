"""What of the customer room is configuration: own fields, segments, lifecycle rules, pipelines, surveys."""

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm import operations as crm
from crm.errors import FieldKeyInvalid
from crm.models import CustomField, DealStage, LifecycleRule, Pipeline, Segment, Survey
from crm.operations.deals import pipelines as selling
from crm.rules.deals import CUSTOM
from crm.rules.surveys import questions_of
from tenancy.configuration import Entry, Section, entry_of

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


# --- own fields ----------------------------------------------------------------------------------------------

_FIELD = ("label", "help", "kind", "choices", "required_stages", "roles", "is_in_lists")
_CUSTOMER = CustomField.Subject.CUSTOMER


def _read_fields() -> dict[str, Entry]:
    return {_field_key(row): entry_of(row, _FIELD) for row in CustomField.objects.filter(archived_at=None)}


def _field_key(row: CustomField) -> str:
    """Customers' fields go by their key alone, those of others with the kind of record before it: deal.course."""
    return row.key if row.subject == _CUSTOMER else f"{row.subject}.{row.key}"


def _field_of(key: str) -> tuple[str, str]:
    subject, _dot, plain = key.rpartition(".")
    if subject and subject not in CustomField.Subject.values:
        raise FieldKeyInvalid
    return subject or _CUSTOMER, plain


def _write_field(key: str, entry: Entry) -> None:
    subject, plain = _field_of(key)
    known = CustomField.objects.filter(subject=subject, key=plain).first()
    if known is None:
        crm.create_custom_field(subject=subject, key=plain, **entry)
        return
    if known.archived_at:
        crm.restore_custom_field(known.id)
    crm.update_custom_field(known.id, **entry)


def _remove_field(key: str) -> None:
    subject, plain = _field_of(key)
    crm.archive_custom_field(CustomField.objects.get(subject=subject, key=plain).id)


CUSTOM_FIELDS = Section("custom_fields", _("Custom fields"), _read_fields, _write_field, _remove_field)


# --- segments and the rules that stand on the same conditions ------------------------------------------------


def _names_somebody(conditions: Any) -> bool:
    """Conditions that name a colleague or a campaign by id mean nothing elsewhere."""
    return bool(_UUID.search(str(conditions)))


def _read_segments() -> dict[str, Entry]:
    rows = Segment.objects.filter(kind=Segment.Kind.DYNAMIC, is_shared=True)
    told = {row.name: entry_of(row, ("description", "conditions")) for row in rows}
    return {name: entry for name, entry in told.items() if not _names_somebody(entry["conditions"])}


def _write_segment(name: str, entry: Entry) -> None:
    known = Segment.objects.filter(name=name).first()
    if known:
        crm.update_segment(known.id, **entry)
    else:
        crm.create_segment(name=name, **entry)


def _remove_segment(name: str) -> None:
    crm.delete_segment(Segment.objects.get(name=name).id)


SEGMENTS = Section("segments", _("Segments"), _read_segments, _write_segment, _remove_segment)


def _read_rules() -> dict[str, Entry]:
    rows = LifecycleRule.objects.select_related("segment")
    told = {row.name: entry_of(row, ("conditions", "stage", "is_active")) | _segment_of(row) for row in rows}
    return {name: entry for name, entry in told.items() if not _names_somebody(entry["conditions"])}


def _segment_of(row: LifecycleRule) -> Entry:
    """A segment is known by its name."""
    return {"segment": row.segment.name} if row.segment else {}


def _write_rule(name: str, entry: Entry) -> None:
    if wanted := entry.get("segment"):
        found = Segment.objects.filter(name=wanted).first()
        entry = {key: value for key, value in entry.items() if key != "segment"} | {"segment_id": found and found.id}
    known = LifecycleRule.objects.filter(name=name).first()
    if known:
        crm.update_rule(known.id, **entry)
    else:
        crm.create_rule(name=name, **entry)


def _remove_rule(name: str) -> None:
    crm.delete_rule(LifecycleRule.objects.get(name=name).id)


LIFECYCLE = Section("lifecycle_rules", _("Lifecycle rules"), _read_rules, _write_rule, _remove_rule)


# --- pipelines -----------------------------------------------------------------------------------------------

_STAGE = ("name", "kind", "probability", "colour", "ageing_days", "responsible_role", "required_fields")


def _read_pipelines() -> dict[str, Entry]:
    return {_key(row): _pipeline(row) for row in Pipeline.objects.filter(archived_at=None).prefetch_related("stages")}


def _key(row: Pipeline) -> str:
    return row.name.get("en") or next(iter(row.name.values()))


def _pipeline(row: Pipeline) -> Entry:
    stages = sorted((each for each in row.stages.all() if each.archived_at is None), key=lambda each: each.position)
    return {"name": row.name, "is_default": row.is_default, "stages": [_stage(each) for each in stages]}


def _stage(row: DealStage) -> Entry:
    """A stage as data; an archived field that it once asked for is asked for no more."""
    used = set(CustomField.objects.filter(subject="deal", archived_at=None).values_list("key", flat=True))
    entry = entry_of(row, _STAGE)
    kept = [name for name in row.required_fields if not name.startswith(CUSTOM) or name.removeprefix(CUSTOM) in used]
    return entry | {"required_fields": kept}


def _write_pipeline(key: str, entry: Entry) -> None:
    """Stages are known by their name; one that is left out is archived, which deals in it forbid."""
    crm_pipeline = _find(key) or selling.make_pipeline(entry["name"], with_stages="stages" not in entry)
    changed = {name: entry[name] for name in ("name", "is_default") if entry.get(name)}
    if changed:
        selling.change_pipeline(crm_pipeline.id, **changed)
    if "stages" in entry:
        _write_stages(crm_pipeline, entry["stages"])


def _find(key: str) -> Pipeline | None:
    return next((row for row in Pipeline.objects.filter(archived_at=None) if _key(row) == key), None)


def _write_stages(pipeline: Pipeline, wanted: list[Entry]) -> None:
    known = {str(each.name): each for each in DealStage.objects.filter(pipeline=pipeline, archived_at=None)}
    ends = {each.kind: each for each in known.values() if each.kind != DealStage.Kind.OPEN}
    kept = []
    for stage in wanted:
        facts = {name: value for name, value in stage.items() if name != "kind"}
        found = ends.get(stage["kind"]) or known.get(str(stage["name"]))
        kept.append(selling.change_stage(found.id, **facts) if found else selling.add_stage(pipeline.id, **facts))
    for each in known.values():
        if each.kind == DealStage.Kind.OPEN and each.id not in {stage.id for stage in kept}:
            selling.archive_stage(each.id)
    selling.arrange_stages(pipeline.id, [stage.id for stage in kept if stage.kind == DealStage.Kind.OPEN])


def _remove_pipeline(key: str) -> None:
    selling.archive_pipeline(_find(key).id)


PIPELINES = Section("pipelines", _("Pipelines"), _read_pipelines, _write_pipeline, _remove_pipeline)


# --- surveys -------------------------------------------------------------------------------------------------

_SURVEY = (
    "kind", "name", "title", "intro", "thanks", "questions", "takes_anybody", "trigger", "delay_hours", "quiet_days",
    "low_score", "low_action",
)  # fmt: skip


def _read_surveys() -> dict[str, Entry]:
    return {row.code: entry_of(row, _SURVEY) for row in Survey.objects.exclude(state=Survey.State.CLOSED)}


def _write_survey(code: str, entry: Entry) -> None:
    """An answered survey keeps its kind; a new one is a draft until somebody opens it."""
    facts = {name: value for name, value in entry.items() if name not in ("kind", "questions")}
    if "questions" in entry:
        facts["questions"] = questions_of(entry["questions"])
    known = Survey.objects.filter(code=code).first()
    if known:
        crm.save_survey(known.id, **facts)
    else:
        crm.save_survey(kind=entry["kind"], code=code, **facts)


def _remove_survey(code: str) -> None:
    crm.close_survey(Survey.objects.get(code=code).id)


SURVEYS = Section("surveys", _("Surveys"), _read_surveys, _write_survey, _remove_survey)
