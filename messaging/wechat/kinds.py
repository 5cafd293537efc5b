"""Which kinds of messages WeChat lets us send by template, and what their fields may be filled with."""

from messaging.rules import IN_APP, Kind

MOMENT = "today"  # the moment of writing


def fits_wechat(kind: Kind) -> bool:
    """Template messages are for news of one's own affairs. WeChat punishes accounts that put offers into them."""
    return kind.audience == "customer" and IN_APP in kind.channels and not (kind.is_marketing or kind.secret)


def places_of(kind: Kind) -> tuple[str, ...]:
    return (*kind.places, MOMENT)
