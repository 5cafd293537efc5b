"""A transaction begins in the message of its first statement, and one that never had any sends nothing."""

import io

import pytest
from django.db import connection, connections, transaction
from django.db.utils import DataError, IntegrityError, OperationalError, ProgrammingError
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


@pytest.mark.parametrize("way", ["bytes", "executemany", "callproc", "copy_expert", "copy_to", "copy_from", "named"])
def test_no_way_to_the_server_goes_round_the_setting(acme, way):
    setting = "current_setting('app.organisation_id', true)"
    copied = io.StringIO()
    with door.organisation(acme.id), connection.cursor() as cursor:
        match way:
            case "bytes":
                cursor.cursor.execute(f"SELECT {setting}".encode())
            case "executemany":
                cursor.executemany("SELECT set_config('app.probe', %s, true)", [["x"]])
            case "callproc":
                cursor.callproc("current_setting", ["app.organisation_id"])
            case "copy_expert":
                cursor.copy_expert(f"COPY (SELECT {setting}) TO STDOUT", copied)
                assert copied.getvalue() == f"{acme.id}\n"
            case "copy_to":
                cursor.copy_to(copied, "crm_tag", columns=["name"])
            case "copy_from":
                cursor.execute("CREATE TEMPORARY TABLE taken (n int) ON COMMIT DROP")
                cursor.copy_from(io.StringIO("1\n"), "taken")
            case "named":
                with connection.create_cursor("probe") as on_server:
                    on_server.execute(f"SELECT {setting}")
                    assert on_server.fetchone() == (str(acme.id),)
        if way in ("bytes", "callproc"):
            assert cursor.fetchone() == (str(acme.id),)
        assert connection.connection.has_begun()
        assert ask(f"SELECT {setting}") == str(acme.id)
    assert ask(f"SELECT {setting}") in (None, "")


def test_the_setting_outlives_savepoints_that_fail(acme):
    setting = "SELECT current_setting('app.organisation_id')"
    with door.organisation(acme.id):
        for _ in range(2):
            with pytest.raises(ProgrammingError), transaction.atomic():
                ask("SELECT nothing")
            assert ask(setting) == str(acme.id)


def test_a_response_that_fails_takes_back_what_came_first(acme):
    """As the middleware does with answers of 400 and above."""
    with door.organisation(acme.id):
        Tag.objects.create(name="lost")
        transaction.set_rollback(True)
    with door.organisation(acme.id):
        transaction.set_rollback(True)  # nothing was asked: there is nothing to take back
    assert tags(acme) == []


def test_the_next_one_never_has_the_setting_of_the_last(acme, globex):
    for broken, error in (("SELEKT 1", ProgrammingError), ("SELECT nothing", ProgrammingError), ("SELECT 1/0", DataError)):
        with pytest.raises(error), door.organisation(acme.id):
            ask(broken)
        with door.organisation(globex.id):
            assert ask("SELECT current_setting('app.organisation_id')") == str(globex.id)
        assert ask("SELECT current_setting('app.organisation_id', true)") == ""


def test_a_connection_cut_in_the_middle_is_replaced(acme):
    with pytest.raises(OperationalError), door.organisation(acme.id):
        Tag.objects.create(name="lost")
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.get_backend_pid()])
        Tag.objects.count()
    assert tags(acme) == []


def test_work_after_the_commit_is_outside(acme):
    seen = []
    with door.organisation(acme.id):
        Tag.objects.create(name="kept")
        transaction.on_commit(lambda: seen.append(ask("SELECT current_setting('app.organisation_id', true)")))
    assert seen == [""]
