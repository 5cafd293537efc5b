"""The oracle: is every figure in the books what the postings and rewards say it must be?"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from rewards.queries.budget_books import BUDGET_RULES
from rewards.queries.catalogue_books import CATALOGUE_RULES
from rewards.queries.payout_books import PAYOUT_RULES
from rewards.queries.promise_books import PROMISE_RULES
from rewards.queries.reconciling import unbalanced_account
from rewards.queries.scanning import joined_by_hash, rows
from rewards.queries.seals import verify_seals
from rewards.queries.till_books import TILL_RULES


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
    return BooksReport(count_rows(), tuple(wrong for rule in rules() if (wrong := check(rule))))


def reconcile() -> WrongRow | None:
    """Check every balance against the sum of its postings, in all compartments."""
    return check(RECONCILED)


def rules() -> list[str]:
    """Name what must always be true of the books."""
    return [RECONCILED, *RULES, SEALED]


def check(rule: str) -> WrongRow | None:
    """Find the first row that breaks a rule."""
    with joined_by_hash():
        if rule == RECONCILED:
            found = unbalanced_account()
            return WrongRow(rule, *found) if found else None
        return _broken_seal() if rule == SEALED else _first_wrong(rule, RULES[rule])


def count_rows() -> dict[str, int]:
    """Count what there is to look at, by table."""
    return {name: rows(f"SELECT count(*) FROM {table} WHERE {_OURS}")[0][0] for name, table in _COUNTED.items()}


def _first_wrong(rule: str, sql: str) -> WrongRow | None:
    found = rows(f"SELECT id, expected, found FROM ({sql}) AS r WHERE expected IS DISTINCT FROM found ORDER BY id LIMIT 1")
    return WrongRow(rule, found[0][0], str(found[0][1]), str(found[0][2])) if found else None


def _broken_seal() -> WrongRow | None:
    broken = verify_seals().broken
    if broken is None:
        return None
    found = f"{broken.what} {broken.how}".strip()
    return WrongRow(SEALED, broken.entry_id or broken.closing_id, f"{broken.month:%Y-%m}", found)


RECONCILED = "a balance is the sum of its postings"
SEALED = "a closed month is what was sealed"
_COUNTED = {
    "entries": "rewards_journalentry",
    "postings": "rewards_posting",
    "accounts": "rewards_account",
    "lots": "rewards_lot",
    "rewards": "rewards_reward",
    "budgets": "rewards_budget",
}
_OURS = "organisation_id = %(organisation)s"


def _number(state: str) -> str:
    return f"(hashtextextended({state}, 0) >> 33)"


# Accounts of customers that became one with another, and every account that they came to.
_MOVED = f"""
        WITH RECURSIVE moved AS (
          SELECT source_id AS first, target_id AS now FROM rewards_accountmove WHERE {_OURS}
          UNION
          SELECT m.first, n.target_id FROM moved AS m
          JOIN rewards_accountmove AS n ON n.{_OURS} AND n.source_id = m.now
        )"""

RULES = {
    "an arrow is on the account of its reward": f"""
        {_MOVED}
        SELECT p.id, r.account_id AS expected, coalesce(f.now, t.first, p.account_id) AS found
        FROM rewards_posting AS p
        LEFT JOIN rewards_reward AS r ON r.{_OURS} AND r.id = p.reward_id
        LEFT JOIN moved AS f ON f.first = p.account_id AND f.now = r.account_id
        LEFT JOIN moved AS t ON t.first = r.account_id AND t.now = p.account_id
        WHERE p.{_OURS} AND p.reward_id IS NOT NULL
    """,
    "what left a customer reached another": f"""
        SELECT a.unit_id AS id, 0::bigint AS expected, sum(b.transfer)::bigint AS found
        FROM rewards_balance AS b
        JOIN rewards_account AS a ON a.{_OURS} AND a.id = b.id
        WHERE b.{_OURS} GROUP BY a.unit_id
    """,
    "an entry has postings, and a posting its entry": f"""
        SELECT coalesce(e.id, p.entry_id) AS id, e.id AS expected, p.entry_id AS found
        FROM (SELECT id FROM rewards_journalentry WHERE {_OURS}) AS e
        FULL JOIN (SELECT DISTINCT entry_id FROM rewards_posting WHERE {_OURS}) AS p ON p.entry_id = e.id
    """,
    "who owes has nothing": f"""
        SELECT id, 0::bigint AS expected, least(available, -arrears) AS found FROM rewards_balance WHERE {_OURS}
    """,
    "the rests of lots are what is available": f"""
        SELECT coalesce(b.id, l.account_id) AS id, coalesce(b.available, 0) AS expected, coalesce(l.remaining, 0) AS found
        FROM (SELECT id, available FROM rewards_balance WHERE {_OURS}) AS b
        FULL JOIN (
          SELECT account_id, sum(remaining)::bigint AS remaining FROM rewards_lot WHERE {_OURS} GROUP BY account_id
        ) AS l ON l.account_id = b.id
    """,
    "the uses of a lot are what it lost": f"""
        SELECT l.id, l.amount - l.remaining AS expected, coalesce(u.amount, 0) AS found
        FROM rewards_lot AS l
        LEFT JOIN (
          SELECT lot_id, sum(amount) AS amount FROM rewards_lotuse WHERE {_OURS} GROUP BY lot_id
        ) AS u ON u.lot_id = l.id
        WHERE l.{_OURS}
    """,
    "no more is given back to a lot than was taken": f"""
        SELECT g.gives_back_id AS id, CASE WHEN u.id IS NULL THEN 0 ELSE least(u.amount, g.amount) END AS expected,
          g.amount AS found
        FROM (
          SELECT gives_back_id, lot_id, -sum(amount)::bigint AS amount
          FROM rewards_lotuse WHERE {_OURS} AND gives_back_id IS NOT NULL GROUP BY gives_back_id, lot_id
        ) AS g
        LEFT JOIN rewards_lotuse AS u ON u.{_OURS} AND u.id = g.gives_back_id AND u.lot_id = g.lot_id
    """,
    "an entry opens and uses lots as its postings say": f"""
        SELECT coalesce(p.entry_id, l.entry_id, u.entry_id) AS id, coalesce(p.amount, 0) AS expected,
          coalesce(l.amount, 0) - coalesce(u.amount, 0) AS found
        FROM (
          SELECT entry_id, sum(amount * ((target = 'available')::int - (source = 'available')::int))::bigint AS amount
          FROM rewards_posting WHERE {_OURS} AND (source = 'available' OR target = 'available') GROUP BY entry_id
        ) AS p
        FULL JOIN (SELECT entry_id, sum(amount)::bigint AS amount FROM rewards_lot WHERE {_OURS} GROUP BY entry_id) AS l
          ON l.entry_id = p.entry_id
        FULL JOIN (SELECT entry_id, sum(amount)::bigint AS amount FROM rewards_lotuse WHERE {_OURS} GROUP BY entry_id) AS u
          ON u.entry_id = coalesce(p.entry_id, l.entry_id)
    """,
    "a lot is opened by its arrow": f"""
        {_MOVED}
        SELECT l.id, format('%%s %%s', l.account_id, l.amount) AS expected,
          format('%%s %%s', coalesce(f.now, p.account_id), p.amount) AS found
        FROM rewards_lot AS l
        LEFT JOIN rewards_posting AS p ON p.{_OURS} AND p.id = l.id AND p.entry_id = l.entry_id
        LEFT JOIN moved AS f ON f.first = p.account_id AND f.now = l.account_id
        WHERE l.{_OURS}
    """,
    "a lot lives as long as it was told": f"""
        SELECT l.id, true AS expected, l.expires_at >= x.after AS found
        FROM (SELECT lot_id, max(after) AS after FROM rewards_lotextension WHERE {_OURS} GROUP BY lot_id) AS x
        LEFT JOIN rewards_lot AS l ON l.{_OURS} AND l.id = x.lot_id
    """,
    "pending is what waiting rewards keep": f"""
        SELECT coalesce(b.id, r.account_id) AS id, coalesce(r.kept, 0) AS expected, coalesce(b.pending, 0) AS found
        FROM (SELECT id, pending FROM rewards_balance WHERE {_OURS}) AS b
        FULL JOIN (
          SELECT account_id, sum(kept)::bigint AS kept FROM rewards_reward
          WHERE {_OURS} AND state IN ('accrued', 'held') GROUP BY account_id
        ) AS r ON r.account_id = b.id
    """,
    "what is pending of a reward is what it keeps while it waits": f"""
        SELECT coalesce(r.id, p.reward_id) AS id, coalesce(r.kept, 0) AS expected, coalesce(p.amount, 0) AS found
        FROM (SELECT id, kept FROM rewards_reward WHERE {_OURS} AND state IN ('accrued', 'held')) AS r
        FULL JOIN (
          SELECT reward_id, sum(amount * ((target = 'pending')::int - (source = 'pending')::int))::bigint AS amount
          FROM rewards_posting
          WHERE {_OURS} AND reward_id IS NOT NULL AND (source = 'pending' OR target = 'pending')
          GROUP BY reward_id
        ) AS p ON p.reward_id = r.id
    """,
    "who may settle is accrued, and nobody else": f"""
        SELECT coalesce(d.id, r.id) AS id, r.account_id AS expected, d.account_id AS found
        FROM (SELECT id, account_id FROM rewards_duereward WHERE {_OURS}) AS d
        FULL JOIN (SELECT id, account_id FROM rewards_reward WHERE {_OURS} AND state = 'accrued') AS r ON r.id = d.id
    """,
    # A chain of moves from '' to the present state enters every state as often as it leaves it, the present once more: so
    # the numbers of the states that it enters, less those that it leaves, add up to the present one's. Only rewards where
    # they do not are looked at move by move.
    "the moves of a reward lead to its state": f"""
        SELECT r.id, r.state::text AS expected, (
            SELECT coalesce(string_agg(m.state, ', ' ORDER BY m.state), '') FROM (
              SELECT step.state FROM (
                SELECT after AS state, 1 AS way FROM rewards_rewardmove WHERE {_OURS} AND reward_id = r.id
                UNION ALL
                SELECT before, -1 FROM rewards_rewardmove WHERE {_OURS} AND reward_id = r.id
                UNION ALL
                SELECT s.state, s.way FROM (VALUES ('available', 1), ('accrued', -1)) AS s (state, way) WHERE r.is_settled
              ) AS step
              GROUP BY step.state HAVING sum(step.way) <> CASE step.state WHEN '' THEN -1 ELSE 0 END
            ) AS m
          ) AS found
        FROM (
          SELECT r.id, r.state, r.settled_entry_id IS NOT NULL AS is_settled
          FROM rewards_reward AS r
          LEFT JOIN (
            SELECT reward_id, sum({_number("after")} - {_number("before")}) AS number
            FROM rewards_rewardmove WHERE {_OURS} GROUP BY reward_id
          ) AS m ON m.reward_id = r.id
          WHERE r.{_OURS} AND {_number("r.state")} - {_number("''")} <> coalesce(m.number, 0)
            + (r.settled_entry_id IS NOT NULL)::int * ({_number("'available'")} - {_number("'accrued'")})
          OFFSET 0  -- or the planner would look at every reward move by move first
        ) AS r
    """,
    "a reward keeps what its moves left": f"""
        SELECT r.id, coalesce(m.left_over, 0) AS expected, r.kept AS found
        FROM rewards_reward AS r
        LEFT JOIN (
          SELECT reward_id, sum(CASE
            WHEN before IN ('', 'estimated') AND after IN ('accrued', 'held') THEN amount
            WHEN gives_again THEN amount
            WHEN after = 'reversed' OR before = after THEN -amount
            ELSE 0 END) AS left_over
          FROM rewards_rewardmove WHERE {_OURS} GROUP BY reward_id
        ) AS m ON m.reward_id = r.id
        WHERE r.{_OURS}
    """,
    "a settlement moved what the reward then had": f"""
        SELECT r.id, coalesce(r.lot_id::text, 'an arrow') AS expected, 'none' AS found
        FROM rewards_reward AS r
        WHERE r.{_OURS} AND r.settled_entry_id IS NOT NULL
          AND NOT EXISTS (
            SELECT FROM rewards_posting AS p
            WHERE p.{_OURS} AND p.id = r.lot_id AND p.entry_id = r.settled_entry_id AND p.reward_id = r.id)
          AND NOT EXISTS (
            SELECT FROM rewards_posting AS p
            WHERE p.{_OURS} AND p.entry_id = r.settled_entry_id AND p.reward_id = r.id AND p.target = 'arrears')
    """,
    "a move's entry moved what it says": f"""
        SELECT m.id, m.amount AS expected,
          sum(p.amount) FILTER (
            WHERE p.source <> 'expired' AND (p.source, p.target) <> ('available', 'arrears'))::bigint AS found
        FROM rewards_rewardmove AS m
        LEFT JOIN rewards_posting AS p ON p.{_OURS} AND p.entry_id = m.entry_id AND p.reward_id = m.reward_id
        WHERE m.{_OURS} AND m.entry_id IS NOT NULL
        GROUP BY m.id, m.amount
    """,
    **BUDGET_RULES,
    **CATALOGUE_RULES,
    **TILL_RULES,
    **PROMISE_RULES,
    **PAYOUT_RULES,
}
