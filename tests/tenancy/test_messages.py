"""A transaction begins in the message of its first statement, and one that never had any sends nothing."""

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError
from django.test.utils import CaptureQueriesContext

from crm.models import Tag
from tenancy import door


def ask(sql: str, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0]


def tags(organisation) -> list[str]:
    with door.organisation(organisation.id):
        return sorted(Tag.objects.values_list("name", flat=True))


def test_who_reads_nothing_sends_nothing(acme):
    with CaptureQueriesContext(connection) as sent, door.organisation(acme.id):
        pass
    assert len(sent) == 0


def test_the_first_statement_is_inside_already(acme):
    with door.organisation(acme.id):
        assert ask("SELECT current_setting('app.organisation_id')") == str(acme.id)
        first = ask("SELECT txid_current()")
        assert ask("SELECT txid_current()") == first


def test_a_statement_alone_is_inside_and_leaves_nothing_open(acme):
    with door.organisation(acme.id):
        with connection.alone() as is_alone:
            assert is_alone
            assert ask("SELECT current_setting('app.organisation_id')") == str(acme.id)
        assert not connection.connection.has_begun()
        Tag.objects.create(name="after")  # what follows has its transaction
        with connection.alone() as is_alone:
            assert not is_alone
            assert Tag.objects.count() == 1
    assert ask("SELECT current_setting('app.organisation_id', true)") == ""
    assert tags(acme) == ["after"]


def test_an_error_undoes_all_also_when_it_comes_first(acme):
    with pytest.raises(IntegrityError), door.organisation(acme.id):
        Tag.objects.create(name="first")
        Tag.objects.create(name=None)
    with pytest.raises(IntegrityError), door.organisation(acme.id):
        Tag.objects.create(name=None)
    assert tags(acme) == []


def test_what_cannot_be_read_has_begun_nothing(acme):
    with door.organisation(acme.id):
        with pytest.raises(ProgrammingError), connection.cursor() as cursor:
            cursor.execute("SELEKT 1")
        Tag.objects.create(name="kept")
    assert tags(acme) == ["kept"]


def test_savepoints_go_back_to_where_they_were(acme):
    with door.organisation(acme.id):
        with pytest.raises(IntegrityError), transaction.atomic():
            Tag.objects.create(name=None)
        Tag.objects.create(name="kept")
    assert tags(acme) == ["kept"]
