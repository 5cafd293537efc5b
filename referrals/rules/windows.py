"""Where an order stands among others: its place in a friend's line, and the fullest window of days it falls into."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from referrals.rules.facts import PAID, OrderFacts


def places(orders: Sequence[OrderFacts], touched_at: datetime) -> dict[str, tuple[int, bool]]:
    """Say of each order of one friend: its place among those kept since the touch, and whether any was paid before it.

    An order that was given back entirely takes no place: the next one becomes the first.
    """
    paid = sorted((o for o in orders if o.status == PAID and o.paid_at), key=lambda o: (o.paid_at, o.order_id))
    bought_before = any(o.paid_at < touched_at for o in paid)
    kept = [o.order_id for o in paid if o.kept_minor > 0 and o.paid_at >= touched_at]
    place = {order_id: number for number, order_id in enumerate(kept, start=1)}
    return {o.order_id: (place.get(o.order_id, 0), bought_before) for o in orders}


def fits_window(times: Sequence[datetime], moment: datetime, *, days: int = 30) -> int:
    """Count the fullest window of `days` that contains `moment`, without it.

    Windows on both sides: an order told late must not overfill the days after it either.
    """
    return fullest_window([(time, 1) for time in times], moment, days=days)


def fullest_window(weights: Sequence[tuple[datetime, int]], moment: datetime, *, days: int = 30) -> int:
    """Sum the heaviest window of `days` that contains `moment`, without it."""
    span = timedelta(days=days)
    near = sorted((time, weight) for time, weight in weights if moment - span < time < moment + span)
    starts = [time for time, _weight in near if time <= moment] + [moment]
    return max(sum(weight for time, weight in near if start <= time < start + span) for start in starts)
