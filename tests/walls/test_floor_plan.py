"""The house keeps its floors: imports and foreign keys go down only."""

import re
import subprocess
import sys
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).parents[2]
FLOORS = ["tenancy", "crm", "messaging", "rewards", "loyalty", "referrals", "analytics integrations", "dashboard portal"]
HEIGHT = {room: height for height, rooms in enumerate(FLOORS) for room in rooms.split()}


def test_imports_go_down_only():
    found = subprocess.run([Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


def test_foreign_keys_point_downstairs():
    for model in apps.get_models():
        here = model._meta.app_label
        for field in model._meta.concrete_fields:
            there = field.related_model._meta.app_label if field.related_model else here
            if here in HEIGHT and there in HEIGHT and there != here:
                assert HEIGHT[there] < HEIGHT[here], f"{model.__name__}.{field.name} points up"


def _sources():
    for room in HEIGHT:
        for path in (ROOT / room).rglob("*.py"):
            if "migrations" not in path.parts:
                yield path, path.read_text()


def test_rules_are_arithmetic():
    """rules.py: no database, no clock, no network; of Django only the words to be translated."""
    for path, text in _sources():
        if path.name == "rules.py" or "rules" in path.parts:
            for line in re.findall(r"^(?:from|import) .*", text, re.M):
                assert not re.match(
                    r"(from|import) (django(?!\.utils\.translation)|rest_framework|celery|redis|requests|socket|random)",
                    line,
                ), f"{path}: {line}"
            assert "now()" not in text, path


def test_no_back_doors_between_rooms():
    """apps.get_model and signals make connections that no linter sees."""
    for path, text in _sources():
        assert "get_model(" not in text, path
        assert not re.search(r"\b(post_save|pre_save|post_delete|pre_delete|m2m_changed)\b", text), path


def test_nobody_filters_by_organisation():
    """Below the door organisations are invisible."""
    for path, text in _sources():
        if "tenancy" not in path.parts:
            assert not re.search(r"filter\(\s*organisation(_id)?=", text), path


def test_migrations_import_nothing_of_ours():
    for room in HEIGHT:
        for path in (ROOT / room / "migrations").glob("*.py"):
            for line in path.read_text().splitlines():
                if line == "from tenancy.postgresql.migrating import whole_tables":  # the database's own, no room's
                    continue
                if match := re.match(r"\s*(?:from|import) (\w+)", line):
                    assert match[1] not in set(HEIGHT) | {"foundation", "config"}, f"{path}: {line}"
