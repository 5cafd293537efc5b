"""What the guided builder keeps: aims, terms being written, WeChat-safe mode, legal notes that were read."""

import django.db.models.deletion
from django.db import migrations, models

# Organisations in Chinese begin in WeChat-safe mode, also with the campaigns that they have.
SAFE = """
UPDATE referrals_campaign SET is_wechat_safe = true
WHERE organisation_id IN (SELECT id FROM tenancy_organisation WHERE language = 'zh-hans')
"""


class Migration(migrations.Migration):

    dependencies = [
        ("referrals", "0003_rules"),
        ('tenancy', '0005_calendar'),
    ]

    operations = [
        migrations.AddField(
            model_name='campaign',
            name='draft_terms',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='campaign',
            name='goal',
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name='campaign',
            name='is_wechat_safe',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name='LegalNote',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('note', models.CharField(max_length=40)),
                ('acknowledged_by', models.UUIDField(null=True)),
                ('acknowledged_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'db_table_comment': 'Append only: rows are added, never changed or removed.',
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'note'), name='legal_note_once')],
            },
        ),
        migrations.RunSQL(SAFE, migrations.RunSQL.noop),
    ]
