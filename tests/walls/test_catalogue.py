"""What the database itself says of the wall. Each complaint lists what breaks it; none may."""

import pytest
from django.conf import settings
from django.db import connection, connections

# Functions that run as another role than their caller, and who that is.
DEFINER_FUNCTIONS = {
    "find_api_key": "yinjian_door",
    "organisations_of_user": "yinjian_door",
    "organisations_with_due_events": "yinjian_door",
    "oldest_due_event": "yinjian_door",
    "organisations_with_due_leads": "yinjian_door",
    "organisations_with_due_rewards": "yinjian_door",
    "organisations_with_due_checkouts": "yinjian_door",
    "organisations_with_unmade_coupons": "yinjian_door",
    "organisations_with_due_messages": "yinjian_door",
    "organisations_with_doubtful_texts": "yinjian_door",
    "organisations_with_due_webhooks": "yinjian_door",
    "organisations_with_payouts_under_way": "yinjian_door",
    "organisations_with_touched_rewards": "yinjian_door",
    "crm_search_customers": "yinjian_door",
    "crm_alike_customers": "yinjian_door",
    "ledger_enter": "yinjian_ledger",
    "ledger_post": "yinjian_ledger",
    "ledger_settle": "yinjian_ledger",
    "ledger_expire": "yinjian_ledger",
    "ledger_lock": "yinjian_ledger",
    "ledger_extend": "yinjian_ledger",
    "ledger_transfer": "yinjian_ledger",
    "ledger_transfer_back": "yinjian_ledger",
    "integrations_notice_growth": settings.DATABASES["owner"]["USER"],  # ANALYZE is the owner's alone
}
# Policies beside own_rows: (table, policy, role).
OTHER_POLICIES = {
    ("tenancy_apikey", "door_looks_up", "yinjian_door"),
    ("tenancy_membership", "door_looks_up", "yinjian_door"),
    ("crm_lead", "door_looks_up", "yinjian_door"),
    ("tenancy_delivery", "door_looks_up", "yinjian_door"),
    ("rewards_duereward", "door_looks_up", "yinjian_door"),
    ("rewards_checkout", "door_looks_up", "yinjian_door"),
    ("rewards_couponbatch", "door_looks_up", "yinjian_door"),
    ("messaging_message", "door_looks_up", "yinjian_door"),
    ("rewards_payoutbatch", "door_looks_up", "yinjian_door"),
    ("rewards_touchedreward", "door_looks_up", "yinjian_door"),
    ("integrations_webhookdelivery", "door_looks_up", "yinjian_door"),
    ("crm_customer", "door_looks_up", "yinjian_door"),
    ("crm_contactpoint", "door_looks_up", "yinjian_door"),
}
EXACT = "(organisation_id = (current_setting('app.organisation_id'::text))::uuid)"

COMPLAINTS = {
    "table of an organisation without row-level security": """
        SELECT c.relname FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organisation_id' AND NOT a.attisdropped
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND NOT c.relrowsecurity""",
    "own_rows that is missing or not exactly the organisation of the setting": f"""
        SELECT c.relname FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organisation_id' AND NOT a.attisdropped
        LEFT JOIN pg_policies p ON p.tablename = c.relname AND p.policyname = 'own_rows'
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
          AND (p.qual, p.with_check, p.cmd, p.permissive)
            IS DISTINCT FROM ($${EXACT}$$, $${EXACT}$$, 'ALL', 'PERMISSIVE')""",
    "primary key that does not begin with the organisation": """
        SELECT c.relname FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organisation_id' AND NOT a.attisdropped
        LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
          AND i.indkey[0] IS DISTINCT FROM a.attnum""",
    "index that does not begin with the organisation": """
        SELECT i.indexrelid::regclass::text FROM pg_index i
        JOIN pg_class c ON c.oid = i.indrelid AND c.relnamespace = 'public'::regnamespace
        JOIN pg_class x ON x.oid = i.indexrelid
        JOIN pg_am m ON m.oid = x.relam AND m.amname = 'btree'
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organisation_id' AND NOT a.attisdropped
        WHERE i.indkey[0] <> a.attnum""",
    "organisation with statistics of its own, which would make plans bad for those they do not know (ADR 11)": """
        SELECT c.relname FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organisation_id' AND NOT a.attisdropped
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND a.attstattarget <> 0""",
    "foreign key between organisations' tables that does not carry the organisation": """
        SELECT k.conname FROM pg_constraint k
        JOIN pg_attribute f ON f.attrelid = k.conrelid AND f.attname = 'organisation_id'
        JOIN pg_attribute t ON t.attrelid = k.confrelid AND t.attname = 'organisation_id'
        WHERE k.contype = 'f' AND NOT (f.attnum = ANY (k.conkey) AND t.attnum = ANY (k.confkey))""",
    "view that runs as its owner": """
        SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace
          AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)""",
    "materialised view, which no policy guards": """
        SELECT relname FROM pg_class WHERE relkind = 'm' AND relnamespace = 'public'::regnamespace""",
    "table owned by the role that serves": """
        SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user""",
    "role that can walk through walls": """
        SELECT rolname FROM pg_roles
        WHERE rolname IN (current_user, 'yinjian_ledger', 'yinjian_door') AND (rolsuper OR rolbypassrls)""",
    "append-only table that the serving role may change": """
        SELECT c.relname FROM pg_class c
        WHERE c.relkind = 'r' AND obj_description(c.oid, 'pg_class') LIKE 'Append only%'
          AND (has_table_privilege(current_user, c.oid, 'UPDATE') OR has_table_privilege(current_user, c.oid, 'DELETE')
               OR NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'append_only'))""",
    "ledger table that the serving role may write": """
        SELECT c.relname FROM pg_class c
        WHERE c.relkind = 'r' AND obj_description(c.oid, 'pg_class') LIKE '%ledger''s functions alone.'
          AND (has_table_privilege(current_user, c.oid, 'INSERT') OR has_table_privilege(current_user, c.oid, 'UPDATE')
               OR has_table_privilege(current_user, c.oid, 'DELETE'))""",
    "table that the serving role may empty": """
        SELECT relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
          AND has_table_privilege(current_user, c.oid, 'TRUNCATE')""",
}  # fmt: skip


def _names(sql: str, alias: str = "default") -> list[str]:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql)
        return sorted(str(row[0]) for row in cursor.fetchall())


@pytest.mark.parametrize("complaint", COMPLAINTS)
def test_no_complaint(complaint, database):
    assert _names(COMPLAINTS[complaint]) == []


def test_only_known_functions_run_as_another_role(database):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.proname, r.rolname, p.proconfig FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner"
            " WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace"
        )
        rows = cursor.fetchall()
    assert {name: owner for name, owner, _ in rows} == DEFINER_FUNCTIONS
    for name, _, config in rows:
        assert any(setting.startswith("search_path=") for setting in config or []), f"{name} has no search_path"


def test_only_known_policies_open_another_way(database):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, policyname, array_to_string(roles, ',') FROM pg_policies"
            " WHERE policyname <> 'own_rows' AND tablename <> 'tenancy_organisation'"
        )
        assert set(cursor.fetchall()) == OTHER_POLICIES


def test_every_test_here_can_fail(database):
    """Negative control: a careless table and a dropped policy are both reported."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TABLE careless (id uuid PRIMARY KEY, organisation_id uuid)")
        cursor.execute("DROP POLICY own_rows ON crm_tag")
    try:
        assert _names(COMPLAINTS["table of an organisation without row-level security"]) == ["careless"]
        assert _names(COMPLAINTS["own_rows that is missing or not exactly the organisation of the setting"]) == [
            "careless",
            "crm_tag",
        ]
        assert _names(COMPLAINTS["primary key that does not begin with the organisation"]) == ["careless"]
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("DROP TABLE careless")
            cursor.execute(f"CREATE POLICY own_rows ON crm_tag USING {EXACT} WITH CHECK {EXACT}")
