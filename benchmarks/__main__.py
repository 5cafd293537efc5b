"""python -m benchmarks [name ...]: run the measurements on the database at DATABASE_URL and print their figures."""

import importlib
import json
import os
import pathlib
import pkgutil
import platform
import sys
import time
from collections.abc import Mapping

import benchmarks


def main(wanted: list[str]) -> int:
    """Run the measurements asked for, or all."""
    names = sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__) if not module.name.startswith("_"))
    if unknown := set(wanted) - set(names):
        print(
            f"no such benchmark: {', '.join(sorted(unknown))}; there are: {', '.join(names) or 'none yet'}", file=sys.stderr
        )
        return 2
    prepare()
    print(machine())
    results = {name: run(name) for name in wanted or names}
    keep(results)
    return 0


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


def run(name: str) -> Mapping[str, float]:
    """Run one measurement and show its figures."""
    begun = time.perf_counter()
    print(f"\n{name}", flush=True)
    figures = importlib.import_module(f"benchmarks.{name}").measure()
    for figure, value in figures.items():
        print(f"  {figure:<60} {value:>14,.4g}")
    print(f"  ({time.perf_counter() - begun:.0f} s)", flush=True)
    return figures


def keep(results: Mapping[str, Mapping[str, float]]) -> None:
    """Leave the figures in a file when BENCH_OUTPUT names one."""
    if output := os.environ.get("BENCH_OUTPUT"):
        pathlib.Path(output).write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
