"""Change what is known of a deal, hand it over, delete one that was a mistake."""

from typing import Any
from uuid import UUID

from crm.errors import AmountBelowReceived, CurrencyFixed, DealHasMoney, DealTitleMissing
from crm.models import Deal, DealLine, DealMove, Instalment, Receipt
from crm.operations.custom_fields import clean_custom, told_fields
from crm.operations.deals.create import FIELDS, check_customer, check_money
from crm.operations.deals.facts import event_facts
from crm.operations.deals.locks import hold_deal, save
from crm.operations.identity import check_member
from crm.queries.deal_money import kept_of
from tenancy import audit, door, events

CHANGEABLE = FIELDS | {"title", "customer_id", "amount_minor", "currency", "is_amount_by_hand"}

_TOLD = {"amount_minor", "customer_id", "company_id", "owner_id"}  # of which others make something


def change_deal(deal_id: UUID, *, expected_version: int | None = None, **changes: Any) -> Deal:
    """Change fields of a deal; what is told again changes nothing. An amount that is told is one set by hand."""
    assert changes.keys() <= CHANGEABLE, changes.keys() - CHANGEABLE
    deal = hold_deal(deal_id, expected_version=expected_version)
    _check(deal, changes)
    if "custom" in changes:
        changes["custom"] = clean_custom("deal", changes["custom"] or {}, deal.custom)
    owner_before, custom_before, buyer = deal.owner_id, deal.custom, str(deal.customer_id)
    changed = _apply(deal, changes)
    if not changed:
        return deal
    save(deal, *changed)
    if "owner_id" in changed:
        _note_owner(deal, owner_before, "")
    audit.record("deal.changed", deal, {"fields": told_fields(changed, custom_before, deal.custom)})
    if _TOLD & set(changed):
        events.publish("deal.changed", deal.id, **event_facts(deal), was_customer_id=buyer)
    return deal


def _check(deal: Deal, changes: dict[str, Any]) -> None:
    if not changes.get("title", "-").strip():
        raise DealTitleMissing
    check_customer(changes.get("customer_id"), field="customer_id")
    check_customer(changes.get("company_id"), field="company_id")
    check_member(changes.get("owner_id"), field="owner")
    check_money(changes.get("currency", ""), changes.get("amount_minor"))
    if changes.get("currency", deal.currency) != deal.currency and has_figures(deal):
        raise CurrencyFixed(currency=deal.currency)


def has_figures(deal: Deal) -> bool:
    """Say whether anything of the deal is written in its currency, beside its amount."""
    return any(model.objects.filter(deal=deal).exists() for model in (DealLine, Instalment, Receipt))


def _apply(deal: Deal, changes: dict[str, Any]) -> list[str]:
    changes = dict(changes)
    by_hand = changes.pop("is_amount_by_hand", None)
    if by_hand is None and changes.get("amount_minor", deal.amount_minor) != deal.amount_minor:
        by_hand = True
    if by_hand is not None:
        changes["is_amount_by_hand"] = by_hand
    if by_hand is False and (lines := list(DealLine.objects.filter(deal=deal))):
        changes["amount_minor"] = sum(line.amount_minor for line in lines)
    changed = [name for name, value in changes.items() if getattr(deal, name) != value]
    for name in changed:
        setattr(deal, name, changes[name])
    if "amount_minor" in changed and deal.amount_minor < kept_of(deal.id):
        raise AmountBelowReceived
    return changed


def hand_over(deal_id: UUID, owner_id: UUID | None, *, note: str = "", expected_version: int | None = None) -> Deal:
    """Give a deal to another owner, with a word for them in its history."""
    check_member(owner_id, field="owner")
    deal = hold_deal(deal_id, expected_version=expected_version)
    before = deal.owner_id
    if before == owner_id:
        return deal
    deal.owner_id = owner_id
    save(deal, "owner_id")
    _note_owner(deal, before, note)
    audit.record("deal.handed_over", deal, {"owner_id": str(owner_id) if owner_id else None})
    return deal


def _note_owner(deal: Deal, before: UUID | None, note: str) -> None:
    who = door.actor()
    DealMove.objects.create(
        deal=deal, kind=DealMove.Kind.HANDED_OVER, from_stage_id=deal.stage_id, to_stage_id=deal.stage_id,
        from_owner_id=before, to_owner_id=deal.owner_id, note=note.strip()[:500], actor_kind=who.kind, actor_id=who.id,
        occurred_at=door.moment(),
    )  # fmt: skip


def delete_deal(deal_id: UUID) -> None:
    """Delete a deal that was a mistake; one for which money has come is kept."""
    deal = hold_deal(deal_id)
    if Receipt.objects.filter(deal=deal).exists():
        raise DealHasMoney
    audit.record("deal.deleted", deal, {"amount_minor": deal.amount_minor, "currency": deal.currency, "state": deal.state})
    events.publish("deal.deleted", deal.id, **event_facts(deal))
    deal.delete()
