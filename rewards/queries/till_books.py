"""What must always be true of coupons and the till; beside queries/books.py."""

_OURS = "organisation_id = %(organisation)s"

TILL_RULES = {
    "a redeemed coupon of a reward has its redemption in the books": f"""
        SELECT c.id, 'redemption'::text AS expected, coalesce(min(j.kind), 'nothing')::text AS found
        FROM rewards_coupon AS c
        LEFT JOIN rewards_couponuse AS u ON u.{_OURS} AND u.coupon_id = c.id AND u.state = 'redeemed'
        LEFT JOIN rewards_posting AS p ON p.{_OURS} AND p.entry_id = u.entry_id AND p.reward_id = c.reward_id
          AND p.source = 'available' AND p.target = 'redeemed' AND p.amount = 1
        LEFT JOIN rewards_journalentry AS j ON j.{_OURS} AND j.id = p.entry_id
        WHERE c.{_OURS} AND c.state = 'redeemed' AND c.reward_id IS NOT NULL
        GROUP BY c.id
    """,
    "a coupon is held by the uses that stand": f"""
        SELECT c.id, coalesce(max(u.state), 'none')::text AS expected,
          CASE WHEN count(u.id) > 1 THEN 'many' WHEN c.state IN ('reserved', 'redeemed') THEN c.state::text ELSE 'none' END
            AS found
        FROM rewards_coupon AS c
        LEFT JOIN rewards_couponuse AS u ON u.{_OURS} AND u.coupon_id = c.id AND u.state IN ('reserved', 'redeemed')
        WHERE c.{_OURS} AND NOT c.is_shared AND NOT (c.state = 'void' AND u.state = 'reserved')
        GROUP BY c.id, c.state
    """,
    "a counter of coupons is the number of uses that stand": f"""
        SELECT n.id, coalesce(u.uses, 0) AS expected, n.uses::bigint AS found
        FROM rewards_couponcounter AS n
        LEFT JOIN (
          SELECT kind_id, customer_id, count(*) AS uses FROM rewards_couponuse
          WHERE {_OURS} AND state IN ('reserved', 'redeemed')
          GROUP BY GROUPING SETS ((kind_id), (kind_id, customer_id))
          HAVING grouping(customer_id) = 1 OR customer_id IS NOT NULL
        ) AS u ON u.kind_id = n.kind_id AND u.customer_id IS NOT DISTINCT FROM n.customer_id
        WHERE n.{_OURS}
    """,
    "a checkout's uses take off what it says": f"""
        SELECT c.id, c.discount_minor AS expected, coalesce(sum(u.discount_minor), 0)::bigint AS found
        FROM rewards_checkout AS c
        LEFT JOIN rewards_couponuse AS u ON u.{_OURS} AND u.checkout_id = c.id
        WHERE c.{_OURS} GROUP BY c.id, c.discount_minor
    """,
    "points at the till are in the books while they are used": f"""
        SELECT c.id, CASE WHEN c.state IN ('reserved', 'redeemed') THEN c.points ELSE 0 END AS expected,
          coalesce(t.amount, 0) - coalesce(b.amount, 0) AS found
        FROM rewards_checkout AS c
        LEFT JOIN (
          SELECT entry_id, sum(amount)::bigint AS amount FROM rewards_posting
          WHERE {_OURS} AND source = 'available' AND target = 'redeemed' GROUP BY entry_id
        ) AS t ON t.entry_id = c.points_entry_id
        LEFT JOIN (
          SELECT entry_id, sum(amount)::bigint AS amount FROM rewards_posting
          WHERE {_OURS} AND source = 'redeemed' GROUP BY entry_id
        ) AS b ON b.entry_id = c.points_return_id
        WHERE c.{_OURS} AND c.points > 0
    """,
}
