"""Refunds that were cancelled."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0002_search")]

    operations = [
        migrations.AddField("refund", "cancelled_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "refund", "cancel_reason", models.CharField(blank=True, default="", max_length=200), preserve_default=False
        ),
    ]
