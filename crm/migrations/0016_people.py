"""The pool of customers, what goes along with a hand-over, and an index for each trait that duplicates share."""

import django.db.models.deletion
from django.db import migrations, models

LIKENESS = r"""
-- The name as it is compared (people in crm/queries/duplicates.py): a Chinese one without its pinyin and initials.
CREATE FUNCTION crm_plain_name(search_text text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $function$
  SELECT CASE WHEN search_text ~ '[㐀-鿿]'
    THEN array_to_string((string_to_array(search_text, ' '))[:cardinality(string_to_array(search_text, ' ')) - 2], ' ')
    ELSE search_text END;
$function$;
-- Its parts in one order, whichever of given and family name stands first.
CREATE FUNCTION crm_name_key(search_text text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $function$
  SELECT string_agg(w, ' ' ORDER BY w COLLATE "C")
  FROM (SELECT public.crm_plain_name(search_text) AS plain) AS n,
    unnest(string_to_array(n.plain, CASE WHEN n.plain ~ ' |^[ -~]*$' THEN ' ' END)) AS w;
$function$;
-- As it sounds, in Latin letters.
CREATE FUNCTION crm_sound(search_text text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $function$
  SELECT CASE WHEN search_text ~ '[㐀-鿿]'
    THEN (string_to_array(search_text, ' '))[cardinality(string_to_array(search_text, ' ')) - 1]
    ELSE replace(search_text, ' ', '') END;
$function$;
CREATE FUNCTION crm_mailbox(email text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $function$
  SELECT replace(split_part(split_part(email, '@', 1), '+', 1), '.', '');
$function$;

CREATE INDEX customer_by_name_key ON crm_customer (organisation_id, crm_name_key(search_text));
CREATE INDEX customer_by_sound ON crm_customer (organisation_id, crm_sound(search_text));
CREATE INDEX customer_by_birth ON crm_customer (organisation_id, birth_date) WHERE birth_date IS NOT NULL;
CREATE INDEX customer_by_told_address
  ON crm_customer (organisation_id, lower(coalesce(nullif(address, ''), custom ->> 'address', '')))
  WHERE lower(coalesce(nullif(address, ''), custom ->> 'address', '')) <> '';
CREATE INDEX contact_point_by_mailbox ON crm_contactpoint (organisation_id, crm_mailbox(normalised)) WHERE kind = 'email';
GRANT SELECT (birth_date, city, address, company_id, custom, merged_into_id) ON crm_customer TO yinjian_door;

-- Who shares a trait with some customers, as candidates() finds them for everybody: each key is looked up in its index,
-- and what more than `block` people share says nothing. Expressions are not leakproof, so it belongs to the door role;
-- the organisation is the argument (Citus routes by it) AND the setting (the wall): they must be the same.
CREATE FUNCTION crm_alike_customers(organisation uuid, asked uuid[], block integer)
  RETURNS TABLE (first_id uuid, second_id uuid)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET jit = off AS $function$
DECLARE
  own uuid := current_setting('app.organisation_id')::uuid;
  one record;
BEGIN
  IF organisation <> own THEN
    RETURN;
  END IF;
  FOR one IN
    SELECT c.id, crm_name_key(c.search_text) AS name, crm_sound(c.search_text) AS sound, c.birth_date AS born,
      lower(c.city) AS city, c.company_id AS company,
      lower(coalesce(nullif(c.address, ''), c.custom ->> 'address', '')) AS address
    FROM crm_customer AS c
    WHERE c.organisation_id = own AND c.id = ANY(asked) AND c.merged_into_id IS NULL AND c.search_text <> ''
  LOOP
    RETURN QUERY
    WITH same_name AS MATERIALIZED (
      SELECT c.id, lower(c.city) = one.city AND one.city <> '' AS is_near, c.birth_date = one.born AS is_twin
      FROM crm_customer AS c
      WHERE c.organisation_id = own AND crm_name_key(c.search_text) = one.name AND c.merged_into_id IS NULL AND c.id <> one.id
    ),
    same_sound AS MATERIALIZED (
      SELECT c.id, c.birth_date = one.born AS is_twin FROM crm_customer AS c
      WHERE c.organisation_id = own AND crm_sound(c.search_text) = one.sound AND c.merged_into_id IS NULL AND c.id <> one.id
    ),
    phones AS (
      SELECT p.normalised FROM crm_contactpoint AS p
      WHERE p.organisation_id = own AND p.customer_id = one.id AND p.kind = 'phone'
    ),
    endings AS MATERIALIZED (
      SELECT e.four, c.id, crm_name_key(c.search_text) = one.name AS is_name, crm_sound(c.search_text) = one.sound AS is_sound,
        left(crm_sound(c.search_text), 1) = left(one.sound, 1) AS is_letter,
        EXISTS (SELECT FROM phones AS p WHERE length(p.normalised) > 8 AND length(q.normalised) > 8
          AND right(p.normalised, 8) = right(q.normalised, 8)) AS is_eight, right(q.normalised, 8) AS eight
      FROM (SELECT DISTINCT right(p.normalised, 4) AS four FROM phones AS p) AS e
      JOIN crm_contactpoint AS q ON q.organisation_id = own AND q.kind = 'phone'
        AND reverse(q.normalised) ~>=~ reverse(e.four) AND reverse(q.normalised) ~<~ (reverse(e.four) || ':')
      JOIN crm_customer AS c ON c.organisation_id = own AND c.id = q.customer_id
      WHERE c.merged_into_id IS NULL AND c.search_text <> '' AND c.id <> one.id
    ),
    boxes AS (
      SELECT m.box, c.id
      FROM (
        SELECT DISTINCT crm_mailbox(p.normalised) AS box FROM crm_contactpoint AS p
        WHERE p.organisation_id = own AND p.customer_id = one.id AND p.kind = 'email'
      ) AS m
      JOIN crm_contactpoint AS q ON q.organisation_id = own AND q.kind = 'email' AND crm_mailbox(q.normalised) = m.box
      JOIN crm_customer AS c ON c.organisation_id = own AND c.id = q.customer_id
      WHERE length(m.box) > 4 AND c.merged_into_id IS NULL AND c.search_text <> '' AND c.id <> one.id
    ),
    shared AS (
      SELECT 'name' AS key, n.id FROM same_name AS n
      UNION SELECT 'name and city', n.id FROM same_name AS n WHERE n.is_near
      UNION SELECT 'name and birth', n.id FROM same_name AS n WHERE n.is_twin
      UNION SELECT 'sound', s.id FROM same_sound AS s
      UNION SELECT 'sound and birth', s.id FROM same_sound AS s WHERE s.is_twin
      UNION SELECT 'birth', c.id FROM crm_customer AS c
        WHERE c.organisation_id = own AND c.birth_date = one.born AND c.merged_into_id IS NULL AND c.id <> one.id
          AND c.search_text <> '' AND left(crm_sound(c.search_text), 1) = left(one.sound, 1)
      UNION SELECT 'company', c.id FROM crm_customer AS c
        WHERE c.organisation_id = own AND c.company_id = one.company
          AND c.merged_into_id IS NULL AND c.id <> one.id AND c.search_text <> ''
          AND left(crm_sound(c.search_text), 1) = left(one.sound, 1)
      UNION SELECT 'address', c.id FROM crm_customer AS c
        WHERE c.organisation_id = own AND one.address <> ''
          AND lower(coalesce(nullif(c.address, ''), c.custom ->> 'address', '')) = one.address
          AND lower(coalesce(nullif(c.address, ''), c.custom ->> 'address', '')) <> ''
          AND c.merged_into_id IS NULL AND c.id <> one.id AND c.search_text <> ''
          AND left(crm_sound(c.search_text), 1) = left(one.sound, 1)
      UNION SELECT 'name and four ' || e.four, e.id FROM endings AS e WHERE e.is_name
      UNION SELECT 'sound and four ' || e.four, e.id FROM endings AS e WHERE e.is_sound
      UNION SELECT 'letter and four ' || e.four, e.id FROM endings AS e WHERE e.is_letter
      UNION SELECT 'eight ' || e.eight, e.id FROM endings AS e WHERE e.is_eight
      UNION SELECT 'box ' || b.box, b.id FROM boxes AS b
    )
    SELECT DISTINCT least(one.id, c.id), greatest(one.id, c.id)
    FROM (SELECT s.id, count(*) OVER (PARTITION BY s.key) AS many FROM shared AS s) AS c
    WHERE c.many < block;
  END LOOP;
END $function$;

ALTER FUNCTION crm_alike_customers(uuid, uuid[], integer) OWNER TO yinjian_door;
REVOKE ALL ON FUNCTION crm_alike_customers(uuid, uuid[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION crm_alike_customers(uuid, uuid[], integer) TO yinjian_serving;
"""
DROP_LIKENESS = """
DROP FUNCTION crm_alike_customers(uuid, uuid[], integer);
REVOKE SELECT (birth_date, city, address, company_id, custom, merged_into_id) ON crm_customer FROM yinjian_door;
DROP INDEX contact_point_by_mailbox, customer_by_told_address, customer_by_birth,
  customer_by_sound, customer_by_name_key;
DROP FUNCTION crm_mailbox(text), crm_sound(text), crm_name_key(text), crm_plain_name(text);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0015_fields'),
        ('tenancy', '0005_calendar'),
    ]

    operations = [
        migrations.AddField(
            model_name='handover',
            name='with_cases',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='handover',
            name='with_deals',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='leadpolicy',
            name='customers_in_hand',
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name='leadpolicy',
            name='idle_days',
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name='leadpolicy',
            name='warn_days',
            field=models.IntegerField(default=7),
        ),
        migrations.CreateModel(
            name='CustomerMove',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('claimed', 'Claimed'), ('released', 'Given back'), ('warned', 'Warned'), ('recycled', 'Back in the pool')], max_length=8)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('occurred_at', models.DateTimeField()),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pool_moves', to='crm.customer')),
                ('from_member', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.membership')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('to_member', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.membership')),
            ],
            options={
                'db_table_comment': 'Append only: rows are added, never changed or removed.',
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['customer', '-occurred_at'], name='pool_move_of_customer'), models.Index(fields=['to_member', 'kind', '-occurred_at'], name='pool_move_to_member'), models.Index(fields=['from_member', 'kind', '-occurred_at'], name='pool_move_from_member')],
            },
        ),
        migrations.RunSQL(LIKENESS, DROP_LIKENESS),
    ]
