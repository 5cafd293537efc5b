"""Posters in three designs, as a picture and to print; what is drawn on printed pieces."""

import re
from datetime import timedelta
from io import BytesIO

import segno
from django.utils import timezone
from PIL import Image

from referrals.models import Touch
from referrals.operations.material import order_material
from referrals.operations.profiles import enrol_referrer
from referrals.printing.designs import Place, Words, qr_path
from referrals.printing.outlines import Type, can_draw
from referrals.printing.sheets import FORMATS, draw_sheets
from tests.portal.test_pictures import LINK

WORDS = Words("春熙 Tea", ("一起喝好茶", "Bring a friend"), ("各得一份心意",))


def test_designs_differ_and_a_design_that_is_none_is_the_first(acme, code, phone):
    address = f"/o/{acme.slug}/p/{code}.png"
    tags = {design: phone().get(address, {"design": design})["ETag"] for design in ("bold", "calm", "frame", "nonsense")}
    assert len(set(tags.values())) == 3 and tags["nonsense"] == tags["bold"]
    assert Image.open(BytesIO(phone().get(address, {"design": "calm"}).content)).getpixel((540, 60)) == (255, 255, 255)


def test_the_poster_to_print_is_a_pdf(acme, code, phone):
    answer = phone().get(f"/o/{acme.slug}/p/{code}.pdf", {"design": "frame"})
    assert (answer.status_code, answer["Content-Type"], answer.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert phone().get(f"/o/{acme.slug}/p/ZZZZZZZZ.pdf").status_code == 404


def test_a_printed_qr_code_is_the_code_with_a_quiet_zone_of_four():
    code = segno.make(LINK, error="m", micro=False, boost_error=False)
    count = len(list(code.matrix))
    side = float(count + 8)  # a point for each module
    drawn = set()
    for left, bottom, width, height in re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re", qr_path(LINK, 0, 0, side)):
        assert float(height) == 1
        y = int(side - 4 - 1 - float(bottom))
        drawn |= {(int(float(left)) - 4 + n, y) for n in range(int(float(width)))}
    assert drawn == {(x, y) for y, row in enumerate(code.matrix) for x in range(count) if row[x]}


def test_sheets_hold_as_many_pieces_as_fit_and_no_fonts():
    pieces = [(LINK, "K7TX 9PQR", f"No. {n:06d}") for n in range(11)]
    content = draw_sheets(FORMATS["card"], WORDS, pieces, design="bold", colour="#0f766e", title="Cards")
    assert len(re.findall(rb"/Type /Page\b", content)) == 2
    assert b"/FontFile" not in content


def test_chinese_is_drawn_where_the_machine_has_letters_for_it():
    assert can_draw("Scan") and Type(10).getlength("Scan") > 10
    if can_draw("一起喝好茶"):
        assert " c" in Type(10, True).path("茶", 0, 0)
    assert not can_draw("\U0001f9cb")


def test_every_format_stands_on_a4_with_room_for_its_card():
    for name, wanted in FORMATS.items():
        assert wanted.columns * wanted.width <= 210 and wanted.rows * wanted.height <= 297, name
        left, bottom, side = Place(wanted.width, wanted.height).qr
        assert min(left, bottom) >= 0 and left + side <= wanted.width and bottom + side <= wanted.height, name
        assert side >= 20, name  # millimetres: what old cameras read at arm's length


def test_a_printed_piece_that_is_over_opens_the_page_that_says_so_and_counts_nothing(acme, campaign, phone, here):
    with here():
        pat = enrol_referrer(kind="partner", name="Pat Parker")
        told = {"campaign_id": campaign.id, "profile_id": pat.id, "name": "Cards", "kind": "card", "size": 1}
        over = order_material(**told, valid_to=timezone.now() - timedelta(days=1)).codes.get().code
        early = order_material(**told, valid_from=timezone.now() + timedelta(days=1)).codes.get().code
        now = order_material(**told, valid_to=timezone.now() + timedelta(days=1)).codes.get()
    answers = [phone().get(f"/o/{acme.slug}/r/{code}") for code in (over, early)]
    assert [answer.status_code for answer in answers] == [410, 404]
    assert "no longer valid" in answers[0].content.decode() and "not valid yet" in answers[1].content.decode()
    with here():
        assert not Touch.objects.exists()
    assert phone().get(f"/o/{acme.slug}/r/{now.code}").status_code == 200
    with here():
        assert list(Touch.objects.values_list("code_id", "source")) == [(now.id, "partner")]
