"""What must always be true of payouts."""

_OURS = "organisation_id = %(organisation)s"
_OPEN = "('reserved', 'sending', 'accepted', 'uncertain')"


def _compartment(name: str, states: str) -> str:
    """An account's compartment holds what its lines in these states pay."""
    return f"""
        SELECT coalesce(b.id, l.account_id) AS id, coalesce(l.amount, 0) AS expected, coalesce(b.held, 0) AS found
        FROM (SELECT id, {name} AS held FROM rewards_balance WHERE {_OURS}) AS b
        FULL JOIN (
          SELECT ledger_account(l.organisation_id, l.customer_id, w.unit_id) AS account_id,
            sum(l.amount_minor)::bigint AS amount
          FROM rewards_payoutline AS l
          JOIN rewards_payoutbatch AS w ON w.{_OURS} AND w.id = l.batch_id
          WHERE l.{_OURS} AND l.state IN {states}
          GROUP BY 1
        ) AS l ON l.account_id = b.id
    """


PAYOUT_RULES = {
    "what is being paid is what open payout lines say": _compartment("paying", _OPEN),
    "what was paid is what paid payout lines say": _compartment("paid", "('paid')"),
    "a payout line pays what its rewards have in it": f"""
        SELECT l.id, l.amount_minor AS expected, coalesce(s.amount, 0) AS found
        FROM rewards_payoutline AS l
        LEFT JOIN (
          SELECT line_id, sum(amount)::bigint AS amount FROM rewards_payoutshare WHERE {_OURS} GROUP BY line_id
        ) AS s ON s.line_id = l.id
        WHERE l.{_OURS} AND l.state NOT IN ('draft', 'withdrawn')
    """,
    "a reward is being paid, or paid, when a payout line says so": f"""
        SELECT coalesce(r.id, s.reward_id) AS id,
          CASE WHEN s.state IN {_OPEN} THEN 'paying' WHEN s.state = 'paid' THEN 'paid' ELSE 'in no payout' END AS expected,
          coalesce(r.state, 'elsewhere')::text AS found
        FROM (SELECT id, state FROM rewards_reward WHERE {_OURS} AND state IN ('paying', 'paid')) AS r
        FULL JOIN (
          SELECT s.reward_id, l.state
          FROM rewards_payoutshare AS s
          JOIN rewards_payoutline AS l ON l.{_OURS} AND l.id = s.line_id
          JOIN rewards_reward AS w ON w.{_OURS} AND w.id = s.reward_id AND w.state <> 'reversed'
          WHERE s.{_OURS} AND s.is_held
        ) AS s ON s.reward_id = r.id
    """,
    "a payout is where its lines are": f"""
        SELECT b.id, CASE
            WHEN b.state IN ('draft', 'waiting', 'approved', 'cancelled') THEN b.state
            WHEN bool_or(l.state IN ('reserved', 'sending')) THEN 'sending'
            WHEN bool_or(l.state IN ('accepted', 'uncertain')) THEN 'sent'
            WHEN bool_or(l.state = 'failed') THEN 'with_failures'
            ELSE 'completed' END AS expected, b.state::text AS found
        FROM rewards_payoutbatch AS b
        LEFT JOIN rewards_payoutline AS l ON l.{_OURS} AND l.batch_id = b.id
        WHERE b.{_OURS} GROUP BY b.id, b.state
    """,
}
