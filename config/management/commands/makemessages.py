"""Collect what people read for translation, and compile what is translated.

English texts are the msgids, so Simplified Chinese is the only catalogue. Run it after a text has changed,
translate what is empty in locale/zh_Hans/LC_MESSAGES/django.po, run it again to compile. Needs GNU gettext.
"""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from django.apps import apps
from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import makemessages
from django.core.management.utils import popen_wrapper

from foundation.errors import DomainError

LANGUAGES = ["zh_Hans"]
NOT_OURS = ["node_modules", "tests", "benchmarks", "embedded", "migrations", "requirements*.txt"]


class Command(makemessages.Command):
    help = __doc__

    # A guess from a similar text is worse than an empty one: it looks done.
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]
    msgattrib_options = [*makemessages.Command.msgattrib_options, "--sort-output"]

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.set_defaults(locale=LANGUAGES, ignore_patterns=NOT_OURS, no_wrap=True, add_location="file", no_obsolete=True)

    def process_files(self, file_list):
        super().process_files(file_list)
        pot = Path(self.default_locale_path, "django.pot")
        with pot.open("a", encoding="utf-8") as file:
            file.writelines(_entry(msgid) for msgid in sorted(plain_msgids()))

    def write_po_file(self, potfile, locale):
        super().write_po_file(potfile, locale)
        po = Path(potfile).parent / locale / "LC_MESSAGES" / "django.po"
        lines = po.read_text(encoding="utf-8").splitlines(keepends=True)
        po.write_text("".join(line for line in lines if "POT-Creation-Date" not in line), encoding="utf-8")
        self._compile(po)

    def _compile(self, po: Path) -> None:
        _, complaint, status = popen_wrapper(["msgfmt", "--check", "-o", str(po.with_suffix(".mo")), str(po)])
        if status:
            raise CommandError(complaint)


def plain_msgids() -> set[str]:
    """Give the msgids that stand as plain strings, where xgettext does not see them."""
    return {msgid for module in _our_modules() for msgid in _refusals(module) | _row_problems(module)}


def _our_modules() -> Iterator[ModuleType]:
    ours = [app.module for app in apps.get_app_configs() if Path(app.path).is_relative_to(settings.BASE_DIR)]
    ours = [module for module in ours if ".venv" not in module.__path__[0]]
    for package in ours:
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not {"migrations", "management", "wsgi"} & set(found.name.split(".")):
                yield importlib.import_module(found.name)


def _refusals(module: ModuleType) -> set[str]:
    values = vars(module).values()
    return {value.message for value in values if isinstance(value, type) and issubclass(value, DomainError)}


def _row_problems(module: ModuleType) -> set[str]:
    """Find constants of the import readers: (code, msgid)."""
    if not module.__name__.startswith("integrations."):
        return set()
    constants = [value for name, value in vars(module).items() if name.isupper() and isinstance(value, tuple)]
    return {text for code, text in (pair for pair in constants if len(pair) == 2) if isinstance(text, str) and " " in text}


def _entry(msgid: str) -> str:
    kind = "#, python-format\n" if "%(" in msgid else ""
    return f'\n#: refusals\n{kind}msgid {json.dumps(msgid, ensure_ascii=False)}\nmsgstr ""\n'
