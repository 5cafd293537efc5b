"""Set how cases are cared for: time limits, categories, escalation."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop

from crm.errors import CategoryTaken
from crm.models import CarePolicy, CaseCategory
from crm.operations.identity import check_member
from tenancy import audit

FIELDS = {
    "escalate_hours", "escalate_to_id", "second_hours", "second_to_id", "visits_a_week", "calendar_shows_names",
    "case_hours", "asks_rating", "low_rating", "close_after_days", "members_open_cases", "reopen_days",
}  # fmt: skip
DEFAULT_CATEGORIES = {
    "topic": [gettext_noop("Product"), gettext_noop("Delivery"), gettext_noop("Payment"), gettext_noop("Service")],
    "cause": [gettext_noop("Our mistake"), gettext_noop("Supplier or carrier"), gettext_noop("Misunderstanding")],
}


def set_care_policy(**changes: Any) -> CarePolicy:
    """Change the rules of care; deadlines of cases that are open stay as they were promised."""
    assert changes.keys() <= FIELDS, changes.keys() - FIELDS
    for name in ("escalate_to_id", "second_to_id"):
        check_member(changes.get(name), field=name.removesuffix("_id"))
    CarePolicy.objects.bulk_create([CarePolicy()], ignore_conflicts=True)
    policy = CarePolicy.objects.select_for_update(of=("self",)).get()
    changed = sorted(name for name, value in changes.items() if getattr(policy, name) != value)
    for name in changed:
        setattr(policy, name, changes[name])
    policy.save()
    audit.record("care_policy.changed", policy, {"fields": changed})
    return policy


def create_category(kind: str, name: str) -> CaseCategory:
    with _once():
        last = CaseCategory.objects.filter(kind=kind).count()
        category = CaseCategory.objects.create(kind=kind, name=name.strip()[:60], position=last)
    audit.record("case_category.created", category)
    return category


def change_category(category_id: UUID, *, name: str | None = None, is_active: bool | None = None) -> CaseCategory:
    """Rename a category, or offer it no more; cases keep it."""
    category = CaseCategory.objects.select_for_update().get(id=category_id)
    if name is not None:
        category.name = name.strip()[:60]
    if is_active is not None:
        category.is_active = is_active
    with _once():
        category.save()
    audit.record("case_category.changed", category, {"is_active": category.is_active})
    return category


class _once:
    """Say in a sentence that the name is taken."""

    def __enter__(self):
        self._point = transaction.atomic()
        self._point.__enter__()

    def __exit__(self, kind, error, trace):
        self._point.__exit__(kind, error, trace)
        if isinstance(error, IntegrityError):
            raise CategoryTaken from None
