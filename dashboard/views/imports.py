"""Files that come in: upload, columns, dry run, progress, what was not taken in."""

from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboard.access import action, may, staff
from dashboard.answers import blamed_on, csv_file, done, listing, page
from dashboard.paging import newest_first
from integrations import operations as integrations
from integrations.exports import error_lines
from integrations.models import Import
from integrations.queries import imports as all_imports
from integrations.queries import issues, reasons
from integrations.reading import MAX_FILE
from tenancy.models import Job

SHOWN_ISSUES = 20
_AMOUNT = "amount_"  # in counts: what was taken over, by unit


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label=_("What is in the file"), choices=Import.Kind.choices, widget=forms.RadioSelect)
    file = forms.FileField(
        label=_("File"), widget=forms.FileInput({"accept": ".csv,.tsv,.txt,.gz,text/csv"}),
        help_text=_("CSV from Excel, a shop or a till, up to 20 MB, also gzipped. UTF-8 and GB18030 are both read."),
    )  # fmt: skip
    source = forms.SlugField(
        label=_("Name of the source"), initial="import", max_length=40,
        help_text=_("Orders of one source are told apart by their number: importing a file twice changes nothing."),
    )  # fmt: skip

    def clean_file(self):
        if self.cleaned_data["file"].size > MAX_FILE:
            raise forms.ValidationError(_("The file is larger than 20 MB."))
        return self.cleaned_data["file"]


@staff("imports:write")
def imports(request: HttpRequest) -> HttpResponse:
    found = newest_first(request, all_imports(), size=30)
    return listing(request, page="dashboard/imports.html", rows="dashboard/parts/import_rows.html", imports=found)


@staff("imports:write", post="imports:write")
def import_new(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None, initial={"kind": Import.Kind.CUSTOMERS})
    form.fields["kind"].choices = [choice for choice in Import.Kind.choices if _may_take(request, choice[0])]
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            file = form.cleaned_data["file"]
            made = integrations.upload(
                kind=form.cleaned_data["kind"], file_name=file.name, content=file.read(), source=form.cleaned_data["source"]
            )
            return done(request, gettext("The file is here. Now say what its columns are."), "dashboard:import", made.id)
    return page(request, "dashboard/import_form.html", form=form)


@staff("imports:write", post="imports:write")
def one_import(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Choose columns and start (as a dry run or for good); watch it; see what came of it."""
    found = get_object_or_404(Import.objects.select_related("job"), id=import_id)
    if request.method == "POST":
        return _start(request, found)
    return render(request, "dashboard/import.html", _facts(found))


def _may_take(request, kind: str) -> bool:
    """Balances make the house owe something, so whoever takes them over must be allowed to write the books."""
    return kind != Import.Kind.OPENING_BALANCES or may(request, "ledger:write")


def _start(request, found: Import) -> HttpResponse:
    if not _may_take(request, found.kind):
        raise PermissionDenied
    mapping = {column: request.POST.get(f"column-{place}", "") for place, column in enumerate(found.columns)}
    is_dry_run = request.POST.get("run") != "real"
    form = forms.Form({})
    form.is_valid()
    with blamed_on(form):
        integrations.start(found.id, mapping=mapping, is_dry_run=is_dry_run)
        message = gettext("Trying it out; nothing is changed.") if is_dry_run else gettext("Importing.")
        return done(request, message, "dashboard:import", found.id)
    context = _facts(found) | {"error": " ".join(form.non_field_errors()), "is_mapping": True}
    context["columns"] = _columns(found, integrations.preview(found), mapping)
    return render(request, "dashboard/import.html", context, status=422)


def _facts(found: Import) -> dict:
    is_mapping = found.job is None and found.content is not None
    facts: dict = {"import": found, "job": found.job, "is_mapping": is_mapping, "can_map": found.content is not None}
    if found.content is not None and (found.job is None or found.job.is_over):
        shown = integrations.preview(found)
        facts |= {"preview": shown, "columns": _columns(found, shown, shown.field_of)}
    if found.job and found.job.is_over:
        facts |= _outcome(found)
    return facts


def _outcome(found: Import) -> dict:
    counts = found.counts or {}
    labels = [
        ("rows", gettext("Rows read")), ("created", gettext("New")), ("updated", gettext("Completed")),
        ("unchanged", gettext("As before")), ("skipped", gettext("Set aside")), ("failed", gettext("Not taken in")),
    ]  # fmt: skip
    return {
        "figures": [(key, label, counts.get(key, 0)) for key, label in labels],
        "totals": {key.removeprefix(_AMOUNT): amount for key, amount in counts.items() if key.startswith(_AMOUNT)},
        "reasons": [_said(each) for each in reasons(found.id)], "issues": issues(found.id)[:SHOWN_ISSUES],
    }  # fmt: skip


def _said(reason) -> tuple[str, bool, int]:
    """A reason's own sentence has places for facts of one row; in the sum they stay open."""
    text = gettext(reason.template)
    return _without_places(text), reason.is_skip, reason.rows


def _without_places(text: str) -> str:
    class Open(dict):
        def __missing__(self, key):
            return "…"

    return text % Open()


def _columns(found: Import, shown, chosen) -> list[dict]:
    return [
        {"place": place, "name": column, "field": chosen.get(column, ""), "examples": _examples(shown, place)}
        for place, column in enumerate(found.columns)
    ]


def _examples(shown, place: int) -> list[str]:
    cells = (row[place] for row in shown.rows if place < len(row) and row[place].strip())
    return list(dict.fromkeys(cells))[:3]


@staff("imports:write")
def import_progress(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """The part of the page that asks again every second while it runs."""
    found = get_object_or_404(all_imports(), id=import_id)
    response = render(request, "dashboard/parts/import_progress.html", {"import": found, "job": found.job})
    if found.job is None or found.job.is_over:
        response["HX-Refresh"] = "true"
    return response


@action("imports:write")
def import_cancel(request: HttpRequest, import_id: UUID) -> HttpResponse:
    integrations.cancel_import(import_id)
    return done(
        request, gettext("It stops after the rows it is at. What was taken in stays."), "dashboard:import", import_id
    )


@staff("imports:write")
def import_errors(request: HttpRequest, import_id: UUID) -> HttpResponse:
    found = get_object_or_404(all_imports(), id=import_id)
    return csv_file(f"errors-{found.id}", error_lines(found.id))


@staff("imports:write")
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Any long work; an import has a page of its own."""
    found = get_object_or_404(Job.objects, id=job_id)
    imported = all_imports().filter(job_id=job_id).first()
    return render(request, "dashboard/job.html", {"job": found, "import": imported})


urls = [
    path("imports/", imports, name="imports"),
    path("imports/new/", import_new, name="import_new"),
    path("imports/<uuid:import_id>/", one_import, name="import"),
    path("imports/<uuid:import_id>/progress/", import_progress, name="import_progress"),
    path("imports/<uuid:import_id>/cancel/", import_cancel, name="import_cancel"),
    path("imports/<uuid:import_id>/errors/", import_errors, name="import_errors"),
    path("jobs/<uuid:job_id>/", job, name="job"),
]
