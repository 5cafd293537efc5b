from django.db import migrations, models
from django.db.models import PROTECT, Q

from tenancy.postgresql.migrating import whole_tables


def _organisation(**fields):
    return models.ForeignKey(
        db_index=False, editable=False, on_delete=PROTECT, related_name="+", to="tenancy.organisation", **fields
    )


class Migration(migrations.Migration):
    dependencies = [("rewards", "0006_catalogue")]

    operations = whole_tables([
        migrations.AddField("reward", "title", models.JSONField(default=dict)),
        migrations.AddField("reward", "details", models.JSONField(default=dict)),
        migrations.AddField("reward", "code", models.CharField(blank=True, default="", max_length=16), preserve_default=False),
        migrations.AddField("reward", "options", models.JSONField(default=list)),
        migrations.AddField("reward", "option", models.SmallIntegerField(default=0)),
        migrations.AddField("reward", "chosen_at", models.DateTimeField(null=True)),
        migrations.AddField("reward", "successor_id", models.UUIDField(null=True)),
        migrations.AddConstraint(
            "reward",
            models.UniqueConstraint(fields=["organisation", "code"], condition=~Q(code=""), name="reward_code_once"),
        ),
        migrations.AddIndex("reward", models.Index(fields=["promised_by"], name="reward_by_promise")),
        migrations.AddIndex(
            "reward",
            models.Index(
                fields=["promised_by"], name="reward_to_hand_over", condition=~Q(kind__in=["points", "coupon"])
            ),
        ),
        migrations.AddIndex(
            "reward",
            models.Index(
                fields=["hold_cause", "hold_until"],
                name="reward_held_by_cause",
                condition=~Q(hold_cause="refund_window"),
            ),
        ),
        migrations.CreateModel(
            name="RewardPolicy",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("approve_cost_from", models.BigIntegerField(null=True)),
                ("approve_cash", models.BooleanField(default=False)),
                ("approve_risky", models.BooleanField(default=False)),
                ("approve_points_from", models.BigIntegerField(null=True)),
                ("holidays", models.JSONField(default=list)),
                ("organisation", _organisation()),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        migrations.AddConstraint(
            "rewardpolicy", models.UniqueConstraint(fields=["organisation"], name="reward_policy_once")
        ),
        migrations.AddConstraint(
            "rewardpolicy",
            models.CheckConstraint(
                name="reward_policy_thresholds_positive",
                condition=(Q(approve_cost_from=None) | Q(approve_cost_from__gt=0))
                & (Q(approve_points_from=None) | Q(approve_points_from__gt=0)),
            ),
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=160)),
                (
                    "kind",
                    models.CharField(choices=[("reward", "Reward"), ("points", "Adjustment of points")], max_length=8),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("approved", "Approved"),
                            ("declined", "Declined"),
                            ("withdrawn", "No longer needed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("amount", models.BigIntegerField()),
                ("cost_minor", models.BigIntegerField(default=0)),
                ("reasons", models.JSONField(default=list)),
                ("words", models.CharField(blank=True, max_length=200)),
                ("makers", models.JSONField(default=list)),
                ("asked_by_kind", models.CharField(max_length=12)),
                ("asked_by_id", models.UUIDField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("customer", models.ForeignKey(on_delete=PROTECT, related_name="+", to="crm.customer")),
                ("organisation", _organisation()),
                (
                    "reward",
                    models.ForeignKey(null=True, on_delete=PROTECT, related_name="approvals", to="rewards.reward"),
                ),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        migrations.AddConstraint(
            "approval", models.UniqueConstraint(fields=["organisation", "key"], name="approval_once")
        ),
        migrations.AddConstraint(
            "approval",
            models.CheckConstraint(
                name="approval_names_its_reward",
                condition=(Q(kind="reward") & Q(reward__isnull=False)) | (Q(kind="points") & Q(reward=None)),
            ),
        ),
        migrations.AddIndex(
            "approval", models.Index(fields=["-id"], name="approval_waiting", condition=Q(state="waiting"))
        ),
        migrations.CreateModel(
            name="ApprovalAnswer",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("is_approved", models.BooleanField()),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("entry_id", models.UUIDField(null=True)),
                ("actor_kind", models.CharField(max_length=12)),
                ("actor_id", models.UUIDField(null=True)),
                ("person_id", models.UUIDField()),
                ("answered_at", models.DateTimeField()),
                (
                    "approval",
                    models.ForeignKey(
                        db_index=False, on_delete=PROTECT, related_name="answers", to="rewards.approval"
                    ),
                ),
                ("organisation", _organisation(db_constraint=False)),
            ],
            options={
                "db_table_comment": "Append only: rows are added, never changed or removed.",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddConstraint(
            "approvalanswer",
            models.UniqueConstraint(fields=["organisation", "approval"], name="approval_answered_once"),
        ),
    ])
