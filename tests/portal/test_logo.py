"""The logo is taken in like every other picture, and stands on posters and printed pieces."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from portal.poster import MARGIN
from referrals.printing.designs import Words
from referrals.printing.sheets import FORMATS, draw_sheets
from tenancy.logo import LogoUnreadable, logo_of, remove_logo, set_logo
from tenancy.models import Logo

RED = (200, 0, 30)


def png(size=(1600, 400)) -> bytes:
    content = BytesIO()
    Image.new("RGB", size, RED).save(content, "PNG")
    return content.getvalue()


def test_a_logo_is_made_small_and_replaces_the_one_before(acme, here):
    with here():
        set_logo(png())
        set_logo(png((2000, 2000)))
        assert Logo.objects.count() == 1
        assert Image.open(BytesIO(logo_of())).size == (400, 400)
        remove_logo()
        assert logo_of() == b""


@pytest.mark.parametrize("content", [b"", b"<svg onload='alert(1)'/>", b"GIF89a" + b"x" * 50], ids=["empty", "svg", "gif"])
def test_what_is_no_picture_is_refused(acme, here, content):
    with here():
        with pytest.raises(LogoUnreadable):
            set_logo(content)
        assert not Logo.objects.exists()


def test_a_poster_shows_the_logo_and_a_new_one_is_a_new_poster(acme, code, phone, here):
    address = f"/o/{acme.slug}/p/{code}.png"
    plain = phone().get(address)
    with here():
        set_logo(png())
    shown = phone().get(address)
    inside = (MARGIN + 60, 128)

    assert Image.open(BytesIO(shown.content)).getpixel(inside) == RED
    assert Image.open(BytesIO(plain.content)).getpixel(inside) != RED
    assert shown["ETag"] != plain["ETag"]
    assert b"/Subtype /Image" in phone().get(f"/o/{acme.slug}/p/{code}.pdf").content


@pytest.mark.parametrize("kind", list(FORMATS))
def test_a_print_file_holds_the_logo_once_however_many_pieces(kind):
    words = Words("Acme", ("A present",), ("£5 off",), logo=png((400, 100)))
    pieces = [(f"https://acme.example/r/{n}", f"CODE {n:04d}", "") for n in range(12)]
    drawn = draw_sheets(FORMATS[kind], words, pieces, design="bold", colour="#0f766e", title="Cards")

    assert drawn.count(b"/Subtype /Image") == 1


def test_staff_put_the_logo_up_and_take_it_off(acme, gus, signed_in, here):
    client = signed_in(gus)
    told = {"name": acme.name, "language": "en", "time_zone": "Europe/London", "country": "GB", "currency": "GBP",
            "colour": "#0f766e"}  # fmt: skip
    refused = client.post("/settings/", told | {"logo": SimpleUploadedFile("x.png", b"no picture")})
    assert "This cannot be read as a picture." in refused.content.decode()
    client.post("/settings/", told | {"logo": SimpleUploadedFile("logo.png", png())})
    assert "data:image/png;base64," in client.get("/settings/").content.decode()
    client.post("/settings/", told)
    with here():
        assert logo_of()
    client.post("/settings/", told | {"no_logo": "on"})
    with here():
        assert not logo_of()
