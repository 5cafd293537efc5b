"""What becomes of tiers, badges and points of orders when two customers become one."""

from collections.abc import Iterable

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.operations.merging.kit import Act, Note, Pair, Room, Undoing, Work, moves
from loyalty.models import CustomerBadge, OrderPoints, TierHold, TierPeriod
from tenancy import door


def _open_of(customer) -> TierPeriod | None:
    return TierPeriod.objects.select_related("tier").filter(customer=customer, until=None).first()


def _look(pair: Pair) -> Iterable[Note]:
    mine, theirs = _open_of(pair.winner), _open_of(pair.loser)
    if mine and theirs and mine.tier_id != theirs.tier_id:
        yield Note(gettext("The higher of the two tiers is kept; what both spent counts together from then on."))


def _before(work: Work) -> None:
    """Close the lower of two open periods: the better tier goes on, both histories stay."""
    mine, theirs = _open_of(work.winner), _open_of(work.loser)
    if mine and theirs:
        lower = theirs if mine.tier.rank >= theirs.tier.rank else mine
        work.change(TierPeriod, {lower.id: {"until": max(door.moment(), lower.since)}})


def _undo(undoing: Undoing) -> None:
    """Make room for a period that opens again: what a review opened since ends."""
    opened = {row["id"] for step in undoing.of(TierPeriod, Act.CHANGED) for row in step.rows}
    if not opened:
        return
    theirs = undoing.ids(TierPeriod)
    for period in TierPeriod.objects.filter(customer=undoing.winner, until=None).exclude(id__in=theirs):
        if str(period.id) not in opened and period.id > undoing.merge.id:
            TierPeriod.objects.filter(id=period.id).update(until=max(door.moment(), period.since))


ROOM = Room(
    moves(TierPeriod, "customer"),
    moves(TierHold, "customer", _("Tiers held for a time")),
    moves(CustomerBadge, "customer", _("Badges")),
    moves(OrderPoints, "customer"),
    look=_look, before=_before, undo=_undo,
)  # fmt: skip
