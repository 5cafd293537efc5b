"""Payouts: settings, accounts, batches and their lines, and what providers say of them."""

import django.db.models.deletion
from django.db import migrations, models

from tenancy.postgresql.migrating import whole_tables

# Where a provider may have news: beat asks before any organisation is known, instead of opening every door in turn.
UNDER_WAY = """
ALTER POLICY own_rows ON rewards_payoutbatch TO yinjian_serving;
CREATE POLICY door_looks_up ON rewards_payoutbatch FOR SELECT TO yinjian_door USING (true);
GRANT SELECT (organisation_id, state) ON rewards_payoutbatch TO yinjian_door;

CREATE FUNCTION organisations_with_payouts_under_way(at_most integer)
  RETURNS TABLE (organisation_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.id
  FROM tenancy_organisation o
  WHERE EXISTS (
    SELECT FROM rewards_payoutbatch b
    WHERE b.organisation_id = o.id AND b.state IN ('sending', 'sent')
  )
  LIMIT at_most
$$;

ALTER FUNCTION organisations_with_payouts_under_way(integer) OWNER TO yinjian_door;
REVOKE ALL ON FUNCTION organisations_with_payouts_under_way(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION organisations_with_payouts_under_way(integer) TO yinjian_serving;
"""
FORGET = """
DROP FUNCTION organisations_with_payouts_under_way(integer);
REVOKE ALL ON rewards_payoutbatch FROM yinjian_door;
DROP POLICY door_looks_up ON rewards_payoutbatch;
ALTER POLICY own_rows ON rewards_payoutbatch TO PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0001_initial"), ("rewards", "0007_kinds"), ("tenancy", "0003_oldest_due_event")]

    operations = whole_tables([
        migrations.CreateModel(
            name='PayoutAccount',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('method', models.CharField(choices=[('bank', 'Bank transfer'), ('alipay', 'Alipay'), ('wechat', 'WeChat Pay'), ('email', 'PayPal or another e-mail wallet')], max_length=8)),
                ('details', models.BinaryField(null=True)),
                ('masked_account', models.CharField(max_length=40)),
                ('masked_holder', models.CharField(max_length=40)),
                ('fingerprint', models.CharField(max_length=64)),
                ('entered_at', models.DateTimeField()),
                ('entered_by_kind', models.CharField(max_length=12)),
                ('entered_by_id', models.UUIDField(null=True)),
                ('retired_at', models.DateTimeField(null=True)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payout_accounts', to='crm.customer')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='PayoutBatch',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=8)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('waiting', 'Waiting for approval'), ('approved', 'Approved'), ('sending', 'Sending'), ('sent', 'Sent'), ('completed', 'Completed'), ('with_failures', 'Completed with failures'), ('cancelled', 'Cancelled')], default='draft', max_length=14)),
                ('provider', models.CharField(choices=[('file', 'File for the bank'), ('web', 'Payment provider'), ('demo', 'Demo bank')], max_length=8)),
                ('until', models.DateTimeField()),
                ('minimum_minor', models.BigIntegerField(default=0)),
                ('campaign_id', models.UUIDField(null=True)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('tax_threshold_minor', models.BigIntegerField(null=True)),
                ('tax_note', models.TextField(blank=True)),
                ('created_at', models.DateTimeField()),
                ('made_by', models.UUIDField(null=True)),
                ('submitted_by', models.UUIDField(null=True)),
                ('approved_by', models.UUIDField(null=True)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rewards.unit')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='PayoutLeftOut',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('amount_minor', models.BigIntegerField()),
                ('reason', models.CharField(choices=[('no_account', 'No payout account'), ('too_little', 'Below the minimum'), ('owes', 'Nothing left after repaying a debt'), ('gone', 'No longer available')], max_length=12)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='left_out', to='rewards.payoutbatch')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.customer')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='PayoutLine',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('reference', models.CharField(max_length=20)),
                ('gross_minor', models.BigIntegerField()),
                ('amount_minor', models.BigIntegerField()),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('reserved', 'Reserved'), ('sending', 'Being sent'), ('accepted', 'On its way'), ('uncertain', 'Uncertain'), ('paid', 'Paid'), ('failed', 'Failed'), ('withdrawn', 'Withdrawn')], default='draft', max_length=10)),
                ('attempts', models.SmallIntegerField(default=0)),
                ('attempted_at', models.DateTimeField(null=True)),
                ('asked_at', models.DateTimeField(null=True)),
                ('provider_id', models.CharField(blank=True, max_length=80)),
                ('cause', models.CharField(blank=True, max_length=200)),
                ('entry_id', models.UUIDField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rewards.payoutaccount')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='rewards.payoutbatch')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.customer')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='PayoutDifference',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('reference', models.CharField(max_length=40)),
                ('kind', models.CharField(choices=[('unknown_line', 'Not a payment of ours'), ('amount_differs', 'Another amount'), ('never_sent', 'Paid, but not sent by us'), ('paid_after_failed', 'Paid after all'), ('came_back', 'Came back after it was paid')], max_length=20)),
                ('report_id', models.UUIDField()),
                ('amount_minor', models.BigIntegerField(null=True)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('cause', models.CharField(blank=True, max_length=200)),
                ('opened_at', models.DateTimeField()),
                ('remedy', models.CharField(blank=True, choices=[('book_paid', 'Book it as paid'), ('book_failed', 'Book it as failed'), ('noted', 'Leave the books as they are')], max_length=12)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('resolved_at', models.DateTimeField(null=True)),
                ('resolved_by_kind', models.CharField(blank=True, max_length=12)),
                ('resolved_by_id', models.UUIDField(null=True)),
                ('batch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='differences', to='rewards.payoutbatch')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('line', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rewards.payoutline')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='PayoutReport',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('batch_id', models.UUIDField(null=True)),
                ('line_id', models.UUIDField(null=True)),
                ('reference', models.CharField(max_length=40)),
                ('source', models.CharField(choices=[('answer', 'Answer to our request'), ('look_up', 'Asked by us'), ('callback', 'Callback'), ('file', 'Result file')], max_length=8)),
                ('message_id', models.CharField(blank=True, max_length=80)),
                ('status', models.CharField(max_length=10)),
                ('amount_minor', models.BigIntegerField(null=True)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('provider_id', models.CharField(blank=True, max_length=80)),
                ('cause', models.CharField(blank=True, max_length=200)),
                ('outcome', models.CharField(max_length=20)),
                ('occurred_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'db_table_comment': 'Append only: rows are added, never changed or removed.',
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='PayoutSettings',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('provider', models.CharField(choices=[('file', 'File for the bank'), ('web', 'Payment provider'), ('demo', 'Demo bank')], default='file', max_length=8)),
                ('web_address', models.CharField(blank=True, max_length=300)),
                ('web_secret', models.BinaryField(null=True)),
                ('minimum_minor', models.BigIntegerField(default=0)),
                ('payday', models.SmallIntegerField(null=True)),
                ('arrival_days', models.SmallIntegerField(default=3)),
                ('tax_threshold_minor', models.BigIntegerField(null=True)),
                ('tax_note', models.TextField(blank=True)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='PayoutShare',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('amount', models.BigIntegerField()),
                ('is_held', models.BooleanField(default=False)),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='rewards.payoutline')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('reward', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payout_shares', to='rewards.reward')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='PayoutStep',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('batch_id', models.UUIDField()),
                ('state', models.CharField(max_length=14)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('actor_kind', models.CharField(max_length=12)),
                ('actor_id', models.UUIDField(null=True)),
                ('occurred_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'db_table_comment': 'Append only: rows are added, never changed or removed.',
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddIndex(
            model_name='payoutaccount',
            index=models.Index(condition=models.Q(('retired_at__isnull', True)), fields=['fingerprint'], name='payout_account_shared'),
        ),
        migrations.AddConstraint(
            model_name='payoutaccount',
            constraint=models.UniqueConstraint(condition=models.Q(('retired_at__isnull', True)), fields=('organisation', 'customer'), name='payout_account_one_each'),
        ),
        migrations.AddIndex(
            model_name='payoutbatch',
            index=models.Index(condition=models.Q(('state__in', ['sending', 'sent'])), fields=['state'], name='payout_under_way'),
        ),
        migrations.AddConstraint(
            model_name='payoutbatch',
            constraint=models.UniqueConstraint(fields=('organisation', 'code'), name='payout_batch_once'),
        ),
        migrations.AddConstraint(
            model_name='payoutbatch',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('made_by')), _negated=True), _connector='OR'), name='payout_not_approved_by_its_maker'),
        ),
        migrations.AddConstraint(
            model_name='payoutbatch',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('submitted_by')), _negated=True), _connector='OR'), name='payout_not_approved_by_its_submitter'),
        ),
        migrations.AddConstraint(
            model_name='payoutbatch',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'waiting', 'cancelled']), ('approved_by__isnull', False), _connector='OR'), name='payout_sent_only_when_approved'),
        ),
        migrations.AddConstraint(
            model_name='payoutleftout',
            constraint=models.UniqueConstraint(fields=('organisation', 'batch', 'customer'), name='payout_left_out_once'),
        ),
        migrations.AddIndex(
            model_name='payoutline',
            index=models.Index(fields=['batch', 'state'], name='payout_line_by_state'),
        ),
        migrations.AddConstraint(
            model_name='payoutline',
            constraint=models.UniqueConstraint(fields=('organisation', 'reference'), name='payout_line_reference_once'),
        ),
        migrations.AddConstraint(
            model_name='payoutline',
            constraint=models.UniqueConstraint(fields=('organisation', 'batch', 'customer'), name='payout_line_one_a_person'),
        ),
        migrations.AddConstraint(
            model_name='payoutline',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0), models.Q(('amount_minor', 0), ('state', 'withdrawn')), _connector='OR'), name='payout_line_positive'),
        ),
        migrations.AddConstraint(
            model_name='payoutline',
            constraint=models.CheckConstraint(condition=models.Q(('gross_minor__gte', models.F('amount_minor'))), name='payout_line_within_its_rewards'),
        ),
        migrations.AddConstraint(
            model_name='payoutline',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'withdrawn']), ('entry_id__isnull', False), _connector='OR'), name='payout_line_money_set_aside'),
        ),
        migrations.AddConstraint(
            model_name='payoutdifference',
            constraint=models.UniqueConstraint(condition=models.Q(('resolved_at__isnull', True)), fields=('organisation', 'reference', 'kind'), name='payout_difference_open_once'),
        ),
        migrations.AddIndex(
            model_name='payoutreport',
            index=models.Index(fields=['line_id', 'id'], name='payout_report_by_line'),
        ),
        migrations.AddConstraint(
            model_name='payoutreport',
            constraint=models.UniqueConstraint(condition=models.Q(('message_id', ''), _negated=True), fields=('organisation', 'message_id'), name='payout_report_once'),
        ),
        migrations.AddConstraint(
            model_name='payoutsettings',
            constraint=models.UniqueConstraint(fields=('organisation',), name='payout_settings_once'),
        ),
        migrations.AddConstraint(
            model_name='payoutsettings',
            constraint=models.CheckConstraint(condition=models.Q(('minimum_minor__gte', 0)), name='payout_minimum_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='payoutsettings',
            constraint=models.CheckConstraint(condition=models.Q(('payday__isnull', True), ('payday__range', (1, 28)), _connector='OR'), name='payout_payday_exists'),
        ),
        migrations.AddConstraint(
            model_name='payoutshare',
            constraint=models.UniqueConstraint(fields=('organisation', 'line', 'reward'), name='payout_share_once'),
        ),
        migrations.AddConstraint(
            model_name='payoutshare',
            constraint=models.UniqueConstraint(condition=models.Q(('is_held', True)), fields=('organisation', 'reward'), name='payout_reward_paid_once'),
        ),
        migrations.AddIndex(
            model_name='payoutstep',
            index=models.Index(fields=['batch_id', 'id'], name='payout_step_history'),
        ),
        migrations.RunSQL(UNDER_WAY, FORGET),
    ])
