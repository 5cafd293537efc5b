"""Read imports, their issues, webhooks and events."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from integrations.models import Import, ImportIssue, ImportTrace, WebhookDelivery, WebhookEndpoint
from tenancy.models import Event

# Everything the house tells the outside world; see the table of events in config/wiring.py.
EVENT_KINDS = (
    "segment.entered", "segment.left",
    "customer.created", "customer.moved", "customer.merged", "customer.merge_undone", "customer.claimed",
    "customer.released", "customer.recycled", "order.changed",
    "lead.captured", "lead.assigned", "lead.qualified", "lead.converted", "lead.recycled", "lead.overdue",
    "deal.created", "deal.stage_changed", "deal.won", "deal.lost", "deal.reopened",
    "deal.money_received", "deal.money_refunded",
    "case.opened", "case.solved", "case.closed", "case.reopened", "case.rated", "survey.answered",
    "claim.opened", "claim.decided", "claim.appealed",
    "referral.submitted", "referral.confirmed", "referral.contacted", "referral.qualified", "referral.converted",
    "referral.closed", "referral.overdue",
    "referrer.enrolled", "referrer.closed", "ask.answered", "abuse_case.opened", "abuse_case.decided",
    "reward.accrued", "reward.settled", "reward.issued", "reward.reversed", "reward.restored",
    "gift.ordered", "gift.shipped", "gift.ready", "gift.delivered", "gift.cancelled", "gift.returned",
    "coupon.issued", "coupon.redeemed", "coupon.returned",
    "points.earned", "tier.changed", "import.finished", "import.undone",
    "budget.alert",
    "payout.paid", "payout.failed",
)  # fmt: skip


@dataclass(frozen=True)
class Reason:
    """Why rows were not taken in, and how many."""

    code: str
    template: str
    is_skip: bool
    rows: int


def imports() -> QuerySet[Import]:
    """List imports without their files, which may be 20 MB each."""
    return Import.objects.select_related("job", "undo_job").defer("content")


def issues(import_id: UUID) -> QuerySet[ImportIssue]:
    return ImportIssue.objects.filter(import_id=import_id).order_by("row", "id")


def traces(import_id: UUID) -> QuerySet[ImportTrace]:
    """List what an import made or changed; of a dry run what it would."""
    return ImportTrace.objects.filter(import_id=import_id).order_by("row", "id")


def made_with_consent(import_id: UUID) -> int:
    """Count the customers whom an undoing cannot remove: their consents are evidence."""
    made = ImportTrace.objects.filter(import_id=import_id, subject="customer", verdict=ImportTrace.Verdict.CREATED)
    return made.filter(added__has_key="consent").count()


def after(found: QuerySet[ImportIssue], row: int, issue_id: UUID) -> QuerySet[ImportIssue]:
    """Go on behind an issue, in the order of the file."""
    return found.filter(Q(row__gt=row) | Q(row=row, id__gt=issue_id))


def reasons(import_id: UUID) -> Sequence[Reason]:
    """Sum the rows that were not taken in by reason, the most frequent first."""
    found = (
        ImportIssue.objects.filter(import_id=import_id)
        .values("code", "template", "is_skip")
        .annotate(rows=Count("row", distinct=True))
        .order_by("-rows", "code")
    )
    return [Reason(**row) for row in found]


def endpoints() -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.order_by("-id")


def segments_told_of() -> set[UUID] | None:
    """Name the segments an outside system wants to hear of: none, or (None) all that are shared (config/wiring.py)."""
    wanted = Q(kinds__contains=["*"]) | Q(kinds__contains=["segment.entered"]) | Q(kinds__contains=["segment.left"])
    return None if WebhookEndpoint.objects.filter(wanted, is_active=True).exists() else set()


def deliveries() -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.select_related("endpoint")


def events() -> QuerySet[Event]:
    """What has happened, in the kinds that webhooks tell of."""
    return Event.objects.filter(kind__in=EVENT_KINDS)
