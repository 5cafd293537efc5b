"""Reads of payouts: settings, accounts, batches with their sums, lines, differences."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum

from rewards.errors.payouts import PayoutUnknown
from rewards.models import (
    PayoutAccount,
    PayoutBatch,
    PayoutDifference,
    PayoutLeftOut,
    PayoutLine,
    PayoutReport,
    PayoutSettings,
    PayoutShare,
    PayoutStep,
)  # fmt: skip

State = PayoutLine.State


def payout_settings() -> PayoutSettings:
    """Give how the organisation pays out, or what stands before anybody has said so."""
    return PayoutSettings.objects.first() or PayoutSettings()


# --- accounts -----------------------------------------------------------------------------------------


def shared_accounts(fingerprints: Collection[str]) -> dict[str, int]:
    """Count customers by account, where several have the same one."""
    rows = PayoutAccount.objects.filter(fingerprint__in=set(fingerprints), retired_at=None).values_list("fingerprint")
    return dict(rows.annotate(customers=Count("id")).filter(customers__gt=1).order_by())


def sharers_of(account: PayoutAccount) -> list[PayoutAccount]:
    """List the accounts of other customers that are the same one."""
    same = PayoutAccount.objects.filter(fingerprint=account.fingerprint, retired_at=None)
    return list(same.exclude(customer_id=account.customer_id).select_related("customer").order_by("id")[:20])


# --- batches ------------------------------------------------------------------------------------------

_OPEN_LINE = Q(lines__state__in=PayoutLine.OPEN)


def batches() -> QuerySet[PayoutBatch]:
    """All payouts with their unit and sums: people, total, and what of it is paid, failed and still open."""
    alive = ~Q(lines__state=State.WITHDRAWN)
    return PayoutBatch.objects.select_related("unit").annotate(
        people=Count("lines", filter=alive),
        total_minor=Sum("lines__amount_minor", filter=alive, default=0),
        paid=Count("lines", filter=Q(lines__state=State.PAID)),
        paid_minor=Sum("lines__amount_minor", filter=Q(lines__state=State.PAID), default=0),
        failed=Count("lines", filter=Q(lines__state=State.FAILED)),
        failed_minor=Sum("lines__amount_minor", filter=Q(lines__state=State.FAILED), default=0),
        open=Count("lines", filter=_OPEN_LINE),
        uncertain=Count("lines", filter=Q(lines__state=State.UNCERTAIN)),
        unsent=Count("lines", filter=Q(lines__state=State.RESERVED)),
    )


def batch(batch_id: UUID) -> PayoutBatch:
    found = batches().filter(id=batch_id).first()
    if found is None:
        raise PayoutUnknown
    return found


def counts_in(*states: str, currency: str) -> tuple[int, int]:
    """Count payouts in these states, and sum what they pay in a currency."""
    alive = PayoutLine.objects.filter(batch__state__in=states).exclude(state__in=[State.WITHDRAWN, State.FAILED])
    total = alive.filter(batch__unit__code=currency).aggregate(total=Sum("amount_minor", default=0))["total"]
    return PayoutBatch.objects.filter(state__in=states).count(), total


def lines(batch_id: UUID) -> QuerySet[PayoutLine]:
    return PayoutLine.objects.filter(batch_id=batch_id).select_related("customer", "account", "batch__unit").order_by("id")


def shares(line_ids: Collection[UUID]) -> dict[UUID, list[PayoutShare]]:
    """Give the rewards that lines pay, by line."""
    found: dict[UUID, list[PayoutShare]] = {line_id: [] for line_id in line_ids}
    for share in PayoutShare.objects.filter(line_id__in=line_ids).select_related("reward").order_by("reward_id"):
        found[share.line_id].append(share)
    return found


def left_out(batch_id: UUID) -> QuerySet[PayoutLeftOut]:
    rows = PayoutLeftOut.objects.filter(batch_id=batch_id).select_related("customer")
    return rows.order_by("reason", "-amount_minor", "id")


def steps(batch_id: UUID) -> QuerySet[PayoutStep]:
    return PayoutStep.objects.filter(batch_id=batch_id).order_by("id")


def reports(line_ids: Collection[UUID]) -> dict[UUID, list[PayoutReport]]:
    """List what a provider said of lines, oldest first, by line."""
    found: dict[UUID, list[PayoutReport]] = {line_id: [] for line_id in line_ids}
    for report in PayoutReport.objects.filter(line_id__in=line_ids).order_by("id"):
        found[report.line_id].append(report)
    return found


def differences() -> QuerySet[PayoutDifference]:
    """Differences with a provider, open ones first."""
    rows = PayoutDifference.objects.select_related("line__customer", "line__account", "line__batch", "batch__unit")
    return rows.order_by(F("resolved_at").desc(nulls_first=True), "-id")


def open_differences() -> QuerySet[PayoutDifference]:
    return differences().filter(resolved_at=None)


def doubtful_lines() -> QuerySet[PayoutLine]:
    """List lines of which nobody knows whether the provider has them."""
    return _under_way().filter(state=State.UNCERTAIN)


def silent_lines(since: datetime) -> QuerySet[PayoutLine]:
    """List lines that were sent before `since` and not heard of again."""
    return _under_way().filter(state=State.ACCEPTED, attempted_at__lt=since)


def _under_way() -> QuerySet[PayoutLine]:
    return PayoutLine.objects.select_related("customer", "account", "batch__unit").order_by("id")


# --- one person's ------------------------------------------------------------------------------------


def account_of(customer_id: UUID) -> PayoutAccount | None:
    return PayoutAccount.objects.filter(customer_id=customer_id, retired_at=None).first()


def lines_of_rewards(reward_ids: Collection[UUID]) -> dict[UUID, PayoutLine]:
    """Give the line that pays a reward or has paid it, by reward."""
    held = PayoutShare.objects.filter(reward_id__in=reward_ids, is_held=True)
    return {share.reward_id: share.line for share in held.select_related("line__batch", "line__account")}


def last_failures(reward_ids: Collection[UUID]) -> dict[UUID, PayoutLine]:
    """Give the last line that failed to pay a reward, by reward."""
    rows = PayoutShare.objects.filter(reward_id__in=reward_ids, line__state=State.FAILED).select_related("line__account")
    return {share.reward_id: share.line for share in rows.order_by("line_id")}
