"""The ledger's grants, its helpers, and the function that posts entries.

The functions belong to yinjian_ledger: no superuser, owner of no table, itself
bound by own_rows. The serving role may read the books and call these functions,
so nobody can post without moving the balance, and nobody can post elsewhere.
"""

from django.db import migrations

# Room on the page for the next version of a row that is updated: no index has to change then.
STORAGE = """
ALTER TABLE rewards_balance SET (fillfactor = 50);
ALTER TABLE rewards_reward SET (fillfactor = 45);
ALTER TABLE rewards_balance ADD CONSTRAINT balance_of_account FOREIGN KEY (organisation_id, id)
  REFERENCES rewards_account (organisation_id, id);
"""
DROP_STORAGE = """
ALTER TABLE rewards_balance DROP CONSTRAINT balance_of_account;
ALTER TABLE rewards_reward RESET (fillfactor);
ALTER TABLE rewards_balance RESET (fillfactor);
"""

GRANTS = """
GRANT SELECT, INSERT ON rewards_account, rewards_journalentry, rewards_posting, rewards_lotuse TO yinjian_ledger;
GRANT SELECT, INSERT, UPDATE ON rewards_balance, rewards_lot TO yinjian_ledger;
GRANT SELECT, DELETE, UPDATE ON rewards_duereward TO yinjian_ledger;
GRANT SELECT, UPDATE (state, settled_at, settled_entry_id, lot_id) ON rewards_reward TO yinjian_ledger;
"""
REVOKES = """
REVOKE ALL ON rewards_account, rewards_journalentry, rewards_posting, rewards_lotuse, rewards_balance, rewards_lot,
  rewards_duereward, rewards_reward FROM yinjian_ledger;
REVOKE UPDATE (state, settled_at, settled_entry_id, lot_id) ON rewards_reward FROM yinjian_ledger;
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

-- The id at a place of a batch: it counts on from the batch's own id, whose random half it shares.
CREATE FUNCTION ledger_id_at(batch uuid, place bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex(
      ((('x' || left(replace(batch::text, '-', ''), 12))::bit(48)::bigint + (place >> 12)) << 16) | 28672 | (place & 4095)
    ), 16, '0') || right(batch::text, 17))::uuid
$$;

-- An account's id follows from what it is, so that nobody has to look for it: for an organisation that the statistics do
-- not know yet, the planner takes any index that begins with it, and such a look-up read every account (8 ms each).
CREATE FUNCTION ledger_account(organisation uuid, customer uuid, unit uuid) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT md5(organisation::text || ':' || unit::text || ':' || customer::text)::uuid
$$;

-- Open what is missing of these accounts, with their balances. The arrays run in parallel.
CREATE FUNCTION ledger_open_accounts(organisation uuid, customers uuid[], units uuid[])
  RETURNS void LANGUAGE sql VOLATILE AS $$
  WITH opened AS (
    INSERT INTO rewards_account (organisation_id, id, unit_id, customer_id)
    SELECT organisation, ledger_account(organisation, w.customer_id, w.unit_id), w.unit_id, w.customer_id
    FROM (SELECT DISTINCT * FROM unnest(customers, units) AS w (customer_id, unit_id)) AS w
    ORDER BY w.customer_id, w.unit_id
    ON CONFLICT DO NOTHING
    RETURNING id
  )
  INSERT INTO rewards_balance (organisation_id, id, pending, available, paying, arrears, programme, opening, redeemed,
    expired, paid, transfer)
  SELECT organisation, o.id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM opened AS o
$$;

-- One arrow and what it does to the balance, which the caller has locked.
CREATE FUNCTION ledger_arrow(
  organisation uuid, arrow uuid, entry uuid, account uuid, source text, target text, amount bigint, reward uuid)
  RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  INSERT INTO rewards_posting (organisation_id, id, entry_id, account_id, source, target, amount, reward_id)
  VALUES (organisation, arrow, entry, account, source, target, ledger_arrow.amount, reward);
  UPDATE rewards_balance AS b SET
    pending = b.pending + ledger_arrow.amount * ((target = 'pending')::int - (source = 'pending')::int),
    available = b.available + ledger_arrow.amount * ((target = 'available')::int - (source = 'available')::int),
    paying = b.paying + ledger_arrow.amount * ((target = 'paying')::int - (source = 'paying')::int),
    arrears = b.arrears + ledger_arrow.amount * ((target = 'arrears')::int - (source = 'arrears')::int),
    programme = b.programme + ledger_arrow.amount * ((target = 'programme')::int - (source = 'programme')::int),
    opening = b.opening + ledger_arrow.amount * ((target = 'opening')::int - (source = 'opening')::int),
    redeemed = b.redeemed + ledger_arrow.amount * ((target = 'redeemed')::int - (source = 'redeemed')::int),
    expired = b.expired + ledger_arrow.amount * ((target = 'expired')::int - (source = 'expired')::int),
    paid = b.paid + ledger_arrow.amount * ((target = 'paid')::int - (source = 'paid')::int),
    transfer = b.transfer + ledger_arrow.amount * ((target = 'transfer')::int - (source = 'transfer')::int)
  WHERE b.organisation_id = organisation AND b.id = account;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such account: %', account;
  END IF;
END $$;

-- Note the reward that opened a lot, if one did: what of its cost is spent has changed, and its budget follows later.
CREATE FUNCTION ledger_touch(organisation uuid, place bigint, lot uuid) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  INSERT INTO rewards_touchedreward (organisation_id, id, reward_id)
  SELECT organisation, ledger_id(place), p.reward_id FROM rewards_posting AS p
  WHERE p.organisation_id = organisation AND p.id = lot AND p.reward_id IS NOT NULL;
END $$;

-- Put units that an earlier entry took back into the lots of this account it took them from, those that live longest
-- first. A lot whose time is over by now lives thirty days more. Says how much found no lot.
CREATE FUNCTION ledger_return(
  organisation uuid, entry uuid, place bigint, account uuid, earlier uuid, amount bigint, at timestamptz, only_lots uuid[])
  RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  taken record;
  part bigint;
  missing bigint := ledger_return.amount;
BEGIN
  FOR taken IN
    SELECT u.id, u.lot_id, u.amount + coalesce((
        SELECT sum(g.amount) FROM rewards_lotuse AS g
        WHERE g.organisation_id = organisation AND g.lot_id = u.lot_id AND g.gives_back_id = u.id), 0) AS rest
    FROM rewards_lotuse AS u
    JOIN rewards_lot AS l ON l.organisation_id = organisation AND l.id = u.lot_id AND l.account_id = account
    WHERE u.organisation_id = organisation AND u.entry_id = earlier AND u.amount > 0
      AND (only_lots IS NULL OR u.lot_id = ANY(only_lots))
    ORDER BY l.expires_at DESC NULLS FIRST, l.id DESC, u.id DESC
  LOOP
    EXIT WHEN missing = 0;
    part := least(taken.rest, missing);
    CONTINUE WHEN part = 0;
    UPDATE rewards_lot AS l SET remaining = l.remaining + part,
      expires_at = CASE WHEN l.expires_at <= at THEN at + interval '30 days' ELSE l.expires_at END
    WHERE l.organisation_id = organisation AND l.id = taken.lot_id;
    INSERT INTO rewards_lotuse (organisation_id, id, lot_id, entry_id, amount, gives_back_id)
    VALUES (organisation, ledger_id(place), taken.lot_id, entry, -part, taken.id);
    PERFORM ledger_touch(organisation, place, taken.lot_id);
    missing := missing - part;
  END LOOP;
  RETURN missing;
END $$;

-- Take units from lots in the order of their expiry. Says how much was not there.
CREATE FUNCTION ledger_take(
  organisation uuid, entry uuid, place bigint, account uuid, amount bigint, at timestamptz, preferred uuid[],
  is_own boolean, is_any_age boolean)
  RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  lot record;
  part bigint;
  missing bigint := ledger_take.amount;
BEGIN
  FOR lot IN
    SELECT l.id, l.remaining FROM rewards_lot AS l
    WHERE l.organisation_id = organisation AND l.account_id = account AND l.remaining > 0
      AND (is_any_age OR l.expires_at IS NULL OR l.expires_at > at)
      AND (NOT is_own OR l.id = ANY(preferred) OR l.entry_id = ANY(preferred))
    ORDER BY l.expires_at, l.id
  LOOP
    EXIT WHEN missing = 0;
    part := least(lot.remaining, missing);
    UPDATE rewards_lot AS l SET remaining = l.remaining - part WHERE l.organisation_id = organisation AND l.id = lot.id;
    INSERT INTO rewards_lotuse (organisation_id, id, lot_id, entry_id, amount)
    VALUES (organisation, ledger_id(place), lot.id, entry, part);
    PERFORM ledger_touch(organisation, place, lot.id);
    missing := missing - part;
  END LOOP;
  RETURN missing;
END $$;

-- A credit to AVAILABLE pays arrears first; the rest opens a lot whose id is the arrow's.
CREATE FUNCTION ledger_credit(
  organisation uuid, entry uuid, place bigint, account uuid, source text, amount bigint, owed bigint,
  at timestamptz, expires timestamptz, reward uuid)
  RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  repaid bigint := least(ledger_credit.amount, owed);
  rest bigint := ledger_credit.amount - repaid;
  arrow uuid := ledger_id(place);
BEGIN
  IF repaid > 0 THEN
    PERFORM ledger_arrow(organisation, ledger_id(place + 1), entry, account, source, 'arrears', repaid, reward);
  END IF;
  IF rest > 0 THEN
    PERFORM ledger_arrow(organisation, arrow, entry, account, source, 'available', rest, reward);
    INSERT INTO rewards_lot (organisation_id, id, account_id, entry_id, amount, remaining, earned_at, expires_at)
    VALUES (organisation, arrow, account, entry, rest, rest, at, expires);
  END IF;
END $$;

-- Give back what an earlier entry took: to its lots, and from them to whom something is owed. It goes through the lots
-- even where all of it is owed, or the same entry could be given back again.
CREATE FUNCTION ledger_give_back(
  organisation uuid, entry uuid, place bigint, account uuid, source text, amount bigint, owed bigint,
  at timestamptz, earlier uuid, reward uuid)
  RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  repaid bigint := least(ledger_give_back.amount, owed);
BEGIN
  IF ledger_return(organisation, entry, place, account, earlier, ledger_give_back.amount, at, NULL) > 0 THEN
    RAISE EXCEPTION 'more is given back than was taken' USING ERRCODE = 'YJ003';
  END IF;
  PERFORM ledger_arrow(
    organisation, ledger_id(place), entry, account, source, 'available', ledger_give_back.amount, reward);
  IF repaid > 0 THEN
    PERFORM ledger_take(organisation, entry, place, account, repaid, at, '{}', false, true);
    PERFORM ledger_arrow(organisation, ledger_id(place + 1), entry, account, 'available', 'arrears', repaid, reward);
  END IF;
END $$;

-- A debit of AVAILABLE takes preferred lots first (named by themselves or by the entries that opened them), then the
-- earliest expiry. Where the house takes back what it gave (`may_owe`), what expired of the preferred lots counts as taken,
-- lots of any age are taken, and what is still missing is owed; otherwise a debit that is not covered is refused. Says
-- what is owed.
CREATE FUNCTION ledger_debit(
  organisation uuid, entry uuid, place bigint, account uuid, target text, amount bigint, at timestamptz,
  preferred uuid[], may_owe boolean, is_own_only boolean, reward uuid)
  RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  own uuid[];
  expiry record;
  back bigint := 0;
  part bigint;
  missing bigint := ledger_debit.amount;
BEGIN
  IF cardinality(preferred) > 0 THEN
    own := preferred || ARRAY(
      SELECT p.id FROM rewards_posting AS p
      WHERE p.organisation_id = organisation AND p.entry_id = ANY(preferred) AND p.target = 'available');
    missing := ledger_take(organisation, entry, place, account, missing, at, own, true, may_owe);
    IF missing > 0 AND may_owe THEN
      FOR expiry IN
        SELECT DISTINCT u.entry_id, u.lot_id FROM rewards_lotuse AS u
        JOIN rewards_journalentry AS j ON j.organisation_id = organisation AND j.id = u.entry_id AND j.kind = 'expiry'
        WHERE u.organisation_id = organisation AND u.lot_id = ANY(own)
        ORDER BY u.entry_id, u.lot_id
      LOOP
        EXIT WHEN missing = 0;
        part := missing
          - ledger_return(organisation, entry, place, account, expiry.entry_id, missing, at, ARRAY[expiry.lot_id]);
        CONTINUE WHEN part = 0;
        PERFORM ledger_take(organisation, entry, place, account, part, at, ARRAY[expiry.lot_id], true, true);
        back := back + part;
        missing := missing - part;
      END LOOP;
    END IF;
  END IF;
  IF missing > 0 AND NOT is_own_only THEN
    missing := ledger_take(organisation, entry, place, account, missing, at, '{}', false, may_owe);
  END IF;
  IF missing > 0 AND NOT may_owe THEN
    RAISE EXCEPTION 'insufficient balance' USING ERRCODE = 'YJ002', DETAIL = (ledger_debit.amount - missing)::text;
  END IF;
  IF back > 0 THEN
    PERFORM ledger_arrow(organisation, ledger_id(place + 2), entry, account, 'expired', 'available', back, reward);
  END IF;
  IF missing < ledger_debit.amount THEN
    PERFORM ledger_arrow(
      organisation, ledger_id(place), entry, account, 'available', target, ledger_debit.amount - missing, reward);
  END IF;
  IF missing > 0 THEN
    PERFORM ledger_arrow(organisation, ledger_id(place + 1), entry, account, 'arrears', target, missing, reward);
  END IF;
  RETURN missing;
END $$;

-- One step of an entry: lock the balance, opening the account if need be, and move. Says what is owed.
CREATE FUNCTION ledger_move(
  organisation uuid, entry uuid, place bigint, customer uuid, unit uuid, source text, target text, amount bigint,
  at timestamptz, expires timestamptz, preferred uuid[], may_owe boolean, is_own_only boolean, earlier uuid, reward uuid)
  RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  account uuid := ledger_account(organisation, customer, unit);
  owed bigint;
BEGIN
  IF ledger_move.amount <= 0 OR NOT ARRAY[source, target] <@ ARRAY['pending', 'available', 'paying', 'arrears', 'programme',
    'opening', 'redeemed', 'expired', 'paid', 'transfer'] THEN
    RAISE EXCEPTION 'no such arrow: % from % to %', ledger_move.amount, source, target;
  END IF;
  IF target = 'available' AND source IN ('redeemed', 'expired', 'paid') AND earlier IS NULL THEN
    RAISE EXCEPTION 'what left is given back to where it came from' USING ERRCODE = 'YJ003';
  END IF;
  SELECT -b.arrears INTO owed FROM rewards_balance AS b
  WHERE b.organisation_id = organisation AND b.id = account FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    PERFORM ledger_open_accounts(organisation, ARRAY[customer], ARRAY[unit]);
    SELECT -b.arrears INTO STRICT owed FROM rewards_balance AS b
    WHERE b.organisation_id = organisation AND b.id = account FOR NO KEY UPDATE;
  END IF;
  IF target = 'available' AND earlier IS NOT NULL THEN
    PERFORM ledger_give_back(
      organisation, entry, place, account, source, ledger_move.amount, owed, at, earlier, reward);
  ELSIF target = 'available' THEN
    PERFORM ledger_credit(
      organisation, entry, place, account, source, ledger_move.amount, owed, at, expires, reward);
  ELSIF source = 'available' THEN
    RETURN ledger_debit(
      organisation, entry, place, account, target, ledger_move.amount, at, preferred, coalesce(may_owe, false),
      coalesce(is_own_only, false), reward);
  ELSE
    PERFORM ledger_arrow(organisation, ledger_id(place), entry, account, source, target, ledger_move.amount, reward);
  END IF;
  RETURN 0;
END $$;
"""
DROP_HELPERS = """
DROP FUNCTION ledger_move(uuid, uuid, bigint, uuid, uuid, text, text, bigint, timestamptz, timestamptz, uuid[], boolean,
  boolean, uuid, uuid);
DROP FUNCTION ledger_debit(uuid, uuid, bigint, uuid, text, bigint, timestamptz, uuid[], boolean, boolean, uuid);
DROP FUNCTION ledger_give_back(uuid, uuid, bigint, uuid, text, bigint, bigint, timestamptz, uuid, uuid);
DROP FUNCTION ledger_credit(uuid, uuid, bigint, uuid, text, bigint, bigint, timestamptz, timestamptz, uuid);
DROP FUNCTION ledger_take(uuid, uuid, bigint, uuid, bigint, timestamptz, uuid[], boolean, boolean);
DROP FUNCTION ledger_return(uuid, uuid, bigint, uuid, uuid, bigint, timestamptz, uuid[]);
DROP FUNCTION ledger_touch(uuid, bigint, uuid);
DROP FUNCTION ledger_arrow(uuid, uuid, uuid, uuid, text, text, bigint, uuid);
DROP FUNCTION ledger_open_accounts(uuid, uuid[], uuid[]);
DROP FUNCTION ledger_account(uuid, uuid, uuid);
DROP FUNCTION ledger_id_at(uuid, bigint);
DROP FUNCTION ledger_id(bigint);
"""

# The commonest entry has one arrow, and the commonest arrow comes from the programme, takes no lots and pays no debt: it is
# written without the helpers, and its id is the entry's. Everything else goes the long way, where it may be refused.
# The month it is booked in is looked up here as ledger_open_from() does, without the call (see 0009).
ENTER = """
CREATE FUNCTION ledger_enter(
  organisation uuid, entry uuid, entry_kind text, entry_key text, hash text, at timestamptz, reverses uuid, reason text,
  customer uuid, unit uuid, source text, target text, amount bigint, expires timestamptz, preferred uuid[],
  may_owe boolean, is_own_only boolean, earlier uuid, reward uuid,
  OUT posted_id uuid, OUT is_new boolean, OUT owed bigint)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  account CONSTANT uuid := ledger_account(organisation, customer, unit);
  held text;
  is_moved boolean := false;
  first record;
BEGIN
  posted_id := entry;
  is_new := true;
  owed := 0;
  held := pg_advisory_xact_lock_shared(hashtextextended('books:' || organisation, 0))::text;
  INSERT INTO rewards_journalentry (organisation_id, id, kind, key, input_hash, occurred_at, reverses_id, reason, open_from)
  VALUES (organisation, entry, entry_kind, entry_key, hash, at, reverses, ledger_enter.reason, (
    SELECT c.ends_at FROM rewards_closing AS c WHERE c.organisation_id = organisation ORDER BY c.ends_at DESC LIMIT 1))
  ON CONFLICT (organisation_id, key) DO NOTHING;
  IF NOT FOUND THEN
    SELECT j.id, j.input_hash INTO STRICT first FROM rewards_journalentry AS j
    WHERE j.organisation_id = organisation AND j.key = entry_key;
    IF first.input_hash <> hash THEN
      RAISE EXCEPTION 'key was used for another input' USING ERRCODE = 'YJ001', DETAIL = entry_key;
    END IF;
    posted_id := first.id;
    is_new := false;
    RETURN;
  END IF;

  IF source = 'programme' AND target = 'available' AND ledger_enter.amount > 0 AND earlier IS NULL THEN
    UPDATE rewards_balance AS b
    SET available = b.available + ledger_enter.amount, programme = b.programme - ledger_enter.amount
    WHERE b.organisation_id = organisation AND b.id = account AND b.arrears = 0;
    is_moved := FOUND;
  ELSIF source = 'programme' AND target = 'pending' AND ledger_enter.amount > 0 AND earlier IS NULL THEN
    UPDATE rewards_balance AS b
    SET pending = b.pending + ledger_enter.amount, programme = b.programme - ledger_enter.amount
    WHERE b.organisation_id = organisation AND b.id = account;
    is_moved := FOUND;
  END IF;
  IF is_moved AND target = 'available' THEN
    WITH posted AS (
      INSERT INTO rewards_posting (organisation_id, id, entry_id, account_id, source, target, amount, reward_id)
      VALUES (organisation, entry, entry, account, source, target, ledger_enter.amount, reward)
    )
    INSERT INTO rewards_lot (organisation_id, id, account_id, entry_id, amount, remaining, earned_at, expires_at)
    VALUES (organisation, entry, account, entry, ledger_enter.amount, ledger_enter.amount, at, expires);
  ELSIF is_moved THEN
    INSERT INTO rewards_posting (organisation_id, id, entry_id, account_id, source, target, amount, reward_id)
    VALUES (organisation, entry, entry, account, source, target, ledger_enter.amount, reward);
  ELSE  -- no account yet, something owed, or lots to take from or give back to
    owed := ledger_move(
      organisation, entry, 4, customer, unit, source, target, ledger_enter.amount, at, expires, preferred, may_owe,
      is_own_only, earlier, reward);
  END IF;
END $$;
"""
ENTER_ARGUMENTS = """uuid, uuid, text, text, text, timestamptz, uuid, text, uuid, uuid, text, text, bigint, timestamptz,
  uuid[], boolean, boolean, uuid, uuid"""

# Entries are written in key order and balances locked in account order, so that two batches cannot wait for each other.
POST = """
CREATE FUNCTION ledger_post(organisation uuid, entries jsonb)
  RETURNS TABLE (posted_id uuid, is_new boolean, owed bigint)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET jit = off AS $$
DECLARE
  fresh uuid[];
  ids uuid[];
  keys text[];
  hashes text[];
  owing uuid[] := '{}';
  debts bigint[] := '{}';
  reused text;
  step record;
  debt bigint;
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

  PERFORM ledger_open_accounts(organisation, array_agg(w.customer), array_agg(w.unit))
  FROM (
    SELECT DISTINCT s.customer, s.unit
    FROM jsonb_to_recordset(entries) AS e (id uuid, steps jsonb)
    CROSS JOIN jsonb_to_recordset(e.steps) AS s (customer uuid, unit uuid)
    WHERE e.id = ANY(fresh)
  ) AS w;

  PERFORM FROM rewards_balance AS b
  WHERE b.organisation_id = organisation AND b.id = ANY(ARRAY(
    SELECT ledger_account(organisation, s.customer, s.unit)
    FROM jsonb_to_recordset(entries) AS e (id uuid, steps jsonb)
    CROSS JOIN jsonb_to_recordset(e.steps) AS s (customer uuid, unit uuid)
    WHERE e.id = ANY(fresh)))
  ORDER BY b.id
  FOR NO KEY UPDATE;

  FOR step IN
    SELECT e.id AS entry, e.at, 4 * row_number() OVER (ORDER BY e.place, s.place) AS place,
      s.customer, s.unit, s.source, s.target, s.amount, s.expires, s.may_owe, s.is_own_only, s.earlier, s.reward,
      ARRAY(SELECT p::uuid FROM jsonb_array_elements_text(s.preferred) AS p) AS preferred
    FROM ROWS FROM (jsonb_to_recordset(entries) AS (id uuid, at timestamptz, steps jsonb))
      WITH ORDINALITY AS e (id, at, steps, place)
    CROSS JOIN LATERAL ROWS FROM (jsonb_to_recordset(e.steps) AS (
      customer uuid, unit uuid, source text, target text, amount bigint, expires timestamptz, may_owe boolean,
      is_own_only boolean, earlier uuid, reward uuid, preferred jsonb))
      WITH ORDINALITY AS s (customer, unit, source, target, amount, expires, may_owe, is_own_only, earlier, reward,
        preferred, place)
    WHERE e.id = ANY(fresh)
    ORDER BY e.place, s.place
  LOOP
    debt := ledger_move(organisation, step.entry, step.place, step.customer, step.unit, step.source, step.target,
      step.amount, step.at, step.expires, step.preferred, step.may_owe, step.is_own_only, step.earlier, step.reward);
    IF debt > 0 THEN
      owing := owing || step.entry;
      debts := debts || debt;
    END IF;
  END LOOP;

  -- An entry that comes twice in a call is new once.
  RETURN QUERY
  SELECT j.id, e.id = ANY(fresh), coalesce(d.debt, 0)::bigint
  FROM ROWS FROM (jsonb_to_recordset(entries) AS (id uuid, key text)) WITH ORDINALITY AS e (id, key, place)
  JOIN unnest(ids, keys) AS j (id, key) ON j.key = e.key
  LEFT JOIN (SELECT o.id, sum(o.debt) AS debt FROM unnest(owing, debts) AS o (id, debt) GROUP BY o.id) AS d ON d.id = e.id
  ORDER BY e.place;
END $$;
"""


def _given_to_the_ledger(name: str, arguments: str) -> str:
    return f"""
ALTER FUNCTION {name}({arguments}) OWNER TO yinjian_ledger;
REVOKE ALL ON FUNCTION {name}({arguments}) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {name}({arguments}) TO yinjian_serving;
"""


class Migration(migrations.Migration):
    dependencies = [("rewards", "0001_initial")]

    operations = [
        migrations.RunSQL(STORAGE, DROP_STORAGE),
        migrations.RunSQL(GRANTS, REVOKES),
        migrations.RunSQL(HELPERS, DROP_HELPERS),
        migrations.RunSQL(
            ENTER + _given_to_the_ledger("ledger_enter", ENTER_ARGUMENTS), f"DROP FUNCTION ledger_enter({ENTER_ARGUMENTS})"
        ),
        migrations.RunSQL(
            POST + _given_to_the_ledger("ledger_post", "uuid, jsonb"), "DROP FUNCTION ledger_post(uuid, jsonb)"
        ),
    ]
