from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("rewards", "0009_closing")]

    operations = []
