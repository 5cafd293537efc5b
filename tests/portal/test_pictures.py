from io import BytesIO

import segno
from PIL import Image, ImageChops

from portal.poster import Poster, draw, qr_picture
from referrals.operations import end_campaign
from referrals.printing import fonts

LINK = "https://crm.example.com/o/acme/r/K7TX9PQR?ch=poster"


def modules(picture: Image.Image, count: int) -> list[list[bool]]:
    """Read a QR picture back: is the middle of each module dark?"""
    step = picture.width // count
    return [
        [picture.getpixel((x * step + step // 2, y * step + step // 2)) == (0, 0, 0) for x in range(count)]
        for y in range(count)
    ]


def test_a_qr_picture_is_the_code_with_whole_modules_and_a_quiet_zone_of_four():
    picture = qr_picture(LINK, room=470)
    code = segno.make(LINK, error="m", micro=False, boost_error=False)
    count = code.symbol_size(border=4)[0]

    read = modules(picture, count)
    assert picture.width == picture.height and picture.width <= 470 and picture.width % count == 0
    assert [[bool(dark) for dark in row] for row in code.matrix_iter(border=4)] == read
    assert not any(read[y][x] for y in range(count) for x in range(count) if min(x, y, count - 1 - x, count - 1 - y) < 4)


def poster(**changes) -> Poster:
    words = {
        "colour": "#2563eb",
        "organisation": "春熙 Tea",
        "invitation": "张* invites you",
        "headline": "一起喝好茶，各得一份心意",
        "offer": "首单满 ¥100，你得 ¥20 优惠券。",
        "scan": "Scan",
        "code_label": "code",
        "code": "K7TX 9PQR",
        "link": LINK,
    }
    return Poster(**words | changes)


def test_a_poster_carries_the_qr_code_as_it_is():
    picture = Image.open(BytesIO(draw(poster())))
    qr = qr_picture(LINK, room=470)

    left, top = 60 + 22 + (470 - qr.width) // 2, 1010 + (550 - qr.height) // 2
    cut = picture.crop((left, top, left + qr.width, top + qr.height))
    assert (picture.format, picture.size) == ("PNG", (1080, 1620))
    assert ImageChops.difference(cut.convert("RGB"), qr).getbbox() is None


def test_long_words_stay_above_the_card():
    long = "A very long headline that somebody wrote without thinking of posters at all, twice over. " * 2
    picture = Image.open(BytesIO(draw(poster(headline=long, offer=long * 2)))).convert("RGB")
    plain = Image.open(BytesIO(draw(poster(headline="", offer="", invitation="")))).convert("RGB")

    strip = (0, 970, 1080, 1010)
    assert ImageChops.difference(picture.crop(strip), plain.crop(strip)).getbbox() is None


def test_without_chinese_fonts_a_poster_leaves_chinese_out_and_still_comes(monkeypatch):
    monkeypatch.setattr(fonts, "_installed", dict)
    for cached in (fonts.knows_han, fonts.found_file):
        cached.cache_clear()
    try:
        assert Image.open(BytesIO(draw(poster()))).size == (1080, 1620)
        assert fonts.can_write("Scan") and not fonts.can_write("扫码")
    finally:
        monkeypatch.undo()
        for cached in (fonts.knows_han, fonts.found_file):
            cached.cache_clear()


def test_the_poster_page_is_a_png_that_browsers_keep(acme, code, phone):
    address = f"/o/{acme.slug}/p/{code}.png"
    first = phone().get(address)
    again = phone(HTTP_IF_NONE_MATCH=first["ETag"]).get(address)

    assert first["Content-Type"] == "image/png" and first["Cache-Control"] == "public, max-age=600"
    assert Image.open(BytesIO(first.content)).size == (1080, 1620)
    assert (again.status_code, again.content) == (304, b"")
    assert phone().get(address, {"lang": "zh-hans"})["ETag"] != first["ETag"]
    assert "attachment" in phone().get(address, {"download": "1"})["Content-Disposition"]


def test_the_qr_page_is_an_svg_of_the_tagged_link(acme, code, phone):
    answer = phone().get(f"/o/{acme.slug}/q/{code}.svg")

    expected = segno.make(f"http://testserver/o/{acme.slug}/r/{code}?ch=qr", error="m", micro=False, boost_error=False)
    size = expected.symbol_size(border=4)[0]
    assert answer["Content-Type"] == "image/svg+xml"
    assert f'viewBox="0 0 {size} {size}"' in answer.content.decode()


def test_pictures_of_codes_that_do_not_work_are_not_there(acme, globex, campaign, code, phone, here):
    for address in (f"/o/{acme.slug}/p/ZZZZZZZZ.png", f"/o/{globex.slug}/p/{code}.png", f"/o/{globex.slug}/q/{code}.svg"):
        assert phone().get(address).status_code == 404
    with here():
        end_campaign(campaign.id)
    assert phone().get(f"/o/{acme.slug}/p/{code}.png").status_code == 404
