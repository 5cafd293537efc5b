"""python -m benchmarks [name ...]: run the measurements on the database at DATABASE_URL, one JSON line a case."""

import importlib
import json
import os
import pkgutil
import platform
import sys
import time

import benchmarks
from benchmarks import Case

_MODULES = {"import": "imports"}  # a word that Python keeps for itself


def main(wanted: list[str]) -> int:
    """Run the measurements asked for, or all; 1 when one missed its goal."""
    names = sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__) if not module.name.startswith("_"))
    wanted = [_MODULES.get(name, name) for name in wanted]
    if unknown := set(wanted) - set(names):
        say(f"no such benchmark: {', '.join(sorted(unknown))}; there are: {', '.join(names)}")
        return 2
    prepare()
    say(machine())
    outcomes = [run(name) for name in wanted or names]
    return 0 if all(outcomes) else 1


def say(text: str) -> None:
    """Tell the person who watches; standard output is for the lines."""
    print(text, file=sys.stderr, flush=True)


def prepare() -> None:
    """Set Django up and bring the database to the present schema."""
    import django
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)


def machine() -> str:
    """Describe what the figures were measured on."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('fsync'), current_setting('shared_buffers')"
        )
        version, fsync, buffers = cursor.fetchone()
    processors = f"{os.cpu_count()} × {platform.processor() or platform.machine()}"
    return f"{processors}, Python {platform.python_version()}, PostgreSQL {version}, fsync {fsync}, shared_buffers {buffers}"


def run(name: str) -> bool:
    """Run one measurement and print its cases."""
    begun = time.perf_counter()
    cases = [show(name, case) for case in importlib.import_module(f"benchmarks.{name}").cases()]
    say(f"{name}: {time.perf_counter() - begun:.0f} s")
    return all(case.ok for case in cases)


def show(name: str, case: Case) -> Case:
    line = {
        "bench": name,
        "case": case.case,
        "value": round(case.value, 3),
        "unit": case.unit,
        "reference": case.reference or None,
        "reference_value": case.reference_value and round(case.reference_value, 3),
        "ratio": case.ratio and round(case.ratio, 4),
        "goal": case.goal,
        "ok": case.ok,
    }
    print(json.dumps(line, ensure_ascii=False), flush=True)
    return case


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
