"""Stock: every change of it is a row, and their sum is the stock."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.crypto import salted_hmac

from rewards.errors.catalogue import ItemUnknown, NotACode, NothingToStock, StockTooLow
from rewards.models import CatalogueItem, StockMove, VoucherCode
from rewards.queries.catalogue import on_offer
from tenancy import audit, door

Cause = StockMove.Cause


@transaction.atomic
def add_stock(item_id: UUID, *, pieces: int) -> CatalogueItem:
    """Put pieces in, or take some out (pieces < 0); an item without limit has only these from now on."""
    if pieces == 0:
        raise NothingToStock
    enough = CatalogueItem.objects.annotate(there=Coalesce("stock", 0)).filter(id=item_id, there__gte=-pieces)
    if not enough.update(stock=Coalesce(F("stock"), 0) + pieces):
        raise StockTooLow(left=_item(item_id).stock or 0)
    item = _item(item_id)
    note(item_id, pieces, Cause.PUT_IN if pieces > 0 else Cause.COUNTED)
    audit.record("catalogue.stock_changed", item, {"pieces": pieces, "stock": item.stock})
    return item


@transaction.atomic
def lift_stock_limit(item_id: UUID) -> CatalogueItem:
    """Let an item be ordered without counting."""
    item = locked(item_id)
    if item.stock is None:
        return item
    CatalogueItem.objects.filter(id=item_id).update(stock=None)
    if item.stock:
        note(item_id, -item.stock, Cause.UNLIMITED)
    audit.record("catalogue.stock_unlimited", item, {"stock": item.stock})
    item.stock = None
    return item


@transaction.atomic
def add_codes(item_id: UUID, codes: Sequence[str]) -> int:
    """Take in voucher codes, each once, and stock a piece for each; tell how many were new."""
    item = locked(item_id)
    if item.kind != CatalogueItem.Kind.VOUCHER:
        raise NotACode
    wanted = {_fingerprint(code): code for code in (code.strip() for code in codes) if code}
    known = set(VoucherCode.objects.filter(item_id=item_id, fingerprint__in=wanted).values_list("fingerprint", flat=True))
    new = [
        VoucherCode(item_id=item_id, code=code, fingerprint=fingerprint, added_at=door.moment())
        for fingerprint, code in wanted.items()
        if fingerprint not in known
    ]
    VoucherCode.objects.bulk_create(new)
    if new:
        add_stock(item_id, pieces=len(new))
    return len(new)


def take(item_id: UUID, *, pieces: int, order_id: UUID, is_promised: bool = False) -> int | None:
    """Take pieces in one conditional statement; give how many came from a counted stock, None if they cannot be had.

    What was promised as a reward need not be on offer. Locks the item until the transaction ends.
    """
    wanted = CatalogueItem.objects.filter(Q(stock=None) | Q(stock__gte=pieces), id=item_id)
    if not is_promised:
        wanted = wanted.filter(on_offer(door.moment()))
    if not wanted.update(stock=F("stock") - pieces):
        return None
    if _item(item_id).stock is None:
        return 0
    note(item_id, -pieces, Cause.ORDERED, order_id)
    return pieces


def put_back(item_id: UUID, *, pieces: int, order_id: UUID, cause: str) -> int:
    """Put an order's pieces back, if the item still has a stock; give how many."""
    if not pieces or not CatalogueItem.objects.filter(id=item_id, stock__isnull=False).update(stock=F("stock") + pieces):
        return 0
    note(item_id, pieces, cause, order_id)
    return pieces


def issue_codes(item_id: UUID, *, pieces: int, order_id: UUID) -> str:
    """Give so many codes to an order, a line each; empty: there are none to give. The item must be locked."""
    codes = list(VoucherCode.objects.filter(item_id=item_id, order_id=None).order_by("id")[:pieces])
    if len(codes) < pieces:
        return ""
    VoucherCode.objects.filter(id__in=[code.id for code in codes]).update(order_id=order_id)
    return "\n".join(code.code for code in codes)


def note(item_id: UUID, amount: int, cause: str, order_id: UUID | None = None) -> None:
    actor = door.actor()
    StockMove.objects.create(
        item_id=item_id, order_id=order_id, amount=amount, cause=cause, actor_kind=actor.kind, actor_id=actor.id,
        occurred_at=door.moment(),
    )  # fmt: skip


def _item(item_id: UUID) -> CatalogueItem:
    item = CatalogueItem.objects.filter(id=item_id).first()
    if item is None:
        raise ItemUnknown
    return item


def locked(item_id: UUID) -> CatalogueItem:
    item = CatalogueItem.objects.select_for_update().filter(id=item_id).first()
    if item is None:
        raise ItemUnknown
    return item


def _fingerprint(code: str) -> str:
    """Tell codes apart without keeping them readable; short ones could be guessed from a plain hash."""
    return salted_hmac("voucher code", code, algorithm="sha256").hexdigest()
