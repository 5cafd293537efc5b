"""Balances from another system can be imported."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integrations", "0002_due")]

    operations = [
        migrations.AlterField(
            "import",
            "kind",
            models.CharField(
                choices=[
                    ("customers", "Customers"), ("orders", "Orders"), ("purchases", "Invoice lines of a shop"),
                    ("opening_balances", "Balances from another system"),
                ],
                max_length=16,
            ),
        ),
    ]
