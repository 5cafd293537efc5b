"""Who is named in a note, and what kinds of files are taken."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TypeVar

CHANGEABLE_FOR = timedelta(minutes=15)
LARGEST_FILE = 5 * 1024 * 1024
MOST_FILES = 50
MOST_MENTIONS = 10

# Ending -> what a browser is told, and how such a file begins; None: it is text and must be readable as such.
FILE_KINDS: dict[str, tuple[str, tuple[bytes, ...] | None]] = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "webp": ("image/webp", (b"RIFF",)),
    "txt": ("text/plain; charset=utf-8", None),
    "csv": ("text/csv; charset=utf-8", None),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (b"PK\x03\x04",)),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (b"PK\x03\x04",)),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", (b"PK\x03\x04",)),
}

_Key = TypeVar("_Key")


def named_in(text: str, people: Mapping[_Key, str]) -> list[_Key]:
    """Find who is named with an @ in a text; of "@Sam Reed" and "@Sam" the longer name wins."""
    if "@" not in text and "＠" not in text:
        return []
    rest, found = text.replace("＠", "@").casefold(), []
    for key, name in sorted(people.items(), key=lambda each: -len(each[1])):
        mark = f"@{name.casefold()}"
        if name and mark in rest:
            found.append(key)
            rest = rest.replace(mark, " ")
    return found[:MOST_MENTIONS]


PAPER_TYPES = ("application/pdf", "image/png", "image/jpeg", "image/webp")  # what customers may send themselves


def kind_of_file(name: str, content: bytes) -> str | None:
    """Say what a file is, by its ending and by how it begins; None when it is none of those we take."""
    known = FILE_KINDS.get(name.rpartition(".")[2].lower())
    if known is None or not content:
        return None
    content_type, beginnings = known
    if beginnings is None:
        return content_type if _is_text(content) else None
    return content_type if content.startswith(beginnings) else None


def _is_text(content: bytes) -> bool:
    for encoding in ("utf-8", "gb18030"):
        try:
            return "\x00" not in content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return False
