"""Statements that a connection plans once, and what a pooler does to them."""

import pytest
from django.db import connection
from django.db.utils import ProgrammingError

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
