"""The functions that work on thousands of rows in a statement each: settle, expire, roll up.

Many rows at once are joined by hashing whatever the statistics say: of an organisation they do not know yet the planner
expects one row, and nested loops over 6,000 rewards ran for minutes. Few rows are looked up one by one. The settings are
the function's own; plans are made for each call, because the next may be of another size.
"""

from django.db import migrations

# Repeatable: an entry that is there is not written again, and only new entries move anything.
SETTLE = """
CREATE FUNCTION ledger_settle(organisation uuid, rewards uuid[], at timestamptz)
  RETURNS TABLE (reward uuid, entry uuid)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
  SET enable_nestloop = on SET jit = off SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  settled uuid[];
  settling uuid[];
BEGIN
  PERFORM set_config('enable_nestloop', CASE WHEN cardinality(rewards) > 200 THEN 'off' ELSE 'on' END, true);

  WITH written AS (
    INSERT INTO rewards_journalentry (organisation_id, id, kind, key, input_hash, occurred_at, reason)
    SELECT organisation, ledger_id(row_number() OVER (ORDER BY r.id)), 'settlement', 'settle:' || r.id,
      encode(sha256(convert_to(r.unit_id || ':' || r.kept, 'UTF8')), 'hex'), at, ''
    FROM rewards_reward AS r
    WHERE r.organisation_id = organisation AND r.id = ANY(rewards) AND r.kept > 0
    ORDER BY r.id
    ON CONFLICT (organisation_id, key) DO NOTHING
    RETURNING id, substring(key FROM 8)::uuid AS reward_id
  )
  SELECT coalesce(array_agg(w.reward_id), '{}'), coalesce(array_agg(w.id), '{}') INTO settled, settling FROM written AS w;

  PERFORM ledger_open_accounts(organisation, array_agg(r.beneficiary_id), array_agg(r.unit_id), array_agg('available'::text))
  FROM rewards_reward AS r
  WHERE r.organisation_id = organisation AND r.id = ANY(settled);

  PERFORM FROM rewards_balance AS b
  WHERE b.organisation_id = organisation AND b.account_id = ANY(ARRAY(
    SELECT ledger_account(organisation, r.beneficiary_id, r.unit_id, k.kind)
    FROM rewards_reward AS r
    CROSS JOIN (VALUES ('pending'), ('available')) AS k (kind)
    WHERE r.organisation_id = organisation AND r.id = ANY(settled)))
  ORDER BY b.account_id
  FOR NO KEY UPDATE;

  -- Arrears are repaid by the first rewards of a customer, in order; the rest of each becomes available.
  WITH moving AS (
    SELECT s.reward_id, s.entry_id, r.unit_id, r.kept,
      ledger_account(organisation, r.beneficiary_id, r.unit_id, 'pending') AS pending,
      ledger_account(organisation, r.beneficiary_id, r.unit_id, 'available') AS available,
      ledger_account(organisation, r.beneficiary_id, r.unit_id, 'arrears') AS arrears,
      least(r.kept, greatest(0, coalesce(-o.amount, 0)
        - (sum(r.kept) OVER (PARTITION BY r.beneficiary_id, r.unit_id ORDER BY r.id) - r.kept))) AS repaid,
      at + CASE WHEN k.id IS NOT NULL THEN make_interval(days => k.valid_days)
        ELSE make_interval(months => u.expires_after_months) END AS expires,
      row_number() OVER (ORDER BY r.id) AS place
    FROM unnest(settled, settling) AS s (reward_id, entry_id)
    JOIN rewards_reward AS r ON r.organisation_id = organisation AND r.id = s.reward_id
    JOIN rewards_unit AS u ON u.organisation_id = organisation AND u.id = r.unit_id
    LEFT JOIN rewards_couponkind AS k ON k.organisation_id = organisation AND k.id = r.coupon_kind_id
    LEFT JOIN rewards_balance AS o ON o.organisation_id = organisation
      AND o.account_id = ledger_account(organisation, r.beneficiary_id, r.unit_id, 'arrears')
  ), posted AS (
    INSERT INTO rewards_posting (organisation_id, id, entry_id, source_id, target_id, unit_id, amount)
    SELECT organisation, ledger_id(2 * m.place), m.entry_id, m.pending, m.arrears, m.unit_id, m.repaid
    FROM moving AS m WHERE m.repaid > 0
    UNION ALL
    SELECT organisation, ledger_id(2 * m.place + 1), m.entry_id, m.pending, m.available, m.unit_id, m.kept - m.repaid
    FROM moving AS m WHERE m.repaid < m.kept
  ), opened AS (
    INSERT INTO rewards_lot (organisation_id, id, account_id, entry_id, amount, remaining, earned_at, expires_at)
    SELECT organisation, ledger_id(m.place), m.available, m.entry_id, m.kept - m.repaid, m.kept - m.repaid, at, m.expires
    FROM moving AS m WHERE m.repaid < m.kept
  )
  UPDATE rewards_balance AS b SET amount = b.amount + leg.amount
  FROM (
    SELECT l.account_id, sum(l.amount) AS amount
    FROM moving AS m
    CROSS JOIN LATERAL (VALUES (m.pending, -m.kept), (m.available, m.kept - m.repaid), (m.arrears, m.repaid))
      AS l (account_id, amount)
    WHERE l.amount <> 0
    GROUP BY l.account_id
  ) AS leg
  WHERE b.organisation_id = organisation AND b.account_id = leg.account_id;

  RETURN QUERY
  SELECT s.reward_id, s.entry_id FROM unnest(settled, settling) AS s (reward_id, entry_id);
END $$;
ALTER FUNCTION ledger_settle(uuid, uuid[], timestamptz) OWNER TO yinjian_ledger;
REVOKE ALL ON FUNCTION ledger_settle(uuid, uuid[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_settle(uuid, uuid[], timestamptz) TO yinjian_serving;
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

  PERFORM ledger_open_accounts(organisation, array_agg(NULL::uuid), array_agg(a.unit_id), array_agg('expired'::text))
  FROM rewards_lot AS l
  JOIN rewards_account AS a ON a.organisation_id = organisation AND a.id = l.account_id
  WHERE l.organisation_id = organisation AND l.id = ANY(chosen);

  PERFORM FROM rewards_balance AS b
  WHERE b.organisation_id = organisation AND b.account_id IN (
    SELECT l.account_id FROM rewards_lot AS l WHERE l.organisation_id = organisation AND l.id = ANY(chosen))
  ORDER BY b.account_id
  FOR NO KEY UPDATE;

  -- Read again now that the balances are ours: another worker may have been faster.
  SELECT coalesce(array_agg(l.id), '{}') INTO due FROM rewards_lot AS l
  WHERE l.organisation_id = organisation AND l.id = ANY(chosen) AND l.remaining > 0;

  RETURN QUERY
  WITH moving AS (
    SELECT l.id AS lot_id, ledger_id(row_number() OVER (ORDER BY l.id)) AS entry_id, l.account_id, l.remaining AS part,
      a.unit_id, a.customer_id, x.id AS expired, row_number() OVER (ORDER BY l.id) AS place
    FROM rewards_lot AS l
    JOIN rewards_account AS a ON a.organisation_id = organisation AND a.id = l.account_id
    JOIN rewards_account AS x ON x.organisation_id = organisation AND x.customer_id IS NULL
      AND x.unit_id = a.unit_id AND x.kind = 'expired'
    WHERE l.organisation_id = organisation AND l.id = ANY(due)
  ), written AS (
    INSERT INTO rewards_journalentry (organisation_id, id, kind, key, input_hash, occurred_at, reason)
    SELECT organisation, m.entry_id, 'expiry', 'expire:' || m.lot_id,
      encode(sha256(convert_to(m.part::text, 'UTF8')), 'hex'), at, ''
    FROM moving AS m
  ), posted AS (
    INSERT INTO rewards_posting (organisation_id, id, entry_id, source_id, target_id, unit_id, amount)
    SELECT organisation, ledger_id(m.place), m.entry_id, m.account_id, m.expired, m.unit_id, m.part FROM moving AS m
  ), used AS (
    INSERT INTO rewards_lotuse (organisation_id, id, lot_id, entry_id, amount)
    SELECT organisation, ledger_id(m.place), m.lot_id, m.entry_id, m.part FROM moving AS m
  ), gone AS (
    INSERT INTO rewards_balancedelta (organisation_id, id, account_id, amount)
    SELECT organisation, ledger_id(row_number() OVER ()), m.expired, sum(m.part)
    FROM moving AS m GROUP BY m.expired
  ), emptied AS (
    UPDATE rewards_lot AS l SET remaining = 0
    FROM moving AS m WHERE l.organisation_id = organisation AND l.id = m.lot_id
  ), lowered AS (
    UPDATE rewards_balance AS b SET amount = b.amount - leg.part
    FROM (SELECT m.account_id, sum(m.part) AS part FROM moving AS m GROUP BY m.account_id) AS leg
    WHERE b.organisation_id = organisation AND b.account_id = leg.account_id
  )
  SELECT m.lot_id, m.entry_id, m.customer_id, m.unit_id, m.part FROM moving AS m;
END $$;
ALTER FUNCTION ledger_expire(uuid, timestamptz, integer) OWNER TO yinjian_ledger;
REVOKE ALL ON FUNCTION ledger_expire(uuid, timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_expire(uuid, timestamptz, integer) TO yinjian_serving;
"""

# DELETE … RETURNING and not an id watermark: a watermark missed 4.7 % of the rows under eight writers.
ROLL_UP = """
CREATE FUNCTION ledger_roll_up(organisation uuid) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  rolled bigint;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('ledger_roll_up:' || organisation, 0)) THEN
    RETURN 0;  -- somebody is at it
  END IF;
  WITH gone AS (
    DELETE FROM rewards_balancedelta AS d WHERE d.organisation_id = organisation RETURNING d.account_id, d.amount
  ), summed AS (
    SELECT g.account_id, sum(g.amount) AS amount, count(*) AS deltas FROM gone AS g GROUP BY g.account_id
  ), raised AS (
    UPDATE rewards_balance AS b SET amount = b.amount + s.amount
    FROM summed AS s WHERE b.organisation_id = organisation AND b.account_id = s.account_id
  )
  SELECT coalesce(sum(s.deltas), 0) INTO rolled FROM summed AS s;
  RETURN rolled;
END $$;
ALTER FUNCTION ledger_roll_up(uuid) OWNER TO yinjian_ledger;
REVOKE ALL ON FUNCTION ledger_roll_up(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_roll_up(uuid) TO yinjian_serving;
"""


class Migration(migrations.Migration):
    dependencies = [("rewards", "0002_ledger")]

    operations = [
        migrations.RunSQL(SETTLE, "DROP FUNCTION ledger_settle(uuid, uuid[], timestamptz)"),
        migrations.RunSQL(EXPIRE, "DROP FUNCTION ledger_expire(uuid, timestamptz, integer)"),
        migrations.RunSQL(ROLL_UP, "DROP FUNCTION ledger_roll_up(uuid)"),
    ]
