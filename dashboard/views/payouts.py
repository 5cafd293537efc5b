"""Payouts: the list, a new one with its preview, and one on its way from draft to result."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from crm.models import Customer
from dashboard.access import action, may, staff
from dashboard.answers import blamed_on, csv_file, done, listing, page
from dashboard.forms_payouts import FileForm, NewPayoutForm, ReasonForm, ResultsForm
from dashboard.paging import Page, newest_by_id
from dashboard.people import names_of
from dashboard.templatetags.dashboard import money, number
from foundation.money import Money
from integrations.exports import csv_lines
from rewards.models import PayoutBatch, PayoutLeftOut, PayoutProvider
from rewards.operations import payouts as paying
from rewards.queries import payouts as reading
from rewards.queries.payout_claims import claims_in, over_threshold, payable
from rewards.rules.payouts import why_left_out
from tenancy import audit, door

State = PayoutBatch.State
Why = PayoutLeftOut.Reason
SHOWN = 50  # people of a preview
FRESH = timedelta(days=7)  # an account so new deserves a second look


@staff("payouts:read")
def payouts(request: HttpRequest) -> HttpResponse:
    found = newest_by_id(request, reading.batches(), size=30)
    tiles = _tiles(request.organisation.currency) if found.is_first and not request.htmx else []
    return listing(
        request, page="dashboard/payouts.html", rows="dashboard/parts/payout_rows.html", payouts=found, tiles=tiles,
        provider=reading.payout_settings().get_provider_display(),
    )  # fmt: skip


def _tiles(currency: str) -> list[dict]:
    """What could be paid, what waits for a second person, what is on its way, and what needs a person."""
    ready = payable(currency, minimum_minor=reading.payout_settings().minimum_minor)
    waiting = reading.counts_in(State.WAITING, currency=currency)
    under_way = reading.counts_in(State.SENDING, State.SENT, currency=currency)
    unsettled = reading.open_differences().count() + reading.doubtful_lines().count()
    return [
        {"label": gettext("Could be paid out"), "value": money(ready.amount_minor, currency), "note": _people(ready.people)},
        {"label": gettext("Waiting for approval"), "value": money(waiting[1], currency), "note": _payouts(waiting[0])},
        {"label": gettext("On the way"), "value": money(under_way[1], currency), "note": _payouts(under_way[0])},
        {
            "label": gettext("To be looked into"), "value": number(unsettled), "link": "differences/",
            "note": gettext("differences and doubts"), "tone": "orange" if unsettled else "",
        },
    ]  # fmt: skip


def _people(count: int) -> str:
    return ngettext("%(n)s person", "%(n)s people", count) % {"n": number(count)}


def _payouts(count: int) -> str:
    return ngettext("%(n)s payout", "%(n)s payouts", count) % {"n": number(count)}


# --- a new one ------------------------------------------------------------------------------------------------


@staff("payouts:write", post="payouts:write")
def payout_new(request: HttpRequest) -> HttpResponse:
    """Choose by GET what is gathered and see it; POST makes the draft of it."""
    settings = reading.payout_settings()
    told = request.POST if request.method == "POST" else request.GET
    form = NewPayoutForm(
        told if "currency" in told else None, currency=request.organisation.currency,
        today=timezone.localdate(door.moment()), minimum_minor=settings.minimum_minor,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            batch = paying.draft_payout(**form.choice, note=form.cleaned_data["note"])
            return done(request, gettext("The draft is there. Nothing is set aside yet."), "dashboard:payout", batch.id)
    return page(request, "dashboard/payout_new.html", {"preview": _preview(form), "provider": settings}, form=form)


def _preview(form: NewPayoutForm) -> dict | None:
    """Show who would be paid how much, and who not, and why."""
    if not form.is_valid():
        return None
    choice = form.choice
    found = claims_in(choice["currency"], until=choice["until"], campaign_id=choice["campaign_id"])
    judged = [(each, why_left_out(each.claim, minimum_minor=choice["minimum_minor"])) for each in found]
    people = Customer.objects.in_bulk([each.claim.customer_id for each, _why in judged])
    rows = [_preview_row(each, why, people) for each, why in judged]
    paid, left_out = [row for row in rows if not row["why"]], [row for row in rows if row["why"]]
    return {
        "currency": choice["currency"], "paid": paid[:SHOWN], "left_out": left_out[:SHOWN], "people": len(paid),
        "total_minor": sum(row["amount_minor"] for row in paid), "left_out_people": len(left_out),
        "hidden": max(len(paid) - SHOWN, 0),
    }  # fmt: skip


def _preview_row(each, why: str, people: dict) -> dict:
    claim = each.claim
    return {
        "customer": people[claim.customer_id], "rewards": len(each.reward_ids), "gross_minor": claim.gross_minor,
        "amount_minor": claim.amount_minor, "why": Why(why).label if why else "",
    }  # fmt: skip


# --- one payout -----------------------------------------------------------------------------------------------


@staff("payouts:read")
def payout(request: HttpRequest, payout_id: UUID) -> HttpResponse:
    batch = reading.batch(payout_id)
    if request.htmx and "after" in request.GET:
        return render(request, "dashboard/parts/payout_line_rows.html", {"payout": batch, "lines": _lines(request, batch)})
    return _show(request, batch)


def _lines(request, batch: PayoutBatch) -> Page:
    """A page of the people of a payout, with their rewards and what is odd about their account."""
    found = newest_by_id(request, reading.lines(batch.id))
    shares = reading.shares([line.id for line in found])
    shared = reading.shared_accounts([line.account.fingerprint for line in found])
    for line in found:
        line.rewards, line.is_shared = shares[line.id], line.account.fingerprint in shared
        line.is_fresh = line.account.entered_at > door.moment() - FRESH
        line.netted_minor = line.gross_minor - line.amount_minor
    return found


def _show(request, batch: PayoutBatch, **forms) -> HttpResponse:
    context = {
        "payout": batch, "tiles": _sums(batch), "lines": _lines(request, batch), "steps": _steps(batch),
        "left_out": reading.left_out(batch.id)[:200], "taxable": over_threshold(batch),
        "may_approve": _may_approve(request, batch),
        "differences": reading.open_differences().filter(batch=batch).count(), **_progress(batch),
        "is_by_file": batch.provider == PayoutProvider.FILE, "is_moving": _is_moving(batch),
        "file_form": FileForm(), "results_form": ResultsForm(), "cancel_form": ReasonForm(), **forms,
    }  # fmt: skip
    return page(request, "dashboard/payout.html", context)


def _sums(batch: PayoutBatch) -> list[dict]:
    """How much of it is where."""
    open_minor = batch.total_minor - batch.paid_minor - batch.failed_minor
    parts = [
        (gettext("Sum"), batch.total_minor, batch.people, ""), (gettext("Paid"), batch.paid_minor, batch.paid, ""),
        (gettext("Failed"), batch.failed_minor, batch.failed, "red" if batch.failed else ""),
        (gettext("Still open"), open_minor, batch.people - batch.paid - batch.failed, ""),
    ]  # fmt: skip
    return [
        {"label": label, "value": money(minor, batch.unit.code), "note": _people(count), "tone": tone}
        for label, minor, count, tone in parts
    ]


def _steps(batch: PayoutBatch) -> list[dict]:
    steps = list(reading.steps(batch.id))
    names = names_of([step.actor_id for step in steps if step.actor_kind == "user"])
    return [
        {"label": State(step.state).label, "state": step.state, "at": step.occurred_at, "reason": step.reason,
         "who": names.get(step.actor_id, "")}
        for step in steps
    ]  # fmt: skip


def _may_approve(request, batch: PayoutBatch) -> bool:
    return may(request, "payouts:write") and request.user.id not in (batch.made_by, batch.submitted_by)


def _progress(batch: PayoutBatch) -> dict:
    settled = batch.people - batch.open
    return {"settled": settled, "percent": 100 * settled // batch.people if batch.people else 100}


def _is_moving(batch: PayoutBatch) -> bool:
    return batch.state in (State.SENDING, State.SENT) and batch.provider != PayoutProvider.FILE and batch.open > 0


@staff("payouts:read")
def payout_progress(request: HttpRequest, payout_id: UUID) -> HttpResponse:
    """The part of the page that asks again while lines are sent; when the state changes, the page comes anew."""
    batch = reading.batch(payout_id)
    response = render(request, "dashboard/parts/payout_progress.html", {"payout": batch, **_progress(batch)})
    if batch.state != request.GET.get("state") or not _is_moving(batch):
        response["HX-Refresh"] = "true"
    return response


@action("payouts:write")
def payout_submit(request: HttpRequest, payout_id: UUID) -> HttpResponse:
    paying.submit_payout(payout_id)
    said = gettext("The money is set aside. Somebody else has to approve it now.")
    return done(request, said, "dashboard:payout", payout_id)


@action("payouts:write")
def payout_approve(request: HttpRequest, payout_id: UUID) -> HttpResponse:
    paying.approve_payout(payout_id)
    return done(request, gettext("Approved. It can be sent now."), "dashboard:payout", payout_id)


@action("payouts:write")
def payout_send(request: HttpRequest, payout_id: UUID) -> HttpResponse:
    batch = paying.send_payout(payout_id)
    is_by_file = batch.provider == PayoutProvider.FILE
    said = gettext("Ready: make the file and upload it at the bank.") if is_by_file else gettext("It is being sent.")
    return done(request, said, "dashboard:payout", payout_id)


@action("payouts:write")
def payout_resume(request: HttpRequest, payout_id: UUID) -> HttpResponse:
    paying.resume_payout(payout_id)
    return done(request, gettext("A worker goes on with it. Nobody is paid twice."), "dashboard:payout", payout_id)


@action("payouts:write")
def payout_cancel(request: HttpRequest, payout_id: UUID) -> HttpResponse:
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    paying.cancel_payout(payout_id, reason=reason)
    return done(request, gettext("Cancelled. Everything is available again."), "dashboard:payout", payout_id)


@action("payouts:write")
def payout_file(request: HttpRequest, payout_id: UUID) -> HttpResponse:
    """Send the file for the bank; what it is for is noted."""
    form = FileForm(request.POST)
    if not form.is_valid():
        return _again(request, payout_id, file_form=form, open_form="file")
    name, text = paying.payout_file(payout_id, purpose=form.cleaned_data["purpose"])
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


@staff("payouts:write")
def payout_tax_list(request: HttpRequest, payout_id: UUID) -> HttpResponse:
    """Send who is over the tax threshold as a file, with the note."""
    batch = reading.batch(payout_id)
    heads = ["customer_id", "name", "reference", "amount", "paid_in_year", "currency", "note"]
    rows = (
        [each.line.customer_id, each.line.customer.name, each.line.reference, _major(each.line.amount_minor, batch),
         _major(each.year_minor, batch), batch.unit.code, batch.tax_note]
        for each in over_threshold(batch)
    )  # fmt: skip
    audit.record("list.exported", batch, {"list": "payout_tax"})
    return csv_file(f"payout-{batch.code}-tax", list(csv_lines(heads, rows)))


def _major(minor: int, batch: PayoutBatch) -> str:
    return f"{Money(minor, batch.unit.code).major:f}"


@action("payouts:write")
def payout_results(request: HttpRequest, payout_id: UUID) -> HttpResponse:
    """Book the bank's result file, and say what came of it."""
    form = ResultsForm(request.POST, request.FILES)
    if form.is_valid():
        with blamed_on(form):
            counts = paying.take_result_file(payout_id, form.cleaned_data["file"].read())
            to = "dashboard:payout_differences" if counts["differences"] else "dashboard:payout"
            return done(request, _told(counts), to, *([] if counts["differences"] else [payout_id]))
    return _again(request, payout_id, results_form=form, open_form="results")


def _again(request, payout_id: UUID, **forms) -> HttpResponse:
    response = _show(request, reading.batch(payout_id), **forms)
    response.status_code = 422
    return response


def _told(counts: dict) -> str:
    parts = [gettext("%(paid)s paid, %(failed)s failed.") % counts]
    if counts["differences"]:
        parts.append(gettext("%(differences)s differ from what we know: see below.") % counts)
    if counts["repeated"]:
        parts.append(gettext("%(repeated)s were known already.") % counts)
    if counts["not_understood"]:
        parts.append(gettext("%(not_understood)s lines were not understood.") % counts)
    return " ".join(parts)


urls = [
    path("payouts/", payouts, name="payouts"),
    path("payouts/new/", payout_new, name="payout_new"),
    path("payouts/<uuid:payout_id>/", payout, name="payout"),
    path("payouts/<uuid:payout_id>/progress/", payout_progress, name="payout_progress"),
    path("payouts/<uuid:payout_id>/submit/", payout_submit, name="payout_submit"),
    path("payouts/<uuid:payout_id>/approve/", payout_approve, name="payout_approve"),
    path("payouts/<uuid:payout_id>/send/", payout_send, name="payout_send"),
    path("payouts/<uuid:payout_id>/resume/", payout_resume, name="payout_resume"),
    path("payouts/<uuid:payout_id>/cancel/", payout_cancel, name="payout_cancel"),
    path("payouts/<uuid:payout_id>/file/", payout_file, name="payout_file"),
    path("payouts/<uuid:payout_id>/tax/", payout_tax_list, name="payout_tax_list"),
    path("payouts/<uuid:payout_id>/results/", payout_results, name="payout_results"),
]
