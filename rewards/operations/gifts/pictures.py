"""Pictures made small: a catalogue page is looked at on a phone, over its own data."""

import io

from foundation.pictures import NoPicture, read_picture
from rewards.errors.catalogue import PictureUnreadable

MOST_BYTES = 5 * 1024 * 1024
SIDE = 640  # pixels; shown at most 320 wide, on screens of twice the density
_QUALITY = 80


def shrink(content: bytes) -> bytes:
    """Make a WebP of at most 640 × 640 out of a JPEG, PNG or WebP; place and camera are left out."""
    try:
        picture = read_picture(content, most=MOST_BYTES)
    except NoPicture:
        raise PictureUnreadable from None
    picture.thumbnail((SIDE, SIDE))
    small = io.BytesIO()
    picture.save(small, "WEBP", quality=_QUALITY)
    return small.getvalue()
