"""What is left of redemptions to be given back."""

from collections import Counter
from collections.abc import Collection
from uuid import UUID

from rewards.models import Checkout, GiftOrder, LotUse


def left_of_redemptions(entry_ids: Collection[UUID]) -> dict[UUID, int]:
    """Say how much of what entries took from lots has not been given back to them; nothing left is left out."""
    taken = {use.id: use for use in LotUse.objects.filter(entry_id__in=entry_ids, amount__gt=0)}
    left = Counter()
    for use in taken.values():
        left[use.entry_id] += use.amount
    back = LotUse.objects.filter(lot_id__in={use.lot_id for use in taken.values()}, gives_back_id__in=taken)
    for gives_back_id, amount in back.values_list("gives_back_id", "amount"):
        left[taken[gives_back_id].entry_id] += amount
    return dict(+left)


def of_orders(entry_ids: Collection[UUID]) -> set[UUID]:
    """Pick the redemptions that paid for a gift or at a till: they go back with their order."""
    gifts = GiftOrder.objects.filter(redemption_id__in=entry_ids).values_list("redemption_id", flat=True)
    checkouts = Checkout.objects.filter(points_entry_id__in=entry_ids).values_list("points_entry_id", flat=True)
    return {*gifts, *checkouts}
