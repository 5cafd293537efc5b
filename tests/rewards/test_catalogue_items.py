"""Items of the catalogue, their stock and pictures."""

import io

import pytest
from django.db import IntegrityError, transaction
from PIL import Image

from rewards import operations
from rewards.errors.catalogue import (
    CurrencyMissing,
    ItemUnknown,
    NameMissing,
    NotACode,
    NothingToStock,
    PictureUnreadable,
    PriceMissing,
    StockTooLow,
    WayMissing,
    WindowReversed,
)
from rewards.models import CatalogueItem, CataloguePicture, StockMove, VoucherCode
from rewards.queries.catalogue import free_codes, items, items_with_orders, offers
from tenancy import door
from tenancy.models import AuditRecord

pytestmark = pytest.mark.usefixtures("books_are_whole")


def moves(item):
    return list(StockMove.objects.filter(item_id=item.id).order_by("id").values_list("amount", "cause"))


def test_items_come_one_after_another_and_their_stock_is_a_row(at_acme, put_in):
    with at_acme():
        first, second = put_in("Mug", stock=7), put_in("Tote bag", stock=None)
        assert [item.id for item in items()] == [first.id, second.id]
        assert (moves(first), moves(second)) == ([(7, "put_in")], [])
        assert AuditRecord.objects.get(action="catalogue.item_created", subject_id=str(first.id)).changes == {
            "kind": "gift", "points": 500, "stock": 7,
        }  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"name": {"en": " ", "zh-hans": ""}}, NameMissing),
        ({"points": 0}, PriceMissing),
        ({"money_minor": 500, "currency": ""}, CurrencyMissing),
        ({"money_minor": 500, "currency": "gbp"}, CurrencyMissing),
        ({"can_be_sent": False, "can_be_fetched": False}, WayMissing),
    ],
)
def test_an_item_that_makes_no_sense_is_refused(at_acme, put_in, facts, refusal):
    with pytest.raises(refusal), at_acme():
        put_in("Mug", **facts)
    with at_acme():
        assert not CatalogueItem.objects.exists()


def test_the_end_comes_after_the_beginning(at_acme, put_in):
    with pytest.raises(WindowReversed), at_acme():
        put_in("Mug", opens_at=door.moment(), closes_at=door.moment())


def test_a_change_is_told_by_what_changed(at_acme, put_in):
    with at_acme():
        item = put_in("Mug")
        operations.change_item(item.id, points=450, name={"en": "Big mug", "zh-hans": "大杯"})
        assert CatalogueItem.objects.get(id=item.id).points == 450
        assert AuditRecord.objects.get(action="catalogue.item_changed").changes == {"points": [500, 450], "name": True}
        operations.change_item(item.id, points=450)
        assert AuditRecord.objects.filter(action="catalogue.item_changed").count() == 1


def test_a_change_that_makes_no_sense_changes_nothing(at_acme, put_in):
    with at_acme():
        item = put_in("Mug")
    with pytest.raises(PriceMissing), at_acme():
        operations.change_item(item.id, points=-1)
    with at_acme():
        assert CatalogueItem.objects.get(id=item.id).points == 500


def test_stock_is_put_in_and_taken_out_but_not_below_nothing(at_acme, put_in):
    with at_acme():
        item = put_in("Mug", stock=3)
        assert operations.add_stock(item.id, pieces=4).stock == 7
        assert operations.add_stock(item.id, pieces=-2).stock == 5
        with pytest.raises(StockTooLow) as refusal:
            operations.add_stock(item.id, pieces=-6)
        assert refusal.value.facts == {"left": 5}
        with pytest.raises(NothingToStock):
            operations.add_stock(item.id, pieces=0)
        assert moves(item) == [(3, "put_in"), (4, "put_in"), (-2, "counted")]


def test_a_limit_is_lifted_and_set_again(at_acme, put_in):
    with at_acme():
        item = put_in("Mug", stock=3)
        assert operations.lift_stock_limit(item.id).stock is None
        assert operations.lift_stock_limit(item.id).stock is None
        assert operations.add_stock(item.id, pieces=2).stock == 2
        assert moves(item) == [(3, "put_in"), (-3, "unlimited"), (2, "put_in")]


def test_the_database_itself_refuses_to_oversell(at_acme, put_in):
    with at_acme():
        item = put_in("Mug", stock=1)
        with pytest.raises(IntegrityError, match="catalogue_never_oversold"), transaction.atomic():
            CatalogueItem.objects.filter(id=item.id).update(stock=-1)


def test_offers_are_what_is_open_now(at_acme, put_in):
    with at_acme(days=1):
        later = door.moment()
    with at_acme():
        now = door.moment()
        put_in("Withdrawn", is_on_offer=False)
        put_in("From tomorrow", opens_at=later)
        put_in("Until now", closes_at=now)
        wanted = [put_in("Always"), put_in("From now", opens_at=now), put_in("Sold out", stock=0)]
        assert [item.id for item in offers()] == [item.id for item in wanted]


def test_items_are_arranged_and_the_rest_follows(at_acme, put_in):
    with at_acme():
        a, b, c, d = (put_in(name) for name in "abcd")
        operations.arrange_items([c.id, a.id])
        assert [item.id for item in items()] == [c.id, a.id, b.id, d.id]


def test_another_organisations_items_are_not_there(at_acme, globex, put_in):
    with at_acme():
        item = put_in("Mug")
    with door.organisation(globex.id):
        assert not items().exists()
        for attempt in (
            lambda: operations.change_item(item.id, points=1),
            lambda: operations.add_stock(item.id, pieces=1),
            lambda: operations.set_picture(item.id, drawn()),
            lambda: operations.add_codes(item.id, ["A"]),
        ):
            with pytest.raises(ItemUnknown), transaction.atomic():
                attempt()
        operations.arrange_items([item.id])
    with at_acme():
        assert CatalogueItem.objects.get(id=item.id).position == 1


# --- pictures -------------------------------------------------------------------------------------------------


def drawn(size=(1600, 1200), look="PNG", **save) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "#2563eb").save(file, look, **save)
    return file.getvalue()


def test_a_picture_is_kept_small(at_acme, put_in):
    with at_acme():
        item = operations.set_picture(put_in("Mug").id, drawn())
        kept = CataloguePicture.objects.get(id=item.id)
        assert Image.open(io.BytesIO(bytes(kept.content))).size == (640, 480)
        assert (kept.media_type, len(item.picture_version)) == ("image/webp", 16)
        assert operations.set_picture(item.id, drawn((100, 100), "JPEG")).picture_version != item.picture_version
        assert operations.remove_picture(item.id).picture_version == ""
        assert not CataloguePicture.objects.exists()


def test_what_the_camera_wrote_is_left_out(at_acme, put_in):
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    with at_acme():
        item = operations.set_picture(put_in("Mug").id, drawn(look="JPEG", exif=exif))
        assert b"Secret Camera" not in bytes(CataloguePicture.objects.get(id=item.id).content)


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"<svg/>", drawn(look="GIF"), b"x" * (5 * 1024 * 1024 + 1), drawn()[:500]]
)
def test_what_is_no_picture_is_refused(at_acme, put_in, content):
    with at_acme():
        item = put_in("Mug")
    with pytest.raises(PictureUnreadable), at_acme():
        operations.set_picture(item.id, content)
    with at_acme():
        assert CatalogueItem.objects.get(id=item.id).picture_version == ""


# --- codes ----------------------------------------------------------------------------------------------------


def test_codes_are_taken_in_once_and_stocked(at_acme, put_in):
    with at_acme():
        item = put_in("Cinema", kind="voucher", stock=0)
        assert operations.add_codes(item.id, ["AAA-1", " AAA-2 ", "", "AAA-1"]) == 2
        assert operations.add_codes(item.id, ["AAA-2", "AAA-3"]) == 1
        assert (CatalogueItem.objects.get(id=item.id).stock, free_codes(item.id)) == (3, 3)
        assert sorted(code.code for code in VoucherCode.objects.all()) == ["AAA-1", "AAA-2", "AAA-3"]


def test_codes_are_for_vouchers(at_acme, put_in):
    with at_acme():
        mug = put_in("Mug")
        with pytest.raises(NotACode):
            operations.add_codes(mug.id, ["AAA-1"])


def test_the_list_tells_what_was_ordered(at_acme, put_in, rich):
    with at_acme():
        mug = put_in("Mug", stock=7)
        for key, move in (("a", operations.cancel_gift), ("b", operations.make_gift_ready), ("c", operations.hand_out_gift)):
            order = operations.order_gift(mug.id, rich.id, key=key, way="fetch")
            if key == "c":
                operations.make_gift_ready(order.id)
            move(order.id)
        item = items_with_orders().get(id=mug.id)
        assert (item.stock, item.open_pieces, item.ordered_pieces) == (5, 1, 2)
