"""QR codes of addresses."""

import segno

QUIET_ZONE = 4  # modules; less is not read by old cameras


def qr_svg(link: str) -> str:
    """Draw the code of an address as a data URI for <img>. Error level M: it survives a crease and stays coarse."""
    code = segno.make(link, error="m", micro=False, boost_error=False)
    return code.svg_data_uri(border=QUIET_ZONE, dark="#000", light="#fff", omitsize=True)
