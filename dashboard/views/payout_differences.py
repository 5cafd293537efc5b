"""Where we and a payment provider differ, or nobody can say: each with a button for what can be done about it."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboard.access import action, staff
from dashboard.answers import done, page
from dashboard.forms_payouts import NoteForm
from dashboard.people import names_of
from rewards.models import PayoutDifference, PayoutProvider
from rewards.operations import payouts as paying
from rewards.queries import payouts as reading
from tenancy import door

Kind, Remedy = PayoutDifference.Kind, PayoutDifference.Remedy
SILENT = timedelta(days=3)  # longer than a bank takes
MOST = 100
_REMEDIES = {
    Kind.UNKNOWN_LINE: ["noted"],
    Kind.AMOUNT_DIFFERS: ["book_paid", "book_failed", "noted"],
    Kind.NEVER_SENT: ["book_paid", "noted"],
    Kind.PAID_AFTER_FAILED: ["book_paid", "noted"],
    Kind.CAME_BACK: ["book_failed", "noted"],
}
_SAID = {
    Kind.UNKNOWN_LINE: _("None of our payments has this reference. Perhaps it belongs to somebody else."),
    Kind.AMOUNT_DIFFERS: _("Perhaps it took a fee. Our books only know the amount that was approved."),
    Kind.NEVER_SENT: _("We had not sent this payment, or had withdrawn it, and the provider says that it was made."),
    Kind.PAID_AFTER_FAILED: _("We had booked it as failed and given the money back. Booking it as paid takes it again."),
    Kind.CAME_BACK: _("We had booked it as paid. Booking it as failed makes the money available for the next payout."),
}


@staff("payouts:read")
def payout_differences(request: HttpRequest) -> HttpResponse:
    settled = list(reading.differences().filter(resolved_at__isnull=False)[:30])
    names = names_of([each.resolved_by_id for each in settled if each.resolved_by_kind == "user"])
    context = {
        "open": [_shown(each) for each in reading.open_differences()[:MOST]],
        "doubtful": _with_words(reading.doubtful_lines()[:MOST]),
        "silent": _with_words(reading.silent_lines(door.moment() - SILENT)[:MOST]),
        "settled": [{"difference": each, "who": names.get(each.resolved_by_id, "")} for each in settled],
    }
    return page(request, "dashboard/payout_differences.html", context)


def _shown(difference: PayoutDifference) -> dict:
    return {
        "difference": difference, "form": NoteForm(auto_id=f"note_{difference.id}_%s"),
        "remedies": [(each, Remedy(each).label) for each in _REMEDIES[difference.kind]],
        "currency": difference.currency or (difference.batch.unit.code if difference.batch_id else ""),
        "said": _SAID[difference.kind],
    }  # fmt: skip


def _with_words(lines) -> list[dict]:
    """Put beside each line what the provider has said of it."""
    said = reading.reports([line.id for line in lines])
    return [
        {"line": line, "form": NoteForm(auto_id=f"note_{line.id}_%s"), "reports": said[line.id],
         "can_be_asked": line.batch.provider != PayoutProvider.FILE}
        for line in lines
    ]  # fmt: skip


@action("payouts:write")
def payout_difference_settle(request: HttpRequest, payout_difference_id: UUID) -> HttpResponse:
    remedy = request.POST.get("remedy", "")
    note = request.POST.get("note", "")
    paying.settle_difference(payout_difference_id, remedy=remedy if remedy in Remedy.values else Remedy.NOTED, note=note)
    return done(request, gettext("Settled."), "dashboard:payout_differences")


@action("payouts:write")
def payout_line_settle(request: HttpRequest, payout_line_id: UUID) -> HttpResponse:
    """Book a payment whose outcome the provider does not tell."""
    paying.settle_doubt(payout_line_id, is_paid=request.POST.get("is_paid") == "yes", note=request.POST.get("note", ""))
    return done(request, gettext("Booked."), "dashboard:payout_differences")


@action("payouts:write")
def payout_line_ask(request: HttpRequest, payout_line_id: UUID) -> HttpResponse:
    paying.ask_again(payout_line_id)
    return done(request, gettext("The provider is asked. Come back in a minute."), "dashboard:payout_differences")


urls = [
    path("payouts/differences/", payout_differences, name="payout_differences"),
    path(
        "payouts/differences/<uuid:payout_difference_id>/settle/",
        payout_difference_settle,
        name="payout_difference_settle",
    ),
    path("payouts/lines/<uuid:payout_line_id>/settle/", payout_line_settle, name="payout_line_settle"),
    path("payouts/lines/<uuid:payout_line_id>/ask/", payout_line_ask, name="payout_line_ask"),
]
