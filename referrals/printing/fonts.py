"""Fonts for posters and print: what this machine has, best first."""

from functools import cache
from pathlib import Path

from PIL import ImageFont

_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.fonts",
    "~/.local/share/fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
)
_SIMPLIFIED = 2  # faces of the Noto collection: Japanese, Korean, Simplified, Traditional, Hong Kong
_HAN = {
    True: ("NotoSansCJK-Bold.ttc", "NotoSansCJKsc-Bold.otf", "NotoSansSC-Bold.otf", "SourceHanSansSC-Bold.otf"),
    False: ("NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "NotoSansSC-Regular.otf", "SourceHanSansSC-Regular.otf"),
}
_HAN_ANY = (
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "PingFang.ttc",
    "STHeiti Medium.ttc",
    "msyh.ttc",
    "DroidSansFallbackFull.ttf",
)
_LATIN = {True: ("DejaVuSans-Bold.ttf",), False: ("DejaVuSans.ttf",)}


def font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Load the best font there is; without any, Pillow's own, which knows Latin letters only."""
    found = found_file(bold)
    if found is None:
        return ImageFont.load_default(size)
    path, face = found
    return ImageFont.truetype(path, size, index=face)


def can_write(text: str) -> bool:
    """Say whether Chinese letters in a text would come out as letters, not as boxes."""
    return knows_han() or not any("\u2e80" <= letter <= "\uffef" for letter in text)


@cache
def knows_han() -> bool:
    return bool(_first(_HAN[False] + _HAN_ANY))


@cache
def found_file(bold: bool) -> tuple[str, int] | None:
    """Find the best font: its file, and which face of a collection."""
    path = _first(_HAN[bold]) or _first(_HAN[False] + _HAN_ANY) or _first(_LATIN[bold])
    if path is None:
        return None
    return path, _SIMPLIFIED if path.endswith(("CJK-Bold.ttc", "CJK-Regular.ttc")) else 0


def _first(names: tuple[str, ...]) -> str | None:
    return next((_installed()[name] for name in names if name in _installed()), None)


@cache
def _installed() -> dict[str, str]:
    folders = [Path(folder).expanduser() for folder in _FOLDERS]
    return {path.name: str(path) for folder in folders if folder.is_dir() for path in folder.rglob("*.[ot]t[cf]")}
