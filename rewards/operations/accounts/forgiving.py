"""Forgive what a customer owes."""

from uuid import UUID

from django.db import transaction

from rewards import ledger
from rewards.errors.general import InsufficientBalance, NotPositive, OwesLess, ReasonMissing
from rewards.models import Balance, JournalEntry
from rewards.operations.accounts.points import post_by_hand
from rewards.operations.accounts.units import POINT, units


@transaction.atomic
def forgive_debt(customer_id: UUID, *, amount: int, reason: str, key: str, unit_code: str = POINT) -> JournalEntry:
    """Let a customer owe so much less; the house bears it, and finance sees it as written off."""
    if amount <= 0:
        raise NotPositive
    if not reason.strip():
        raise ReasonMissing
    unit = units([unit_code])[unit_code]
    arrow = ledger.Arrow(customer_id, unit.id, "programme", "arrears", amount)
    try:
        with transaction.atomic():
            return post_by_hand(JournalEntry.Kind.WRITE_OFF, f"forgive:{key}", arrow, reason, action="debt.forgiven")
    except InsufficientBalance:
        raise OwesLess(owed=owed_by(customer_id, unit.id)) from None


def owed_by(customer_id: UUID, unit_id: UUID) -> int:
    balance = Balance.objects.filter(id=ledger.account_id(customer_id, unit_id)).first()
    return -balance.arrears if balance else 0
