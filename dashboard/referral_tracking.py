"""What a referral's page shows of its way: the line, the clock, hand-overs, evidence, links to the status page."""

from django.http import HttpRequest
from django.utils.translation import gettext

from crm.models import Deal, Order
from dashboard.access import may
from dashboard.forms_tracking import AnswerForm, DecideForm, EvidenceForm, HandReferralForm
from dashboard.templatetags.dashboard import money
from referrals import queries, reasons
from referrals.models import Evidence, Referral, ReferralHandOver
from referrals.operations.status_links import valid_links
from referrals.queries.failures import latest_closing
from referrals.queries.paths import names_on
from tenancy import door

_ICONS = {
    "clicked": "link", "submitted": "forms", "invited": "send", "handed": "transfer", "evidence": "file-check",
    "confirmed": "user-check", "contacted": "phone-check", "qualified": "target", "converted": "shopping-bag",
    "closed": "circle-x", "expired": "clock-x",
}  # fmt: skip


def tracking_of(request: HttpRequest, found: Referral, **forms) -> dict:
    """Everything the panel shows, in one handful of statements."""
    path = queries.path_of(found.id)
    names = names_on(path)
    row = queries.follow_up_of(found.id)
    checklist = queries.stage_owner(found.campaign, row.stage).checklist if row and not row.ended_at else ()
    hand_over = ReferralHandOver.objects.filter(referral_id=found.id).select_related("giver__user", "receiver__user")
    return {
        "line": queries.line_of(path, found),
        "path": [(step, _ICONS.get(step.step, "point"), names.get(step.who_id, "")) for step in path],
        "follow_up": row, "clock": clock_of(row), "closing": _closing(found),
        "hand_over": hand_over.order_by("-id").first(), "me": request.membership.id,
        "hand_form": forms.get("hand_form") or HandReferralForm(
            auto_id="hand_%s", checklist=checklist, holder_id=row.holder_id if row else None
        ),
        "answer_form": forms.get("answer_form") or AnswerForm(auto_id="answer_%s"),
        "evidence": list(evidence_of(found)), "decide_form": DecideForm(auto_id="decide_%s"),
        "evidence_form": forms.get("evidence_form") or evidence_form(request, found),
        "status_links": list(valid_links(found.referrer_id)[:5]), "open_dialog": forms.get("open_dialog", ""),
        "made_link": forms.get("made_link", ""),
    }  # fmt: skip


def clock_of(row) -> dict | None:
    """Say how the clock stands: state and words."""
    if row is None:
        return None
    if row.ended_at or row.due_at is None:
        return None
    now = door.moment()
    if row.due_at <= now:
        state = "overdue"
    elif row.warn_at and row.warn_at <= now:
        state = "soon"
    else:
        state = "running"
    return {"state": state, "due_at": row.due_at, "label": {
        "overdue": gettext("Overdue"), "soon": gettext("Due soon"), "running": gettext("In time")
    }[state]}  # fmt: skip


def _closing(found: Referral) -> dict | None:
    row = latest_closing(found.id) if found.close_reason else None
    if row is None:
        return None
    return {"row": row, "stated": reasons.label(row.stated) if row.stated in reasons.REASONS else row.stated}


def evidence_of(found: Referral):
    rows = Evidence.objects.filter(referral_id=found.id).defer("content")
    return rows.select_related("handed_in_by__user", "decided_by__user").order_by("-id")


def evidence_form(request: HttpRequest, found: Referral, *args) -> EvidenceForm:
    """Offer the friend's own orders and deals, where the reader may see them."""
    orders = (
        Order.objects.filter(customer_id=found.referee_id).order_by("-placed_at")[:20] if may(request, "orders:read") else []
    )
    deals = Deal.objects.filter(customer_id=found.referee_id).order_by("-id")[:20] if may(request, "deals:read") else []
    return EvidenceForm(
        *args, auto_id="evidence_%s",
        orders=[(str(row.id), f"{row.external_id} · {money(row.total_minor, row.currency)}") for row in orders],
        deals=[(str(row.id), row.title) for row in deals],
    )  # fmt: skip
