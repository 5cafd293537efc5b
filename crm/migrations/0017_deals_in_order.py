"""Deals in the order of their amount, and of their expected close."""

import datetime

import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0016_people'),
        ('tenancy', '0005_calendar'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='deal',
            index=models.Index(models.F('organisation'), models.F('amount_minor'), models.F('id'), name='deal_by_amount'),
        ),
        migrations.AddIndex(
            model_name='deal',
            index=models.Index(models.F('organisation'), django.db.models.functions.comparison.Coalesce('expected_close', datetime.date(9999, 12, 31)), models.F('id'), name='deal_by_close'),
        ),
    ]
