"""Where holds have ended: beat asks before any organisation is known, instead of opening every door in turn.

An organisation's own clock may run ahead (demo); the function may name one too many, never one too few.
"""

from django.db import migrations

DUE = """
ALTER POLICY own_rows ON rewards_duereward TO yinjian_serving, yinjian_ledger;
CREATE POLICY door_looks_up ON rewards_duereward FOR SELECT TO yinjian_door USING (true);
GRANT SELECT (organisation_id, hold_until) ON rewards_duereward TO yinjian_door;
GRANT SELECT (id, clock_offset) ON tenancy_organisation TO yinjian_door;

CREATE FUNCTION organisations_with_due_rewards(at_most integer)
  RETURNS TABLE (organisation_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.id
  FROM tenancy_organisation o
  WHERE EXISTS (
    SELECT FROM rewards_duereward d
    WHERE d.organisation_id = o.id
      AND d.hold_until <= now() + greatest(o.clock_offset, interval '0')
  )
  LIMIT at_most
$$;

ALTER FUNCTION organisations_with_due_rewards(integer) OWNER TO yinjian_door;
REVOKE ALL ON FUNCTION organisations_with_due_rewards(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION organisations_with_due_rewards(integer) TO yinjian_serving;
"""
FORGET = """
DROP FUNCTION organisations_with_due_rewards(integer);
REVOKE ALL ON rewards_duereward FROM yinjian_door;
DROP POLICY door_looks_up ON rewards_duereward;
ALTER POLICY own_rows ON rewards_duereward TO PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("rewards", "0003_settlement"), ("tenancy", "0003_oldest_due_event")]

    operations = [migrations.RunSQL(DUE, FORGET)]
