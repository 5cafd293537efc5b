"""What cannot be written down: as the serving role, and as the ledger's own functions."""

import json

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from foundation.ids import new_id
from rewards import ledger, operations, queries
from rewards.errors.general import InsufficientBalance
from rewards.models import Account, Balance, DueReward, JournalEntry, Posting, Unit
from tenancy import door

JOURNAL = ["rewards_account", "rewards_journalentry", "rewards_posting", "rewards_lotuse"]
FIGURES = ["rewards_balance", "rewards_lot"]


@pytest.fixture
def points(at_acme, ann):
    """Ann has fifty points."""
    with at_acme():
        operations.earn_points([operations.Grant(ann.id, 50, "a", "order")])


def refused(sql, *arguments) -> str:
    """Run SQL that must fail; give the name of what refused it (SQLSTATE)."""
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, arguments)
    return error.value.__cause__.pgcode


@pytest.mark.parametrize("table", JOURNAL + FIGURES)
@pytest.mark.parametrize("sql", ["UPDATE {} SET organisation_id = organisation_id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_serving_role_changes_nothing_in_the_books(at_acme, points, table, sql):
    with at_acme():
        assert refused(sql.format(table)) == "42501"


@pytest.mark.parametrize("table", JOURNAL + FIGURES)
def test_the_serving_role_adds_nothing_to_the_books(at_acme, points, table):
    with at_acme():
        assert refused(f"INSERT INTO {table} SELECT * FROM {table} LIMIT 1") == "42501"


@pytest.mark.parametrize("table", [*JOURNAL, "rewards_rewardmove"])
@pytest.mark.parametrize("sql", ["UPDATE {} SET organisation_id = organisation_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_not_even_the_owner_rewrites_the_journal(points, table, sql):
    with pytest.raises(DatabaseError) as error, connections["owner"].cursor() as cursor:
        cursor.execute(sql.format(table))
    assert "is append only" in str(error.value)


def test_helpers_of_the_ledger_do_nothing_for_the_serving_role(at_acme, points, ann):
    with at_acme():
        unit, entry = Unit.objects.get(code="POINT"), JournalEntry.objects.get()
        assert refused(
            "SELECT ledger_arrow(%s, %s, %s, %s, 'programme', 'available', 5, NULL)",
            str(door.organisation_id()), str(new_id()), str(entry.id), str(ledger.account_id(ann.id, unit.id)),
        ) == "42501"  # fmt: skip


CALLS = {
    "ledger_post": "SELECT * FROM ledger_post(%(organisation)s, %(entries)s::jsonb)",
    "ledger_enter": "SELECT * FROM ledger_enter(%(organisation)s, %(id)s, 'earning', 'x', 'x', now(), NULL, '',"
    " %(customer)s, %(unit)s, 'programme', 'available', 5, NULL, '{}', false, false, NULL, NULL)",
    "ledger_settle": "SELECT * FROM ledger_settle(%(organisation)s, now() + interval '1 year', 10, '[]', 200)",
    "ledger_expire": "SELECT * FROM ledger_expire(%(organisation)s, now() + interval '10 years', 10)",
}


def call(name, organisation, customer, unit, *steps) -> list:
    """Call a function of the ledger as anybody could who speaks SQL as the serving role."""
    step = {"customer": str(customer.id), "unit": str(unit.id), "source": "programme", "target": "available", "amount": 5}
    entry = {
        "id": str(new_id()), "kind": "earning", "key": "x", "hash": "x", "at": "2026-11-20T12:00:00Z", "reason": "",
        "steps": [step | more for more in steps or ({},)],
    }  # fmt: skip
    arguments = {
        "organisation": str(organisation.id), "entries": json.dumps([entry]), "id": str(new_id()),
        "customer": str(customer.id), "unit": str(unit.id),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(CALLS[name], arguments)
        return cursor.fetchall()


@pytest.mark.parametrize("name", ["ledger_post", "ledger_enter"])
def test_the_ledger_posts_only_where_the_door_is_open(at_acme, globex, points, ann, has, name):
    """Acme is open; naming globex in the call is refused by the policy, for the ledger's role too."""
    with at_acme():
        with pytest.raises(DatabaseError) as error, transaction.atomic():
            call(name, globex, ann, Unit.objects.get(code="POINT"))
        assert error.value.__cause__.pgcode == "42501"
        assert has(ann) == (0, 50, 0)
    with door.organisation(globex.id):
        assert not JournalEntry.objects.exists()


@pytest.mark.parametrize("name", ["ledger_settle", "ledger_expire"])
def test_the_ledger_settles_and_expires_only_where_the_door_is_open(at_acme, acme, globex, promise, points, ann, has, name):
    """What is due at acme is not there for a call from globex, though it names acme."""
    with at_acme():
        operations.accrue([promise(30)])
        unit = Unit.objects.get(code="POINT")
    with door.organisation(globex.id):
        assert call(name, acme, ann, unit) == []
    with at_acme():
        assert has(ann) == (30, 50, 0)
        assert DueReward.objects.count() == 1
        assert len(call(name, acme, ann, unit)) == 1  # and it would have been


@pytest.mark.parametrize("name", CALLS)
def test_the_ledger_does_nothing_outside_the_door(at_acme, acme, points, ann, name):
    with at_acme():
        unit = Unit.objects.get(code="POINT")
    unset = "app.organisation_id|invalid input syntax for type uuid"  # after a transaction it is empty
    with pytest.raises(DatabaseError, match=unset):
        call(name, acme, ann, unit)


def test_a_call_that_says_nothing_of_debt_is_refused_and_not_owed(at_acme, acme, points, ann, has):
    with at_acme():
        unit = Unit.objects.get(code="POINT")
        too_much = {"source": "available", "target": "redeemed", "amount": 51}
        with pytest.raises(DatabaseError) as error, transaction.atomic():
            call("ledger_post", acme, ann, unit, too_much)
        assert error.value.__cause__.pgcode == "YJ002"
        assert has(ann) == (0, 50, 0)


def test_the_ledgers_functions_belong_to_a_role_that_can_do_little(database):
    """It logs in nowhere, owns no table and walks through no wall; only the serving role may call them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.proname, r.rolname, r.rolsuper OR r.rolbypassrls OR r.rolcanlogin OR r.rolcreaterole,
              p.proconfig @> '{"search_path=public, pg_temp"}', has_function_privilege('yinjian_serving', p.oid, 'EXECUTE'),
              EXISTS (SELECT FROM aclexplode(p.proacl) AS x WHERE x.grantee = 0),
              EXISTS (SELECT FROM pg_class AS c WHERE c.relowner = r.oid)
            FROM pg_proc AS p JOIN pg_roles AS r ON r.oid = p.proowner
            WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND p.proname LIKE 'ledger%%'
            """
        )
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
    assert set(CALLS) <= set(rows)
    assert set(rows.values()) == {("yinjian_ledger", False, True, True, False, False)}


def test_the_ledgers_role_may_add_to_the_journal_and_no_more(points):
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            """
            SELECT t.name, p.privilege FROM unnest(%s) AS t (name)
            CROSS JOIN unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS p (privilege)
            WHERE has_table_privilege('yinjian_ledger', t.name, p.privilege)
            """,
            [JOURNAL + FIGURES],
        )
        granted = set(cursor.fetchall())
    assert granted == {(table, "INSERT") for table in JOURNAL + FIGURES} | {(table, "UPDATE") for table in FIGURES}


@pytest.mark.parametrize("table", JOURNAL)
@pytest.mark.parametrize("sql", ["UPDATE {} SET organisation_id = organisation_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_ledgers_role_rewrites_no_journal(at_acme, acme, points, table, sql):
    with pytest.raises(DatabaseError) as error, connections["owner"].cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SET LOCAL ROLE yinjian_ledger")
        cursor.execute(f"SET LOCAL app.organisation_id = '{acme.id}'")
        try:
            cursor.execute(sql.format(table))
        finally:
            connections["owner"].close()
    assert error.value.__cause__.pgcode == "42501"


def test_a_customer_of_another_organisation_gets_no_account(at_acme, globex, points, ann):
    with pytest.raises(IntegrityError), door.organisation(globex.id):  # at commit: the key is deferred
        operations.earn_points([operations.Grant(ann.id, 5, "b", "order")])
    with door.organisation(globex.id):
        assert not Account.objects.filter(customer_id=ann.id).exists()
        assert not JournalEntry.objects.exists()


def test_an_arrow_on_a_strange_account_is_found(at_acme, globex, points):
    """The functions move a balance, which has a key to its account, with every arrow; the owner could write one without."""
    with at_acme():
        posting = Posting.objects.get()
        values = [str(globex.id), str(new_id()), str(posting.entry_id), str(posting.account_id)]
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO rewards_posting (organisation_id, id, entry_id, account_id, source, target, amount)"
            " VALUES (%s, %s, %s, %s, 'programme', 'available', 5)", values,
        )  # fmt: skip
    with door.organisation(globex.id):
        assert queries.reconcile().row_id == posting.account_id
    with at_acme():
        assert queries.verify_books().is_whole


@pytest.mark.parametrize("way", ["alone", "many"])
def test_no_arrow_without_a_balance(way, at_acme, points, promise):
    """An account whose balance is gone gets no arrow, by neither way into the books."""
    with at_acme():
        balance, balance_of = Balance.objects.get(), Account.objects.get()
        operations.accrue([promise(5)])
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM rewards_balance WHERE id = %s", [str(balance.id)])
    with at_acme(days=20), pytest.raises(DatabaseError), transaction.atomic():
        if way == "many":
            operations.settle_due()
        else:
            operations.earn_points([operations.Grant(balance_of.customer_id, 50, "b", "order")])


def test_an_account_sums_to_nothing(at_acme, points):
    """Even the owner of the tables cannot write a balance that is not balanced."""
    with at_acme():
        balance = Balance.objects.get()
    with pytest.raises(DatabaseError) as error, connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE rewards_balance SET available = available + 1 WHERE id = %s", [str(balance.id)])
    assert error.value.__cause__.diag.constraint_name == "account_sums_to_nothing"


@pytest.mark.parametrize("place", ["programme", "available"])
def test_an_arrow_has_two_ends(at_acme, points, ann, has, place):
    with at_acme():
        arrow = ledger.Arrow(ann.id, Unit.objects.get(code="POINT").id, place, place, 5)
        with pytest.raises(DatabaseError) as error, transaction.atomic():
            ledger.post([ledger.Entry("adjustment", "x", (arrow,))])
        assert error.value.__cause__.diag.constraint_name == "posting_two_sides"
        assert JournalEntry.objects.count() == 1
        assert has(ann) == (0, 50, 0)


def test_pending_cannot_be_overdrawn(at_acme, promise, ann, has):
    with at_acme():
        [reward] = operations.accrue([promise(100)])
        arrow = ledger.Arrow(ann.id, reward.unit_id, "pending", "programme", 101)
        with pytest.raises(InsufficientBalance), transaction.atomic():
            ledger.post([ledger.Entry("reversal", "x", (arrow,))])
        assert has(ann) == (100, 0, 0)


def test_an_entry_is_written_whole_or_not_at_all(at_acme, points, ann, has):
    """The first arrow would do, the second is not covered: neither is there."""
    with at_acme():
        unit = Unit.objects.get(code="POINT")
        first = ledger.Arrow(ann.id, unit.id, "available", "redeemed", 30)
        second = ledger.Arrow(ann.id, unit.id, "available", "redeemed", 21)
        with pytest.raises(InsufficientBalance), transaction.atomic():
            ledger.post([ledger.Entry("redemption", "x", (first, second))])
        assert has(ann) == (0, 50, 0)


def test_strangers_see_nothing(at_acme, points, globex):
    with door.organisation(globex.id):
        with connection.cursor() as cursor:
            for table in JOURNAL + FIGURES:
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone() == (0,)
        assert not Balance.objects.exists()
