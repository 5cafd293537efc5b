"""Pipelines, deals and their money."""

import django.core.serializers.json
import django.db.models.deletion
from django.db import migrations, models

from tenancy.postgresql.migrating import whole_tables


class Migration(migrations.Migration):

    dependencies = [
        ("crm", "0008_merge"),
        ('tenancy', '0003_oldest_due_event'),
    ]

    operations = whole_tables([
        migrations.CreateModel(
            name='DealStage',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('name', models.JSONField(default=dict)),
                ('kind', models.CharField(choices=[('open', 'Open'), ('won', 'Won'), ('lost', 'Lost')], default='open', max_length=4)),
                ('position', models.SmallIntegerField(default=0)),
                ('probability', models.SmallIntegerField(default=0)),
                ('colour', models.CharField(default='#64707d', max_length=7)),
                ('ageing_days', models.SmallIntegerField(null=True)),
                ('responsible_role', models.CharField(blank=True, choices=[('owner', 'Owner'), ('marketer', 'Marketer'), ('sales', 'Sales'), ('service', 'Service'), ('finance', 'Finance'), ('auditor', 'Auditor')], max_length=12)),
                ('required_fields', models.JSONField(default=list)),
                ('archived_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('responsible', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tenancy.membership')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Deal',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('open', 'Open'), ('won', 'Won'), ('lost', 'Lost')], default='open', max_length=4)),
                ('amount_minor', models.BigIntegerField(default=0)),
                ('currency', models.CharField(max_length=3)),
                ('is_amount_by_hand', models.BooleanField(default=True)),
                ('expected_close', models.DateField(null=True)),
                ('source', models.CharField(choices=[('staff', 'Entered by staff'), ('lead', 'Lead'), ('referral', 'Referral'), ('campaign', 'Campaign'), ('form', 'Form'), ('api', 'API'), ('import', 'Import'), ('store', 'Store')], default='staff', max_length=10)),
                ('source_id', models.UUIDField(null=True)),
                ('next_step', models.CharField(blank=True, max_length=200)),
                ('next_step_on', models.DateField(null=True)),
                ('custom', models.JSONField(blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('rank', models.BigIntegerField()),
                ('version', models.IntegerField(default=1)),
                ('stage_since', models.DateTimeField()),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('open_seconds', models.BigIntegerField(default=0)),
                ('competitor', models.CharField(blank=True, max_length=120)),
                ('closing_note', models.CharField(blank=True, max_length=500)),
                ('company', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='company_deals', to='crm.customer')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deals', to='crm.customer')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tenancy.membership')),
                ('stage', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deals', to='crm.dealstage')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Instalment',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('due_on', models.DateField()),
                ('amount_minor', models.BigIntegerField()),
                ('label', models.CharField(blank=True, max_length=120)),
                ('deal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='instalments', to='crm.deal')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='LossReason',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('name', models.JSONField(default=dict)),
                ('position', models.SmallIntegerField(default=0)),
                ('archived_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='crm.lossreason')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='DealMove',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('created', 'Created'), ('moved', 'Moved'), ('won', 'Won'), ('lost', 'Lost'), ('reopened', 'Reopened'), ('handed_over', 'Handed over')], max_length=12)),
                ('stayed_seconds', models.BigIntegerField(null=True)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('actor_kind', models.CharField(max_length=12)),
                ('actor_id', models.UUIDField(null=True)),
                ('occurred_at', models.DateTimeField()),
                ('deal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='moves', to='crm.deal')),
                ('from_owner', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tenancy.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('to_owner', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tenancy.membership')),
                ('from_stage', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.dealstage')),
                ('to_stage', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.dealstage')),
                ('reason', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.lossreason')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddField(
            model_name='deal',
            name='loss_reason',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.lossreason'),
        ),
        migrations.CreateModel(
            name='Pipeline',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('name', models.JSONField(default=dict)),
                ('position', models.SmallIntegerField(default=0)),
                ('is_default', models.BooleanField(default=False)),
                ('archived_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddField(
            model_name='dealstage',
            name='pipeline',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stages', to='crm.pipeline'),
        ),
        migrations.AddField(
            model_name='deal',
            name='pipeline',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deals', to='crm.pipeline'),
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('source', models.CharField(max_length=40)),
                ('external_id', models.CharField(max_length=80)),
                ('amount_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('received_at', models.DateTimeField()),
                ('note', models.CharField(blank=True, max_length=200)),
                ('recorded_at', models.DateTimeField()),
                ('deal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='crm.deal')),
                ('instalment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='crm.instalment')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='ReceiptRefund',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('source', models.CharField(max_length=40)),
                ('external_id', models.CharField(max_length=80)),
                ('amount_minor', models.BigIntegerField()),
                ('refunded_at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('recorded_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('receipt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='crm.receipt')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='DealLine',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('position', models.SmallIntegerField()),
                ('name', models.CharField(max_length=200)),
                ('quantity', models.IntegerField()),
                ('unit_minor', models.BigIntegerField()),
                ('discount_percent', models.DecimalField(decimal_places=2, default=0, max_digits=5)),
                ('amount_minor', models.BigIntegerField()),
                ('deal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='crm.deal')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('product', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.product')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='deal_line_quantity_positive'), models.CheckConstraint(condition=models.Q(('amount_minor__gte', 0), ('unit_minor__gte', 0)), name='deal_line_not_negative'), models.CheckConstraint(condition=models.Q(('discount_percent__gte', 0), ('discount_percent__lte', 100)), name='deal_line_discount_share')],
            },
        ),
        migrations.AddIndex(
            model_name='instalment',
            index=models.Index(fields=['due_on'], name='instalment_due'),
        ),
        migrations.AddConstraint(
            model_name='instalment',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='instalment_positive'),
        ),
        migrations.AddConstraint(
            model_name='dealmove',
            constraint=models.CheckConstraint(condition=models.Q(('stayed_seconds__gte', 0)), name='deal_move_stay_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='pipeline',
            constraint=models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('organisation',), name='pipeline_one_default'),
        ),
        migrations.AddConstraint(
            model_name='pipeline',
            constraint=models.CheckConstraint(condition=models.Q(('is_default', False), ('archived_at', None), _connector='OR'), name='pipeline_default_is_used'),
        ),
        migrations.AddConstraint(
            model_name='dealstage',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('kind', 'open'), _negated=True), ('archived_at', None)), fields=('organisation', 'pipeline', 'kind'), name='deal_stage_one_end_of_each'),
        ),
        migrations.AddConstraint(
            model_name='dealstage',
            constraint=models.CheckConstraint(condition=models.Q(('probability__gte', 0), ('probability__lte', 100)), name='deal_stage_probability'),
        ),
        migrations.AddConstraint(
            model_name='dealstage',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'open'), models.Q(('kind', 'won'), ('probability', 100)), models.Q(('kind', 'lost'), ('probability', 0)), _connector='OR'), name='deal_stage_end_is_certain'),
        ),
        migrations.AddConstraint(
            model_name='dealstage',
            constraint=models.CheckConstraint(condition=models.Q(('ageing_days__gt', 0)), name='deal_stage_ageing_positive'),
        ),
        migrations.AddIndex(
            model_name='deal',
            index=models.Index(fields=['stage', 'rank', 'id'], name='deal_board'),
        ),
        migrations.AddIndex(
            model_name='deal',
            index=models.Index(fields=['-created_at', '-id'], name='deal_newest'),
        ),
        migrations.AddIndex(
            model_name='deal',
            index=models.Index(fields=['state', 'closed_at'], name='deal_closed'),
        ),
        migrations.AddIndex(
            model_name='deal',
            index=models.Index(fields=['state', 'expected_close'], name='deal_forecast'),
        ),
        migrations.AddConstraint(
            model_name='deal',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gte', 0)), name='deal_amount_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='deal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='deal_closed_has_time'),
        ),
        migrations.AddConstraint(
            model_name='deal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('loss_reason__isnull', False), ('state', 'lost')), models.Q(models.Q(('state', 'lost'), _negated=True), ('loss_reason', None)), _connector='OR'), name='deal_lost_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='deal',
            constraint=models.CheckConstraint(condition=models.Q(('open_seconds__gte', 0)), name='deal_cycle_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.UniqueConstraint(fields=('organisation', 'source', 'external_id'), name='receipt_once'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='receipt_positive'),
        ),
        migrations.AddConstraint(
            model_name='receiptrefund',
            constraint=models.UniqueConstraint(fields=('organisation', 'source', 'external_id'), name='receipt_refund_once'),
        ),
        migrations.AddConstraint(
            model_name='receiptrefund',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='receipt_refund_positive'),
        ),
    ])
