"""Customers who were one and are two again: a transfer is taken back.

The function belongs to yinjian_ledger, as those of 0002 do. It locks balances before lots, in the order of their ids.
"""

from django.db import migrations, models
from django.db.models import Q

ARGUMENTS = "uuid, uuid, text, text, timestamptz, text, uuid[], uuid[], uuid[]"
TRANSFER_BACK = """
CREATE FUNCTION ledger_transfer_back(
  organisation uuid, entry uuid, entry_key text, hash text, at timestamptz, reason text, moves uuid[], lots uuid[],
  rewards uuid[])
  RETURNS TABLE (posted_id uuid)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  held record;
  lot record;
  taken record;
  waiting record;
  account uuid;
  netted bigint;
  owed bigint;
  part bigint;
  place bigint := 0;
BEGIN
  PERFORM FROM rewards_balance AS b
  WHERE b.organisation_id = organisation AND b.id IN (
    SELECT unnest(ARRAY[m.source_id, m.target_id]) FROM rewards_accountmove AS m
    WHERE m.organisation_id = organisation AND m.id = ANY(moves))
  ORDER BY b.id
  FOR NO KEY UPDATE;

  FOR held IN
    SELECT m.id, m.entry_id, m.source_id AS leaver, m.target_id AS heir,
      coalesce((SELECT sum(p.amount) FROM rewards_posting AS p
        WHERE p.organisation_id = organisation AND p.entry_id = m.entry_id AND p.account_id = m.target_id
          AND p.source = 'arrears' AND p.target = 'transfer'), 0) AS debt
    FROM rewards_accountmove AS m
    WHERE m.organisation_id = organisation AND m.id = ANY(moves)
      AND NOT EXISTS (
        SELECT FROM rewards_accountmove AS u WHERE u.organisation_id = organisation AND u.undoes_id = m.id)
    ORDER BY m.id DESC
  LOOP
    -- What the transfer netted is there and owed again.
    netted := 0;
    FOR taken IN
      SELECT u.id, u.lot_id, u.amount + coalesce((
          SELECT sum(g.amount) FROM rewards_lotuse AS g
          WHERE g.organisation_id = organisation AND g.lot_id = u.lot_id AND g.gives_back_id = u.id), 0) AS rest
      FROM rewards_lotuse AS u
      JOIN rewards_lot AS l ON l.organisation_id = organisation AND l.id = u.lot_id AND l.account_id = held.heir
      WHERE u.organisation_id = organisation AND u.entry_id = held.entry_id AND u.amount > 0
      ORDER BY u.id
    LOOP
      CONTINUE WHEN taken.rest = 0;
      place := place + 1;
      UPDATE rewards_lot AS l SET remaining = l.remaining + taken.rest
      WHERE l.organisation_id = organisation AND l.id = taken.lot_id;
      INSERT INTO rewards_lotuse (organisation_id, id, lot_id, entry_id, amount, gives_back_id)
      VALUES (organisation, ledger_id(place), taken.lot_id, entry, -taken.rest, taken.id);
      PERFORM ledger_touch(organisation, place, taken.lot_id);
      netted := netted + taken.rest;
    END LOOP;
    IF netted > 0 THEN
      posted_id := entry;
      place := place + 1;
      PERFORM ledger_arrow(organisation, ledger_id(place), entry, held.heir, 'arrears', 'available', netted, NULL);
    END IF;

    -- Lots go back whole; of those that somebody used since, what is left does.
    part := 0;
    FOR lot IN
      SELECT l.id, l.remaining, l.earned_at, l.expires_at, EXISTS (
          SELECT FROM rewards_lotuse AS u
          JOIN rewards_journalentry AS j ON j.organisation_id = organisation AND j.id = u.entry_id AND j.kind <> 'expiry'
          WHERE u.organisation_id = organisation AND u.lot_id = l.id AND u.amount > 0 AND u.id > held.id
            AND u.entry_id <> coalesce(held.entry_id, held.id)
            AND u.amount > -coalesce((SELECT sum(g.amount) FROM rewards_lotuse AS g
              WHERE g.organisation_id = organisation AND g.lot_id = l.id AND g.gives_back_id = u.id), 0)) AS is_used
      FROM rewards_lot AS l
      WHERE l.organisation_id = organisation AND l.account_id = held.heir AND l.id = ANY(lots)
      ORDER BY l.id
    LOOP
      IF NOT lot.is_used THEN
        UPDATE rewards_lot AS l SET account_id = held.leaver WHERE l.organisation_id = organisation AND l.id = lot.id;
        part := part + lot.remaining;
      ELSIF lot.remaining > 0 THEN
        posted_id := entry;
        place := place + 3;
        UPDATE rewards_lot AS l SET remaining = 0 WHERE l.organisation_id = organisation AND l.id = lot.id;
        INSERT INTO rewards_lotuse (organisation_id, id, lot_id, entry_id, amount)
        VALUES (organisation, ledger_id(place), lot.id, entry, lot.remaining);
        PERFORM ledger_touch(organisation, place, lot.id);
        PERFORM ledger_arrow(
          organisation, ledger_id(place), entry, held.heir, 'available', 'transfer', lot.remaining, NULL);
        account := ledger_id(place + 1);
        PERFORM ledger_arrow(organisation, account, entry, held.leaver, 'transfer', 'available', lot.remaining, NULL);
        INSERT INTO rewards_lot (organisation_id, id, account_id, entry_id, amount, remaining, earned_at, expires_at)
        VALUES (organisation, account, held.leaver, entry, lot.remaining, lot.remaining, lot.earned_at, lot.expires_at);
      END IF;
    END LOOP;
    IF part > 0 THEN
      posted_id := entry;
      place := place + 2;
      PERFORM ledger_arrow(organisation, ledger_id(place), entry, held.heir, 'available', 'transfer', part, NULL);
      PERFORM ledger_arrow(organisation, ledger_id(place + 1), entry, held.leaver, 'transfer', 'available', part, NULL);
    END IF;

    -- Of the debt that came along, what is still owed.
    SELECT least(held.debt, -b.arrears) INTO owed FROM rewards_balance AS b
    WHERE b.organisation_id = organisation AND b.id = held.heir;
    IF owed > 0 THEN
      posted_id := entry;
      place := place + 2;
      PERFORM ledger_arrow(organisation, ledger_id(place), entry, held.heir, 'transfer', 'arrears', owed, NULL);
      PERFORM ledger_arrow(organisation, ledger_id(place + 1), entry, held.leaver, 'arrears', 'transfer', owed, NULL);
    END IF;

    FOR waiting IN
      SELECT r.id, r.kept FROM rewards_reward AS r
      WHERE r.organisation_id = organisation AND r.id = ANY(rewards) AND r.account_id = held.heir
        AND r.state IN ('accrued', 'held') AND r.kept > 0
      ORDER BY r.id
    LOOP
      posted_id := entry;
      place := place + 2;
      PERFORM ledger_arrow(
        organisation, ledger_id(place), entry, held.heir, 'pending', 'transfer', waiting.kept, waiting.id);
      PERFORM ledger_arrow(
        organisation, ledger_id(place + 1), entry, held.leaver, 'transfer', 'pending', waiting.kept, waiting.id);
    END LOOP;

    -- Who owes has nothing.
    FOREACH account IN ARRAY ARRAY[held.heir, held.leaver] LOOP
      SELECT least(b.available, -b.arrears) INTO netted FROM rewards_balance AS b
      WHERE b.organisation_id = organisation AND b.id = account;
      IF netted > 0 THEN
        posted_id := entry;
        place := place + 2;
        PERFORM ledger_take(organisation, entry, place, account, netted, at, '{}', false, true);
        PERFORM ledger_arrow(organisation, ledger_id(place), entry, account, 'available', 'arrears', netted, NULL);
      END IF;
    END LOOP;

    place := place + 1;
    INSERT INTO rewards_accountmove (organisation_id, id, entry_id, source_id, target_id, undoes_id, occurred_at)
    VALUES (organisation, ledger_id(place), posted_id, held.heir, held.leaver, held.id, at);
  END LOOP;

  IF posted_id IS NOT NULL THEN
    IF EXISTS (SELECT FROM rewards_posting AS p WHERE p.organisation_id = organisation AND p.entry_id = entry) THEN
      INSERT INTO rewards_journalentry (organisation_id, id, kind, key, input_hash, occurred_at, reason)
      VALUES (organisation, entry, 'transfer', entry_key, hash, at, ledger_transfer_back.reason);
    ELSE
      posted_id := NULL;
    END IF;
  END IF;
  RETURN NEXT;
END $$;
"""
GIVEN = f"""
ALTER FUNCTION ledger_transfer_back({ARGUMENTS}) OWNER TO yinjian_ledger;
REVOKE ALL ON FUNCTION ledger_transfer_back({ARGUMENTS}) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_transfer_back({ARGUMENTS}) TO yinjian_serving;
"""


class Migration(migrations.Migration):
    dependencies = [("rewards", "0011_lots")]

    operations = [
        migrations.AddField("accountmove", "undoes_id", models.UUIDField(null=True)),
        migrations.AddIndex(
            "accountmove",
            models.Index(fields=["undoes_id"], name="account_move_undone", condition=Q(undoes_id__isnull=False)),
        ),
        migrations.RunSQL(TRANSFER_BACK + GIVEN, f"DROP FUNCTION ledger_transfer_back({ARGUMENTS})"),
    ]
