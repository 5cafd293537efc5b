"""More facts of customers; notes that can be pinned, changed and addressed; files, hand-overs, and who looked."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0011_care"),
        ("tenancy", "0004_teams"),
    ]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="address",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="customer",
            name="company",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="employees",
                to="crm.customer",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="country",
            field=models.CharField(blank=True, max_length=2),
        ),
        migrations.AddField(
            model_name="customer",
            name="income_band",
            field=models.CharField(
                blank=True,
                choices=[("low", "Low"), ("middle", "Middle"), ("upper", "Upper middle"), ("high", "High")],
                max_length=6,
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="interests",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="customer",
            name="personal_values",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="customer",
            name="postal_code",
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("owner__isnull", False)),
                fields=["owner", "-created_at", "-id"],
                name="customer_by_owner",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("owner__isnull", True)), fields=["-created_at", "-id"], name="customer_of_nobody"
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("company__isnull", False)), fields=["company"], name="customer_by_company"
            ),
        ),
        migrations.AddField(
            model_name="interaction",
            name="edited_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="interaction",
            name="is_team_only",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="interaction",
            name="minutes",
            field=models.SmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="interaction",
            name="pinned_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="interaction",
            name="recorded_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="interaction",
            name="removed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="interaction",
            name="result",
            field=models.CharField(
                blank=True,
                choices=[
                    ("reached", "Reached"),
                    ("no_answer", "No answer"),
                    ("left_word", "Left a message"),
                    ("call_back", "They call back"),
                    ("declined", "Not interested"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="interaction",
            name="team",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="tenancy.team"
            ),
        ),
        migrations.AlterField(
            model_name="interaction",
            name="kind",
            field=models.CharField(
                choices=[
                    ("note", "Note"),
                    ("call", "Call"),
                    ("email", "E-mail"),
                    ("chat", "Chat"),
                    ("wechat", "WeChat"),
                    ("social", "Social media"),
                    ("visit", "Visit"),
                    ("meeting", "Meeting"),
                ],
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="CustomerFile",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120)),
                ("content_type", models.CharField(max_length=80)),
                ("size", models.IntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("content", models.BinaryField(null=True)),
                ("created_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "author",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="tenancy.membership",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="files", to="crm.customer"),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.organisation",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("content__isnull", False), ("removed_at__isnull", False), _connector="OR"),
                        name="customer_file_whole_or_removed",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerLook",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("first_at", models.DateTimeField()),
                (
                    "customer",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="crm.customer"),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.membership",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.organisation",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "customer", "member", "day"), name="customer_look_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="EarlierText",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("text", models.TextField()),
                ("replaced_at", models.DateTimeField()),
                (
                    "interaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="earlier", to="crm.interaction"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.organisation",
                    ),
                ),
                (
                    "replaced_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="tenancy.membership",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="HandOver",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("note", models.TextField(blank=True)),
                ("checklist", models.JSONField(blank=True, default=list)),
                ("with_tasks", models.BooleanField(default=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("answer", models.CharField(blank=True, max_length=300)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="hand_overs", to="crm.customer"
                    ),
                ),
                (
                    "giver",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="tenancy.membership",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.organisation",
                    ),
                ),
                (
                    "receiver",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="tenancy.membership",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")),
                        fields=("organisation", "customer"),
                        name="hand_over_one_waiting",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                (
                    "customer",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="crm.customer"),
                ),
                (
                    "interaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mentions", to="crm.interaction"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.membership",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenancy.organisation",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "interaction", "member"), name="mention_once")
                ],
            },
        ),
    ]
