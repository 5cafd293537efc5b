"""Pictures that people upload: read with limits, turned upright, without what the camera wrote into them."""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_BYTES = 8 * 1024 * 1024
_READS = ("JPEG", "PNG", "WEBP")


class NoPicture(ValueError):
    """It is too large, or no JPEG, PNG or WebP."""


def read_picture(content: bytes, *, most: int = MOST_BYTES) -> Image.Image:
    """Open a JPEG, PNG or WebP of at most so many bytes as RGB or RGBA. Raises NoPicture."""
    if len(content) > most:
        raise NoPicture
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = ImageOps.exif_transpose(Image.open(io.BytesIO(content), formats=_READS))
            return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning, OSError, ValueError):
        raise NoPicture from None
