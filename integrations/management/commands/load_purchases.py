"""Load a shop's invoice lines into an organisation, and account for every line."""

import re
import resource
import secrets
import sys
import time
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from foundation.errors import DomainError
from integrations import mapping, queries
from integrations.models import Import
from integrations.operations import run, start, upload
from integrations.operations.run_import import Progress
from loyalty.operations import set_up_default_tiers, set_up_programme
from tenancy import door
from tenancy.models import Job, Organisation, User
from tenancy.people import found_organisation

BAR = 30
_PLACE = re.compile(r"%\(\w+\)s")  # many rows share a reason, each with a value of its own


class Command(BaseCommand):
    help = "Load invoice lines (CSV, may be gzipped) as orders and refunds. A second load changes nothing."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--organisation", default="retail", help="its slug; made when it does not exist")
        parser.add_argument("--name", default="Online Retail")
        parser.add_argument("--currency", default="GBP")
        parser.add_argument("--country", default="GB")
        parser.add_argument("--language", default="en")
        parser.add_argument("--time-zone", default="Europe/London")
        parser.add_argument("--source", default="online_retail", help="the shop's name in the orders' keys")
        parser.add_argument(
            "--today",
            type=date.fromisoformat,
            help="in the demo: the day a new organisation lives in (YYYY-MM-DD), near its last order",
        )
        parser.add_argument("--owner-email", default="")
        parser.add_argument("--owner-password", default="")

    def handle(self, *, file: Path, organisation: str, **options):
        if not file.is_file():
            raise CommandError(f"{file} does not exist.")
        self.seconds: dict[str, float] = {}
        with self._timed("organisation"):
            organisation = Organisation.objects.filter(slug=organisation).first() or self._found(organisation, options)
        self.peak_before = _peak_mb()  # Argon2 takes 100 MB for the owner's password
        try:
            with self._timed("reading the file"):
                imported = self._take(file, organisation, options["source"])
            with self._timed("loading"):
                run(organisation.id, imported.id, seconds=float("inf"), watch=self._draw)
        except DomainError as error:
            raise CommandError(error.sentence()) from None
        self._account(organisation, imported)

    def _found(self, slug: str, options) -> Organisation:
        email = options["owner_email"] or f"owner@{slug}.example"
        owner = User.objects.filter(email=email.strip().lower()).first()
        if owner is None:
            password = options["owner_password"] or secrets.token_urlsafe(9)
            owner = User.objects.create_user(email, password, name=f"{options['name']} owner"[:120])
            if not options["owner_password"]:
                self.stdout.write(f"Owner of {options['name']}: {email}, password {password}")
        names = ("name", "currency", "country", "language", "time_zone")
        fields = {name: options[name] for name in names} | {"clock_offset": _offset(options["today"])}
        organisation = found_organisation(slug=slug, owner=owner, **fields)
        with door.organisation(organisation.id):
            set_up_programme()
            set_up_default_tiers(organisation.currency)
        return organisation

    def _take(self, file: Path, organisation: Organisation, source: str) -> Import:
        with door.organisation(organisation.id):
            imported = upload(kind="purchases", file_name=file.name, content=file.read_bytes(), source=source)
            columns = mapping.guess("purchases", imported.columns)
            start(imported.id, mapping=columns, is_dry_run=False, is_run_here=True)
            return imported

    @contextmanager
    def _timed(self, step: str):
        began = time.monotonic()
        yield
        self.seconds[step] = time.monotonic() - began

    def _draw(self, progress: Progress) -> None:
        if not (hasattr(self.stdout, "isatty") and self.stdout.isatty()) and progress.done < progress.total:
            return  # in a log, one line at the end is enough
        full = BAR * progress.done // max(progress.total, 1)
        bar = "#" * full + "." * (BAR - full)
        end = "\n" if progress.done >= progress.total else ""
        line = f"\r[{bar}] {progress.done:,} of {progress.total:,} lines, {progress.counts.get('created', 0):,} new records"
        self.stdout.write(line + end, ending="")
        self.stdout.flush()

    def _account(self, organisation: Organisation, imported: Import) -> None:
        with door.organisation(organisation.id):
            done = queries.imports().get(id=imported.id)
            reasons = queries.reasons(imported.id)
        counts = done.counts
        if done.job.state != Job.State.DONE:
            raise CommandError(f"The import is {done.job.get_state_display()}; see import {done.id}.")
        self._table("Lines", [("read", counts["rows"]), ("taken in", counts["taken"]), ("reported", _reported(counts))])
        self._table(
            "Reported, by reason",
            [(f"{reason.code}: {_PLACE.sub('…', reason.template)}", reason.rows) for reason in reasons],
        )
        kinds = [(k, v) for k, v in counts.items() if k.split("_")[0] in ("customers", "orders", "refunds")]
        verdicts = [(name, counts[name]) for name in ("created", "updated", "unchanged")]
        self._table("Records", verdicts + [(name.replace("_", " "), number) for name, number in sorted(kinds)])
        self._table("Seconds", [(step, f"{seconds:.1f}") for step, seconds in self.seconds.items()])
        self.stdout.write(f"\nPeak memory {_peak_mb():.0f} MB, {self.peak_before:.0f} MB before the load began.")
        self.stdout.write(f"Every reported line is kept with its reason as import {done.id}.")
        if counts["taken"] + _reported(counts) != counts["rows"]:
            raise CommandError("Lines were lost.")

    def _table(self, title: str, rows) -> None:
        self.stdout.write(f"\n{title}")
        for name, number in rows:
            shown = number if isinstance(number, str) else f"{number:,}"
            self.stdout.write(f"  {name:<78} {shown:>9}")


def _offset(today: date | None) -> timedelta:
    """Tell how far an organisation's clock is from ours when it lives in `today`."""
    if today is None:
        return timedelta(0)
    if not settings.MOVABLE_CLOCK:
        raise CommandError("--today is for the demo: in production the clock stands still for nobody.")
    return datetime.combine(today, clock_time(9), tzinfo=UTC) - timezone.now()


def _reported(counts) -> int:
    return counts["skipped"] + counts["failed"]


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 / (1024 if sys.platform == "darwin" else 1)
