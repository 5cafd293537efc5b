"""Why a text was not sent or did not arrive."""

WHY = {}


def why_not(reason: str) -> str:
    return str(WHY.get(reason, reason))
