"""When lots end and how long activity lets them live; what is owed; customers who become one.

The two functions belong to yinjian_ledger, as those of 0002 do. They lock balances before lots, in the order of their ids.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from tenancy.postgresql.migrating import whole_tables

GRANTS = "GRANT SELECT, INSERT ON rewards_lotextension, rewards_accountmove TO yinjian_ledger"
REVOKES = "REVOKE ALL ON rewards_lotextension, rewards_accountmove FROM yinjian_ledger"

# The arrays run in parallel. What has expired stays expired, also before it was swept; what never ends is left alone.
EXTEND_ARGUMENTS = "uuid, uuid, uuid[], timestamptz[], uuid[], text, timestamptz"
EXTEND = """
CREATE FUNCTION ledger_extend(
  organisation uuid, unit uuid, customers uuid[], ends timestamptz[], causes uuid[], cause text, at timestamptz)
  RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  extended bigint;
BEGIN
  PERFORM FROM rewards_balance AS b
  WHERE b.organisation_id = organisation AND b.id = ANY(ARRAY(
    SELECT ledger_account(organisation, c.customer_id, unit) FROM unnest(customers) AS c (customer_id)))
  ORDER BY b.id
  FOR NO KEY UPDATE;

  WITH wanted AS (
    SELECT DISTINCT ON (w.customer_id)
      ledger_account(organisation, w.customer_id, unit) AS account_id, w.ends_at, w.cause_id
    FROM unnest(customers, ends, causes) AS w (customer_id, ends_at, cause_id)
    ORDER BY w.customer_id, w.ends_at DESC
  ), chosen AS (
    SELECT l.id, l.expires_at, w.ends_at, w.cause_id, row_number() OVER (ORDER BY l.id) AS place
    FROM wanted AS w
    JOIN rewards_lot AS l ON l.organisation_id = organisation AND l.account_id = w.account_id
    WHERE l.remaining > 0 AND l.expires_at > at AND l.expires_at < w.ends_at
  ), moved AS (
    UPDATE rewards_lot AS l SET expires_at = c.ends_at
    FROM chosen AS c WHERE l.organisation_id = organisation AND l.id = c.id
  ), noted AS (
    INSERT INTO rewards_lotextension (organisation_id, id, lot_id, before, after, cause, cause_id, occurred_at)
    SELECT organisation, ledger_id(c.place), c.id, c.expires_at, c.ends_at, ledger_extend.cause, c.cause_id, at
    FROM chosen AS c
  )
  SELECT count(*) INTO extended FROM chosen;
  RETURN extended;
END $$;
"""

# Lots keep their ids, so whatever was said of them goes on: what a reward takes back, what a redemption gives back.
TRANSFER_ARGUMENTS = "uuid, uuid, text, text, timestamptz, text, uuid, uuid"
TRANSFER = """
CREATE FUNCTION ledger_transfer(
  organisation uuid, entry uuid, entry_key text, hash text, at timestamptz, reason text, leaver uuid, heir uuid)
  RETURNS TABLE (posted_id uuid, is_new boolean)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  first record;
  held record;
  waiting record;
  netted bigint;
  place bigint := 0;
BEGIN
  PERFORM ledger_open_accounts(organisation, array_agg(heir), array_agg(a.unit_id))
  FROM rewards_account AS a WHERE a.organisation_id = organisation AND a.customer_id = leaver;

  PERFORM FROM rewards_balance AS b
  WHERE b.organisation_id = organisation AND b.id IN (
    SELECT ledger_account(organisation, w.customer_id, a.unit_id)
    FROM rewards_account AS a CROSS JOIN unnest(ARRAY[leaver, heir]) AS w (customer_id)
    WHERE a.organisation_id = organisation AND a.customer_id = leaver)
  ORDER BY b.id
  FOR NO KEY UPDATE;

  SELECT j.id, j.input_hash INTO first FROM rewards_journalentry AS j
  WHERE j.organisation_id = organisation AND j.key = entry_key;
  IF FOUND THEN
    IF first.input_hash <> hash THEN
      RAISE EXCEPTION 'key was used for another input' USING ERRCODE = 'YJ001', DETAIL = entry_key;
    END IF;
    RETURN QUERY SELECT first.id, false;
    RETURN;
  END IF;

  FOR held IN
    SELECT a.id AS source, ledger_account(organisation, heir, a.unit_id) AS target, b.pending, b.available, b.paying,
      -b.arrears AS owed
    FROM rewards_account AS a
    JOIN rewards_balance AS b ON b.organisation_id = organisation AND b.id = a.id
    WHERE a.organisation_id = organisation AND a.customer_id = leaver
    ORDER BY a.id
  LOOP
    IF held.paying > 0 THEN
      RAISE EXCEPTION 'money is on its way' USING ERRCODE = 'YJ004';
    END IF;
    IF posted_id IS NULL AND (held.pending > 0 OR held.available > 0 OR held.owed > 0) THEN
      INSERT INTO rewards_journalentry (organisation_id, id, kind, key, input_hash, occurred_at, reason)
      VALUES (organisation, entry, 'transfer', entry_key, hash, at, ledger_transfer.reason);
      posted_id := entry;
    END IF;
    IF held.available > 0 THEN
      place := place + 2;
      PERFORM ledger_arrow(
        organisation, ledger_id(place), entry, held.source, 'available', 'transfer', held.available, NULL);
      PERFORM ledger_arrow(
        organisation, ledger_id(place + 1), entry, held.target, 'transfer', 'available', held.available, NULL);
    END IF;
    IF held.owed > 0 THEN
      place := place + 2;
      PERFORM ledger_arrow(organisation, ledger_id(place), entry, held.source, 'transfer', 'arrears', held.owed, NULL);
      PERFORM ledger_arrow(organisation, ledger_id(place + 1), entry, held.target, 'arrears', 'transfer', held.owed, NULL);
    END IF;
    FOR waiting IN
      SELECT r.id, r.kept FROM rewards_reward AS r
      WHERE r.organisation_id = organisation AND r.beneficiary_id = leaver AND r.account_id = held.source
        AND r.state IN ('accrued', 'held') AND r.kept > 0
      ORDER BY r.id
    LOOP
      place := place + 2;
      PERFORM ledger_arrow(
        organisation, ledger_id(place), entry, held.source, 'pending', 'transfer', waiting.kept, waiting.id);
      PERFORM ledger_arrow(
        organisation, ledger_id(place + 1), entry, held.target, 'transfer', 'pending', waiting.kept, waiting.id);
    END LOOP;

    UPDATE rewards_lot AS l SET account_id = held.target
    WHERE l.organisation_id = organisation AND l.account_id = held.source;

    SELECT least(b.available, -b.arrears) INTO netted FROM rewards_balance AS b
    WHERE b.organisation_id = organisation AND b.id = held.target;
    IF netted > 0 AND posted_id IS NOT NULL THEN
      place := place + 2;
      PERFORM ledger_take(organisation, entry, place, held.target, netted, at, '{}', false, true);
      PERFORM ledger_arrow(organisation, ledger_id(place), entry, held.target, 'available', 'arrears', netted, NULL);
    END IF;

    INSERT INTO rewards_accountmove (organisation_id, id, entry_id, source_id, target_id, occurred_at)
    VALUES (organisation, ledger_id(place), posted_id, held.source, held.target, at);
  END LOOP;
  RETURN QUERY SELECT posted_id, true;
END $$;
"""


def _given_to_the_ledger(name: str, arguments: str) -> str:
    return f"""
ALTER FUNCTION {name}({arguments}) OWNER TO yinjian_ledger;
REVOKE ALL ON FUNCTION {name}({arguments}) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {name}({arguments}) TO yinjian_serving;
"""


def _made(name: str, sql: str, arguments: str) -> migrations.RunSQL:
    return migrations.RunSQL(sql + _given_to_the_ledger(name, arguments), f"DROP FUNCTION {name}({arguments})")


def _journal(name: str, **fields: models.Field) -> migrations.CreateModel:
    return migrations.CreateModel(
        name=name,
        fields=[
            ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
            *fields.items(),
            (
                "organisation",
                models.ForeignKey(
                    db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT,
                    related_name="+", to="tenancy.organisation",
                ),
            ),
        ],
        options={
            "db_table_comment": "Append only, written by the ledger's functions alone.",
            "abstract": False,
            "base_manager_name": "objects",
        },
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("rewards", "0010_budgets"), ("tenancy", "0003_oldest_due_event")]

    operations = whole_tables([
        migrations.AddField("unit", "expires_after_years", models.SmallIntegerField(null=True)),
        migrations.AddField("unit", "extends_on_activity", models.BooleanField(default=False)),
        migrations.AddField(
            "unit",
            "shortfall",
            models.CharField(
                choices=[
                    ("owe", "The customer owes it"), ("forgive", "The house bears it"),
                    ("own_lot", "Only what is left of the reward itself is taken"),
                ],
                default="owe",
                max_length=8,
            ),
        ),
        migrations.AddField("unit", "owed_limit", models.BigIntegerField(null=True)),
        migrations.AddConstraint(
            "unit",
            models.CheckConstraint(
                condition=(Q(expires_after_months=None) | Q(expires_after_years=None, expires_after_months__gte=1))
                & (Q(expires_after_years=None) | Q(expires_after_years__gte=0)),
                name="unit_one_expiry",
            ),
        ),
        migrations.AddConstraint(
            "unit",
            models.CheckConstraint(
                condition=Q(owed_limit=None) | Q(owed_limit__gte=0, shortfall="owe"), name="unit_limit_of_what_is_owed"
            ),
        ),
        migrations.AddField("rewardmove", "forgiven", models.BigIntegerField(db_default=0, default=0)),
        migrations.AddField("rewardmove", "cost_minor", models.BigIntegerField(db_default=0, default=0)),
        migrations.AddField("rewardmove", "gives_again", models.BooleanField(db_default=False, default=False)),
        migrations.AddIndex(
            "journalentry",
            models.Index(fields=["reverses"], name="journal_entry_reversed", condition=Q(reverses__isnull=False)),
        ),
        _journal(
            "LotExtension",
            lot_id=models.UUIDField(),
            before=models.DateTimeField(),
            after=models.DateTimeField(),
            cause=models.CharField(max_length=12),
            cause_id=models.UUIDField(null=True),
            occurred_at=models.DateTimeField(),
        ),
        migrations.AddConstraint(
            "lotextension",
            models.CheckConstraint(condition=Q(after__gt=F("before")), name="lot_extension_lengthens"),
        ),
        migrations.AddIndex("lotextension", models.Index(fields=["lot_id", "id"], name="lot_extension_history")),
        _journal(
            "AccountMove",
            entry_id=models.UUIDField(null=True),
            source_id=models.UUIDField(),
            target_id=models.UUIDField(),
            occurred_at=models.DateTimeField(),
        ),
        migrations.AddConstraint(
            "accountmove",
            models.CheckConstraint(condition=~Q(source_id=F("target_id")), name="account_move_leads_away"),
        ),
        migrations.AddIndex("accountmove", models.Index(fields=["source_id", "id"], name="account_move_by_source")),
        migrations.RunSQL(GRANTS, REVOKES),
        _made("ledger_extend", EXTEND, EXTEND_ARGUMENTS),
        _made("ledger_transfer", TRANSFER, TRANSFER_ARGUMENTS),
    ])
