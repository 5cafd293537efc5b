"""What must always be true of the catalogue: stock, orders and the books say the same."""

_OURS = "organisation_id = %(organisation)s"

CATALOGUE_RULES = {
    "a stock is what came in less what went out": f"""
        SELECT i.id, coalesce(i.stock, 0) AS expected, coalesce(m.amount, 0) AS found
        FROM rewards_catalogueitem AS i
        LEFT JOIN (
          SELECT item_id, sum(amount)::bigint AS amount FROM rewards_stockmove WHERE {_OURS} GROUP BY item_id
        ) AS m ON m.item_id = i.id
        WHERE i.{_OURS}
    """,
    "stock and ordered pieces are what was put in": f"""
        SELECT i.id, coalesce(i.stock, 0) + coalesce(o.pieces, 0) AS expected, coalesce(m.amount, 0) AS found
        FROM rewards_catalogueitem AS i
        LEFT JOIN (
          SELECT item_id, sum(stock_taken)::bigint AS pieces FROM rewards_giftorder WHERE {_OURS} GROUP BY item_id
        ) AS o ON o.item_id = i.id
        LEFT JOIN (
          SELECT item_id, sum(amount)::bigint AS amount FROM rewards_stockmove
          WHERE {_OURS} AND order_id IS NULL GROUP BY item_id
        ) AS m ON m.item_id = i.id
        WHERE i.{_OURS}
    """,
    "an order holds the stock that it took": f"""
        SELECT coalesce(o.id, m.order_id) AS id, coalesce(o.stock_taken, 0) AS expected, coalesce(m.amount, 0) AS found
        FROM (SELECT id, stock_taken FROM rewards_giftorder WHERE {_OURS}) AS o
        FULL JOIN (
          SELECT order_id, -sum(amount)::bigint AS amount FROM rewards_stockmove
          WHERE {_OURS} AND order_id IS NOT NULL GROUP BY order_id
        ) AS m ON m.order_id = o.id
    """,
    # Entries of orders are known by their keys: gift:<order>, and gift:<order>:return.
    "an order's points are in the books": f"""
        SELECT coalesce(o.id, e.order_id) AS id, coalesce(o.points, 0) AS expected, coalesce(e.points, 0) AS found
        FROM (
          SELECT id, CASE WHEN state IN ('cancelled', 'returned') THEN 0 ELSE points END AS points
          FROM rewards_giftorder WHERE {_OURS}
        ) AS o
        FULL JOIN (
          SELECT split_part(j.key, ':', 2)::uuid AS order_id,
            sum(p.amount * ((p.target = 'redeemed')::int - (p.source = 'redeemed')::int))::bigint AS points
          FROM rewards_journalentry AS j
          JOIN rewards_posting AS p ON p.{_OURS} AND p.entry_id = j.id
          WHERE j.{_OURS} AND j.kind IN ('redemption', 'return') AND left(j.key, 5) = 'gift:'
          GROUP BY split_part(j.key, ':', 2)
        ) AS e ON e.order_id = o.id
    """,
    "the moves of an order lead to its state": f"""
        SELECT o.id, o.state::text AS expected, coalesce(string_agg(m.state, ', ' ORDER BY m.state), '') AS found
        FROM rewards_giftorder AS o
        LEFT JOIN (
          SELECT order_id, state FROM (
            SELECT order_id, after AS state, 1 AS way FROM rewards_giftordermove WHERE {_OURS}
            UNION ALL
            SELECT order_id, before, -1 FROM rewards_giftordermove WHERE {_OURS}
          ) AS step
          GROUP BY order_id, state HAVING sum(way) <> CASE state WHEN '' THEN -1 ELSE 0 END
        ) AS m ON m.order_id = o.id
        WHERE o.{_OURS} GROUP BY o.id, o.state
    """,
    "a voucher code belongs to an order of its item": f"""
        SELECT v.id, v.item_id AS expected, o.item_id AS found
        FROM rewards_vouchercode AS v
        LEFT JOIN rewards_giftorder AS o ON o.{_OURS} AND o.id = v.order_id
        WHERE v.{_OURS} AND v.order_id IS NOT NULL
    """,
}
