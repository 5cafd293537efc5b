"""What vendors in China tell by themselves: JSON, with the time of Beijing. They sign nothing; the address is the secret."""

import json
from datetime import datetime, timedelta, timezone
from typing import Any

from messaging.sms.port import Callback, CallbackRefused

BEIJING = timezone(timedelta(hours=8))


def entries(callback: Callback) -> list[dict[str, Any]]:
    """Read the objects that a vendor sends, as a list or one alone; raises CallbackRefused."""
    try:
        told = json.loads(callback.body)
    except ValueError:
        raise CallbackRefused("not JSON") from None
    listed = told if isinstance(told, list) else [told]
    if not all(isinstance(entry, dict) for entry in listed):
        raise CallbackRefused("not a list of objects")
    return listed


def beijing_time(text: object) -> datetime | None:
    """Read "2026-11-20 20:00:00"; None where it is something else."""
    try:
        return datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
    except ValueError:
        return None


def from_seconds(seconds: object) -> datetime | None:
    """Read a Unix time; None where there is none."""
    try:
        return datetime.fromtimestamp(int(str(seconds)), BEIJING) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None
