"""Pictures made small: a catalogue page is looked at on a phone, over its own data."""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from rewards.errors.catalogue import PictureUnreadable

MOST_BYTES = 5 * 1024 * 1024
SIDE = 640  # pixels; shown at most 320 wide, on screens of twice the density
_READS = ("JPEG", "PNG", "WEBP")
_QUALITY = 80


def shrink(content: bytes) -> bytes:
    """Make a WebP of at most 640 × 640 out of a JPEG, PNG or WebP; place and camera are left out."""
    if len(content) > MOST_BYTES:
        raise PictureUnreadable
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = ImageOps.exif_transpose(Image.open(io.BytesIO(content), formats=_READS))
            picture.thumbnail((SIDE, SIDE))
            small = io.BytesIO()
            picture.convert("RGBA" if picture.has_transparency_data else "RGB").save(small, "WEBP", quality=_QUALITY)
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning, OSError, ValueError):
        raise PictureUnreadable from None
    return small.getvalue()
