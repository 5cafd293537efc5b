"""The catalogue: make, change, arrange and picture its items."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from crm.errors import UnknownMember
from rewards.errors.catalogue import (
    CurrencyMissing,
    ItemUnknown,
    NameMissing,
    PriceMissing,
    WayMissing,
    WindowReversed,
)
from rewards.models import CatalogueItem, CataloguePicture, StockMove
from rewards.operations.gifts import stock as stocking
from rewards.operations.gifts.pictures import shrink
from rewards.rules.gift_orders import THINGS
from tenancy import audit, door
from tenancy.models import Membership

_CHANGEABLE = {
    "name", "description", "points", "money_minor", "currency", "per_customer", "opens_at", "closes_at", "can_be_sent",
    "can_be_fetched", "is_on_offer", "responsible_id",
}  # fmt: skip


@transaction.atomic
def create_item(*, kind: str, stock: int | None = None, **facts: Any) -> CatalogueItem:
    """Put something into the catalogue, at its end; `stock` None is without limit."""
    item = CatalogueItem(
        kind=kind, stock=stock, created_at=door.moment(), position=_last_position() + 1, **_known(facts)
    )  # fmt: skip
    _check(item)
    item.save(force_insert=True)
    if stock:
        stocking.note(item.id, stock, StockMove.Cause.PUT_IN)
    audit.record("catalogue.item_created", item, {"kind": kind, "points": item.points, "stock": stock})
    return item


@transaction.atomic
def change_item(item_id: UUID, **changes: Any) -> CatalogueItem:
    """Change what an item says and costs; open orders keep the price they were made at."""
    item = CatalogueItem.objects.select_for_update().filter(id=item_id).first()
    if item is None:
        raise ItemUnknown
    changed = {name: value for name, value in _known(changes).items() if getattr(item, name) != value}
    if not changed:
        return item
    before = {name: getattr(item, name) for name in changed}
    for name, value in changed.items():
        setattr(item, name, value)
    _check(item)
    item.save(update_fields=[name.removesuffix("_id") for name in changed])
    audit.record("catalogue.item_changed", item, _told(before, changed))
    return item


@transaction.atomic
def arrange_items(item_ids: Sequence[UUID]) -> None:
    """Show items in this order; those that are not named come after them, as they were."""
    rest = CatalogueItem.objects.exclude(id__in=item_ids).order_by("position", "id").values_list("id", flat=True)
    wanted = {item_id: place for place, item_id in enumerate([*dict.fromkeys(item_ids), *rest], start=1)}
    items = list(CatalogueItem.objects.select_for_update().filter(id__in=wanted).order_by("id"))
    for item in items:
        item.position = wanted[item.id]
    CatalogueItem.objects.bulk_update(items, ["position"])
    if items:
        audit.record("catalogue.arranged", items[0], {"items": len(items)})


@transaction.atomic
def set_picture(item_id: UUID, content: bytes) -> CatalogueItem:
    """Keep a small copy of a picture, without what the camera wrote into it."""
    small = shrink(content)
    if not CatalogueItem.objects.filter(id=item_id).update(picture_version=hashlib.sha256(small).hexdigest()[:16]):
        raise ItemUnknown
    picture = {"content": small, "media_type": "image/webp"}
    CataloguePicture.objects.update_or_create(id=item_id, defaults=picture)
    item = CatalogueItem.objects.get(id=item_id)
    audit.record("catalogue.picture_set", item, {"bytes": len(small)})
    return item


@transaction.atomic
def remove_picture(item_id: UUID) -> CatalogueItem:
    """Go back to the drawn sign of the item's kind."""
    item = CatalogueItem.objects.filter(id=item_id).first()
    if item is None:
        raise ItemUnknown
    removed, _ = CataloguePicture.objects.filter(id=item_id).delete()
    if removed:
        CatalogueItem.objects.filter(id=item_id).update(picture_version="")
        audit.record("catalogue.picture_removed", item)
    return CatalogueItem.objects.get(id=item_id)


def _known(facts: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(facts) - _CHANGEABLE
    assert not unknown, f"not a fact of an item: {unknown}"
    return dict(facts)


def _check(item: CatalogueItem) -> None:
    if not any(str(text).strip() for text in item.name.values()):
        raise NameMissing
    if item.points <= 0:
        raise PriceMissing
    if item.money_minor and not (len(item.currency) == 3 and item.currency.isupper()):
        raise CurrencyMissing
    if item.opens_at and item.closes_at and item.opens_at >= item.closes_at:
        raise WindowReversed
    if item.responsible_id and not Membership.objects.filter(id=item.responsible_id).exists():
        raise UnknownMember(field="responsible_id")
    if item.kind in THINGS and not (item.can_be_sent or item.can_be_fetched):
        raise WayMissing


def _last_position() -> int:
    return CatalogueItem.objects.aggregate(last=Max("position"))["last"] or 0


def _told(before: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """Tell what changed: figures and states in full, texts by name."""
    told = {"points", "money_minor", "per_customer", "is_on_offer"}
    return {name: [before[name], value] if name in told else True for name, value in changed.items()}
