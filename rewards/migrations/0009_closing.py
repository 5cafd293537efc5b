"""Month close: what is closed, seals, runs of the proof, and where late entries are booked."""

from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models

from tenancy.postgresql.migrating import whole_tables

APPEND_ONLY = "Append only: rows are added, never changed or removed."
OPTIONS = {"db_table_comment": APPEND_ONLY, "abstract": False, "base_manager_name": "objects"}

# Keys that Django has no words for: a closing begins where another ends, a seal and its pages belong to a closing.
KEYS = """
ALTER TABLE rewards_closing ADD CONSTRAINT closing_follows FOREIGN KEY (organisation_id, begins_at)
  REFERENCES rewards_closing (organisation_id, ends_at);
ALTER TABLE rewards_seal ADD CONSTRAINT seal_of_closing FOREIGN KEY (organisation_id, id)
  REFERENCES rewards_closing (organisation_id, id);
ALTER TABLE rewards_sealpage ADD CONSTRAINT seal_page_of_closing FOREIGN KEY (organisation_id, closing_id)
  REFERENCES rewards_closing (organisation_id, id);
"""
DROP_KEYS = """
ALTER TABLE rewards_sealpage DROP CONSTRAINT seal_page_of_closing;
ALTER TABLE rewards_seal DROP CONSTRAINT seal_of_closing;
ALTER TABLE rewards_closing DROP CONSTRAINT closing_follows;
"""

# A column's default and not a line in each function that writes the journal, so that none can forget it. Whoever closes
# a month takes the lock alone, so an entry is either committed before the close looks, or knows of it. The answer holds
# for the transaction and is kept in a setting: 12 µs for its first entry, below one for the others. A setting that was
# forged is found by the seal, which an entry then joins uninvited.
OPEN_FROM = """
GRANT SELECT ON rewards_closing TO yinjian_ledger;

CREATE FUNCTION ledger_open_from() RETURNS timestamptz LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  kept text := current_setting('app.books_open_from', true);
  organisation uuid;
  open_from timestamptz;
BEGIN
  IF kept <> '' THEN
    RETURN nullif(kept, '-infinity')::timestamptz;
  END IF;
  organisation := current_setting('app.organisation_id')::uuid;
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('books:' || organisation, 0));
  SELECT c.ends_at INTO open_from FROM rewards_closing AS c
  WHERE c.organisation_id = organisation ORDER BY c.ends_at DESC LIMIT 1;
  PERFORM set_config('app.books_open_from', coalesce(open_from, '-infinity')::text, true);
  RETURN open_from;
END $$;

ALTER TABLE rewards_journalentry ALTER COLUMN open_from SET DEFAULT ledger_open_from();
"""
FORGET_OPEN_FROM = """
ALTER TABLE rewards_journalentry ALTER COLUMN open_from DROP DEFAULT;
DROP FUNCTION ledger_open_from();
REVOKE ALL ON rewards_closing FROM yinjian_ledger;
"""


def _id() -> models.UUIDField:
    return models.UUIDField(editable=False, primary_key=True, serialize=False)


def _organisation() -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+",
        to="tenancy.organisation",
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("rewards", "0008_payouts")]

    operations = whole_tables([
        migrations.CreateModel(
            name="Closing",
            fields=[
                ("id", _id()),
                ("month", models.DateField()),
                ("begins_at", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField()),
                ("actor_kind", models.CharField(default="system", max_length=12)),
                ("actor_id", models.UUIDField(null=True)),
                ("organisation", _organisation()),
            ],
            options=OPTIONS,
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("id", _id()),
                ("previous", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64)),
                ("entries", models.BigIntegerField()),
                ("postings", models.BigIntegerField()),
                ("figures", models.JSONField()),
                ("sealed_at", models.DateTimeField()),
                ("organisation", _organisation()),
            ],
            options=OPTIONS,
        ),
        migrations.CreateModel(
            name="SealPage",
            fields=[
                ("id", _id()),
                ("closing_id", models.UUIDField()),
                ("number", models.IntegerField()),
                ("content", models.BinaryField()),
                ("organisation", _organisation()),
            ],
            options=OPTIONS,
        ),
        migrations.CreateModel(
            name="ProofRun",
            fields=[
                ("id", _id()),
                ("started_at", models.DateTimeField()),
                ("milliseconds", models.BigIntegerField()),
                ("is_whole", models.BooleanField()),
                ("checked", models.JSONField(default=dict)),
                ("wrong", models.JSONField(default=list)),
                ("actor_kind", models.CharField(default="system", max_length=12)),
                ("actor_id", models.UUIDField(null=True)),
                ("organisation", _organisation()),
            ],
            options=OPTIONS,
        ),
        migrations.AddConstraint(
            model_name="closing",
            constraint=models.UniqueConstraint(fields=("organisation", "month"), name="closing_once"),
        ),
        migrations.AddConstraint(
            model_name="closing",
            constraint=models.UniqueConstraint(fields=("organisation", "ends_at"), name="closing_ends_once"),
        ),
        migrations.AddConstraint(
            model_name="closing",
            constraint=models.UniqueConstraint(
                fields=("organisation", "begins_at"), name="closing_no_fork", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="closing",
            constraint=models.CheckConstraint(
                condition=models.Q(("begins_at", None), ("begins_at__lt", models.F("ends_at")), _connector="OR"),
                name="closing_forwards",
            ),
        ),
        migrations.AddConstraint(
            model_name="seal",
            constraint=models.UniqueConstraint(fields=("organisation", "previous"), name="seal_no_fork"),
        ),
        migrations.AddConstraint(
            model_name="sealpage",
            constraint=models.UniqueConstraint(fields=("organisation", "closing_id", "number"), name="seal_page_once"),
        ),
        migrations.AddConstraint(
            model_name="sealpage",
            constraint=models.CheckConstraint(condition=models.Q(("number__gte", 0)), name="seal_page_counts"),
        ),
        migrations.AddField(
            model_name="unit",
            name="value_minor",
            field=models.DecimalField(decimal_places=4, max_digits=12, null=True),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(("value_minor", None), ("value_minor__gte", Decimal(0)), _connector="OR"),
                name="unit_value_not_negative",
            ),
        ),
        migrations.AddField(model_name="journalentry", name="open_from", field=models.DateTimeField(null=True)),
        migrations.RunSQL(KEYS, DROP_KEYS),
        migrations.RunSQL(OPEN_FROM, FORGET_OPEN_FROM),
    ])
