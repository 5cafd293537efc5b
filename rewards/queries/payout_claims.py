"""Who could be paid out how much, and what people were paid in a year."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from crm.queries.merging import former_of
from rewards.models import PayoutAccount, PayoutBatch, PayoutLine, Unit
from rewards.queries.payouts import lines
from rewards.queries.scanning import joined_by_hash
from rewards.rules.payouts import Claim, why_left_out
from tenancy import door
from tenancy.calendar import own_zone

State = PayoutLine.State


@dataclass(frozen=True)
class CashClaim:
    """A person's claim with the rewards and lots it rests on, the oldest first."""

    claim: Claim
    account_id: UUID  # in the books
    reward_ids: tuple[UUID, ...]


def cash_claims(*, unit_id: UUID, until: datetime, campaign_id: UUID | None = None) -> list[CashClaim]:
    """List people with available cash rewards, those who have waited longest first."""
    with joined_by_hash():  # for an organisation that the statistics do not know yet (2,000 people: 10 s against 0.1)
        rows = _rows(_CLAIMS, unit=str(unit_id), until=until, campaign=str(campaign_id) if campaign_id else None)
    owners = set(PayoutAccount.objects.filter(retired_at=None, details__isnull=False).values_list("customer_id", flat=True))
    return [
        CashClaim(Claim(customer, gross, available, customer in owners), account, tuple(map(UUID, rewards.split(","))))
        for customer, account, gross, available, rewards in rows
    ]


@dataclass(frozen=True)
class Payable:
    """What could be paid out at once, and to how many."""

    amount_minor: int
    people: int


def claims_in(currency: str, *, until: datetime, campaign_id: UUID | None = None) -> list[CashClaim]:
    """List claims in a currency; none where nobody was ever given cash in it."""
    unit = Unit.objects.filter(code=currency).first()
    return cash_claims(unit_id=unit.id, until=until, campaign_id=campaign_id) if unit else []


def payable(currency: str, *, minimum_minor: int) -> Payable:
    claims = [each.claim for each in claims_in(currency, until=door.moment())]
    paid = [claim for claim in claims if not why_left_out(claim, minimum_minor=minimum_minor)]
    return Payable(sum(claim.amount_minor for claim in paid), len(paid))


def available_minor(unit_id: UUID, customer_ids: Collection[UUID]) -> dict[UUID, int]:
    """Tell what the books let people have of a unit."""
    return dict(_rows(_AVAILABLE, unit=str(unit_id), customers=[str(one) for one in customer_ids]))


# The balance is the beneficiary's of today: one of before a merge is settled on the account of who they were.
_CLAIMS = """
SELECT r.beneficiary_id, b.id, sum(r.kept)::bigint, b.available,
  string_agg(r.id::text, ',' ORDER BY r.id)
FROM rewards_reward AS r
JOIN rewards_balance AS b ON b.organisation_id = %(organisation)s
  AND b.id = ledger_account(%(organisation)s, r.beneficiary_id, r.unit_id)
WHERE r.organisation_id = %(organisation)s AND r.unit_id = %(unit)s AND r.kind = 'cash' AND r.state = 'available'
  AND r.kept > 0 AND r.settled_at <= %(until)s
  AND (%(campaign)s::uuid IS NULL OR r.campaign_id = %(campaign)s::uuid)
GROUP BY r.beneficiary_id, b.id, b.available
ORDER BY min(r.settled_at), r.beneficiary_id
"""

# Accounts are named in a step of their own, or the index is not used (see reading.py).
_AVAILABLE = """
WITH theirs AS MATERIALIZED (
  SELECT c.id, ledger_account(%(organisation)s, c.id, %(unit)s) AS account_id FROM unnest(%(customers)s::uuid[]) AS c (id)
)
SELECT c.id, b.available
FROM theirs AS c
JOIN rewards_balance AS b ON b.organisation_id = %(organisation)s AND b.id = c.account_id
"""


# --- tax ---------------------------------------------------------------------------------------------


def paid_in_year(unit_id: UUID, customer_ids: Sequence[UUID], year: int) -> dict[UUID, int]:
    """Sum from the books what people were paid in a calendar year of the organisation; what came back is not counted."""
    zone = own_zone()
    first, last = datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)
    sums = dict.fromkeys(customer_ids, 0)
    now = {one: one for one in customer_ids} | former_of(customer_ids)  # what somebody was paid before a merge counts, too
    people = [str(one) for one in now]
    for customer_id, paid in _rows(_PAID, unit=str(unit_id), customers=people, first=first, last=last):
        sums[now[customer_id]] += paid
    return sums


_PAID = """
WITH theirs AS MATERIALIZED (
  SELECT c.id, ledger_account(%(organisation)s, c.id, %(unit)s) AS account_id FROM unnest(%(customers)s::uuid[]) AS c (id)
)
SELECT c.id, sum(p.amount * ((p.target = 'paid')::int - (p.source = 'paid')::int))::bigint
FROM theirs AS c
JOIN rewards_posting AS p ON p.organisation_id = %(organisation)s AND p.account_id = c.account_id
  AND 'paid' IN (p.source, p.target)
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
    return moment.astimezone(own_zone()).year


def _rows(sql: str, **arguments) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"organisation": str(door.organisation_id()), **arguments})
        return cursor.fetchall()
