"""Files that come in: upload, columns, dry run, progress, what was not taken in."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboard.access import action, may, staff
from dashboard.answers import blamed_on, csv_file, done, listing, page
from dashboard.paging import newest_first
from foundation.errors import DomainError
from foundation.numbers import whole_number
from integrations import operations as integrations
from integrations.exports import error_lines
from integrations.import_files import WORKBOOK, error_workbook, template_lines, template_workbook
from integrations.models import Import, ImportTrace
from integrations.operations import memory
from integrations.operations.undo_import import KEPT, UNDO_DAYS
from integrations.options import CHOICES, NEEDED, Options, read_options
from integrations.queries import imports as all_imports
from integrations.queries import issues, made_with_consent, reasons, traces
from integrations.reading import ENCODINGS, MAX_FILE, Wish
from referrals.queries import campaigns
from tenancy.models import Job

SHOWN_ISSUES = 20
_AMOUNT = "amount_"  # in counts: what was taken over, by unit


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label=_("What is in the file"), choices=Import.Kind.choices, widget=forms.RadioSelect)
    file = forms.FileField(
        label=_("File"), widget=forms.FileInput({"accept": ".xlsx,.csv,.tsv,.txt,.gz,text/csv"}),
        help_text=_("Excel (.xlsx) or CSV from a shop or a till, up to 20 MB. UTF-8, GB18030 and UTF-16 are all read."),
    )  # fmt: skip
    source = forms.SlugField(
        label=_("Name of the source"), initial="import", max_length=40,
        help_text=_(
            "Orders and deals of one source are told apart by their number: importing a file twice changes nothing."
        ),
    )  # fmt: skip

    def clean_file(self):
        if self.cleaned_data["file"].size > MAX_FILE:
            raise forms.ValidationError(_("The file is larger than 20 MB."))
        return self.cleaned_data["file"]


@staff("imports:write")
def imports(request: HttpRequest) -> HttpResponse:
    found = newest_first(request, all_imports(), size=30)
    context = {"imports": found, "kinds": _kinds(request)}
    return listing(request, page="dashboard/imports.html", rows="dashboard/parts/import_rows.html", **context)


def _kinds(request: HttpRequest) -> list[tuple[str, str]]:
    return [(str(value), str(label)) for value, label in Import.Kind.choices if _may_take(request, value)]


@staff("imports:write", post="imports:write")
def import_new(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("kind", Import.Kind.CUSTOMERS)
    form = UploadForm(request.POST or None, request.FILES or None, initial={"kind": asked})
    form.fields["kind"].choices = [choice for choice in Import.Kind.choices if _may_take(request, choice[0])]
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            file = form.cleaned_data["file"]
            made = integrations.upload(
                kind=form.cleaned_data["kind"], file_name=file.name, content=file.read(), source=form.cleaned_data["source"]
            )
            return done(request, gettext("The file is here. Now say what its columns are."), "dashboard:import", made.id)
    return page(request, "dashboard/import_form.html", {"kinds": _kinds(request)}, form=form)


@staff("imports:write", post="imports:write")
def one_import(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Choose columns and start (as a dry run or for good); watch it; see what came of it."""
    found = get_object_or_404(Import.objects.select_related("job", "undo_job"), id=import_id)
    if request.method == "POST":
        return _choose(request, found)
    return render(request, "dashboard/import.html", _facts(request, found, _kept_under_a_name(request, found)))


def _may_take(request, kind: str) -> bool:
    return kind not in NEEDED or may(request, NEEDED[kind])


def _choose(request: HttpRequest, found: Import) -> HttpResponse:
    """Do what the button says with the columns and choices of the form: look again, keep them, try, import."""
    if not _may_take(request, found.kind):
        raise PermissionDenied
    mapping = {column: request.POST.get(f"column-{place}", "") for place, column in enumerate(found.columns)}
    told = {name: request.POST[name] for name in (*CHOICES, "campaign") if name in request.POST}
    told["is_loud"] = "is_loud" in request.POST
    form = forms.Form({})
    form.is_valid()
    with blamed_on(form):
        if request.POST.get("run") in ("dry", "real"):
            is_dry_run = request.POST["run"] == "dry"
            integrations.start(found.id, mapping=mapping, is_dry_run=is_dry_run, options=told)
            message = gettext("Trying it out; nothing is changed.") if is_dry_run else gettext("Importing.")
            return done(request, message, "dashboard:import", found.id)
        if request.POST.get("run") == "save":
            integrations.save_template(
                found.kind, request.POST.get("template_name", "") or found.file_name, _by_field(mapping), read_options(told)
            )
    return _shown_again(request, found, mapping, told, " ".join(form.non_field_errors()))


def _shown_again(request: HttpRequest, found: Import, mapping: dict, told: dict, error: str) -> HttpResponse:
    """Show the form as it was filled in, with what would become of the rows."""
    try:
        chosen = (_by_field(mapping), read_options(told))
    except DomainError as refused:
        chosen, error = (_by_field(mapping), read_options({})), error or refused.sentence(gettext)
    context = _facts(request, found, chosen) | {"error": error, "is_mapping": True, "is_looked_at": not error}
    if "preview" not in context:  # it runs meanwhile, or its file is gone
        messages.error(request, error or gettext("The columns can be changed no more."))
        return redirect("dashboard:import", found.id)
    context["columns"] = _columns(found, context["preview"], mapping)
    return render(request, "dashboard/import.html", context, status=422 if error else 200)


def _by_field(mapping: dict[str, str]) -> dict[str, str]:
    """Turn a column's choice round; of two columns for one field the first is shown, the start refuses both."""
    found: dict[str, str] = {}
    for column, name in mapping.items():
        if name:
            found.setdefault(name, column)
    return found


def _kept_under_a_name(request: HttpRequest, found: Import) -> tuple[dict, Options] | None:
    """Read a template somebody asked for, as far as this file has its columns."""
    if not (asked := request.GET.get("template")):
        return None
    kept = get_object_or_404(memory.templates(found.kind), id=asked) if _is_id(asked) else None
    if kept is None:
        return None
    return {name: column for name, column in kept.mapping.items() if column in found.columns}, read_options(kept.options)


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def _facts(request: HttpRequest, found: Import, chosen: tuple[dict, Options] | None = None) -> dict:
    is_mapping = found.job is None and found.content is not None
    facts: dict = {
        "import": found, "job": found.job, "is_mapping": is_mapping or chosen is not None,
        "can_map": found.content is not None, "undo_job": found.undo_job,
    }  # fmt: skip
    if found.content is not None and (found.job is None or found.job.is_over):
        mapping, options = chosen or (None, None)
        shown = integrations.preview(found, mapping=mapping, options=options)
        facts |= {"preview": shown, "columns": _columns(found, shown, shown.field_of), **_choices(found, shown)}
    if found.job and found.job.is_over:
        facts |= _outcome(found) | _undoing(found)
    return facts


def _choices(found: Import, shown) -> dict:
    """What can be chosen beside the columns, and how the file could be read otherwise."""
    told = shown.options
    names = {"match": gettext("Recognise customers by"), "mode": gettext("Do"), "fill": gettext("Filled fields")}
    lists = [
        {"name": name, "label": names[name], "chosen": getattr(told, name), "choices": list(texts.items())}
        for name, texts in CHOICES.items()
    ]  # fmt: skip
    separators = [(",", gettext("Comma")), (";", gettext("Semicolon")), ("\t", gettext("Tab")), ("|", gettext("Bar"))]
    has_referrer = any(name.startswith("referrer_") for name in shown.mapping)
    return {
        "lists": lists if found.kind == Import.Kind.CUSTOMERS else [], "separators": separators,
        "encodings": sorted({found.encoding, *ENCODINGS} - {""}), "templates": list(memory.templates(found.kind)),
        "campaigns": list(campaigns().exclude(template="past_referrals")) if has_referrer else [],
        "expected": [(verdict, str(label), shown.expected[verdict]) for verdict, label in ImportTrace.Verdict.choices
                     if shown.expected.get(verdict)],
        "verdict_labels": {str(value): str(label) for value, label in ImportTrace.Verdict.choices},
    }  # fmt: skip


def _undoing(found: Import) -> dict:
    """Whether it can be undone, and what stayed when it was."""
    result = found.undo_job.result if found.undo_job and found.undo_job.is_over else {}
    kept = [(str(text), result[code], _kept_rows(found, code)) for code, text in KEPT.items() if result.get(code)]
    can_undo = integrations.can_undo(found)
    return {
        "can_undo": can_undo, "undo_days": UNDO_DAYS, "undone": result, "kept": kept,
        "consenting": made_with_consent(found.id) if can_undo else 0,
    }  # fmt: skip


def _kept_rows(found: Import, code: str) -> list[int]:
    return sorted(set(traces(found.id).filter(kept_code=code).values_list("row", flat=True)[:SHOWN_ISSUES]))


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
        {
            "place": place, "name": column, "field": chosen.get(column, ""), "examples": _examples(shown, place),
            "troubles": [trouble for trouble in shown.troubles if trouble.column == column],
        }
        for place, column in enumerate(found.columns)
    ]  # fmt: skip


def _examples(shown, place: int) -> list[str]:
    cells = (row[place] for row in shown.rows if place < len(row) and row[place].strip())
    return list(dict.fromkeys(cells))[:3]


@action("imports:write")
def import_reread(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Read the file another way: encoding, separator, sheet, line of the names."""
    wish = Wish(
        encoding=request.POST.get("encoding", ""), delimiter=request.POST.get("delimiter", ""),
        header_line=whole_number(request.POST.get("header_line", "")) or 0, sheet=request.POST.get("sheet", ""),
    )  # fmt: skip
    integrations.reread(import_id, wish)
    return done(request, gettext("The file is read anew. Look at the first rows."), "dashboard:import", import_id)


@action("imports:write")
def import_undo(request: HttpRequest, import_id: UUID) -> HttpResponse:
    integrations.undo(import_id)
    return done(request, gettext("Undoing it. What somebody has built on since stays."), "dashboard:import", import_id)


@action("imports:write")
def import_template_remove(request: HttpRequest, import_template_id: UUID) -> HttpResponse:
    get_object_or_404(memory.ImportTemplate.objects.exclude(name=""), id=import_template_id)
    integrations.remove_template(import_template_id)
    return done(request, gettext("The template is gone."), "dashboard:imports")


@staff("imports:write")
def import_template(request: HttpRequest, import_kind: str, file_form: str) -> HttpResponse:
    """A file to begin with: every field of a kind, own fields too, and an example row."""
    if import_kind not in Import.Kind.values or file_form not in ("csv", "xlsx"):
        raise Http404
    if file_form == "csv":
        return csv_file(import_kind, template_lines(import_kind))
    return _workbook(import_kind, template_workbook(import_kind))


def _workbook(name: str, content: bytes) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=WORKBOOK, headers=headers)


@staff("imports:write")
def import_progress(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """The part of the page that asks again every second while it runs."""
    found = get_object_or_404(all_imports(), id=import_id)
    working = found.undo_job or found.job
    context = {"import": found, "job": working, "is_undoing": found.undo_job is not None}
    response = render(request, "dashboard/parts/import_progress.html", context)
    if working is None or working.is_over:
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
    if request.GET.get("form") == "xlsx":
        return _workbook(f"errors-{found.id}", error_workbook(found.id))
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
    path("imports/<uuid:import_id>/reread/", import_reread, name="import_reread"),
    path("imports/<uuid:import_id>/undo/", import_undo, name="import_undo"),
    path("imports/templates/<uuid:import_template_id>/remove/", import_template_remove, name="import_template_remove"),
    path("imports/example/<str:import_kind>.<str:file_form>", import_template, name="import_template"),
    path("jobs/<uuid:job_id>/", job, name="job"),
]
