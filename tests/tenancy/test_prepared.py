"""Statements that a connection plans once, and what a pooler does to them."""

import pytest
from django.db import connection, connections
from django.db.utils import DataError, OperationalError, ProgrammingError

from crm.models import Tag
from tenancy import door
from tenancy.postgresql import prepared

SETTING = prepared.statement("SELECT current_setting('app.organisation_id') || ' 100% ' || $1::text")


@pytest.fixture
def ask(acme):
    def fetch(wanted=SETTING, *values):
        with door.organisation(acme.id), connection.alone() as is_alone:
            assert is_alone
            return prepared.fetch(wanted, values or ["sure"])[0][0]

    with door.organisation(acme.id), connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
        connection.connection.prepared.clear()
    return fetch


def plans() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, generic_plans FROM pg_prepared_statements")
        return dict(cursor.fetchall())


def test_it_is_prepared_once_and_sees_the_organisation(ask, acme):
    assert [ask(), ask(), ask()] == [f"{acme.id} 100% sure"] * 3
    assert plans() == {SETTING.name: 3}
    assert not connection.connection.has_begun()


def test_a_server_that_does_not_know_it_is_told(ask, acme):
    ask()
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")  # as if a pooler gave another server connection
    assert ask() == f"{acme.id} 100% sure"


def test_a_server_that_knows_it_already_is_asked(ask, acme):
    ask()
    connection.connection.prepared.clear()  # as if another of our connections had prepared it there
    assert ask() == f"{acme.id} 100% sure"


def test_its_own_errors_are_told(ask):
    with pytest.raises(ProgrammingError):
        ask(prepared.statement("SELECT nothing FROM nowhere WHERE $1::text = 'x'"))
    assert ask().endswith("sure")


def test_there_are_never_many(ask, monkeypatch):
    monkeypatch.setattr(prepared, "AT_MOST", 3)
    for n in range(7):
        assert ask(prepared.statement(f"SELECT {n} + length($1::text) - 4")) == n
    assert len(plans()) <= 3


# --- what it must not outlive ----------------------------------------------------------------------------------

TAGS = prepared.statement("SELECT coalesce(string_agg(name, ',' ORDER BY name), '') FROM crm_tag WHERE $1::text <> ''")


def test_one_plan_shows_each_organisation_its_own(ask, acme, globex):
    for organisation in (acme, globex):
        with door.organisation(organisation.id):
            Tag.objects.create(name=organisation.name)
    seen = []
    for organisation in (acme, globex, acme):
        with door.organisation(organisation.id), connection.alone():
            seen += prepared.fetch(TAGS, ["x"])[0]
    assert seen == ["Acme", "Globex", "Acme"]
    assert plans() == {TAGS.name: 3}


def test_outside_the_door_it_shows_nothing(ask, acme):
    with door.organisation(acme.id):
        Tag.objects.create(name="hers")
    assert ask(TAGS, "x") == "hers"
    with pytest.raises(DataError, match="uuid"), connection.cursor() as cursor:
        cursor.execute(f"EXECUTE {TAGS.name}('x')")


def test_a_plan_goes_with_the_role(ask, acme, globex):
    for organisation in (acme, globex):
        with door.organisation(organisation.id):
            Tag.objects.create(name=f"of {organisation.slug}")
    assert ask(TAGS, "x") == f"of {acme.slug}"
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")  # the owner, whom policies do not bind
        try:
            cursor.execute(f"EXECUTE {TAGS.name}('x')")
            assert {f"of {acme.slug}", f"of {globex.slug}"} <= set(cursor.fetchone()[0].split(","))
        finally:
            cursor.execute("SET ROLE yinjian_serving")
    assert ask(TAGS, "x") == f"of {acme.slug}"


def test_a_failed_first_time_does_not_spoil_the_next(ask):
    halves = prepared.statement("SELECT 10 / $1::int")
    with pytest.raises(DataError):
        ask(halves, 0)
    assert ask(halves, 5) == 2  # PREPARE stays on the server though its message was undone
    with pytest.raises(DataError):
        ask(halves, 0)
    assert ask(halves, 2) == 5
    assert not connection.connection.has_begun()


def test_after_a_failed_transaction_it_goes_on(ask, acme):
    ask()
    with pytest.raises(ProgrammingError), door.organisation(acme.id), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.execute("SELECT nothing")
    assert ask() == f"{acme.id} 100% sure"
    assert plans() == {SETTING.name: 2}


@pytest.fixture
def probe(database):
    """A table that migrations change under the plans."""

    def change(*statements: str) -> None:
        with connections["owner"].cursor() as cursor:
            for sql in statements:
                cursor.execute(sql)

    change("CREATE TABLE probe (n int)", "INSERT INTO probe VALUES (7)", "GRANT SELECT ON probe TO yinjian_serving")
    yield change
    change("DROP TABLE probe")


def test_a_migration_changes_plans_too(ask, probe):
    read = prepared.statement("SELECT r.n, row_to_json(r)::text FROM (SELECT * FROM probe WHERE $1::text <> '') AS r")
    whole = prepared.statement("SELECT row_to_json(r)::text FROM probe AS r WHERE $1::text <> ''")
    assert ask(read, "x") == 7
    assert ask(whole, "x") == '{"n":7}'
    probe("CREATE INDEX ON probe (n)", "ALTER TABLE probe ADD more int DEFAULT 1")
    assert (ask(read, "x"), ask(whole, "x")) == (7, '{"n":7,"more":1}')
    probe("ALTER TABLE probe ALTER n TYPE text")  # the answer has another type: the server refuses the old statement
    assert (ask(read, "x"), ask(whole, "x")) == ("7", '{"n":"7","more":1}')
    probe("ALTER TABLE probe ALTER n TYPE int USING n::int")
    connection.connection.prepared.clear()  # as if a connection of before the migration had prepared it there
    assert (ask(read, "x"), ask(read, "x")) == (7, 7)


def test_a_new_connection_knows_nothing_and_is_told(ask, acme):
    ask()
    connection.close()
    assert ask() == f"{acme.id} 100% sure"
    assert plans() == {SETTING.name: 1}


def test_a_connection_that_was_cut_is_replaced(ask, acme):
    ask()
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.get_backend_pid()])
    with pytest.raises(OperationalError):
        ask()
    assert ask() == f"{acme.id} 100% sure"
