"""What is left of redemptions to be given back."""

from uuid import UUID

from django.db.models import Sum

from rewards.models import LotUse


def left_of_redemption(entry_id: UUID) -> int:
    """Say how much of what an entry took from lots has not been given back to them."""
    uses = LotUse.objects.filter(entry_id=entry_id, amount__gt=0)
    taken = uses.aggregate(sum=Sum("amount"))["sum"] or 0
    back = LotUse.objects.filter(lot_id__in=uses.values("lot_id"), gives_back_id__in=uses.values("id"))
    return taken + (back.aggregate(sum=Sum("amount"))["sum"] or 0)
