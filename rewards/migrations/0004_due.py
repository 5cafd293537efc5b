from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("rewards", "0003_settlement"), ("tenancy", "0003_oldest_due_event")]

    operations = []
