import django.db.models.deletion
from django.db import migrations, models

from tenancy.postgresql.migrating import whole_tables


class Migration(migrations.Migration):

    dependencies = [
        ("referrals", "0004_builder"),
        ('tenancy', '0005_calendar'),
    ]

    operations = whole_tables([
        migrations.AddField(
            model_name='invitation',
            name='answers',
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name='invitation',
            name='variant',
            field=models.CharField(blank=True, db_default='', default='', max_length=1),
        ),
        migrations.AddField(
            model_name='referral',
            name='variant',
            field=models.CharField(blank=True, db_default='', default='', max_length=1),
        ),
        migrations.AddField(
            model_name='touch',
            name='source',
            field=models.CharField(db_default='customer', default='customer', max_length=20),
        ),
        migrations.AddField(
            model_name='touch',
            name='utm',
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name='touch',
            name='variant',
            field=models.CharField(blank=True, db_default='', default='', max_length=1),
        ),
        migrations.CreateModel(
            name='LandingPage',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('draft', models.JSONField(default=dict)),
                ('version', models.IntegerField(default=0)),
                ('share_b', models.SmallIntegerField(default=0)),
                ('elsewhere', models.CharField(blank=True, max_length=300)),
                ('tested_since', models.DateTimeField(null=True)),
                ('updated_at', models.DateTimeField()),
                ('campaign', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='referrals.campaign')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='LandingPicture',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('fingerprint', models.CharField(max_length=32)),
                ('content', models.BinaryField()),
                ('width', models.IntegerField()),
                ('height', models.IntegerField()),
                ('name', models.CharField(blank=True, max_length=120)),
                ('added_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='LandingVersion',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('definition', models.JSONField()),
                ('published_by', models.UUIDField(null=True)),
                ('published_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('page', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='referrals.landingpage')),
            ],
            options={
                'db_table_comment': 'Append only: rows are added, never changed or removed.',
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddConstraint(
            model_name='landingpage',
            constraint=models.UniqueConstraint(fields=('organisation', 'campaign'), name='landing_page_once'),
        ),
        migrations.AddConstraint(
            model_name='landingpage',
            constraint=models.CheckConstraint(condition=models.Q(('share_b__gte', 0), ('share_b__lt', 100)), name='landing_page_share'),
        ),
        migrations.AddConstraint(
            model_name='landingpicture',
            constraint=models.UniqueConstraint(fields=('organisation', 'fingerprint'), name='landing_picture_once'),
        ),
        migrations.AddConstraint(
            model_name='landingversion',
            constraint=models.UniqueConstraint(fields=('organisation', 'page', 'number'), name='landing_version_once'),
        ),
    ])
