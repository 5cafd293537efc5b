"""Coupons with all their conditions, and the till; where reservations have run out and codes are still to be made."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from tenancy.postgresql.migrating import whole_tables

DUE = """
ALTER POLICY own_rows ON rewards_checkout TO yinjian_serving;
ALTER POLICY own_rows ON rewards_couponbatch TO yinjian_serving;
CREATE POLICY door_looks_up ON rewards_checkout FOR SELECT TO yinjian_door USING (true);
CREATE POLICY door_looks_up ON rewards_couponbatch FOR SELECT TO yinjian_door USING (true);
GRANT SELECT (organisation_id, state, expires_at) ON rewards_checkout TO yinjian_door;
GRANT SELECT (organisation_id, state) ON rewards_couponbatch TO yinjian_door;

CREATE FUNCTION organisations_with_due_checkouts(at_most integer)
  RETURNS TABLE (organisation_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.id
  FROM tenancy_organisation o
  WHERE EXISTS (
    SELECT FROM rewards_checkout c
    WHERE c.organisation_id = o.id
      AND c.state = 'reserved'
      AND c.expires_at <= now() + greatest(o.clock_offset, interval '0')
  )
  LIMIT at_most
$$;

CREATE FUNCTION organisations_with_unmade_coupons(at_most integer)
  RETURNS TABLE (organisation_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT DISTINCT b.organisation_id
  FROM rewards_couponbatch b
  WHERE b.state = 'making'
  LIMIT at_most
$$;

ALTER FUNCTION organisations_with_due_checkouts(integer) OWNER TO yinjian_door;
ALTER FUNCTION organisations_with_unmade_coupons(integer) OWNER TO yinjian_door;
REVOKE ALL ON FUNCTION organisations_with_due_checkouts(integer), organisations_with_unmade_coupons(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION organisations_with_due_checkouts(integer), organisations_with_unmade_coupons(integer)
  TO yinjian_serving;
"""
FORGET = """
DROP FUNCTION organisations_with_unmade_coupons(integer);
DROP FUNCTION organisations_with_due_checkouts(integer);
REVOKE ALL ON rewards_checkout, rewards_couponbatch FROM yinjian_door;
DROP POLICY door_looks_up ON rewards_couponbatch;
DROP POLICY door_looks_up ON rewards_checkout;
ALTER POLICY own_rows ON rewards_couponbatch TO PUBLIC;
ALTER POLICY own_rows ON rewards_checkout TO PUBLIC;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0001_initial'),
        ('rewards', '0004_due'),
        ('tenancy', '0001_initial'),
    ]

    operations = whole_tables([
        migrations.AddField(
            model_name='couponkind',
            name='audience',
            field=models.CharField(choices=[('everybody', 'Everybody'), ('named', 'Named customers only'), ('first', 'First order only'), ('existing', 'Existing customers only')], default='everybody', max_length=9),
        ),
        migrations.AddField(
            model_name='couponkind',
            name='categories',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='couponkind',
            name='conditions',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='couponkind',
            name='created_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='couponkind',
            name='ends_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='couponkind',
            name='excluded_categories',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='couponkind',
            name='excluded_products',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='couponkind',
            name='gift_sku',
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name='couponkind',
            name='is_exclusive',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='couponkind',
            name='per_person',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='couponkind',
            name='priority',
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='couponkind',
            name='products',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='couponkind',
            name='scope',
            field=models.CharField(choices=[('order', 'What the fitting articles cost together'), ('line', 'Each fitting article by itself')], default='order', max_length=5),
        ),
        migrations.AddField(
            model_name='couponkind',
            name='stack_group',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name='couponkind',
            name='starts_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='couponkind',
            name='total',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='couponkind',
            name='withdrawn_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='couponkind',
            name='effect',
            field=models.CharField(choices=[('value', 'Amount off'), ('percent', 'Percent off'), ('gift', 'Free article'), ('shipping', 'Free shipping')], max_length=8),
        ),
        migrations.CreateModel(
            name='CouponGuest',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='crm.customer')),
                ('kind', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='guests', to='rewards.couponkind')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='CouponCounter',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('kind_id', models.UUIDField()),
                ('customer_id', models.UUIDField(null=True)),
                ('uses', models.IntegerField()),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='CouponBatch',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('label', models.CharField(max_length=120)),
                ('size', models.IntegerField()),
                ('state', models.CharField(choices=[('making', 'Being made'), ('ready', 'Ready'), ('stopped', 'Stopped')], default='making', max_length=8)),
                ('created_at', models.DateTimeField()),
                ('job', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.job')),
                ('kind', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='rewards.couponkind')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddField(
            model_name='coupon',
            name='checkout_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='coupon',
            name='is_shared',
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name='coupon',
            name='code',
            field=models.CharField(max_length=24),
        ),
        migrations.AlterField(
            model_name='coupon',
            name='customer',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='coupons', to='crm.customer'),
        ),
        migrations.AlterField(
            model_name='coupon',
            name='state',
            field=models.CharField(choices=[('issued', 'Valid'), ('reserved', 'At the till'), ('redeemed', 'Redeemed'), ('void', 'Withdrawn'), ('expired', 'Expired')], default='issued', max_length=8),
        ),
        migrations.AddField(
            model_name='coupon',
            name='batch',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='coupons', to='rewards.couponbatch'),
        ),
        migrations.CreateModel(
            name='Checkout',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('source', models.CharField(max_length=40)),
                ('external_id', models.CharField(max_length=80)),
                ('input_hash', models.CharField(max_length=64)),
                ('currency', models.CharField(max_length=3)),
                ('lines', models.JSONField(default=list)),
                ('codes', models.JSONField(default=list)),
                ('steps', models.JSONField(default=list)),
                ('refusals', models.JSONField(default=list)),
                ('goods_minor', models.BigIntegerField()),
                ('shipping_minor', models.BigIntegerField(default=0)),
                ('discount_minor', models.BigIntegerField(default=0)),
                ('points', models.BigIntegerField(default=0)),
                ('points_minor', models.BigIntegerField(default=0)),
                ('to_pay_minor', models.BigIntegerField()),
                ('state', models.CharField(choices=[('reserved', 'Reserved'), ('redeemed', 'Redeemed'), ('released', 'Released'), ('reversed', 'Taken back'), ('timed_out', 'Timed out')], default='reserved', max_length=9)),
                ('reserved_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('redeemed_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('points_entry_id', models.UUIDField(null=True)),
                ('points_return_id', models.UUIDField(null=True)),
                ('customer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.customer')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='CouponUse',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('kind_id', models.UUIDField()),
                ('customer_id', models.UUIDField(null=True)),
                ('state', models.CharField(choices=[('reserved', 'Reserved'), ('redeemed', 'Redeemed'), ('released', 'Released'), ('reversed', 'Taken back'), ('timed_out', 'Timed out')], default='reserved', max_length=9)),
                ('discount_minor', models.BigIntegerField()),
                ('worth_minor', models.BigIntegerField(default=0)),
                ('used_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('entry_id', models.UUIDField(null=True)),
                ('return_id', models.UUIDField(null=True)),
                ('checkout', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='rewards.checkout')),
                ('coupon', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='rewards.coupon')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='TillTerms',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('hold_minutes', models.SmallIntegerField(default=15)),
                ('points_step', models.IntegerField(default=100)),
                ('step_minor', models.BigIntegerField(default=100)),
                ('points_percent', models.SmallIntegerField(default=100)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddConstraint(
            model_name='couponkind',
            constraint=models.CheckConstraint(condition=models.Q(('minimum_minor__gte', 0), ('percent__gte', 0), ('percent__lte', 100), ('valid_days__gt', 0), ('value_minor__gte', 0)), name='coupon_kind_in_bounds'),
        ),
        migrations.AddConstraint(
            model_name='couponkind',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at', None), ('starts_at', None), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='coupon_kind_window'),
        ),
        migrations.AddConstraint(
            model_name='couponkind',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('per_person', None), ('per_person__gt', 0), _connector='OR'), models.Q(('total', None), ('total__gt', 0), _connector='OR')), name='coupon_kind_limits_positive'),
        ),
        migrations.AddIndex(
            model_name='coupon',
            index=models.Index(fields=['-issued_at', '-id'], name='coupon_newest'),
        ),
        migrations.AddIndex(
            model_name='coupon',
            index=models.Index(fields=['kind', 'state'], name='coupon_by_kind'),
        ),
        migrations.AddConstraint(
            model_name='coupon',
            constraint=models.CheckConstraint(condition=models.Q(('is_shared', False), models.Q(('batch', None), ('customer', None), ('reward', None), ('state__in', ['issued', 'void'])), _connector='OR'), name='coupon_shared_is_nobodys'),
        ),
        migrations.AddIndex(
            model_name='checkout',
            index=models.Index(fields=['-reserved_at', '-id'], name='checkout_newest'),
        ),
        migrations.AddIndex(
            model_name='checkout',
            index=models.Index(fields=['source', 'external_id'], name='checkout_by_order'),
        ),
        migrations.AddIndex(
            model_name='checkout',
            index=models.Index(condition=models.Q(('state', 'reserved')), fields=['expires_at'], name='checkout_due'),
        ),
        migrations.AddConstraint(
            model_name='checkout',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['reserved', 'redeemed'])), fields=('organisation', 'source', 'external_id'), name='checkout_one_alive'),
        ),
        migrations.AddConstraint(
            model_name='checkout',
            constraint=models.CheckConstraint(condition=models.Q(('to_pay_minor', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('goods_minor'), '+', models.F('shipping_minor')), '-', models.F('discount_minor')), '-', models.F('points_minor')))), name='checkout_adds_up'),
        ),
        migrations.AddConstraint(
            model_name='checkout',
            constraint=models.CheckConstraint(condition=models.Q(('discount_minor__gte', 0), ('points__gte', 0), ('points_minor__gte', 0), ('to_pay_minor__gte', 0)), name='checkout_never_below_zero'),
        ),
        migrations.AddIndex(
            model_name='couponbatch',
            index=models.Index(condition=models.Q(('state', 'making')), fields=['created_at'], name='coupon_batch_due'),
        ),
        migrations.AddConstraint(
            model_name='couponbatch',
            constraint=models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='coupon_batch_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='couponcounter',
            constraint=models.CheckConstraint(condition=models.Q(('uses__gte', 0)), name='coupon_counter_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='couponguest',
            constraint=models.UniqueConstraint(fields=('organisation', 'kind', 'customer'), name='coupon_guest_once'),
        ),
        migrations.AddIndex(
            model_name='couponuse',
            index=models.Index(fields=['kind_id', 'used_at'], name='coupon_use_by_kind'),
        ),
        migrations.AddConstraint(
            model_name='couponuse',
            constraint=models.UniqueConstraint(fields=('organisation', 'checkout', 'coupon'), name='coupon_use_once'),
        ),
        migrations.AddConstraint(
            model_name='couponuse',
            constraint=models.CheckConstraint(condition=models.Q(('discount_minor__gte', 0)), name='coupon_use_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='tillterms',
            constraint=models.UniqueConstraint(fields=('organisation',), name='till_terms_once'),
        ),
        migrations.AddConstraint(
            model_name='tillterms',
            constraint=models.CheckConstraint(condition=models.Q(('hold_minutes__gte', 1), ('hold_minutes__lte', 1440), ('points_step__gte', 0), ('step_minor__gt', 0), ('points_percent__gte', 1), ('points_percent__lte', 100)), name='till_terms_in_bounds'),
        ),
        migrations.RunSQL(DUE, FORGET),
    ])
