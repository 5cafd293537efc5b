"""Reads of payouts: settings, who can be paid, batches with their sums, lines, differences, taxable sums."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum

from rewards.errors_payouts import PayoutUnknown
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
from rewards.rules.payouts import Claim
from tenancy import door
from tenancy.models import Organisation

State = PayoutLine.State


def payout_settings() -> PayoutSettings:
    """Give how the organisation pays out, or what stands before anybody has said so."""
    return PayoutSettings.objects.first() or PayoutSettings()


# --- who can be paid ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class CashClaim:
    """A person's claim with the rewards and lots it rests on, the oldest first."""

    claim: Claim
    account_id: UUID  # in the books
    reward_ids: tuple[UUID, ...]


def cash_claims(
    *, unit_id: UUID, until: datetime, campaign_id: UUID | None = None, customer_ids: Collection[UUID] | None = None
) -> list[CashClaim]:
    """List people with available cash rewards, those who have waited longest first."""
    rows = _rows(
        _CLAIMS, unit=str(unit_id), until=until, campaign=str(campaign_id) if campaign_id else None,
        customers=[str(one) for one in customer_ids] if customer_ids is not None else None,
    )  # fmt: skip
    return [
        CashClaim(Claim(customer, gross, available, has_account), account, tuple(UUID(one) for one in rewards.split(",")))
        for customer, account, gross, available, has_account, rewards in rows
    ]


def available_minor(unit_id: UUID, customer_ids: Collection[UUID]) -> dict[UUID, int]:
    """Tell what the books let people have of a unit."""
    return dict(_rows(_AVAILABLE, unit=str(unit_id), customers=[str(one) for one in customer_ids]))


_CLAIMS = """
SELECT r.beneficiary_id, b.id, sum(r.kept)::bigint, b.available,
  EXISTS (
    SELECT FROM rewards_payoutaccount AS p
    WHERE p.organisation_id = %(organisation)s AND p.customer_id = r.beneficiary_id AND p.retired_at IS NULL),
  string_agg(r.id::text, ',' ORDER BY r.id)
FROM rewards_reward AS r
JOIN rewards_balance AS b ON b.organisation_id = %(organisation)s AND b.id = r.account_id
WHERE r.organisation_id = %(organisation)s AND r.unit_id = %(unit)s AND r.kind = 'cash' AND r.state = 'available'
  AND r.kept > 0 AND r.settled_at <= %(until)s
  AND (%(campaign)s::uuid IS NULL OR r.campaign_id = %(campaign)s::uuid)
  AND (%(customers)s::uuid[] IS NULL OR r.beneficiary_id = ANY(%(customers)s::uuid[]))
GROUP BY r.beneficiary_id, b.id, b.available
ORDER BY min(r.settled_at), r.beneficiary_id
"""

_AVAILABLE = """
SELECT c.id, b.available
FROM unnest(%(customers)s::uuid[]) AS c (id)
JOIN rewards_balance AS b
  ON b.organisation_id = %(organisation)s AND b.id = ledger_account(%(organisation)s, c.id, %(unit)s)
"""


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


def reports(line_id: UUID) -> QuerySet[PayoutReport]:
    """List what a provider said of a line, oldest first."""
    return PayoutReport.objects.filter(line_id=line_id).order_by("id")


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


# --- tax ---------------------------------------------------------------------------------------------


def paid_in_year(unit_id: UUID, customer_ids: Sequence[UUID], year: int) -> dict[UUID, int]:
    """Sum from the books what people were paid in a calendar year of the organisation; what came back is not counted."""
    zone = _zone()
    first, last = datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)
    people = [str(one) for one in customer_ids]
    return dict.fromkeys(customer_ids, 0) | dict(_rows(_PAID, unit=str(unit_id), customers=people, first=first, last=last))


_PAID = """
SELECT c.id, sum(p.amount * ((p.target = 'paid')::int - (p.source = 'paid')::int))::bigint
FROM unnest(%(customers)s::uuid[]) AS c (id)
JOIN rewards_posting AS p ON p.organisation_id = %(organisation)s
  AND p.account_id = ledger_account(%(organisation)s, c.id, %(unit)s) AND 'paid' IN (p.source, p.target)
JOIN rewards_journalentry AS e ON e.organisation_id = %(organisation)s AND e.id = p.entry_id
  AND e.occurred_at >= %(first)s AND e.occurred_at < %(last)s
GROUP BY c.id
"""


@dataclass(frozen=True)
class TaxableLine:
    """Somebody who is paid more than the threshold in the year of a payout; `year_minor` counts this payment too."""

    line: PayoutLine
    year_minor: int


def over_threshold(found: PayoutBatch) -> list[TaxableLine]:
    """List who is over a payout's tax threshold, the largest sum first."""
    if found.tax_threshold_minor is None:
        return []
    alive = [line for line in lines(found.id) if line.state not in (State.WITHDRAWN, State.FAILED)]
    ends = [line.finished_at for line in alive if line.finished_at]
    before = paid_in_year(found.unit_id, [line.customer_id for line in alive], _year_of(max(ends, default=door.moment())))
    sums = [(line, before[line.customer_id] + line.amount_minor * (line.state != State.PAID)) for line in alive]
    over = [TaxableLine(line, total) for line, total in sums if total > found.tax_threshold_minor]
    return sorted(over, key=lambda each: -each.year_minor)


def _year_of(moment: datetime) -> int:
    return moment.astimezone(_zone()).year


def _zone() -> ZoneInfo:
    return ZoneInfo(Organisation.objects.values_list("time_zone", flat=True).get(id=door.organisation_id()))


def _rows(sql: str, **arguments) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"organisation": str(door.organisation_id()), **arguments})
        return cursor.fetchall()
