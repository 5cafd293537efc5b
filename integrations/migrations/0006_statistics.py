"""Let an import tell the planner how large its tables have become.

Until statistics are gathered a table passes for empty, and on an empty one each index costs the same: foreign keys were seen
to be checked by an index that finds all rows of the organisation, which takes the square of the time. Only the owner of a
table may gather them, so the function stays the owner's; it takes a number and does nothing else.
"""

from django.db import migrations

MAKE = """
CREATE FUNCTION integrations_notice_growth(at_least bigint) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  grown regclass;
BEGIN
  FOR grown IN
    SELECT c.oid FROM pg_class AS c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname IN ('crm_customer', 'crm_contactpoint', 'crm_order')
      AND c.reltuples < at_least
  LOOP
    EXECUTE format('ANALYZE (SKIP_LOCKED) %s', grown);
  END LOOP;
END $$;

REVOKE ALL ON FUNCTION integrations_notice_growth(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION integrations_notice_growth(bigint) TO yinjian_serving;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0013_surveys"),
        ("integrations", "0005_configuration"),
    ]

    operations = [
        migrations.RunSQL(MAKE, "DROP FUNCTION integrations_notice_growth(bigint);"),
    ]
