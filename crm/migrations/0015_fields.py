"""Own fields of deals, leads and cases; customers who open and reopen cases themselves."""

from django.db import migrations, models

# What stages asked for by a free key becomes a field of that key, so that nothing that was asked for is lost.
KEYS_TO_FIELDS = """
INSERT INTO crm_customfield
  (organisation_id, id, subject, key, label, help, kind, choices, required_stages, roles, position, is_in_lists, created_at)
SELECT
  asked.organisation_id, gen_random_uuid(), 'deal', asked.key, jsonb_build_object('en', asked.key, 'zh-hans', asked.key),
  '{}', 'text', '[]', '[]', '[]', row_number() OVER (PARTITION BY asked.organisation_id ORDER BY asked.key) - 1, false, now()
FROM (
  SELECT DISTINCT stage.organisation_id, substr(wanted.name, 8) AS key
  FROM crm_dealstage AS stage, jsonb_array_elements_text(stage.required_fields) AS wanted (name)
  WHERE left(wanted.name, 7) = 'custom:' AND length(wanted.name) BETWEEN 8 AND 47
) AS asked
ON CONFLICT DO NOTHING
"""
FORGET = "DELETE FROM crm_customfield WHERE subject <> 'customer'"


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0014_groups'),
        ('tenancy', '0005_calendar'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='carepolicy',
            name='care_policy_positive',
        ),
        migrations.AddField(
            model_name='carepolicy',
            name='members_open_cases',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='carepolicy',
            name='reopen_days',
            field=models.SmallIntegerField(default=14),
        ),
        migrations.AddField(
            model_name='case',
            name='custom',
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name='lead',
            name='custom',
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AlterField(
            model_name='customfield',
            name='subject',
            field=models.CharField(choices=[('customer', 'Customer'), ('deal', 'Deal'), ('lead', 'Lead'), ('case', 'Case')], default='customer', max_length=10),
        ),
        migrations.AddConstraint(
            model_name='carepolicy',
            constraint=models.CheckConstraint(condition=models.Q(('close_after_days__gte', 0), ('escalate_hours__gt', 0), ('reopen_days__gte', 0), ('second_hours__gt', 0), ('visits_a_week__gt', 0)), name='care_policy_positive'),
        ),
        migrations.RunSQL(KEYS_TO_FIELDS, FORGET),
    ]
