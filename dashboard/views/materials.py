"""Printed material: batches, their print files, what came of them; and points that are paid with the salary."""

import csv
from io import BytesIO, StringIO
from uuid import UUID

import xlsxwriter
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext

from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, listing, page
from dashboard.forms_sources import BatchFilters, BatchForm, PayrollForm, RepointForm
from dashboard.paging import newest_first
from dashboard.sight import seen
from integrations.exports import BOM, guarded
from referrals.models import MaterialBatch, MaterialSheets, PayrollRun, ReferralCode
from referrals.operations import material, owners, payroll
from referrals.printing.sheets import grouped
from referrals.queries.sources import Figures, batches, figures_by_batch
from tenancy import audit, door, jobs
from tenancy.models import Job

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@staff("campaigns:read")
def materials(request: HttpRequest) -> HttpResponse:
    filters = BatchFilters(request.GET)
    rows = newest_first(request, filters.narrow(seen(request.membership, batches())))
    told = figures_by_batch([row.id for row in rows])
    for row in rows:
        row.figures, row.validity = told.get(row.id, Figures()), _validity(row)
    context = {"filters": filters, "batches": rows, "currency": request.organisation.currency}
    return listing(request, page="dashboard/materials.html", rows="dashboard/parts/material_rows.html", **context)


def _validity(batch: MaterialBatch) -> str:
    """Say whether its pieces are not valid yet or no longer; whoever scans one then is told so."""
    now = door.moment()
    if batch.valid_from and batch.valid_from > now:
        return gettext("Not valid yet")
    return gettext("No longer valid") if batch.valid_to and batch.valid_to <= now else ""


@staff("campaigns:write", post="campaigns:write")
def material_new(request: HttpRequest) -> HttpResponse:
    form = BatchForm(
        request.POST or None,
        principal=request.membership,
        initial={"profile_id": request.GET.get("owner", ""), "has_own_codes": True},
    )
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            made = material.order_material(**form.cleaned_data)
            return done(request, gettext("The batch is there."), "dashboard:material", made.id)
    return page(request, "dashboard/material_form.html", form=form)


@staff("campaigns:read")
def material_page(request: HttpRequest, material_id: UUID) -> HttpResponse:
    return _show(request, get_object_or_404(batches(), id=material_id))


def _show(request, found: MaterialBatch, **forms) -> HttpResponse:
    codes = ReferralCode.objects.filter(batch=found).order_by("serial")
    context = {
        "batch": found, "figures": figures_by_batch([found.id]).get(found.id, Figures()),
        "sheets": MaterialSheets.objects.filter(batch=found).defer("content").order_by("part"),
        "codes": [(code.serial, grouped(code.code), code.is_active) for code in codes[:12]], "code_count": codes.count(),
        "validity": _validity(found), "is_in_use": codes.filter(is_active=True).exists(),
        "repoint_form": RepointForm(principal=request.membership, but=found.owner_id),
        "currency": request.organisation.currency,
    }  # fmt: skip
    response = page(request, "dashboard/material.html", context | forms)
    response.status_code = 422 if forms else 200
    return response


@staff("campaigns:read")
def material_progress(request: HttpRequest, material_id: UUID) -> HttpResponse:
    """The part of the page that asks again every second while sheets are drawn."""
    found = get_object_or_404(batches(), id=material_id)
    response = render(request, "dashboard/parts/material_progress.html", {"batch": found})
    if found.state != MaterialBatch.State.MAKING:
        response["HX-Refresh"] = "true"
    return response


@staff("campaigns:read")
def material_sheets(request: HttpRequest, material_id: UUID, part: int) -> HttpResponse:
    """Give a part of the print file."""
    found = get_object_or_404(batches(), id=material_id)
    sheets = get_object_or_404(MaterialSheets.objects, batch=found, part=part)
    name = f"{found.kind}-{found.serial_from:06d}-{part}.pdf"
    return _file(bytes(sheets.content), "application/pdf", name)


@staff("campaigns:read")
def material_codes(request: HttpRequest, material_id: UUID) -> HttpResponse:
    """Give serials and codes as CSV, for a print shop that sets its own pages."""
    found = get_object_or_404(batches(), id=material_id)
    lines = StringIO()
    rows = csv.writer(lines)
    rows.writerow([gettext("Serial"), gettext("Code")])
    rows.writerows(ReferralCode.objects.filter(batch=found).order_by("serial").values_list("serial", "code"))
    audit.record("material.exported", found, {"codes": found.size})
    return _file((BOM + lines.getvalue()).encode(), "text/csv; charset=utf-8", f"codes-{found.serial_from:06d}.csv")


@action("campaigns:write")
def material_repoint(request: HttpRequest, material_id: UUID) -> HttpResponse:
    found = get_object_or_404(batches(), id=material_id)
    form = RepointForm(request.POST, principal=request.membership, but=found.owner_id)
    if form.is_valid():
        with blamed_on(form):
            owners.repoint_batch(material_id, **form.cleaned_data)
            return done(request, gettext("From now on it counts for its new owner."), "dashboard:material", material_id)
    return _show(request, found, repoint_form=form)


@action("campaigns:write")
def material_stop(request: HttpRequest, material_id: UUID) -> HttpResponse:
    get_object_or_404(batches(), id=material_id)
    material.stop_batch(material_id)
    return done(request, gettext("Its codes are out of use."), "dashboard:material", material_id)


@action("campaigns:write")
def material_cancel(request: HttpRequest, material_id: UUID) -> HttpResponse:
    """Stop drawing."""
    found = get_object_or_404(batches(), id=material_id)
    if found.job_id and jobs.request_cancel(found.job_id) and found.job.state == Job.State.QUEUED:
        MaterialBatch.objects.filter(id=material_id).update(state=MaterialBatch.State.STOPPED)
    return done(request, gettext("Drawing stops."), "dashboard:material", material_id)


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


# --- payroll ---------------------------------------------------------------------------------------------


@staff("payouts:read", post="payouts:write")
def payroll_page(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate(door.moment())
    form = PayrollForm(request.POST or None, initial={"period_from": today.replace(day=1), "period_to": today})
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            payroll.run_payroll(**form.cleaned_data)
            return done(request, gettext("The run is booked. Take the file to the payroll office."), "dashboard:payroll")
    waiting = payroll.waiting_for_payroll(today)
    runs = newest_first(request, PayrollRun.objects.all(), size=20)
    for run in runs:
        run.table = payroll.payroll_table(run)
        run.points = sum(row["points"] for row in run.table)
    return page(request, "dashboard/payroll.html", {"waiting": waiting, "runs": runs}, form=form)


@staff("payouts:read")
def payroll_file(request: HttpRequest, payroll_id: UUID, file_kind: str) -> HttpResponse:
    found = get_object_or_404(PayrollRun.objects, id=payroll_id)
    if file_kind not in ("csv", "xlsx"):
        raise Http404
    audit.record("payroll.exported", found, {"kind": file_kind})
    name = f"payroll-{found.period_from}-{found.period_to}.{file_kind}"
    rows = list(_payroll_rows(found))
    if file_kind == "csv":
        lines = StringIO()
        csv.writer(lines).writerows([guarded(cell) for cell in row] for row in rows)
        return _file((BOM + lines.getvalue()).encode(), "text/csv; charset=utf-8", name)
    return _file(_workbook(rows), _XLSX, name)


def _payroll_rows(run: PayrollRun):
    yield [
        gettext("Employee"), gettext("E-mail"), gettext("Outlet"), gettext("From"), gettext("Until, included"),
        gettext("Rewards"), gettext("Points"), gettext("Cost, smallest unit"),
    ]  # fmt: skip
    for row in payroll.payroll_table(run):
        profile = row["profile"]
        member = profile.membership if profile else None
        yield [
            profile.customer.name if profile else "", member.user.email if member else "",
            profile.store.name if profile and profile.store else "", run.period_from, run.period_to, row["rewards"],
            row["points"], row["cost_minor"],
        ]  # fmt: skip


def _workbook(rows: list[list]) -> bytes:
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if hasattr(cell, "isoformat"):
                    sheet.write_datetime(number, column, cell, day)
                else:
                    sheet.write(number, column, cell)
    return content.getvalue()


urls = [
    path("materials/", materials, name="materials"),
    path("materials/new/", material_new, name="material_new"),
    path("materials/<uuid:material_id>/", material_page, name="material"),
    path("materials/<uuid:material_id>/progress/", material_progress, name="material_progress"),
    path("materials/<uuid:material_id>/sheets/<int:part>/", material_sheets, name="material_sheets"),
    path("materials/<uuid:material_id>/codes/", material_codes, name="material_codes"),
    path("materials/<uuid:material_id>/repoint/", material_repoint, name="material_repoint"),
    path("materials/<uuid:material_id>/stop/", material_stop, name="material_stop"),
    path("materials/<uuid:material_id>/cancel/", material_cancel, name="material_cancel"),
    path("payroll/", payroll_page, name="payroll"),
    path("payroll/<uuid:payroll_id>/<str:file_kind>/", payroll_file, name="payroll_file"),
]
