"""The organisation's own policies, and the look-ups that happen before the organisation is known.

They belong to the door role, which has a policy of its own on three tables and
can do nothing else: the serving role may only call them.
"""

from django.db import migrations

ORGANISATION_POLICIES = """
ALTER TABLE tenancy_organisation ENABLE ROW LEVEL SECURITY;
CREATE POLICY anyone_looks_up ON tenancy_organisation FOR SELECT USING (true);
CREATE POLICY founds_itself ON tenancy_organisation FOR INSERT
  WITH CHECK (id = current_setting('app.organisation_id')::uuid);
CREATE POLICY changes_itself ON tenancy_organisation FOR UPDATE
  USING (id = current_setting('app.organisation_id')::uuid)
  WITH CHECK (id = current_setting('app.organisation_id')::uuid);
"""
DROP_ORGANISATION_POLICIES = """
DROP POLICY changes_itself ON tenancy_organisation;
DROP POLICY founds_itself ON tenancy_organisation;
DROP POLICY anyone_looks_up ON tenancy_organisation;
ALTER TABLE tenancy_organisation DISABLE ROW LEVEL SECURITY;
"""

# own_rows is narrowed to the serving role here: permissive policies are OR-ed, and the door role works
# before any organisation is set, where own_rows would be an error.
DOOR = """
ALTER POLICY own_rows ON tenancy_apikey TO yinjian_serving;
ALTER POLICY own_rows ON tenancy_membership TO yinjian_serving;
ALTER POLICY own_rows ON tenancy_delivery TO yinjian_serving;
CREATE POLICY door_looks_up ON tenancy_apikey FOR SELECT TO yinjian_door USING (true);
CREATE POLICY door_looks_up ON tenancy_membership FOR SELECT TO yinjian_door USING (true);
CREATE POLICY door_looks_up ON tenancy_delivery FOR SELECT TO yinjian_door USING (true);
GRANT SELECT (id, organisation_id, key_hash, scopes, expires_at, revoked_at) ON tenancy_apikey TO yinjian_door;
GRANT SELECT (organisation_id, user_id, is_active) ON tenancy_membership TO yinjian_door;
GRANT SELECT (organisation_id, state, due_at) ON tenancy_delivery TO yinjian_door;

CREATE FUNCTION find_api_key(hash text, at timestamptz)
  RETURNS TABLE (id uuid, organisation_id uuid, scopes jsonb)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT k.id, k.organisation_id, k.scopes
  FROM tenancy_apikey k
  WHERE k.key_hash = hash AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > at)
$$;

CREATE FUNCTION organisations_of_user(person uuid)
  RETURNS TABLE (organisation_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT m.organisation_id FROM tenancy_membership m WHERE m.user_id = person AND m.is_active
$$;

CREATE FUNCTION organisations_with_due_events(at_most integer)
  RETURNS TABLE (organisation_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT DISTINCT d.organisation_id
  FROM tenancy_delivery d
  WHERE d.state = 'due' AND d.due_at <= now()
  LIMIT at_most
$$;

ALTER FUNCTION find_api_key(text, timestamptz) OWNER TO yinjian_door;
ALTER FUNCTION organisations_of_user(uuid) OWNER TO yinjian_door;
ALTER FUNCTION organisations_with_due_events(integer) OWNER TO yinjian_door;
REVOKE ALL ON FUNCTION find_api_key(text, timestamptz), organisations_of_user(uuid),
  organisations_with_due_events(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_api_key(text, timestamptz), organisations_of_user(uuid),
  organisations_with_due_events(integer) TO yinjian_serving;
"""
CLOSE_DOOR = """
DROP FUNCTION organisations_with_due_events(integer);
DROP FUNCTION organisations_of_user(uuid);
DROP FUNCTION find_api_key(text, timestamptz);
REVOKE ALL ON tenancy_apikey, tenancy_membership, tenancy_delivery FROM yinjian_door;
DROP POLICY door_looks_up ON tenancy_delivery;
DROP POLICY door_looks_up ON tenancy_membership;
DROP POLICY door_looks_up ON tenancy_apikey;
ALTER POLICY own_rows ON tenancy_delivery TO PUBLIC;
ALTER POLICY own_rows ON tenancy_membership TO PUBLIC;
ALTER POLICY own_rows ON tenancy_apikey TO PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0001_initial")]

    operations = [
        migrations.RunSQL(ORGANISATION_POLICIES, DROP_ORGANISATION_POLICIES),
        migrations.RunSQL(DOOR, CLOSE_DOOR),
    ]
