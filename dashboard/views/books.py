"""The proof of the books: the last run, one now, the first wrong row of each broken rule, and all runs before."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext

from dashboard.access import staff
from dashboard.answers import done, listing, page
from dashboard.books_words import link_to_row, meaning_of, name_of
from dashboard.paging import newest_by_id
from dashboard.people import names_of
from rewards.models import ProofRun
from rewards.operations import ask_for_proof
from rewards.operations.books.proving import JOB
from rewards.queries.books import rules
from tenancy.models import Job

RUNS = 15


@staff("ledger:read", post="ledger:read")
def books(request: HttpRequest) -> HttpResponse:
    """Show the newest run and those before it; a POST proves the books now, which changes nothing in them."""
    if request.method == "POST":
        made = ask_for_proof()
        if isinstance(made, Job):
            return done(request, gettext("The books are large: the proof runs beside your work."), "dashboard:books")
        return done(request, _said(made), "dashboard:books")
    runs = newest_by_id(request, ProofRun.objects.all(), size=RUNS)
    newest = ProofRun.objects.order_by("-id").first()
    context = {"runs": runs, "run": _shown(newest), "job": _running(), "rules": len(rules())}
    _named(runs.rows)
    return listing(request, page="dashboard/books.html", rows="dashboard/parts/proof_rows.html", **context)


@staff("ledger:read")
def proof_run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """An earlier run, as it was."""
    found = get_object_or_404(ProofRun.objects, id=run_id)
    return page(request, "dashboard/proof_run.html", {"run": _shown(found)})


@staff("ledger:read")
def books_progress(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The part of a page that asks again every second while a proof or a seal is made."""
    job = get_object_or_404(Job.objects, id=job_id)
    response = render(request, "dashboard/parts/books_progress.html", {"job": job})
    if job.is_over:
        response["HX-Refresh"] = "true"
    return response


def _said(run: ProofRun) -> str:
    return gettext("The books balance.") if run.is_whole else gettext("The books do not balance.")


def _running() -> Job | None:
    return Job.objects.filter(kind=JOB, state__in=[Job.State.QUEUED, Job.State.RUNNING]).order_by("-created_at").first()


def _shown(run: ProofRun | None) -> ProofRun | None:
    """Give a run what its page says of it: seconds, counts by name, wrong rows in words with a link."""
    if run is None:
        return None
    run.counts = [(name, run.checked[table]) for table, name in _tables().items() if table in run.checked]
    run.wrong_rows = [_wrong(row) for row in run.wrong]
    return _named([run])[0]


def _wrong(row: dict) -> dict:
    return row | {"name": name_of(row["rule"]), "meaning": meaning_of(row["rule"]), "link": link_to_row(UUID(row["row_id"]))}


def _named(runs) -> list[ProofRun]:
    people = names_of(run.actor_id for run in runs if run.actor_kind == "user")
    for run in runs:
        run.seconds = run.milliseconds / 1000
        run.author = people.get(run.actor_id, "") if run.actor_id else ""
    return runs


def _tables() -> dict[str, str]:
    return {
        "entries": gettext("Entries"), "postings": gettext("Postings"), "accounts": gettext("Accounts"),
        "lots": gettext("Lots"), "rewards": gettext("Rewards"), "budgets": gettext("Budgets"),
    }  # fmt: skip


urls = [
    path("books/", books, name="books"),
    path("books/runs/<uuid:run_id>/", proof_run, name="proof_run"),
    path("books/progress/<uuid:job_id>/", books_progress, name="books_progress"),
]
