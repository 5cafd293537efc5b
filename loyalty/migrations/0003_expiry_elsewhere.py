"""How long points live is said once, of the unit (rewards)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0002_badges")]

    operations = [migrations.RemoveField("programme", "expires_after_months")]
