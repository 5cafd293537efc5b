import django.db.models.deletion
from django.db import migrations, models

from tenancy.postgresql.migrating import whole_tables


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0002_search'),
        ('rewards', '0005_coupons'),
        ('tenancy', '0003_oldest_due_event'),
    ]

    operations = whole_tables([
        migrations.CreateModel(
            name='CatalogueItem',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('gift', 'Gift'), ('voucher', 'Voucher code'), ('service', 'Service'), ('event', 'Event invitation'), ('trial', 'Product trial')], max_length=8)),
                ('name', models.JSONField(default=dict)),
                ('description', models.JSONField(default=dict)),
                ('points', models.BigIntegerField()),
                ('money_minor', models.BigIntegerField(default=0)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('stock', models.BigIntegerField(null=True)),
                ('per_customer', models.IntegerField(null=True)),
                ('opens_at', models.DateTimeField(null=True)),
                ('closes_at', models.DateTimeField(null=True)),
                ('can_be_sent', models.BooleanField(default=False)),
                ('can_be_fetched', models.BooleanField(default=False)),
                ('position', models.IntegerField(default=0)),
                ('is_on_offer', models.BooleanField(default=True)),
                ('picture_version', models.CharField(blank=True, max_length=16)),
                ('created_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('responsible', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tenancy.membership')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='CataloguePicture',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('content', models.BinaryField()),
                ('media_type', models.CharField(max_length=20)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='GiftOrder',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=160)),
                ('code', models.CharField(max_length=12)),
                ('quantity', models.IntegerField(default=1)),
                ('points', models.BigIntegerField()),
                ('money_minor', models.BigIntegerField(default=0)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('money_paid_at', models.DateTimeField(null=True)),
                ('reward_id', models.UUIDField(null=True)),
                ('state', models.CharField(choices=[('ordered', 'Ordered'), ('packed', 'Packed'), ('shipped', 'Shipped'), ('delivered', 'Delivered'), ('ready', 'Ready for pick-up'), ('picked_up', 'Picked up'), ('issued', 'Handed over'), ('cancelled', 'Cancelled'), ('returned', 'Returned')], default='ordered', max_length=10)),
                ('way', models.CharField(choices=[('send', 'Delivery'), ('fetch', 'Pick-up'), ('hand_over', 'No delivery needed')], max_length=10)),
                ('address', models.BinaryField(null=True)),
                ('issued', models.BinaryField(null=True)),
                ('carrier', models.CharField(blank=True, max_length=40)),
                ('tracking_number', models.CharField(blank=True, max_length=60)),
                ('stock_taken', models.BigIntegerField(default=0)),
                ('redemption_id', models.UUIDField(null=True)),
                ('return_id', models.UUIDField(null=True)),
                ('ordered_at', models.DateTimeField()),
                ('moved_at', models.DateTimeField()),
                ('erase_at', models.DateTimeField(null=True)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gift_orders', to='crm.customer')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rewards.catalogueitem')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='GiftOrderMove',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('order_id', models.UUIDField()),
                ('before', models.CharField(blank=True, max_length=10)),
                ('after', models.CharField(max_length=10)),
                ('note', models.CharField(blank=True, max_length=200)),
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
        migrations.CreateModel(
            name='StockMove',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('order_id', models.UUIDField(null=True)),
                ('amount', models.BigIntegerField()),
                ('cause', models.CharField(choices=[('put_in', 'Put in'), ('counted', 'Counted'), ('unlimited', 'No longer limited'), ('ordered', 'Ordered'), ('cancelled', 'Order cancelled'), ('returned', 'Returned')], max_length=10)),
                ('actor_kind', models.CharField(max_length=12)),
                ('actor_id', models.UUIDField(null=True)),
                ('occurred_at', models.DateTimeField()),
                ('item', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rewards.catalogueitem')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'db_table_comment': 'Append only: rows are added, never changed or removed.',
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='VoucherCode',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('code', models.BinaryField()),
                ('fingerprint', models.CharField(max_length=64)),
                ('order_id', models.UUIDField(null=True)),
                ('added_at', models.DateTimeField()),
                ('item', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rewards.catalogueitem')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddIndex(
            model_name='catalogueitem',
            index=models.Index(fields=['position', 'id'], name='catalogue_in_order'),
        ),
        migrations.AddConstraint(
            model_name='catalogueitem',
            constraint=models.CheckConstraint(condition=models.Q(('stock__gte', 0)), name='catalogue_never_oversold'),
        ),
        migrations.AddConstraint(
            model_name='catalogueitem',
            constraint=models.CheckConstraint(condition=models.Q(('money_minor__gte', 0), ('points__gt', 0)), name='catalogue_price_positive'),
        ),
        migrations.AddConstraint(
            model_name='catalogueitem',
            constraint=models.CheckConstraint(condition=models.Q(('money_minor', 0), models.Q(('currency', ''), _negated=True), _connector='OR'), name='catalogue_money_has_currency'),
        ),
        migrations.AddConstraint(
            model_name='catalogueitem',
            constraint=models.CheckConstraint(condition=models.Q(('per_customer__gt', 0)), name='catalogue_limit_positive'),
        ),
        migrations.AddConstraint(
            model_name='catalogueitem',
            constraint=models.CheckConstraint(condition=models.Q(('opens_at__lt', models.F('closes_at'))), name='catalogue_window_in_order'),
        ),
        migrations.AddIndex(
            model_name='giftorder',
            index=models.Index(fields=['-ordered_at', '-id'], name='gift_order_newest'),
        ),
        migrations.AddIndex(
            model_name='giftorder',
            index=models.Index(fields=['state', 'ordered_at'], name='gift_order_board'),
        ),
        migrations.AddIndex(
            model_name='giftorder',
            index=models.Index(condition=models.Q(('reward_id__isnull', False)), fields=['reward_id'], name='gift_order_by_reward'),
        ),
        migrations.AddIndex(
            model_name='giftorder',
            index=models.Index(condition=models.Q(('erase_at__isnull', False)), fields=['erase_at'], name='gift_order_to_erase'),
        ),
        migrations.AddConstraint(
            model_name='giftorder',
            constraint=models.UniqueConstraint(fields=('organisation', 'key'), name='gift_order_once'),
        ),
        migrations.AddConstraint(
            model_name='giftorder',
            constraint=models.UniqueConstraint(fields=('organisation', 'code'), name='gift_order_code_once'),
        ),
        migrations.AddConstraint(
            model_name='giftorder',
            constraint=models.CheckConstraint(condition=models.Q(('points__gte', 0), ('quantity__gt', 0)), name='gift_order_amounts'),
        ),
        migrations.AddConstraint(
            model_name='giftorder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('points', 0), ('redemption_id', None)), models.Q(('points__gt', 0), ('redemption_id__isnull', False)), _connector='OR'), name='gift_order_points_are_in_the_books'),
        ),
        migrations.AddConstraint(
            model_name='giftorder',
            constraint=models.CheckConstraint(condition=models.Q(('points', 0), models.Q(('return_id__isnull', False), ('state__in', ['cancelled', 'returned'])), models.Q(models.Q(('state__in', ['cancelled', 'returned']), _negated=True), ('return_id', None)), _connector='OR'), name='gift_order_points_go_back'),
        ),
        migrations.AddIndex(
            model_name='giftordermove',
            index=models.Index(fields=['order_id', 'id'], name='gift_order_move_history'),
        ),
        migrations.AddIndex(
            model_name='stockmove',
            index=models.Index(fields=['item', '-id'], name='stock_move_by_item'),
        ),
        migrations.AddConstraint(
            model_name='stockmove',
            constraint=models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='stock_move_moves'),
        ),
        migrations.AddIndex(
            model_name='vouchercode',
            index=models.Index(condition=models.Q(('order_id', None)), fields=['item', 'id'], name='voucher_code_free'),
        ),
        migrations.AddConstraint(
            model_name='vouchercode',
            constraint=models.UniqueConstraint(fields=('organisation', 'item', 'fingerprint'), name='voucher_code_once'),
        ),
    ])

