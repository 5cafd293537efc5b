"""Customers may switch reminders off."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0003_refund_cancelled")]

    operations = [
        migrations.AlterField(
            "consent",
            "purpose",
            models.CharField(
                choices=[
                    ("referral", "Being referred and told about it"), ("marketing", "Offers and news"),
                    ("reminders", "Reminders of one's own things"),
                ],
                max_length=12,
            ),
        ),
    ]
