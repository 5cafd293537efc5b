"""The functions that work on thousands of rows in a statement each: settle and expire.

Many rows at once are joined by hashing whatever the statistics say: of an organisation they do not know yet the planner
expects one row, and nested loops over 6,000 rewards ran for minutes. Few rows are looked up one by one. The settings are
the function's own; plans are made for each call, because the next may be of another size.
"""

from django.db import migrations

# Repeatable: the rows of DueReward are the right to settle, and they are taken here. Rows that somebody else holds are
# passed over, so that a settlement never waits for one.
SETTLE = """
CREATE FUNCTION ledger_settle(organisation uuid, at timestamptz, at_most integer, expiries jsonb, pack integer)
  RETURNS TABLE (entry uuid, settled bigint, follow_up uuid[], budgets uuid[], costs bigint[], pack_first uuid[],
    pack_last uuid[])
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
  SET enable_nestloop = on SET jit = off SET plan_cache_mode = force_custom_plan SET work_mem = '128MB' AS $$
DECLARE
  chosen uuid[];
  accounts uuid[];
  debtors uuid[];
  debts bigint[];
  found bigint;
  kepts bigint[];
  repaids bigint[];
  first uuid;
  last uuid;
  base bigint;
  tail text;
BEGIN
  WITH gone AS (
    DELETE FROM rewards_duereward AS d
    WHERE d.organisation_id = organisation AND d.ctid = ANY(ARRAY(
      SELECT w.ctid FROM rewards_duereward AS w
      WHERE w.organisation_id = organisation AND w.hold_until <= at
      ORDER BY w.hold_until, w.id
      LIMIT at_most
      FOR UPDATE SKIP LOCKED))
    RETURNING d.id, d.account_id, d.hold_until
  )
  SELECT array_agg(g.id ORDER BY g.hold_until, g.id), array_agg(DISTINCT g.account_id) INTO chosen, accounts FROM gone AS g;
  IF chosen IS NULL THEN
    RETURN;
  END IF;

  -- Balances have one index only, so nested loops are safe whatever the statistics say. All are locked, also of those who
  -- owe nothing: as a WHERE the condition would be pushed below the lock.
  SELECT coalesce(array_agg(o.id) FILTER (WHERE o.debt > 0), '{}'),
    coalesce(array_agg(o.debt) FILTER (WHERE o.debt > 0), '{}'), count(*)
  INTO debtors, debts, found FROM (
    SELECT b.id, -b.arrears AS debt FROM unnest(accounts) AS a (id)
    JOIN rewards_balance AS b ON b.organisation_id = organisation AND b.id = a.id
    ORDER BY b.id
    FOR NO KEY UPDATE OF b
  ) AS o;
  IF found <> cardinality(accounts) THEN
    RAISE EXCEPTION '% of % accounts have no balance', cardinality(accounts) - found, cardinality(accounts);
  END IF;

  -- An id in front is that of the batch; its places count on from it (see ledger_id_at).
  entry := ledger_id(0);
  base := ('x' || left(replace(entry::text, '-', ''), 12))::bit(48)::bigint << 16 | 28672;
  tail := right(entry::text, 17);
  SELECT c.id INTO first FROM unnest(chosen) AS c (id) ORDER BY c.id LIMIT 1;
  SELECT c.id INTO last FROM unnest(chosen) AS c (id) ORDER BY c.id DESC LIMIT 1;

  -- Rewards are many and have many indexes: they are read by the range in which the chosen lie, and hashed.
  PERFORM set_config('enable_nestloop', CASE WHEN cardinality(chosen) > 200 THEN 'off' ELSE 'on' END, true);

  -- Arrears are repaid by the rewards of a customer that were due first; the rest of each becomes available.
  WITH changed AS (
    UPDATE rewards_reward AS r
    SET state = 'available', settled_at = at, settled_entry_id = ledger_settle.entry,
      lot_id = (lpad(to_hex(base + ((c.place >> 11) << 16) + (2 * c.place & 4095)), 16, '0') || tail)::uuid
    FROM unnest(chosen) WITH ORDINALITY AS c (id, place)
    WHERE r.organisation_id = organisation AND r.id BETWEEN first AND last AND r.id = c.id AND r.state = 'accrued'
    RETURNING r.id, r.account_id, r.kept, r.kind, r.cost_minor, r.budget_id, r.lot_id, c.place,
      coalesce(r.coupon_kind_id, r.unit_id) AS expiry_id
  ), repaying AS (
    SELECT c.id, least(c.kept, greatest(0, d.debt
        - (sum(c.kept) OVER (PARTITION BY c.account_id ORDER BY c.place) - c.kept)))::bigint AS repaid
    FROM changed AS c JOIN unnest(debtors, debts) AS d (id, debt) ON d.id = c.account_id
  ), moving AS MATERIALIZED (
    SELECT c.*, x.expires, coalesce(p.repaid, 0) AS repaid
    FROM changed AS c
    LEFT JOIN repaying AS p ON p.id = c.id
    LEFT JOIN jsonb_to_recordset(expiries) AS x (id uuid, expires timestamptz) ON x.id = c.expiry_id
    ORDER BY c.account_id, c.place
  ), posted AS (
    INSERT INTO rewards_posting (organisation_id, id, entry_id, account_id, source, target, amount, reward_id)
    SELECT organisation, m.lot_id, ledger_settle.entry, m.account_id, 'pending', 'available', m.kept - m.repaid, m.id
    FROM moving AS m WHERE m.repaid < m.kept
    UNION ALL
    SELECT organisation, ledger_id_at(ledger_settle.entry, 2 * m.place + 1), ledger_settle.entry, m.account_id, 'pending',
      'arrears', m.repaid, m.id
    FROM moving AS m WHERE m.repaid > 0
  ), opened AS (
    INSERT INTO rewards_lot (organisation_id, id, account_id, entry_id, amount, remaining, earned_at, expires_at)
    SELECT organisation, m.lot_id, m.account_id, ledger_settle.entry, m.kept - m.repaid, m.kept - m.repaid, at, m.expires
    FROM moving AS m WHERE m.repaid < m.kept
  ), touched AS (
    INSERT INTO rewards_touchedreward (organisation_id, id, reward_id)
    SELECT organisation, ledger_id(0), p.id FROM repaying AS p WHERE p.repaid > 0
  ), cost AS (
    SELECT m.budget_id, sum(m.cost_minor)::bigint AS cost_minor FROM moving AS m
    WHERE m.budget_id IS NOT NULL GROUP BY m.budget_id
  ), sums AS (
    SELECT m.account_id, sum(m.kept)::bigint AS kept, sum(m.repaid)::bigint AS repaid FROM moving AS m GROUP BY m.account_id
  )
  SELECT (SELECT count(*) FROM moving), (SELECT coalesce(array_agg(m.id), '{}') FROM moving AS m
      WHERE m.kind NOT IN ('points', 'cash')),
    (SELECT coalesce(array_agg(c.budget_id ORDER BY c.budget_id), '{}') FROM cost AS c),
    (SELECT coalesce(array_agg(c.cost_minor ORDER BY c.budget_id), '{}') FROM cost AS c),
    array_agg(s.account_id), array_agg(s.kept), array_agg(s.repaid)
  INTO settled, follow_up, budgets, costs, accounts, kepts, repaids
  FROM sums AS s;
  PERFORM set_config('enable_nestloop', 'on', true);
  IF settled = 0 THEN
    RETURN;
  END IF;

  UPDATE rewards_balance AS b
  SET pending = b.pending - s.kept, available = b.available + s.kept - s.repaid, arrears = b.arrears + s.repaid
  FROM unnest(accounts, kepts, repaids) AS s (id, kept, repaid)
  WHERE b.organisation_id = organisation AND b.id = s.id;

  -- After its arrows, whose key is deferred: a right that was nobody's leaves no empty entry behind.
  INSERT INTO rewards_journalentry (organisation_id, id, kind, key, input_hash, occurred_at, reason)
  VALUES (organisation, entry, 'settlement', 'settle:' || entry, '', at, '');

  -- Their arrows lie between these ids; listeners read them a pack at a time.
  SELECT array_agg(ledger_id_at(ledger_settle.entry, 2 * (p.first + 1)) ORDER BY p.first),
    array_agg(ledger_id_at(ledger_settle.entry, 2 * (p.first + pack) + 1) ORDER BY p.first)
  INTO pack_first, pack_last
  FROM generate_series(0, cardinality(chosen) - 1, pack) AS p (first);
  RETURN NEXT;
END $$;
ALTER FUNCTION ledger_settle(uuid, timestamptz, integer, jsonb, integer) OWNER TO yinjian_ledger;
REVOKE ALL ON FUNCTION ledger_settle(uuid, timestamptz, integer, jsonb, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_settle(uuid, timestamptz, integer, jsonb, integer) TO yinjian_serving;
"""

EXPIRE = """
CREATE FUNCTION ledger_expire(organisation uuid, at timestamptz, at_most integer)
  RETURNS TABLE (lot uuid, entry uuid, customer uuid, unit uuid, amount bigint)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
  SET enable_nestloop = on SET jit = off SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  due uuid[];
  chosen uuid[];
BEGIN
  SELECT coalesce(array_agg(l.id), '{}') INTO chosen FROM (
    SELECT l.id FROM rewards_lot AS l
    WHERE l.organisation_id = organisation AND l.remaining > 0 AND l.expires_at <= at
    ORDER BY l.expires_at
    LIMIT at_most
  ) AS l;

  PERFORM set_config('enable_nestloop', CASE WHEN cardinality(chosen) > 200 THEN 'off' ELSE 'on' END, true);

  PERFORM FROM rewards_balance AS b
  WHERE b.organisation_id = organisation AND b.id IN (
    SELECT l.account_id FROM rewards_lot AS l WHERE l.organisation_id = organisation AND l.id = ANY(chosen))
  ORDER BY b.id
  FOR NO KEY UPDATE;

  -- Read again now that the balances are ours: another worker may have been faster.
  SELECT coalesce(array_agg(l.id), '{}') INTO due FROM rewards_lot AS l
  WHERE l.organisation_id = organisation AND l.id = ANY(chosen) AND l.remaining > 0 AND l.expires_at <= at;

  RETURN QUERY
  WITH moving AS (
    SELECT l.id AS lot_id, ledger_id(row_number() OVER (ORDER BY l.id)) AS entry_id, l.account_id, l.remaining AS part,
      a.unit_id, a.customer_id, row_number() OVER (ORDER BY l.id) AS place
    FROM rewards_lot AS l
    JOIN rewards_account AS a ON a.organisation_id = organisation AND a.id = l.account_id
    WHERE l.organisation_id = organisation AND l.id = ANY(due)
  ), written AS (
    INSERT INTO rewards_journalentry (organisation_id, id, kind, key, input_hash, occurred_at, reason)
    SELECT organisation, m.entry_id, 'expiry', 'expire:' || m.lot_id || ':' || m.entry_id,
      encode(sha256(convert_to(m.part::text, 'UTF8')), 'hex'), at, ''
    FROM moving AS m
  ), posted AS (
    INSERT INTO rewards_posting (organisation_id, id, entry_id, account_id, source, target, amount)
    SELECT organisation, ledger_id(m.place), m.entry_id, m.account_id, 'available', 'expired', m.part FROM moving AS m
  ), used AS (
    INSERT INTO rewards_lotuse (organisation_id, id, lot_id, entry_id, amount)
    SELECT organisation, ledger_id(m.place), m.lot_id, m.entry_id, m.part FROM moving AS m
  ), touched AS (
    INSERT INTO rewards_touchedreward (organisation_id, id, reward_id)
    SELECT organisation, ledger_id(m.place), p.reward_id
    FROM moving AS m
    JOIN rewards_posting AS p ON p.organisation_id = organisation AND p.id = m.lot_id AND p.reward_id IS NOT NULL
  ), emptied AS (
    UPDATE rewards_lot AS l SET remaining = 0
    FROM moving AS m WHERE l.organisation_id = organisation AND l.id = m.lot_id
  ), lowered AS (
    UPDATE rewards_balance AS b SET available = b.available - leg.part, expired = b.expired + leg.part
    FROM (SELECT m.account_id, sum(m.part) AS part FROM moving AS m GROUP BY m.account_id) AS leg
    WHERE b.organisation_id = organisation AND b.id = leg.account_id
  )
  SELECT m.lot_id, m.entry_id, m.customer_id, m.unit_id, m.part FROM moving AS m;
END $$;
ALTER FUNCTION ledger_expire(uuid, timestamptz, integer) OWNER TO yinjian_ledger;
REVOKE ALL ON FUNCTION ledger_expire(uuid, timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_expire(uuid, timestamptz, integer) TO yinjian_serving;
"""


class Migration(migrations.Migration):
    dependencies = [("rewards", "0002_ledger")]

    operations = [
        migrations.RunSQL(SETTLE, "DROP FUNCTION ledger_settle(uuid, timestamptz, integer, jsonb, integer)"),
        migrations.RunSQL(EXPIRE, "DROP FUNCTION ledger_expire(uuid, timestamptz, integer)"),
    ]
