"""The ledger's keys, its helpers, and the function that posts entries.

The functions belong to yinjian_ledger: no superuser, owner of no table, itself
bound by own_rows. The serving role may read the books and call these functions,
so nobody can post without moving the balance, and nobody can post elsewhere.
"""

from django.db import migrations

# A posting names its unit together with each account: an arrow cannot cross units or organisations.
KEYS = """
ALTER TABLE rewards_posting
  ADD CONSTRAINT posting_source_has_unit FOREIGN KEY (organisation_id, source_id, unit_id)
    REFERENCES rewards_account (organisation_id, id, unit_id),
  ADD CONSTRAINT posting_target_has_unit FOREIGN KEY (organisation_id, target_id, unit_id)
    REFERENCES rewards_account (organisation_id, id, unit_id);
ALTER TABLE rewards_balance
  ADD CONSTRAINT balance_of_account FOREIGN KEY (organisation_id, account_id)
    REFERENCES rewards_account (organisation_id, id);
ALTER TABLE rewards_balance SET (fillfactor = 50);  -- room for updates on the same page
"""
DROP_KEYS = """
ALTER TABLE rewards_balance RESET (fillfactor);
ALTER TABLE rewards_balance DROP CONSTRAINT balance_of_account;
ALTER TABLE rewards_posting DROP CONSTRAINT posting_target_has_unit, DROP CONSTRAINT posting_source_has_unit;
"""

GRANTS = """
GRANT SELECT, INSERT ON rewards_account, rewards_journalentry, rewards_posting, rewards_lotuse TO yinjian_ledger;
GRANT SELECT, INSERT, UPDATE ON rewards_balance, rewards_lot TO yinjian_ledger;
GRANT SELECT, INSERT, DELETE ON rewards_balancedelta TO yinjian_ledger;
GRANT SELECT ON rewards_unit, rewards_reward, rewards_couponkind TO yinjian_ledger;
"""
REVOKES = """
REVOKE ALL ON rewards_account, rewards_journalentry, rewards_posting, rewards_lotuse, rewards_balance, rewards_lot,
  rewards_balancedelta, rewards_unit, rewards_reward, rewards_couponkind FROM yinjian_ledger;
"""

HELPERS = """
-- UUIDv7 whose twelve bits behind the version count within a batch, so that a batch keeps its order.
CREATE FUNCTION ledger_id(place bigint) RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT encode(
    substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint + (place >> 12)) FROM 3)
      || int2send((28672 | (place & 4095))::int2)
      || substring(uuid_send(gen_random_uuid()) FROM 9),
    'hex')::uuid
$$;

-- An account's id follows from what it is, so that nobody has to look for it: for an organisation that the statistics do
-- not know yet, the planner takes any index that begins with it, and such a look-up read every account (8 ms each).
CREATE FUNCTION ledger_account(organisation uuid, customer uuid, unit uuid, account_kind text)
  RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT md5(concat_ws(':', organisation, unit, account_kind,
    CASE WHEN account_kind IN ('pending', 'available', 'arrears') THEN customer END))::uuid
$$;

-- Open what is missing of these accounts, with their balances. The arrays run in parallel; NULL is the house.
CREATE FUNCTION ledger_open_accounts(organisation uuid, customers uuid[], units uuid[], kinds text[])
  RETURNS void LANGUAGE sql VOLATILE AS $$
  WITH opened AS (
    INSERT INTO rewards_account (organisation_id, id, unit_id, kind, customer_id)
    SELECT organisation, ledger_account(organisation, w.customer_id, w.unit_id, w.kind), w.unit_id, w.kind, w.customer_id
    FROM (SELECT DISTINCT * FROM unnest(customers, units, kinds) AS w (customer_id, unit_id, kind)) AS w
    ORDER BY w.customer_id, w.unit_id, w.kind
    ON CONFLICT DO NOTHING
    RETURNING id, kind
  )
  INSERT INTO rewards_balance (organisation_id, id, account_id, may_go_negative, amount)
  SELECT organisation, o.id, o.id, o.kind NOT IN ('pending', 'available'), 0
  FROM opened AS o
$$;

-- One arrow and what it does to both balances. Accounts of the house get a delta: their row is locked by nobody.
CREATE FUNCTION ledger_arrow(
  organisation uuid, entry uuid, place bigint, customer uuid, unit uuid, source_kind text, target_kind text, amount bigint)
  RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  house CONSTANT text[] := ARRAY['programme', 'redeemed', 'expired'];
  source uuid := ledger_account(organisation, customer, unit, source_kind);
  target uuid := ledger_account(organisation, customer, unit, target_kind);
BEGIN
  INSERT INTO rewards_posting (organisation_id, id, entry_id, source_id, target_id, unit_id, amount)
  VALUES (organisation, ledger_id(place), entry, source, target, unit, ledger_arrow.amount);
  IF source_kind = ANY(house) THEN
    INSERT INTO rewards_balancedelta (organisation_id, id, account_id, amount)
    VALUES (organisation, ledger_id(place), source, -ledger_arrow.amount);
  ELSE
    UPDATE rewards_balance AS b SET amount = b.amount - ledger_arrow.amount
    WHERE b.organisation_id = organisation AND b.account_id = source;
  END IF;
  IF target_kind = ANY(house) THEN
    INSERT INTO rewards_balancedelta (organisation_id, id, account_id, amount)
    VALUES (organisation, ledger_id(place), target, ledger_arrow.amount);
  ELSE
    UPDATE rewards_balance AS b SET amount = b.amount + ledger_arrow.amount
    WHERE b.organisation_id = organisation AND b.account_id = target;
  END IF;
END $$;

-- A credit to AVAILABLE pays arrears first; the rest opens a lot.
CREATE FUNCTION ledger_credit(
  organisation uuid, entry uuid, place bigint, customer uuid, unit uuid, source_kind text, amount bigint,
  at timestamptz, expires timestamptz)
  RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  owed bigint;
  repaid bigint;
BEGIN
  SELECT -b.amount INTO owed FROM rewards_balance AS b
  WHERE b.organisation_id = organisation AND b.account_id = ledger_account(organisation, customer, unit, 'arrears');
  repaid := least(ledger_credit.amount, greatest(coalesce(owed, 0), 0));
  IF repaid > 0 THEN
    PERFORM ledger_arrow(organisation, entry, place, customer, unit, source_kind, 'arrears', repaid);
  END IF;
  IF repaid < ledger_credit.amount THEN
    PERFORM ledger_arrow(
      organisation, entry, place + 1, customer, unit, source_kind, 'available', ledger_credit.amount - repaid);
    INSERT INTO rewards_lot (organisation_id, id, account_id, entry_id, amount, remaining, earned_at, expires_at)
    VALUES (organisation, ledger_id(place), ledger_account(organisation, customer, unit, 'available'), entry,
      ledger_credit.amount - repaid, ledger_credit.amount - repaid, at, expires);
  END IF;
END $$;

-- A debit of AVAILABLE takes lots of the preferred entries first, then the earliest expiry. What may be owed is taken
-- from expired lots too, and what is missing becomes arrears; otherwise a debit that is not covered is refused.
CREATE FUNCTION ledger_debit(
  organisation uuid, entry uuid, place bigint, customer uuid, unit uuid, target_kind text, amount bigint,
  at timestamptz, preferred uuid[], may_owe boolean)
  RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  lot record;
  part bigint;
  missing bigint := ledger_debit.amount;
BEGIN
  FOR lot IN
    SELECT l.id, l.remaining FROM rewards_lot AS l
    WHERE l.organisation_id = organisation AND l.remaining > 0
      AND l.account_id = ledger_account(organisation, customer, unit, 'available')
      AND (may_owe OR l.expires_at IS NULL OR l.expires_at > at)
    ORDER BY (l.entry_id = ANY(preferred)) DESC, l.expires_at, l.earned_at, l.id
  LOOP
    part := least(lot.remaining, missing);
    UPDATE rewards_lot AS l SET remaining = l.remaining - part WHERE l.organisation_id = organisation AND l.id = lot.id;
    INSERT INTO rewards_lotuse (organisation_id, id, lot_id, entry_id, amount)
    VALUES (organisation, ledger_id(place), lot.id, entry, part);
    missing := missing - part;
    EXIT WHEN missing = 0;
  END LOOP;
  IF missing > 0 AND NOT may_owe THEN
    RAISE EXCEPTION 'insufficient balance' USING ERRCODE = 'YJ002', DETAIL = (ledger_debit.amount - missing)::text;
  END IF;
  IF missing < ledger_debit.amount THEN
    PERFORM ledger_arrow(
      organisation, entry, place, customer, unit, 'available', target_kind, ledger_debit.amount - missing);
  END IF;
  IF missing > 0 THEN
    PERFORM ledger_open_accounts(organisation, ARRAY[customer], ARRAY[unit], ARRAY['arrears']);
    PERFORM ledger_arrow(organisation, entry, place + 1, customer, unit, 'arrears', target_kind, missing);
  END IF;
END $$;
"""
DROP_HELPERS = """
DROP FUNCTION ledger_debit(uuid, uuid, bigint, uuid, uuid, text, bigint, timestamptz, uuid[], boolean);
DROP FUNCTION ledger_credit(uuid, uuid, bigint, uuid, uuid, text, bigint, timestamptz, timestamptz);
DROP FUNCTION ledger_arrow(uuid, uuid, bigint, uuid, uuid, text, text, bigint);
DROP FUNCTION ledger_account(uuid, uuid, uuid, text);
DROP FUNCTION ledger_open_accounts(uuid, uuid[], uuid[], text[]);
DROP FUNCTION ledger_id(bigint);
"""

# Entries are written in key order and pending and available balances locked in account order, so that two batches
# cannot wait for each other. Arrears need no lock of their own: whoever moves them holds the available balance.
POST = """
CREATE FUNCTION ledger_post(organisation uuid, entries jsonb)
  RETURNS TABLE (posted_id uuid, is_new boolean)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET jit = off AS $$
DECLARE
  fresh uuid[];
  ids uuid[];
  keys text[];
  hashes text[];
  reused text;
  step record;
BEGIN
  WITH written AS (
    INSERT INTO rewards_journalentry (organisation_id, id, kind, key, input_hash, occurred_at, reverses_id, reason)
    SELECT organisation, e.id, e.kind, e.key, e.hash, e.at, e.reverses, e.reason
    FROM jsonb_to_recordset(entries)
      AS e (id uuid, kind text, key text, hash text, at timestamptz, reverses uuid, reason text)
    ORDER BY e.key
    ON CONFLICT (organisation_id, key) DO NOTHING
    RETURNING id
  )
  SELECT coalesce(array_agg(w.id), '{}') INTO fresh FROM written AS w;

  SELECT array_agg(j.id), array_agg(j.key), array_agg(j.input_hash) INTO ids, keys, hashes
  FROM rewards_journalentry AS j
  WHERE j.organisation_id = organisation
    AND j.key = ANY(ARRAY(SELECT e.key FROM jsonb_to_recordset(entries) AS e (key text)));

  SELECT e.key INTO reused
  FROM jsonb_to_recordset(entries) AS e (key text, hash text)
  JOIN unnest(keys, hashes) AS j (key, input_hash) ON j.key = e.key
  WHERE j.input_hash <> e.hash
  LIMIT 1;
  IF reused IS NOT NULL THEN
    RAISE EXCEPTION 'key was used for another input' USING ERRCODE = 'YJ001', DETAIL = reused;
  END IF;

  PERFORM ledger_open_accounts(organisation, array_agg(w.customer), array_agg(w.unit), array_agg(w.kind))
  FROM (
    SELECT DISTINCT CASE WHEN k.kind IN ('programme', 'redeemed', 'expired') THEN NULL ELSE s.customer END AS customer,
      s.unit, k.kind
    FROM jsonb_to_recordset(entries) AS e (id uuid, steps jsonb)
    CROSS JOIN jsonb_to_recordset(e.steps) AS s (customer uuid, unit uuid, source text, target text)
    CROSS JOIN LATERAL (VALUES (s.source), (s.target)) AS k (kind)
    WHERE e.id = ANY(fresh)
  ) AS w;

  PERFORM FROM rewards_balance AS b
  WHERE b.organisation_id = organisation AND b.account_id = ANY(ARRAY(
    SELECT ledger_account(organisation, s.customer, s.unit, k.kind)
    FROM jsonb_to_recordset(entries) AS e (id uuid, steps jsonb)
    CROSS JOIN jsonb_to_recordset(e.steps) AS s (customer uuid, unit uuid, source text, target text)
    CROSS JOIN LATERAL (VALUES (s.source), (s.target)) AS k (kind)
    WHERE e.id = ANY(fresh) AND k.kind IN ('pending', 'available')))
  ORDER BY b.account_id
  FOR NO KEY UPDATE;

  FOR step IN
    SELECT e.id AS entry, e.at, 4 * row_number() OVER (ORDER BY e.place, s.place) AS place,
      s.customer, s.unit, s.source, s.target, s.amount, s.expires, s.may_owe,
      ARRAY(SELECT p::uuid FROM jsonb_array_elements_text(s.preferred) AS p) AS preferred
    FROM ROWS FROM (jsonb_to_recordset(entries) AS (id uuid, at timestamptz, steps jsonb))
      WITH ORDINALITY AS e (id, at, steps, place)
    CROSS JOIN LATERAL ROWS FROM (jsonb_to_recordset(e.steps) AS (
      customer uuid, unit uuid, source text, target text, amount bigint, expires timestamptz, may_owe boolean, preferred jsonb))
      WITH ORDINALITY AS s (customer, unit, source, target, amount, expires, may_owe, preferred, place)
    WHERE e.id = ANY(fresh)
    ORDER BY e.place, s.place
  LOOP
    IF step.target = 'available' THEN
      PERFORM ledger_credit(organisation, step.entry, step.place, step.customer, step.unit, step.source, step.amount,
        step.at, step.expires);
    ELSIF step.source = 'available' THEN
      PERFORM ledger_debit(organisation, step.entry, step.place, step.customer, step.unit, step.target, step.amount,
        step.at, step.preferred, step.may_owe);
    ELSE
      PERFORM ledger_arrow(organisation, step.entry, step.place, step.customer, step.unit, step.source, step.target,
        step.amount);
    END IF;
  END LOOP;

  RETURN QUERY
  SELECT j.id, j.id = ANY(fresh)
  FROM ROWS FROM (jsonb_to_recordset(entries) AS (key text)) WITH ORDINALITY AS e (key, place)
  JOIN unnest(ids, keys) AS j (id, key) ON j.key = e.key
  ORDER BY e.place;
END $$;
ALTER FUNCTION ledger_post(uuid, jsonb) OWNER TO yinjian_ledger;
REVOKE ALL ON FUNCTION ledger_post(uuid, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_post(uuid, jsonb) TO yinjian_serving;
"""


class Migration(migrations.Migration):
    dependencies = [("rewards", "0001_initial")]

    operations = [
        migrations.RunSQL(KEYS, DROP_KEYS),
        migrations.RunSQL(GRANTS, REVOKES),
        migrations.RunSQL(HELPERS, DROP_HELPERS),
        migrations.RunSQL(POST, "DROP FUNCTION ledger_post(uuid, jsonb)"),
    ]
