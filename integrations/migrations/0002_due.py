"""Where webhooks are due: beat asks before any organisation is known, instead of opening every door in turn.

An organisation's own clock may run ahead (demo); the function may name one too many, never one too few.
"""

from django.db import migrations

DUE = """
ALTER POLICY own_rows ON integrations_webhookdelivery TO yinjian_serving;
CREATE POLICY door_looks_up ON integrations_webhookdelivery FOR SELECT TO yinjian_door USING (true);
GRANT SELECT (organisation_id, state, due_at) ON integrations_webhookdelivery TO yinjian_door;
GRANT SELECT (id, clock_offset) ON tenancy_organisation TO yinjian_door;

CREATE FUNCTION organisations_with_due_webhooks(at_most integer)
  RETURNS TABLE (organisation_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.id
  FROM tenancy_organisation o
  WHERE EXISTS (
    SELECT FROM integrations_webhookdelivery d
    WHERE d.organisation_id = o.id
      AND d.state = 'due'
      AND d.due_at <= now() + greatest(o.clock_offset, interval '0')
  )
  LIMIT at_most
$$;

ALTER FUNCTION organisations_with_due_webhooks(integer) OWNER TO yinjian_door;
REVOKE ALL ON FUNCTION organisations_with_due_webhooks(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION organisations_with_due_webhooks(integer) TO yinjian_serving;
"""
FORGET = """
DROP FUNCTION organisations_with_due_webhooks(integer);
REVOKE ALL ON integrations_webhookdelivery FROM yinjian_door;
DROP POLICY door_looks_up ON integrations_webhookdelivery;
ALTER POLICY own_rows ON integrations_webhookdelivery TO PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("integrations", "0001_initial"), ("tenancy", "0003_oldest_due_event")]

    operations = [migrations.RunSQL(DUE, FORGET)]
