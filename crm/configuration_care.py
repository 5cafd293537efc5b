"""What of care is configuration: its rules, categories of cases, contact plans."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm import operations as crm
from crm.models import CarePolicy, Case, CaseCategory, ContactPlan, ContactStep, Customer, Tag, Task
from crm.operations import plans as visiting
from tenancy.configuration import Entry, Section, entry_of

# --- the rules of care; to whom something is escalated is no configuration ---------------------------------

_HOURS = ("escalate_hours", "second_hours", "visits_a_week", "close_after_days", "reopen_days")
_CARE = (*_HOURS, "calendar_shows_names", "case_hours", "asks_rating", "low_rating", "members_open_cases")


def _read_care() -> dict[str, Entry]:
    row = CarePolicy.objects.first()
    return {"care": entry_of(row, _CARE)} if row else {}


def _write_care(key: str, entry: Entry) -> None:
    if not entry.keys() <= set(_CARE):
        raise ValueError(entry)
    _expect_one_of(entry.get("low_rating"), CarePolicy.LowRating.values)
    for priority, limits in entry.get("case_hours", {}).items():
        _expect_one_of(int(priority), Case.Priority.values)
        if len(limits) != 2 or any(not 1 <= hours <= 8760 for hours in limits):
            raise ValueError(limits)
    crm.set_care_policy(**entry)


def _expect_one_of(value: Any, known: Any) -> None:
    if value not in (None, *known):
        raise ValueError(value)


CARE_POLICY = Section("care_policy", _("Rules of care"), _read_care, _write_care)

# --- categories --------------------------------------------------------------------------------------------


def _read_categories() -> dict[str, Entry]:
    rows = CaseCategory.objects.filter(is_active=True)
    return {f"{row.kind}/{row.name}": entry_of(row, ("kind", "name")) for row in rows}


def _write_category(key: str, entry: Entry) -> None:
    kind, name = key.split("/", 1)
    _expect_one_of(kind, CaseCategory.Kind.values)
    if entry != {"kind": kind, "name": name}:
        raise ValueError(entry)
    known = CaseCategory.objects.filter(kind=kind, name=name).first()
    if known is None:
        crm.create_category(kind, name)
    elif not known.is_active:
        crm.change_category(known.id, is_active=True)


def _remove_category(key: str) -> None:
    kind, name = key.split("/", 1)
    crm.change_category(CaseCategory.objects.get(kind=kind, name=name).id, is_active=False)


CASE_CATEGORIES = Section("case_categories", _("Categories of cases"), _read_categories, _write_category, _remove_category)

# --- contact plans -----------------------------------------------------------------------------------------

_PLAN = (
    "trigger", "every_days", "stage", "stops_when_unsubscribed", "stops_when_lost", "stops_on_refund", "stops_on_order",
)  # fmt: skip
_STEP = ("day", "kind", "title", "script", "assignee_rule", "priority", "questions")


def _read_plans() -> dict[str, Entry]:
    """Plans that run and give nothing to a colleague by name."""
    rows = ContactPlan.objects.filter(is_active=True).select_related("tag").prefetch_related("steps")
    told = {row.name: [step for step in row.steps.all() if not step.is_retired] for row in rows}
    named = {name for name, steps in told.items() if any(step.assignee_id for step in steps)}
    return {row.name: _plan(row, told[row.name]) for row in rows if row.name not in named}


def _plan(row: ContactPlan, steps: list[ContactStep]) -> Entry:
    ordered = sorted(steps, key=lambda step: (step.day, step.title, str(step.id)))
    tag = row.tag.name if row.tag else ""
    return entry_of(row, _PLAN) | {"tag": tag, "steps": [entry_of(step, _STEP) for step in ordered]}


def _write_plan(name: str, entry: Entry) -> None:
    known = ContactPlan.objects.filter(name=name).first()
    present = _plan(known, list(known.steps.filter(is_retired=False))) if known else {}
    facts = present | entry
    steps = [_step(each) for each in facts.pop("steps")]
    _expect_one_of(facts.get("trigger"), ContactPlan.Trigger.values)
    _expect_one_of(facts.get("stage"), ("", *Customer.Stage.values))
    facts["tag_id"] = _tag_id(facts.pop("tag", ""))
    if not facts.keys() <= {*_PLAN, "tag_id"}:
        raise ValueError(entry)
    if known is None:
        visiting.create_plan(steps=steps, name=name, **facts)
        return
    visiting.save_plan(known, steps=steps, **facts)
    visiting.switch_plan(known.id, is_active=True)


def _step(told: Entry) -> visiting.StepReport:
    _expect_one_of(told.get("kind"), Task.Kind.values)
    _expect_one_of(told.get("assignee_rule"), set(ContactStep.Assignee.values) - {ContactStep.Assignee.MEMBER})
    _expect_one_of(told.get("priority"), Task.Priority.values)
    if "assignee_id" in told or not all(isinstance(each, str) for each in told.get("questions", ())):
        raise ValueError(told)
    return visiting.StepReport(**told)


def _tag_id(name: str):
    if not name:
        return None
    Tag.objects.bulk_create([Tag(name=name)], ignore_conflicts=True)
    return Tag.objects.get(name=name).id


def _remove_plan(name: str) -> None:
    """End a plan with everything that was planned, as its page does."""
    visiting.switch_plan(ContactPlan.objects.get(name=name).id, is_active=False)


CONTACT_PLANS = Section("contact_plans", _("Contact plans"), _read_plans, _write_plan, _remove_plan)
