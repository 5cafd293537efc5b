"""What of leads is configuration: forms, pools, the rules by which they are given out, times and limits."""

import re
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from crm.errors import UnknownForm, UnknownPool
from crm.models import CustomField, LeadForm, LeadPolicy, LeadPool, LeadRule
from crm.operations import leads as leading
from crm.rules.lead_forms import KINDS, OWN
from tenancy.configuration import Entry, Section, entry_of

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

# --- forms -------------------------------------------------------------------------------------------------

_FORM = ("limit", "origins", "redirect_to", "campaign")
_WINDOW = ("opens_at", "closes_at")
_TEXTS = ("title", "intro", "consent", "button", "thanks_title", "thanks")


def _forms() -> dict[str, LeadForm]:
    """Forms in use by their name, the oldest of a name; one that was taken off its address is used no more."""
    rows = LeadForm.objects.exclude(version__gt=0, is_on=False).order_by("-id")
    return {row.name: row for row in rows}


def _read_forms() -> dict[str, Entry]:
    return {name: _form(row) for name, row in _forms().items()}


def _form(row: LeadForm) -> Entry:
    window = {name: moment.isoformat() if (moment := getattr(row, name)) else None for name in _WINDOW}
    return entry_of(row, _FORM) | window | {"definition": row.draft}


def _write_form(name: str, entry: Entry) -> None:
    """Keep a form as it is told. What it asks is a draft: a person looks at it and publishes it."""
    _check_definition(entry.get("definition", {}))
    known = _forms().get(name) or LeadForm.objects.filter(name=name).order_by("id").first()
    form = known or leading.create_form(name, entry["definition"])
    facts = _form(form) | entry
    facts |= {each: parse_datetime(facts[each]) if facts[each] else None for each in _WINDOW}
    leading.save_form(form.id, name=name, **facts)
    if form.version and not form.is_on:
        leading.switch_form(form.id, is_on=True)


def _check_definition(told: Any) -> None:
    """Raise ValueError for what is no definition at all; whether it is whole is asked when it is published."""
    used = CustomField.objects.filter(subject="lead", archived_at=None).values_list("key", flat=True)
    kinds = {*KINDS, *(f"{OWN}{key}" for key in used)}
    fields = told.get("fields", [])
    texts = [told.get(each) for each in _TEXTS] + [one.get(each) for one in fields for each in ("label", "help")]
    texts += [option for one in fields for option in one.get("options", ())]
    are_texts = all(isinstance(each or {}, dict) and _are_strings((each or {}).values()) for each in texts)
    if not are_texts or not all(one["kind"] in kinds for one in fields):
        raise ValueError(told)


def _are_strings(values) -> bool:
    return all(isinstance(each, str) for each in values)


def _remove_form(name: str) -> None:
    """Take a form off its address; one that was never published stays, as a draft that nobody sees."""
    if (row := _forms()[name]).is_on:
        leading.switch_form(row.id, is_on=False)


LEAD_FORMS = Section("lead_forms", _("Forms"), _read_forms, _write_form, _remove_form)

# --- pools -------------------------------------------------------------------------------------------------


def _read_pools() -> dict[str, Entry]:
    return {row.name: {} for row in LeadPool.objects.filter(is_default=False)}


def _write_pool(name: str, entry: Entry) -> None:
    """A pool comes without its people, so it is everybody's; one that is there keeps them."""
    if entry:
        raise ValueError(entry)
    if not LeadPool.objects.filter(name=name).exists():
        leading.add_pool(name)


LEAD_POOLS = Section("lead_pools", _("Pools of leads"), _read_pools, _write_pool)

# --- rules -------------------------------------------------------------------------------------------------

_HOW = (LeadRule.How.CUSTOMER_OWNER, LeadRule.How.REFERRER_OWNER, LeadRule.How.POOL)
_DEFAULT_POOL = ""


def _rules() -> dict[str, LeadRule]:
    """Rules that name no colleague, by their name, the first of a name."""
    rows = LeadRule.objects.filter(how__in=_HOW).select_related("pool").order_by("-position", "-id")
    return {row.name: row for row in rows if not row.members and not _UUID.search(str(row.criteria))}


def _read_rules() -> dict[str, Entry]:
    names = dict(LeadForm.objects.values_list("code", "name"))
    return {key: _rule(row, names) for key, row in _rules().items()}


def _rule(row: LeadRule, names: dict[str, str]) -> Entry:
    pool = None if row.pool is None else _DEFAULT_POOL if row.pool.is_default else row.pool.name
    criteria = [_translated(each, names) for each in row.criteria]
    return entry_of(row, ("how", "position", "is_on")) | {"pool": pool, "criteria": criteria}


def _translated(criterion: Entry, names: dict[str, str]) -> Entry:
    """A form is known by its code within an organisation, by its name between them."""
    if criterion["fact"] != "form":
        return criterion
    return criterion | {"values": [names.get(each, each) for each in criterion["values"]]}


def _write_rule(name: str, entry: Entry) -> None:
    known = _rules().get(name)
    facts = {"position": None, "is_on": True, "pool": None} | (_read_rules()[name] if known else {}) | entry
    if facts["how"] not in _HOW:
        raise ValueError(facts["how"])
    codes = {each: row.code for each, row in _forms().items()}
    criteria = [_checked(_translated(each, codes), codes) for each in facts["criteria"]]
    rule = leading.save_rule(
        known.id if known else None, name=name, how=facts["how"], criteria=criteria, pool_id=_pool_id(facts["pool"]),
        position=facts["position"],
    )  # fmt: skip
    if rule.is_on != facts["is_on"]:
        leading.switch_rule(rule.id, is_on=facts["is_on"])


def _checked(criterion: Entry, codes: dict[str, str]) -> Entry:
    if not isinstance(criterion["values"], list) or not _are_strings(criterion["values"]):
        raise ValueError(criterion)
    if criterion["fact"] == "form" and not set(criterion["values"]) <= set(codes.values()):
        raise UnknownForm
    return criterion


def _pool_id(name: str | None):
    if name is None:
        return None
    pool = leading.default_pool() if name == _DEFAULT_POOL else LeadPool.objects.filter(name=name).first()
    if pool is None:
        raise UnknownPool
    return pool.id


def _remove_rule(name: str) -> None:
    leading.delete_rule(_rules()[name].id)


LEAD_RULES = Section("lead_rules", _("Rules for leads"), _read_rules, _write_rule, _remove_rule)

# --- times and limits --------------------------------------------------------------------------------------

_POLICY = (
    "response_minutes", "remind_percent", "known_to_owner", "contact_hours", "progress_days", "claims_a_day", "in_hand",
    "cooldown_days", "script",
)  # fmt: skip


def _read_policy() -> dict[str, Entry]:
    row = LeadPolicy.objects.first()
    return {"leads": entry_of(row, _POLICY)} if row else {}


def _write_policy(key: str, entry: Entry) -> None:
    if not entry.keys() <= set(_POLICY) or not all(isinstance(each, (int, dict)) for each in entry.values()):
        raise ValueError(entry)
    if any(each < 0 for each in entry.values() if isinstance(each, int)):
        raise ValueError(entry)
    leading.set_policy(**entry)


LEAD_POLICY = Section("lead_policy", _("Times and limits of leads"), _read_policy, _write_policy)
