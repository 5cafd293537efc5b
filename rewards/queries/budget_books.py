"""What must always be true of budgets; beside queries/books.py."""

from rewards.queries.spending import UNITS_GONE

_OURS = "organisation_id = %(organisation)s"
_ARROWS = f"""
WITH arrows AS NOT MATERIALIZED (
  SELECT id, entry_id, reward_id, source, target, amount FROM rewards_posting WHERE {_OURS} AND reward_id IS NOT NULL
),
"""
_FIGURES = "reserved %%s, committed %%s, spent %%s, returned %%s"

BUDGET_RULES = {
    "a budget is what its rewards cost": f"""
        SELECT b.id,
          format('{_FIGURES}', coalesce(r.reserved, 0), coalesce(r.settled - r.spent - r.returned, 0), coalesce(r.spent, 0),
            coalesce(r.returned, 0)) AS expected,
          format('{_FIGURES}', b.reserved_minor, b.committed_minor, b.spent_minor, b.returned_minor) AS found
        FROM rewards_budget AS b
        LEFT JOIN (
          SELECT budget_id,
            coalesce(sum(cost_minor) FILTER (WHERE state IN ('accrued', 'held')), 0) AS reserved,
            coalesce(sum(cost_minor) FILTER (WHERE state IN ('available', 'paying', 'paid', 'issued')), 0) AS settled,
            sum(spent_minor) AS spent,
            sum(returned_minor) AS returned
          FROM rewards_reward WHERE {_OURS} AND budget_id IS NOT NULL GROUP BY budget_id
        ) AS r ON r.budget_id = b.id
        WHERE b.{_OURS}
    """,
    "a budget is over its limit by what it says": f"""
        SELECT b.id, greatest(b.reserved_minor + b.committed_minor + b.spent_minor - b.limit_minor - b.earlier_minor, 0)
            AS expected,
          b.overrun_minor AS found
        FROM rewards_budget AS b WHERE b.{_OURS}
    """,
    # What was touched a moment ago is followed soon.
    "what is spent of a reward is what its lots say": f"""
        SELECT r.id, format('spent %%s, returned %%s', f.spent, f.gone - f.spent) AS expected,
          format('spent %%s, returned %%s', r.spent_minor, r.returned_minor) AS found
        FROM rewards_reward AS r
        LEFT JOIN ({_ARROWS} {UNITS_GONE}) AS g ON g.reward_id = r.id
        CROSS JOIN LATERAL (
          SELECT r.cost_minor * c.used / greatest(r.kept, 1) AS spent,
            r.cost_minor * least(c.used + greatest(coalesce(g.expired, 0), 0), c.most) / greatest(r.kept, 1) AS gone
          FROM (
            SELECT m.most, least(greatest(coalesce(g.used, 0), 0), m.most) AS used
            FROM (SELECT greatest(r.kept - coalesce(g.left_over, 0), 0) AS most) AS m
          ) AS c
        ) AS f
        WHERE r.{_OURS} AND r.state NOT IN ('estimated', 'lapsed')
          AND (r.spent_minor <> f.spent OR r.returned_minor <> f.gone - f.spent)
          AND r.id NOT IN (SELECT reward_id FROM rewards_touchedreward WHERE {_OURS})
    """,
    "what waits for money is held and has no budget yet": f"""
        SELECT coalesce(w.id, r.id) AS id, 'waits, held'::text AS expected,
          concat_ws(', ', CASE WHEN w.id IS NULL THEN 'waits for nothing' ELSE 'waits' END, r.state,
            CASE WHEN r.budget_id IS NOT NULL THEN 'has a budget' END) AS found
        FROM (SELECT id FROM rewards_waitingreward WHERE {_OURS}) AS w
        FULL JOIN (
          SELECT r.id, r.state::text, r.budget_id FROM rewards_reward AS r
          WHERE r.{_OURS} AND (r.state = 'held' AND r.hold_cause = 'budget'
            OR EXISTS (SELECT FROM rewards_waitingreward AS w WHERE w.{_OURS} AND w.id = r.id))
        ) AS r ON r.id = w.id
    """,
}
