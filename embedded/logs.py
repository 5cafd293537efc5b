"""The servers' log files."""

import os
import pathlib
from typing import BinaryIO

LARGEST = 10 * 1024 * 1024


def open_log(path: pathlib.Path) -> BinaryIO:
    """Open a log to append to, for our eyes only; one that has grown past 10 MB starts afresh."""
    grown = path.exists() and path.stat().st_size > LARGEST
    mode = os.O_TRUNC if grown else os.O_APPEND
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | mode, 0o600), "wb")


def tail(path: pathlib.Path, lines: int = 15) -> str:
    """Return the last lines of a log."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
