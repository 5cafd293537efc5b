"""Signs of abuse: traces, traits, assessments, cases, verdicts, lists, the policy."""

import django.db.models.deletion
from django.db import migrations, models

from tenancy.postgresql.migrating import whole_tables


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0016_people'),
        ("referrals", "0005_landing"),
        ('tenancy', '0005_calendar'),
    ]

    operations = whole_tables([
        migrations.CreateModel(
            name='AbuseCase',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('referrer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.customer')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('kind', models.CharField(max_length=20)),
                ('group', models.CharField(blank=True, max_length=32)),
                ('state', models.CharField(choices=[('open', 'Open'), ('proof', 'Proof asked for'), ('cleared', 'Cleared'), ('confirmed', 'Confirmed abuse')], default='open', max_length=10)),
                ('is_shadow', models.BooleanField(default=False)),
                ('opened_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='AbuseCaseReferral',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('referral', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='abuse_cases', to='referrals.referral')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='referrals.abusecase')),
                ('is_settled', models.BooleanField(default=False)),
                ('is_cleared', models.BooleanField(default=False)),
                ('added_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='AbuseListing',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('referrer', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.customer')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('side', models.CharField(choices=[('block', 'Blocked'), ('allow', 'Allowed')], max_length=5)),
                ('kind', models.CharField(choices=[('email_domain', 'E-mail domain'), ('phone_prefix', 'Beginning of a phone number'), ('device', 'Device'), ('network', 'Internet address or network'), ('referrer', 'Referrer')], max_length=12)),
                ('value', models.CharField(max_length=64)),
                ('reason', models.CharField(max_length=200)),
                ('expires_at', models.DateTimeField(null=True)),
                ('added_at', models.DateTimeField()),
                ('added_by_kind', models.CharField(max_length=12)),
                ('added_by_id', models.UUIDField(null=True)),
                ('removed_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='AbusePolicy',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('is_shadow', models.BooleanField(default=True)),
                ('delay_from', models.SmallIntegerField(default=25, null=True)),
                ('hold_from', models.SmallIntegerField(default=40, null=True)),
                ('proof_from', models.SmallIntegerField(default=90, null=True)),
                ('block_from', models.SmallIntegerField(default=None, null=True)),
                ('delay_days', models.SmallIntegerField(default=14)),
                ('signals', models.JSONField(default=dict)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='AbuseVerdict',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='verdicts', to='referrals.abusecase')),
                ('verdict', models.CharField(choices=[('clear', 'Cleared'), ('confirm', 'Confirmed abuse'), ('proof', 'Asked for proof'), ('reopen', 'Opened again')], max_length=8)),
                ('reason', models.CharField(max_length=300)),
                ('is_partial', models.BooleanField(default=False)),
                ('actor_kind', models.CharField(max_length=12)),
                ('actor_id', models.UUIDField(null=True)),
                ('occurred_at', models.DateTimeField()),
            ],
            options={
                'db_table_comment': 'Append only: rows are added, never changed or removed.',
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Assessment',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('referral', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='referrals.referral')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('occasion', models.CharField(choices=[('sign_up', 'Sign-up'), ('conversion', 'Order'), ('refund', 'Refund'), ('night', 'Nightly review'), ('review', 'Review')], max_length=10)),
                ('rules', models.SmallIntegerField()),
                ('inputs', models.CharField(max_length=64)),
                ('signals', models.JSONField(default=list)),
                ('score', models.SmallIntegerField()),
                ('action', models.CharField(choices=[('allow', 'allow'), ('delay', 'delay'), ('hold', 'hold'), ('proof', 'proof'), ('block', 'block')], max_length=6)),
                ('would_be', models.CharField(choices=[('allow', 'allow'), ('delay', 'delay'), ('hold', 'hold'), ('proof', 'proof'), ('block', 'block')], max_length=6)),
                ('actor_kind', models.CharField(max_length=12)),
                ('actor_id', models.UUIDField(null=True)),
                ('occurred_at', models.DateTimeField()),
            ],
            options={
                'db_table_comment': 'Append only: rows are added, never changed or removed.',
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='SignUpTrace',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('referrer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='crm.customer')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('invitation_id', models.UUIDField()),
                ('device', models.CharField(blank=True, max_length=32)),
                ('address', models.CharField(blank=True, max_length=32)),
                ('network', models.CharField(blank=True, max_length=32)),
                ('had_touch', models.BooleanField()),
                ('filled_in', models.IntegerField(null=True)),
                ('ads', models.CharField(blank=True, max_length=80)),
                ('occurred_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Trait',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='crm.customer')),
                ('kind', models.CharField(choices=[('contact', 'Mailbox or phone'), ('device', 'Device'), ('address', 'Internet address'), ('network', 'Network'), ('payout', 'Payout account'), ('home', 'Postal address'), ('domain', 'E-mail domain'), ('block', 'Block of phone numbers'), ('disposable', 'Disposable e-mail'), ('virtual', 'Virtual number')], max_length=10)),
                ('value', models.CharField(max_length=32)),
                ('seen_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddIndex(
            model_name='invitation',
            index=models.Index(condition=models.Q(('referral_id__isnull', False)), fields=['referral_id'], name='invitation_by_referral'),
        ),
        migrations.AddIndex(
            model_name='abusecase',
            index=models.Index(fields=['state', '-id'], name='abuse_case_by_state'),
        ),
        migrations.AddConstraint(
            model_name='abusecase',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['open', 'proof'])), fields=('organisation', 'referrer', 'kind', 'group'), name='abuse_case_open_once'),
        ),
        migrations.AddConstraint(
            model_name='abusecasereferral',
            constraint=models.UniqueConstraint(fields=('organisation', 'case', 'referral'), name='abuse_case_member_once'),
        ),
        migrations.AddConstraint(
            model_name='abuselisting',
            constraint=models.UniqueConstraint(condition=models.Q(('removed_at__isnull', True)), fields=('organisation', 'kind', 'value'), name='abuse_listing_once'),
        ),
        migrations.AddConstraint(
            model_name='abuselisting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'referrer'), ('referrer__isnull', False)), models.Q(('kind', 'referrer'), _negated=True), _connector='OR'), name='abuse_listing_names_referrer'),
        ),
        migrations.AddConstraint(
            model_name='abusepolicy',
            constraint=models.UniqueConstraint(fields=('organisation',), name='abuse_policy_once'),
        ),
        migrations.AddConstraint(
            model_name='abusepolicy',
            constraint=models.CheckConstraint(condition=models.Q(('delay_days__range', (1, 180))), name='abuse_delay_in_bounds'),
        ),
        migrations.AddIndex(
            model_name='abuseverdict',
            index=models.Index(fields=['case', 'id'], name='abuse_verdict_history'),
        ),
        migrations.AddIndex(
            model_name='assessment',
            index=models.Index(fields=['referral', '-id'], name='assessment_newest'),
        ),
        migrations.AddIndex(
            model_name='signuptrace',
            index=models.Index(fields=['invitation_id'], name='trace_by_invitation'),
        ),
        migrations.AddIndex(
            model_name='signuptrace',
            index=models.Index(condition=models.Q(('device', ''), _negated=True), fields=['device', 'occurred_at'], name='trace_by_device'),
        ),
        migrations.AddIndex(
            model_name='signuptrace',
            index=models.Index(condition=models.Q(('address', ''), _negated=True), fields=['address', 'occurred_at'], name='trace_by_address'),
        ),
        migrations.AddIndex(
            model_name='signuptrace',
            index=models.Index(fields=['occurred_at'], name='trace_by_age'),
        ),
        migrations.AddIndex(
            model_name='trait',
            index=models.Index(fields=['kind', 'value'], name='trait_shared'),
        ),
        migrations.AddConstraint(
            model_name='trait',
            constraint=models.UniqueConstraint(fields=('organisation', 'customer', 'kind', 'value'), name='trait_once'),
        ),
    ])
