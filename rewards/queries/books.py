"""The oracle: is every figure in the books what the postings and rewards say it must be?"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from tenancy import door


@dataclass(frozen=True)
class WrongRow:
    """The first row that breaks a rule."""

    rule: str
    row_id: UUID
    expected: str
    found: str


@dataclass(frozen=True)
class BooksReport:
    checked: Mapping[str, int]  # rows seen, by table
    wrong: tuple[WrongRow, ...]  # at most one for each rule

    @property
    def is_whole(self) -> bool:
        return not self.wrong


def verify_books() -> BooksReport:
    """Recompute the books of this organisation from the journal; a few scans, whatever their size."""
    _join_by_hash(True)
    counted = {name: _rows(f"SELECT count(*) FROM {table} WHERE {_OURS}")[0][0] for name, table in _COUNTED.items()}
    wrong = tuple(row for rule, sql in RULES.items() if (row := _first_wrong(rule, sql)))
    _join_by_hash(False)
    return BooksReport(counted, wrong)


def _join_by_hash(only: bool) -> None:
    """Forbid nested loops: the planner counts the policy's condition beside ours and expects one row (42 s against 0.1).

    No JIT then: the price put on a nested loop that cannot be avoided would start it (0.3 s a query).
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = {0}; SET LOCAL jit = {0}".format("off" if only else "DEFAULT"))


def _first_wrong(rule: str, sql: str) -> WrongRow | None:
    rows = _rows(f"SELECT id, expected, found FROM ({sql}) AS r WHERE expected IS DISTINCT FROM found ORDER BY id LIMIT 1")
    return WrongRow(rule, rows[0][0], str(rows[0][1]), str(rows[0][2])) if rows else None


def _rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"organisation": str(door.organisation_id())})
        return cursor.fetchall()


_COUNTED = {
    "entries": "rewards_journalentry",
    "postings": "rewards_posting",
    "accounts": "rewards_account",
    "lots": "rewards_lot",
    "rewards": "rewards_reward",
    "budgets": "rewards_budget",
}
_OURS = "organisation_id = %(organisation)s"

RULES = {
    "a balance is the sum of its postings": f"""
        SELECT coalesce(j.account_id, b.account_id) AS id, coalesce(j.amount, 0) AS expected, coalesce(b.amount, 0) AS found
        FROM (
          SELECT account_id, sum(amount) AS amount FROM (
            SELECT target_id AS account_id, amount FROM rewards_posting WHERE {_OURS}
            UNION ALL
            SELECT source_id, -amount FROM rewards_posting WHERE {_OURS}
          ) AS leg GROUP BY account_id
        ) AS j
        FULL JOIN (
          SELECT account_id, sum(amount) AS amount FROM (
            SELECT account_id, amount FROM rewards_balance WHERE {_OURS}
            UNION ALL
            SELECT account_id, amount FROM rewards_balancedelta WHERE {_OURS}
          ) AS part GROUP BY account_id
        ) AS b ON b.account_id = j.account_id
    """,
    "an entry has postings": f"""
        SELECT e.id, true AS expected, EXISTS (
          SELECT FROM rewards_posting AS p WHERE p.{_OURS} AND p.entry_id = e.id) AS found
        FROM rewards_journalentry AS e WHERE e.{_OURS}
    """,
    "the rests of lots are what is available": f"""
        SELECT a.id, b.amount AS expected, coalesce(l.remaining, 0) AS found
        FROM rewards_account AS a
        JOIN rewards_balance AS b ON b.{_OURS} AND b.account_id = a.id
        LEFT JOIN (
          SELECT account_id, sum(remaining) AS remaining FROM rewards_lot WHERE {_OURS} GROUP BY account_id
        ) AS l ON l.account_id = a.id
        WHERE a.{_OURS} AND a.kind = 'available'
    """,
    "the uses of a lot are what it lost": f"""
        SELECT l.id, l.amount - l.remaining AS expected, coalesce(u.amount, 0) AS found
        FROM rewards_lot AS l
        LEFT JOIN (
          SELECT lot_id, sum(amount) AS amount FROM rewards_lotuse WHERE {_OURS} GROUP BY lot_id
        ) AS u ON u.lot_id = l.id
        WHERE l.{_OURS}
    """,
    "an entry opens and uses lots as its postings say": f"""
        SELECT p.entry_id AS id, p.amount AS expected, coalesce(l.amount, 0) - coalesce(u.amount, 0) AS found
        FROM (
          SELECT p.entry_id, sum(CASE WHEN p.target_id = a.id THEN p.amount ELSE -p.amount END) AS amount
          FROM rewards_posting AS p
          JOIN rewards_account AS a ON a.{_OURS} AND a.id IN (p.source_id, p.target_id) AND a.kind = 'available'
          WHERE p.{_OURS} GROUP BY p.entry_id
        ) AS p
        LEFT JOIN (SELECT entry_id, sum(amount) AS amount FROM rewards_lot WHERE {_OURS} GROUP BY entry_id) AS l
          ON l.entry_id = p.entry_id
        LEFT JOIN (SELECT entry_id, sum(amount) AS amount FROM rewards_lotuse WHERE {_OURS} GROUP BY entry_id) AS u
          ON u.entry_id = p.entry_id
    """,
    "pending is what waiting rewards keep": f"""
        SELECT a.id, coalesce(r.kept, 0) AS expected, b.amount AS found
        FROM rewards_account AS a
        JOIN rewards_balance AS b ON b.{_OURS} AND b.account_id = a.id
        LEFT JOIN (
          SELECT beneficiary_id, unit_id, sum(kept) AS kept FROM rewards_reward
          WHERE {_OURS} AND state IN ('accrued', 'held') GROUP BY beneficiary_id, unit_id
        ) AS r ON r.beneficiary_id = a.customer_id AND r.unit_id = a.unit_id
        WHERE a.{_OURS} AND a.kind = 'pending'
    """,
    "a budget is what its rewards cost": f"""
        SELECT b.id, format('reserved %%s, settled %%s, spent %%s', coalesce(r.reserved, 0), coalesce(r.settled, 0),
            coalesce(r.spent, 0)) AS expected,
          format('reserved %%s, settled %%s, spent %%s', b.reserved_minor, b.committed_minor + b.spent_minor, b.spent_minor)
            AS found
        FROM rewards_budget AS b
        LEFT JOIN (
          SELECT w.budget_id,
            sum(w.cost_minor) FILTER (WHERE w.state IN ('accrued', 'held')) AS reserved,
            sum(w.cost_minor) FILTER (WHERE w.state = 'available') AS settled,
            sum(w.cost_minor) FILTER (WHERE w.state = 'available' AND c.state = 'redeemed') AS spent
          FROM rewards_reward AS w
          LEFT JOIN rewards_coupon AS c ON c.{_OURS} AND c.reward_id = w.id
          WHERE w.{_OURS} GROUP BY w.budget_id
        ) AS r ON r.budget_id = b.id
        WHERE b.{_OURS}
    """,
    # A chain of moves from '' to the present state enters every state as often as it leaves it, the present once more.
    "the moves of a reward lead to its state": f"""
        SELECT r.id, r.state::text AS expected, coalesce(string_agg(m.state, ', ' ORDER BY m.state), '') AS found
        FROM rewards_reward AS r
        LEFT JOIN (
          SELECT reward_id, state FROM (
            SELECT reward_id, after AS state, 1 AS way FROM rewards_rewardmove WHERE {_OURS}
            UNION ALL
            SELECT reward_id, before, -1 FROM rewards_rewardmove WHERE {_OURS}
          ) AS step
          GROUP BY reward_id, state HAVING sum(way) <> CASE state WHEN '' THEN -1 ELSE 0 END
        ) AS m ON m.reward_id = r.id
        WHERE r.{_OURS} GROUP BY r.id, r.state
    """,
    "a reward keeps what its moves left": f"""
        SELECT r.id, coalesce(m.left_over, 0) AS expected, r.kept AS found
        FROM rewards_reward AS r
        LEFT JOIN (
          SELECT reward_id, sum(CASE
            WHEN before = '' THEN amount
            WHEN after = 'reversed' OR before = after THEN -amount
            ELSE 0 END) AS left_over
          FROM rewards_rewardmove WHERE {_OURS} GROUP BY reward_id
        ) AS m ON m.reward_id = r.id
        WHERE r.{_OURS}
    """,
    "a move's entry moved what it says": f"""
        SELECT m.id, m.amount AS expected, p.amount AS found
        FROM rewards_rewardmove AS m
        LEFT JOIN (
          SELECT entry_id, sum(amount) AS amount FROM rewards_posting WHERE {_OURS} GROUP BY entry_id
        ) AS p ON p.entry_id = m.entry_id
        WHERE m.{_OURS} AND m.entry_id IS NOT NULL
    """,
}
