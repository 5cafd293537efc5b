"""Views people keep of lists, work on many rows at once, and the indexes that lists are ordered by."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0005_segments"),
        ("tenancy", "0003_oldest_due_event"),
    ]

    operations = [
        migrations.CreateModel(
            name="ListPiece",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("work_id", models.UUIDField()),
                ("kind", models.CharField(choices=[("rows", "rows"), ("file", "file")], max_length=4)),
                ("position", models.IntegerField()),
                ("content", models.BinaryField()),
                (
                    "organisation",
                    models.ForeignKey(
                        db_constraint=False,
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
                    models.UniqueConstraint(fields=("organisation", "work_id", "kind", "position"), name="list_piece_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ListProblem",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("work_id", models.UUIDField()),
                ("row_id", models.UUIDField()),
                ("label", models.CharField(blank=True, max_length=200)),
                ("template", models.CharField(max_length=300)),
                ("facts", models.JSONField(default=dict)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_constraint=False,
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
                "indexes": [models.Index(fields=["work_id", "id"], name="list_problem_by_work")],
            },
        ),
        migrations.CreateModel(
            name="ListSetting",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("list_name", models.CharField(max_length=20)),
                ("view", models.CharField(blank=True, max_length=36)),
                ("columns", models.JSONField(default=list)),
                (
                    "density",
                    models.CharField(
                        blank=True, choices=[("comfortable", "Comfortable"), ("compact", "Compact")], max_length=12
                    ),
                ),
                ("opens_with", models.CharField(blank=True, max_length=36)),
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
                    models.UniqueConstraint(fields=("organisation", "member", "list_name", "view"), name="list_setting_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ListWork",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("list_name", models.CharField(max_length=20)),
                ("verb", models.CharField(max_length=20)),
                ("arguments", models.JSONField(default=dict)),
                ("query", models.CharField(blank=True, max_length=4000)),
                ("ids", models.JSONField(null=True)),
                ("until", models.UUIDField()),
                ("cursor", models.JSONField(null=True)),
                ("language", models.CharField(max_length=10)),
                ("counts", models.JSONField(default=dict)),
                ("touched_at", models.DateTimeField()),
                ("job", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenancy.job")),
                (
                    "member",
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["job"], name="list_work_by_job")],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("list_name", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=60)),
                ("query", models.CharField(blank=True, max_length=4000)),
                ("is_shared", models.BooleanField(default=False)),
                ("is_default", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
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
                    "owner",
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
                "indexes": [models.Index(fields=["list_name", "name"], name="saved_view_tabs")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("organisation", "list_name"),
                        name="saved_view_one_default",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_default", True), _negated=True), ("is_shared", True), _connector="OR"
                        ),
                        name="saved_view_default_is_shared",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                models.F("organisation"),
                django.db.models.functions.comparison.Collate("search_text", "C"),
                models.F("id"),
                name="customer_in_name_order",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["-total_minor", "-id"], name="order_largest"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["due_at", "id"], name="task_in_due_order"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["-created_at", "-id"], name="task_newest"),
        ),
    ]
