"""What must always be true of expectations, choices and questions to a second person."""

_OURS = "organisation_id = %(organisation)s"

PROMISE_RULES = {
    "an expectation costs nothing and is in no book": f"""
        SELECT r.id, '0 0 0' AS expected, format('%%s %%s %%s', r.kept, r.cost_minor, count(p.id)) AS found
        FROM rewards_reward AS r
        LEFT JOIN rewards_posting AS p ON p.{_OURS} AND p.account_id = r.account_id AND p.reward_id = r.id
        WHERE r.{_OURS} AND r.state IN ('estimated', 'lapsed') GROUP BY r.id, r.kept, r.cost_minor
    """,
    "a reward is the option that was chosen": f"""
        SELECT r.id, r.options -> r.option ->> 'kind' AS expected, r.kind::text AS found
        FROM rewards_reward AS r WHERE r.{_OURS} AND r.options <> '[]'
    """,
    "a reward that was exchanged for another option is nothing itself": f"""
        SELECT r.id, format('%%s reversed 0', r.beneficiary_id) AS expected,
          format('%%s %%s %%s', s.beneficiary_id, r.state, r.kept) AS found
        FROM rewards_reward AS r
        LEFT JOIN rewards_reward AS s ON s.{_OURS} AND s.id = r.successor_id
        WHERE r.{_OURS} AND r.successor_id IS NOT NULL
    """,
    "what waits for a second person is held": f"""
        SELECT a.id, 'held' AS expected, r.state::text AS found
        FROM rewards_approval AS a
        JOIN rewards_reward AS r ON r.{_OURS} AND r.id = a.reward_id
        WHERE a.{_OURS} AND a.state = 'waiting'
    """,
    "a question was answered as its answer says": f"""
        SELECT a.id, CASE WHEN w.is_approved THEN 'approved' WHEN NOT w.is_approved THEN 'declined' END AS expected,
          nullif(nullif(a.state, 'waiting'), 'withdrawn') AS found
        FROM rewards_approval AS a
        LEFT JOIN rewards_approvalanswer AS w ON w.{_OURS} AND w.approval_id = a.id
        WHERE a.{_OURS}
    """,
}
