"""The organisation's logo: on posters and on everything that is printed."""

import io

from foundation.errors import Invalid
from foundation.pictures import NoPicture, read_picture
from tenancy import audit
from tenancy.models import Logo

LARGEST = (800, 400)  # printed 40 mm wide, that is 500 dots an inch


class LogoUnreadable(Invalid):
    code = "logo_unreadable"
    message = "This cannot be read as a picture. Use a JPEG, PNG or WebP of at most 8 MB."
    field = "logo"


def logo_of() -> bytes:
    """Give the logo as PNG; empty: there is none."""
    found = Logo.objects.values_list("content", flat=True).first()
    return bytes(found) if found else b""


def set_logo(content: bytes) -> Logo:
    """Keep a small PNG of the organisation's logo in place of the one before."""
    try:
        picture = read_picture(content)
    except NoPicture:
        raise LogoUnreadable from None
    picture.thumbnail(LARGEST)
    small = io.BytesIO()
    picture.save(small, "PNG", optimize=True)
    logo, _is_new = Logo.objects.update_or_create(defaults={"content": small.getvalue()})
    audit.record("organisation.logo_set", logo, {"bytes": small.tell()})
    return logo


def remove_logo() -> None:
    if logo := Logo.objects.first():
        audit.record("organisation.logo_removed", logo, {})
        logo.delete()
