"""Customers who are one person: stones, merges, pairs that may be."""

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

from tenancy.postgresql.migrating import whole_tables


class Migration(migrations.Migration):

    dependencies = [
        ("crm", "0006_lists"),
        ('tenancy', '0003_oldest_due_event'),
    ]

    operations = whole_tables([
        migrations.CreateModel(
            name='DuplicatePair',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('second', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='crm.customer')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('first', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='crm.customer')),
                ('score', models.SmallIntegerField()),
                ('reasons', models.JSONField(default=list)),
                ('state', models.CharField(choices=[('open', 'Open'), ('dismissed', 'Not the same')], default='open', max_length=9)),
                ('found_at', models.DateTimeField()),
                ('dismissed_at', models.DateTimeField(null=True)),
                ('dismissed_by_kind', models.CharField(blank=True, max_length=12)),
                ('dismissed_by_id', models.UUIDField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Merge',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('winner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.customer')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('loser', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.customer')),
                ('choices', models.JSONField(default=dict)),
                ('moved', models.JSONField(default=dict)),
                ('merged_at', models.DateTimeField()),
                ('merged_by_kind', models.CharField(max_length=12)),
                ('merged_by_id', models.UUIDField(null=True)),
                ('undo_until', models.DateTimeField()),
                ('undone_at', models.DateTimeField(null=True)),
                ('undone_by_kind', models.CharField(blank=True, max_length=12)),
                ('undone_by_id', models.UUIDField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='MergeStep',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('merge', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='crm.merge')),
                ('place', models.IntegerField()),
                ('table', models.CharField(max_length=60)),
                ('act', models.CharField(choices=[('repointed', 'repointed'), ('changed', 'changed'), ('removed', 'removed'), ('added', 'added'), ('noted', 'noted')], max_length=9)),
                ('column', models.CharField(blank=True, max_length=40)),
                ('rows', models.JSONField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.AlterModelOptions(
            name='customer',
            options={'base_manager_name': 'every'},
        ),
        migrations.AlterModelManagers(
            name='customer',
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('every', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name='customer',
            name='merged_into',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.customer'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='customer_stones'),
        ),
        migrations.AddConstraint(
            model_name='customer',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into', models.F('id')), _negated=True), name='customer_not_its_own_stone'),
        ),
        migrations.AddIndex(
            model_name='duplicatepair',
            index=models.Index(fields=['state', '-score', '-id'], name='duplicate_likeliest'),
        ),
        migrations.AddConstraint(
            model_name='duplicatepair',
            constraint=models.UniqueConstraint(fields=('organisation', 'first', 'second'), name='duplicate_pair_once'),
        ),
        migrations.AddConstraint(
            model_name='duplicatepair',
            constraint=models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='duplicate_pair_in_order'),
        ),
        migrations.AddConstraint(
            model_name='duplicatepair',
            constraint=models.CheckConstraint(condition=models.Q(('score__gte', 0), ('score__lte', 100)), name='duplicate_score_in_bounds'),
        ),
        migrations.AddIndex(
            model_name='merge',
            index=models.Index(fields=['-merged_at', '-id'], name='merge_newest'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.UniqueConstraint(condition=models.Q(('undone_at', None)), fields=('organisation', 'loser'), name='merge_loser_once'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.CheckConstraint(condition=models.Q(('winner', models.F('loser')), _negated=True), name='merge_of_two'),
        ),
        migrations.AddConstraint(
            model_name='mergestep',
            constraint=models.UniqueConstraint(fields=('organisation', 'merge', 'place'), name='merge_step_in_order'),
        ),
    ])
