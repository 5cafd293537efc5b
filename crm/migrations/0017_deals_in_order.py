"""Deals in the order of their amount, and of their expected close."""

import datetime

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("crm", "0016_people"),
        ('tenancy', '0005_calendar'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='deal',
            index=models.Index(models.F('organisation'), models.F('amount_minor'), models.F('id'), name='deal_by_amount'),
        ),
        migrations.AddIndex(
            model_name='deal',
            index=models.Index(models.F('organisation'), models.Case(models.When(expected_close=None, then=models.Value(datetime.date(9999, 12, 31))), default=models.F('expected_close')), models.F('id'), name='deal_by_close'),
        ),
    ]
