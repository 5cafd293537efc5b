"""Budgets that alert, renew, let rewards wait, and follow what is used.

The ledger's functions note the reward of every lot they take from or give back to (rewards_touchedreward); a beat asks
where such notes wait, before any organisation is known.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from tenancy.postgresql.migrating import whole_tables

NOTES = """
GRANT INSERT ON rewards_touchedreward TO yinjian_ledger;
ALTER POLICY own_rows ON rewards_touchedreward TO yinjian_serving, yinjian_ledger;
CREATE POLICY door_looks_up ON rewards_touchedreward FOR SELECT TO yinjian_door USING (true);
GRANT SELECT (organisation_id) ON rewards_touchedreward TO yinjian_door;

CREATE FUNCTION organisations_with_touched_rewards(at_most integer)
  RETURNS TABLE (organisation_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.id
  FROM tenancy_organisation o
  WHERE EXISTS (SELECT FROM rewards_touchedreward t WHERE t.organisation_id = o.id)
  LIMIT at_most
$$;

ALTER FUNCTION organisations_with_touched_rewards(integer) OWNER TO yinjian_door;
REVOKE ALL ON FUNCTION organisations_with_touched_rewards(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION organisations_with_touched_rewards(integer) TO yinjian_serving;
"""
FORGET = """
DROP FUNCTION organisations_with_touched_rewards(integer);
REVOKE ALL ON rewards_touchedreward FROM yinjian_door;
DROP POLICY door_looks_up ON rewards_touchedreward;
ALTER POLICY own_rows ON rewards_touchedreward TO PUBLIC;
REVOKE ALL ON rewards_touchedreward FROM yinjian_ledger;
"""

# Lock the balances of accounts before several things are posted in one transaction, opening what is missing: in the order in
# which every posting locks them, so that two such transactions cannot wait for each other. The arrays run in parallel.
LOCK = """
CREATE FUNCTION ledger_lock(organisation uuid, customers uuid[], units uuid[]) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM ledger_open_accounts(organisation, customers, units);
  PERFORM FROM rewards_balance AS b
  WHERE b.organisation_id = organisation AND b.id = ANY(ARRAY(
    SELECT ledger_account(organisation, w.customer_id, w.unit_id) FROM unnest(customers, units) AS w (customer_id, unit_id)))
  ORDER BY b.id
  FOR NO KEY UPDATE;
END $$;
ALTER FUNCTION ledger_lock(uuid, uuid[], uuid[]) OWNER TO yinjian_ledger;
REVOKE ALL ON FUNCTION ledger_lock(uuid, uuid[], uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_lock(uuid, uuid[], uuid[]) TO yinjian_serving;
"""

_ID = ("id", models.UUIDField(editable=False, primary_key=True, serialize=False))
_FIGURES = ("reserved_minor", "committed_minor", "spent_minor", "limit_minor")
_NEW_FIGURES = ("returned_minor", "overrun_minor", "earlier_minor")
_POLICIES = [
    ("stop", "Stop giving rewards"), ("lower", "Give what is left"), ("queue", "Let rewards wait"),
    ("approve", "Go over with approval"),
]  # fmt: skip


def _organisation(**options):
    return models.ForeignKey(
        db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+",
        to="tenancy.organisation", **options,
    )  # fmt: skip


def _budget(name):
    return models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name=name, to="rewards.budget"
    )


def _budget_field(name, field):
    return migrations.AddField(model_name="budget", name=name, field=field)


class Migration(migrations.Migration):
    dependencies = [("rewards", "0009_closing"), ("tenancy", "0003_oldest_due_event")]

    operations = whole_tables([
        migrations.RemoveConstraint(model_name="budget", name="budget_figures_not_negative"),
        migrations.RemoveConstraint(model_name="budget", name="budget_not_exceeded"),
        *[_budget_field(name, models.BigIntegerField(db_default=0, default=0)) for name in _NEW_FIGURES],
        _budget_field("policy", models.CharField(choices=_POLICIES, default="stop", max_length=8)),
        _budget_field("least_percent", models.SmallIntegerField(default=50)),
        _budget_field("overrun_percent", models.SmallIntegerField(default=10)),
        _budget_field("steps", models.JSONField(default=list)),
        _budget_field("level", models.SmallIntegerField(default=0)),
        _budget_field("round", models.IntegerField(default=1)),
        _budget_field(
            "responsible",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="tenancy.membership"
            ),
        ),
        _budget_field(
            "period",
            models.CharField(blank=True, choices=[("", "Once"), ("month", "Every month")], default="", max_length=5),
        ),
        _budget_field("carries_over", models.BooleanField(default=False)),
        _budget_field("period_starts_on", models.DateField(null=True)),
        _budget_field("starts_on", models.DateField(null=True)),
        _budget_field("ends_on", models.DateField(null=True)),
        _budget_field("exhausted_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                name="budget_figures_not_negative",
                condition=Q(**{f"{name}__gte": 0 for name in (*_FIGURES, *_NEW_FIGURES)}),
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                name="budget_not_exceeded",
                condition=Q(
                    limit_minor__gte=F("reserved_minor") + F("committed_minor") + F("spent_minor")
                    - F("earlier_minor") - F("overrun_minor")
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                name="budget_days_forward", condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on"))
            ),
        ),
        migrations.CreateModel(
            name="BudgetAlert",
            fields=[
                _ID,
                ("round", models.IntegerField()),
                ("percent", models.SmallIntegerField()),
                ("direction", models.CharField(choices=[("up", "Reached"), ("down", "Below again")], max_length=4)),
                ("used_minor", models.BigIntegerField()),
                ("limit_minor", models.BigIntegerField()),
                ("occurred_at", models.DateTimeField()),
                ("budget", _budget("alerts")),
                ("organisation", _organisation()),
            ],
            options={
                "db_table_comment": "Append only: rows are added, never changed or removed.",
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "budget", "round", "percent", "direction"), name="budget_alert_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BudgetDay",
            fields=[
                _ID,
                ("day", models.DateField()),
                ("limit_minor", models.BigIntegerField()),
                ("reserved_minor", models.BigIntegerField()),
                ("committed_minor", models.BigIntegerField()),
                ("spent_minor", models.BigIntegerField()),
                ("promised_minor", models.BigIntegerField()),
                ("budget", _budget("days")),
                ("organisation", _organisation()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "budget", "day"), name="budget_day_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="WaitingReward",
            fields=[
                _ID,
                ("queued_at", models.DateTimeField()),
                ("budget", _budget("+")),
                ("organisation", _organisation(db_constraint=False)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["budget", "queued_at", "id"], name="waiting_reward_oldest")],
            },
        ),
        migrations.CreateModel(
            name="TouchedReward",
            fields=[
                _ID,
                ("reward_id", models.UUIDField()),
                ("organisation", _organisation(db_constraint=False)),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        *[
            migrations.AddField(model_name="reward", name=name, field=models.BigIntegerField(db_default=0, default=0))
            for name in ("spent_minor", "returned_minor")
        ],
        migrations.AddIndex(
            model_name="reward",
            index=models.Index(
                condition=Q(budget__isnull=False), fields=["budget", "-id"], name="reward_by_budget"
            ),
        ),
        migrations.RunSQL(NOTES, FORGET),
        migrations.RunSQL(LOCK, "DROP FUNCTION ledger_lock(uuid, uuid[], uuid[])"),
    ])
