"""The database roles: an owner migrates, the others can do only what they are for."""

SERVING = "yinjian_serving"  # what web and workers are
LEDGER = "yinjian_ledger"  # owns the functions that post; itself under the policies
DOOR = "yinjian_door"  # owns the look-ups that must see every organisation

_MAKE_ROLES = f"""
SELECT pg_advisory_xact_lock(hashtextextended('roles', 0));  -- two at once: "tuple concurrently updated"
DO $$
DECLARE
  role_name text;
  can_act text := CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['{SERVING}', '{LEDGER}', '{DOOR}'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE', role_name);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;  -- another installation on this cluster was faster
      END;
    END IF;
    -- From 16 on, who made a role is its member but may not act as it until granted so.
    IF NOT pg_has_role(current_user, role_name, can_act) THEN
      EXECUTE format('GRANT %I TO %I', role_name, current_user);
    END IF;
  END LOOP;
END $$;
GRANT USAGE ON SCHEMA public TO {SERVING}, {LEDGER}, {DOOR};
-- Owning a function takes the right to create in its schema (until PostgreSQL 18, also for the handover).
GRANT CREATE ON SCHEMA public TO {LEDGER}, {DOOR};
"""


def make_roles(connection) -> None:
    """Create the roles that migrations grant to; safe to repeat. Needs CREATEROLE."""
    with connection.cursor() as cursor:
        cursor.execute(_MAKE_ROLES)
