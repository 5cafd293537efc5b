"""How long events have waited, over all organisations: /readyz asks before any organisation is known."""

from django.db import migrations

OLDEST_DUE = """
CREATE FUNCTION oldest_due_event()
  RETURNS double precision
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT extract(epoch FROM now() - min(d.due_at))::double precision
  FROM tenancy_delivery d
  WHERE d.state = 'due' AND d.due_at <= now()
$$;

ALTER FUNCTION oldest_due_event() OWNER TO yinjian_door;
REVOKE ALL ON FUNCTION oldest_due_event() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION oldest_due_event() TO yinjian_serving;
"""


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0002_door")]

    operations = [migrations.RunSQL(OLDEST_DUE, "DROP FUNCTION oldest_due_event();")]
