"""Undo of imports, remembered columns, workbooks."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("integrations", "0003_opening_balances"),
        ('tenancy', '0003_oldest_due_event'),
    ]

    operations = [
        migrations.AddField(
            model_name='import',
            name='is_encoding_sure',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='import',
            name='options',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='import',
            name='sheet',
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name='import',
            name='undo_job',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.job'),
        ),
        migrations.AddField(
            model_name='import',
            name='undone_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name='ImportTemplate',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('customers', 'Customers'), ('orders', 'Orders'), ('purchases', 'Invoice lines of a shop'), ('opening_balances', 'Balances from another system')], max_length=16)),
                ('name', models.CharField(blank=True, max_length=80)),
                ('columns_key', models.CharField(max_length=64)),
                ('mapping', models.JSONField(default=dict)),
                ('options', models.JSONField(default=dict)),
                ('used_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(condition=models.Q(('name', '')), fields=('organisation', 'kind', 'columns_key'), name='import_memory_once'), models.UniqueConstraint(condition=models.Q(('name', ''), _negated=True), fields=('organisation', 'kind', 'name'), name='import_template_once')],
            },
        ),
        migrations.CreateModel(
            name='ImportTrace',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('import_id', models.UUIDField()),
                ('row', models.IntegerField()),
                ('subject', models.CharField(max_length=12)),
                ('subject_id', models.UUIDField(null=True)),
                ('verdict', models.CharField(choices=[('created', 'New'), ('updated', 'Completed'), ('unchanged', 'As before'), ('skipped', 'Set aside'), ('refused', 'Not taken in')], max_length=10)),
                ('before', models.JSONField(default=dict)),
                ('added', models.JSONField(default=dict)),
                ('is_undone', models.BooleanField(default=False)),
                ('kept_code', models.CharField(blank=True, max_length=40)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['import_id', 'row'], name='import_trace_by_row'), models.Index(condition=models.Q(('is_undone', False), ('kept_code', '')), fields=['import_id', 'subject', 'verdict', 'id'], name='import_trace_to_undo')],
            },
        ),
    ]
