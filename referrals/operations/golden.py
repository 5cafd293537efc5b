"""Golden cases: keep what every terms of a campaign must get right, and refuse terms that do not."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from referrals.errors import GoldenCaseFailed, GoldenCaseNamed, GoldenCaseNotJudged, NameMissing
from referrals.models import Campaign, Decision, GoldenCase
from referrals.queries import current_terms, failing_golden_cases
from referrals.rules import Facts, Terms, read_facts
from referrals.rules.golden import read_case, try_case
from tenancy import audit, door


def refuse_failing_golden_cases(campaign_id: UUID, terms: Terms) -> None:
    """Refuse terms that get a golden case wrong."""
    if failed := failing_golden_cases(campaign_id, terms):
        raise GoldenCaseFailed(cases=", ".join(failed))


# --- keeping them ---------------------------------------------------------------------------------------


def keep_golden_case(
    campaign_id: UUID, *, name: str, facts: Mapping[str, Any], expected: Mapping[str, Any], order_id: UUID | None = None
) -> GoldenCase:
    """Keep a case. It may fail under the terms in force: it then says what the next ones have to mend."""
    told, wanted = read_case(facts, expected)
    case = GoldenCase(
        campaign=Campaign.objects.get(id=campaign_id), name=_named(name), facts=told, expected=wanted, order_id=order_id,
        created_by=door.actor().id, created_at=door.moment(),
    )  # fmt: skip
    _save(case)
    audit.record("golden_case.kept", case, {"name": case.name, "campaign_id": str(campaign_id)})
    return case


def change_golden_case(case_id: UUID, **changes: Any) -> GoldenCase:
    """Change name, facts or expected."""
    case = GoldenCase.objects.select_for_update(no_key=True).get(id=case_id)
    told, wanted = read_case(changes.get("facts", case.facts), changes.get("expected", case.expected))
    before = (case.name, case.facts, case.expected)
    case.name, case.facts, case.expected = _named(changes.get("name", case.name)), told, wanted
    if before != (case.name, case.facts, case.expected):
        _save(case)
        audit.record("golden_case.changed", case, {"name": case.name, "fields": sorted(changes)})
    return case


def remove_golden_case(case_id: UUID) -> None:
    case = GoldenCase.objects.get(id=case_id)
    audit.record("golden_case.removed", case, {"name": case.name})
    case.delete()


def copy_golden_cases(campaign_id: UUID, to_id: UUID) -> None:
    """Give a copied campaign the cases of the earlier one."""
    for row in GoldenCase.objects.filter(campaign_id=campaign_id).order_by("id"):
        keep_golden_case(to_id, name=row.name, facts=row.facts, expected=row.expected)


def replace_golden_cases(campaign_id: UUID, told: Sequence[Mapping[str, Any]]) -> None:
    """Make a campaign's golden cases these, by name."""
    known = {row.name: row for row in GoldenCase.objects.filter(campaign_id=campaign_id)}
    for each in told:
        if row := known.pop(each["name"], None):
            change_golden_case(row.id, facts=each["facts"], expected=each["expected"])
        else:
            keep_golden_case(campaign_id, **each)
    for row in known.values():
        remove_golden_case(row.id)


def _named(name: str) -> str:
    name = " ".join(str(name).split())[:120]
    if not name:
        raise NameMissing
    return name


def _save(case: GoldenCase) -> None:
    try:
        with transaction.atomic():
            case.save()
    except IntegrityError as error:
        if "golden_case_named_once" not in str(error):
            raise
        raise GoldenCaseNamed(name=case.name) from error


# --- made from what happened ----------------------------------------------------------------------------


def golden_case_of_order(campaign_id: UUID, order_id: UUID, *, name: str) -> GoldenCase:
    """Keep an order as it was judged last; expected is what the terms in force give for it, limits aside."""
    row = Decision.objects.filter(campaign_id=campaign_id, order_id=order_id).order_by("-id").first()
    if row is None:
        raise GoldenCaseNotJudged
    terms = current_terms(campaign_id)
    facts = plain_facts(read_facts(row.facts))
    return keep_golden_case(campaign_id, name=name, facts=facts, expected=try_case(facts, {}, terms).got, order_id=order_id)


def plain_facts(facts: Facts) -> dict[str, Any]:
    """Say the facts of a decision as a golden case does: distances instead of days, nobody's name."""
    order, referral = facts.order, facts.referral
    at = order.paid_at or referral.confirmed_at
    is_cancelled = order.status == "cancelled"
    return {
        "amount_minor": order.total_minor, "refunded_minor": 0 if is_cancelled else order.total_minor - order.kept_minor,
        "place": max(facts.place, 1), "friend": max(facts.rank, 1),
        "days_to_signup": max((referral.confirmed_at - referral.touched_at).days, 0),
        "days_to_order": max((at - referral.confirmed_at).days, 0), "bought_before": facts.bought_before,
        "is_cancelled": is_cancelled, "is_fraud": referral.is_fraud, "about": dict(facts.about),
    }  # fmt: skip
