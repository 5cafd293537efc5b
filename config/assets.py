"""Browser assets from npm packages: an allow-list of single files, not their hundred megabytes."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage

# address below /static/vendor/ → file below node_modules/
FILES = {
    "tabler/css/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler/css/tabler.min.css.map": "@tabler/core/dist/css/tabler.min.css.map",  # named by the file; the manifest wants it
    "tabler/js/tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "tabler/js/tabler.min.js.map": "@tabler/core/dist/js/tabler.min.js.map",
    "icons/tabler-icons.min.css": "@tabler/icons-webfont/dist/tabler-icons.min.css",
    "icons/fonts/tabler-icons.woff2": "@tabler/icons-webfont/dist/fonts/tabler-icons.woff2",
    "icons/fonts/tabler-icons.woff": "@tabler/icons-webfont/dist/fonts/tabler-icons.woff",
    "icons/fonts/tabler-icons.ttf": "@tabler/icons-webfont/dist/fonts/tabler-icons.ttf",
    "htmx/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "echarts/echarts.min.js": "echarts/dist/echarts.min.js",
    "sortable/Sortable.min.js": "sortablejs/Sortable.min.js",
}


class PackageFinder(BaseFinder):
    """Find the allowed files of the installed packages."""

    def __init__(self, *args, **kwargs):
        self.storage = _Vendor()

    def check(self, **kwargs):
        return []

    def find(self, path, find_all=False, **kwargs):
        found = self.storage.path(path) if self.storage.exists(path) else None
        if find_all:
            return [found] if found else []
        return found

    def list(self, ignore_patterns) -> Iterator[tuple[str, FileSystemStorage]]:
        for path in self.storage.names():
            if not matches_patterns(path, ignore_patterns or []):
                yield path, self.storage


class _Vendor(FileSystemStorage):
    """The packages' folder seen under the addresses of the allow-list."""

    prefix = ""

    def __init__(self):
        super().__init__(location=settings.BASE_DIR / "node_modules")

    def names(self) -> Iterator[str]:
        return (f"vendor/{name}" for name in FILES if self.exists(f"vendor/{name}"))

    def path(self, name: str) -> str:
        return str(Path(self.location) / FILES[name.removeprefix("vendor/")])

    def exists(self, name: str) -> bool:
        return name.removeprefix("vendor/") in FILES and name.startswith("vendor/") and Path(self.path(name)).exists()
