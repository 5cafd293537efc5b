"""How often a kind is in use, counted so that no limit is exceeded, however many tills ask at once.

Each use is a row of its own that refers to its coupon; the count is another row that
nothing refers to, moved by one statement that also asks the limit. A shared code's
own row never changes, so uses lock nothing but their counters.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import connection
from django.db.models import F

from rewards.errors.coupons import PersonLimitReached, TotalLimitReached
from rewards.models import Checkout, CouponCounter, CouponGuest, CouponKind, CouponUse
from rewards.queries.checkouts import counter_id
from tenancy import door

ALIVE = [Checkout.State.RESERVED, Checkout.State.REDEEMED]


def hold_kinds(kind_ids: Collection[UUID]) -> None:
    """Keep kinds as they are until the end of the transaction: their limits change before or after, not meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM rewards_couponkind WHERE organisation_id = %s AND id = ANY(%s::uuid[]) ORDER BY id FOR SHARE",
            [str(door.organisation_id()), [str(one) for one in kind_ids]],
        )


def count_use(kind: CouponKind, customer_id: UUID | None) -> None:
    """Count one use more, or refuse where a limit is reached."""
    if not _count_all(kind):
        raise TotalLimitReached(limit=kind.total)
    if customer_id and not _count_person(kind, customer_id):
        raise PersonLimitReached(limit=kind.per_person)


def uncount(uses: Iterable[CouponUse]) -> None:
    """Count uses no more that are over."""
    ids = [counter_id(use.kind_id, who) for use in uses for who in {None, use.customer_id}]
    for one in sorted(ids):
        CouponCounter.objects.filter(id=one).update(uses=F("uses") - 1)


def begin_counting(kind: CouponKind) -> None:
    """Give a kind with a limit its counter, with what is in use already; the kind is locked by the caller."""
    if kind.total is None:
        return
    alive = CouponUse.objects.filter(kind_id=kind.id, state__in=ALIVE).count()
    CouponCounter.objects.get_or_create(id=counter_id(kind.id), defaults={"kind_id": kind.id, "uses": alive})


def count_for_another(from_id: UUID, to_id: UUID) -> None:
    """Let what one customer did at the till be another's: checkouts, uses, their counts, invitations."""
    Checkout.objects.filter(customer_id=from_id).update(customer_id=to_id)
    CouponUse.objects.filter(customer_id=from_id).update(customer_id=to_id)
    counters = list(CouponCounter.objects.filter(customer_id=from_id).order_by("kind_id"))
    for counter in counters:
        _add(counter.kind_id, to_id, counter.uses, None)
    CouponCounter.objects.filter(id__in=[counter.id for counter in counters]).delete()
    invited = CouponGuest.objects.filter(customer_id=from_id)
    CouponGuest.objects.bulk_create(
        [CouponGuest(kind_id=kind_id, customer_id=to_id) for kind_id in invited.values_list("kind_id", flat=True)],
        ignore_conflicts=True,
    )
    invited.delete()


def recount(kind_id: UUID, customer_id: UUID, *, keep_empty: bool) -> None:
    """Count a customer's uses of a kind anew; without any the counter goes unless it is to stay."""
    alive = CouponUse.objects.filter(kind_id=kind_id, customer_id=customer_id, state__in=ALIVE).count()
    one = CouponCounter.objects.filter(id=counter_id(kind_id, customer_id))
    if not alive and not keep_empty:
        one.delete()
    elif not one.update(uses=alive):
        CouponCounter.objects.create(
            id=counter_id(kind_id, customer_id), kind_id=kind_id, customer_id=customer_id, uses=alive
        )


def _count_all(kind: CouponKind) -> bool:
    """Move the counter of everybody's uses; a kind that never had a limit has none, so it is nobody's bottleneck."""
    counter = CouponCounter.objects.filter(id=counter_id(kind.id))
    if kind.total is None:
        counter.update(uses=F("uses") + 1)
        return True
    return bool(counter.filter(uses__lt=kind.total).update(uses=F("uses") + 1))


def _count_person(kind: CouponKind, customer_id: UUID) -> bool:
    return _add(kind.id, customer_id, 1, kind.per_person)


def _add(kind_id: UUID, customer_id: UUID, uses: int, limit: int | None) -> bool:
    """Add uses to a customer's counter in one statement; False if one more would exceed the limit."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO rewards_couponcounter AS c (organisation_id, id, kind_id, customer_id, uses)
            VALUES (%s, %s, %s, %s, %s)
            ON CONFLICT (organisation_id, id) DO UPDATE SET uses = c.uses + EXCLUDED.uses
              WHERE %s::integer IS NULL OR c.uses < %s::integer
            """,
            [
                str(door.organisation_id()), str(counter_id(kind_id, customer_id)), str(kind_id), str(customer_id), uses,
                limit, limit,
            ],
        )  # fmt: skip
        return cursor.rowcount == 1
