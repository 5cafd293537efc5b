"""A file's way in: dry run, bad rows, again, interrupted, cancelled, corrected."""

import csv
import io

import pytest
from django.db import connections

from crm.models import Customer, Order
from integrations import exports, queries
from integrations.errors import ColumnsCollide, ImportDone, ImportRunning
from integrations.models import Import, ImportIssue
from integrations.operations import cancel_import, preview, run, start, upload
from integrations.operations import run_import as running
from integrations.operations.imports import ImportUnknown
from tenancy import door, jobs
from tenancy.models import AuditRecord, Event, Job

CUSTOMERS = """姓名,手机,邮箱,城市,生日,性别
张伟,13800138000,zhang@example.com,上海,1988/05/01,男
李娜,13900139000,,成都,1990年2月3日,女
王芳,,wang@example.com,北京,,
"""
MAPPING = {"name": "Name", "phone": "Phone", "external_id": "No", "birth_date": "Born"}


def _many(count: int, *, bad_every: int = 0) -> str:
    """Write a list of customers, of whom every so-manyth has a birthday that is none."""
    rows = ["Name,Phone,No,Born"]
    for n in range(1, count + 1):
        born = "soon" if bad_every and n % bad_every == 0 else "1990-01-31"
        rows.append(f"Person {n},0770090{n:04d},K{n},{born}")
    return "\n".join(rows)


def _customers(organisation) -> int:
    with door.organisation(organisation.id):
        return Customer.objects.count()


def _brief(imported) -> tuple[int, ...]:
    names = ("rows", "taken", "skipped", "failed", "created", "updated", "unchanged")
    return tuple(imported.counts[name] for name in names)


def test_customers_come_in_from_a_chinese_spreadsheet(taken_in, acme):
    with door.organisation(acme.id):
        type(acme).objects.filter(id=acme.id).update(country="CN")
    imported = taken_in("customers", CUSTOMERS.encode("gb18030"))
    assert (imported.encoding, imported.job.state, imported.job.done, imported.job.total) == ("gb18030", "done", 3, 3)
    assert _brief(imported) == (3, 3, 0, 0, 3, 0, 0)
    with door.organisation(acme.id):
        found = Customer.objects.get(name="张伟")
        contacts = dict(found.contact_points.values_list("kind", "normalised"))
    assert (found.city, found.gender, str(found.birth_date), found.source) == ("上海", "male", "1988-05-01", "import")
    assert contacts == {"phone": "+8613800138000", "email": "zhang@example.com"}


def test_again_creates_nothing(taken_in, acme):
    taken_in("customers", _many(20), mapping=MAPPING)
    again = taken_in("customers", _many(20), mapping=MAPPING)
    assert _brief(again) == (20, 20, 0, 0, 0, 0, 20)
    assert _customers(acme) == 20


def test_a_fuller_list_completes_whom_we_know(taken_in, acme):
    taken_in("customers", "Name,Phone\nAnn,07700900001\nBea,07700900002\n")
    fuller = taken_in("customers", "Name,Phone,City\nAnn,07700900001,Leeds\nBea,07700900002,\n")
    assert _brief(fuller) == (2, 2, 0, 0, 0, 1, 1)


def test_ten_percent_of_bad_rows_stop_nobody_else(taken_in, acme):
    imported = taken_in("customers", _many(1200, bad_every=10), mapping=MAPPING)
    assert _brief(imported) == (1200, 1080, 0, 120, 1080, 0, 0)
    assert _customers(acme) == 1080
    with door.organisation(acme.id):
        issues = list(queries.issues(imported.id))
        (reason,) = queries.reasons(imported.id)
    assert [issue.row for issue in issues[:3]] == [11, 21, 31]
    assert (issues[0].column, issues[0].code) == ("Born", "bad_date")
    assert issues[0].message == "“soon” is not a date we can read. Write it as 2026-11-20."
    assert issues[0].values == {"Name": "Person 10", "Phone": "07700900010", "No": "K10", "Born": "soon"}
    assert (reason.code, reason.rows) == ("bad_date", 120)


def test_every_problem_of_a_row_is_told_at_once(taken_in, acme):
    imported = taken_in("customers", "Name,Phone,E-mail,Birthday\n,12,nobody,2999-01-01\n")
    with door.organisation(acme.id):
        found = [(issue.column, issue.code) for issue in queries.issues(imported.id)]
    assert sorted(found) == [
        ("Birthday", "bad_date"), ("E-mail", "bad_email"), ("Name", "missing"), ("Phone", "bad_phone")
    ]  # fmt: skip
    assert _brief(imported) == (1, 0, 0, 1, 0, 0, 0)


def test_a_dry_run_foretells_the_real_one_and_changes_nothing(taken_in, acme):
    taken_in("customers", _many(30), mapping=MAPPING)
    content = _many(700, bad_every=10) + "\nPerson 1 again,07700900001,,1990-01-31\nNobody,,,\n"
    with door.organisation(acme.id):
        events, orders = Event.objects.count(), Order.objects.count()
    dry = taken_in("customers", content, mapping=MAPPING, is_dry_run=True)
    assert _customers(acme) == 30
    with door.organisation(acme.id):
        assert (Event.objects.count(), Order.objects.count()) == (events, orders)
        foretold = list(queries.issues(dry.id).values_list("row", "column", "code", "template", "facts"))
        start(dry.id, mapping=MAPPING, is_dry_run=False)
    run(acme.id, dry.id)
    with door.organisation(acme.id):
        real = Import.objects.get(id=dry.id)
        happened = list(queries.issues(dry.id).values_list("row", "column", "code", "template", "facts"))
    assert real.counts == dry.counts
    assert _brief(real) == (702, 630, 1, 71, 603, 0, 27)
    assert happened == foretold
    assert real.content is None and dry.content is not None  # the file is kept until it is taken in for good


def test_a_person_who_stands_twice_in_the_list_is_reported_with_the_line(taken_in, acme):
    again = "Ann S,+447700900001,a@example.com\n"
    imported = taken_in("customers", f"Name,Phone,E-mail\nAnn,07700900001,\nBea,07700900002,\n{again}")
    with door.organisation(acme.id):
        (issue,) = queries.issues(imported.id)
    assert (issue.row, issue.code, issue.is_skip, issue.facts) == (4, "repeated", True, {"line": 2})
    assert _brief(imported) == (3, 2, 1, 0, 2, 0, 0)


def test_contacts_of_two_customers_are_refused_with_the_reason(taken_in, acme, ann, bea):
    imported = taken_in("customers", "Name,Phone,E-mail\nAnn,+447700900001,bea@example.com\nCyd,07700900003,\n")
    with door.organisation(acme.id):
        (issue,) = queries.issues(imported.id)
    assert (issue.row, issue.code) == (2, "contact_points_differ")
    assert _brief(imported) == (2, 1, 0, 1, 1, 0, 0)


# --- orders --------------------------------------------------------------------------------------------

ORDERS = """Order No,Total,Date,Customer name,Customer phone,Status
A1,"1,234.50",20/10/2026,Ann,07700900001,paid
A2,£99,21/10/2026 14:05,Bea,07700900002,pending
A3,5.005,21/10/2026,Bea,07700900002,paid
A1,7,22/10/2026,Ann,07700900001,paid
A4,-3,22/10/2026,Ann,07700900001,paid
A5,10,22/10/2999,Ann,07700900001,lost
A6,10,22/10/2026,,07700900009,paid
"""
ORDER_MAPPING = {
    "order_id": "Order No", "total": "Total", "placed_at": "Date", "customer_name": "Customer name",
    "customer_phone": "Customer phone", "status": "Status",
}  # fmt: skip


def test_orders_come_in_with_their_customers(taken_in, acme):
    imported = taken_in("orders", ORDERS, mapping=ORDER_MAPPING)
    with door.organisation(acme.id):
        orders = {order.external_id: order for order in Order.objects.select_related("customer")}
        issues = [(issue.row, issue.code) for issue in queries.issues(imported.id)]
        told = Event.objects.filter(kind="order.changed").count()
    assert {name: (order.total_minor, order.status, order.customer.name) for name, order in orders.items()} == {
        "A1": (123450, "paid", "Ann"),
        "A2": (9900, "placed", "Bea"),
    }
    assert orders["A1"].paid_at.isoformat() == "2026-10-19T23:00:00+00:00"  # midnight in London, which had summer time
    assert sorted(issues) == [
        (4, "bad_amount"), (5, "repeated"), (6, "negative_amount"), (7, "bad_choice"), (7, "date_in_future"),
        (8, "unknown_customer"),
    ]  # fmt: skip
    assert _brief(imported) == (7, 2, 1, 4, 2, 0, 0)
    assert told == 2


def test_an_order_that_was_paid_meanwhile_is_moved_on_and_another_amount_is_refused(taken_in, acme):
    def list_of(*rows) -> str:
        head = "Order No,Total,Status,Date,Customer name,Customer phone"
        return "\n".join([head, *(f"{row},20/10/2026,Ann,07700900001" for row in rows)])

    taken_in("orders", list_of("A1,10,pending", "A2,5,paid"), mapping=ORDER_MAPPING)
    later = taken_in("orders", list_of("A1,10,paid", "A2,6,paid"), mapping=ORDER_MAPPING)
    with door.organisation(acme.id):
        (issue,) = queries.issues(later.id)
        assert dict(Order.objects.values_list("external_id", "status")) == {"A1": "paid", "A2": "paid"}
        assert Order.objects.get(external_id="A2").total_minor == 500
    assert (issue.row, issue.code) == (3, "order_conflict")
    assert _brief(later) == (2, 1, 0, 1, 0, 1, 0)


# --- preview, start, stop ---------------------------------------------------------------------------------


@pytest.fixture
def uploaded(acme):
    with door.organisation(acme.id):
        return upload(kind="customers", file_name="C:\\lists\\may.csv", content=_many(1100, bad_every=10).encode())


def test_preview_shows_rows_mapping_and_troubles(uploaded, acme):
    with door.organisation(acme.id):
        seen = preview(Import.objects.get(id=uploaded.id))
    assert uploaded.file_name == "may.csv"
    assert seen.columns == ("Name", "Phone", "No", "Born")
    assert len(seen.rows) == 20 and seen.rows[0] == ("Person 1", "07700900001", "K1", "1990-01-31")
    assert dict(seen.mapping) == {"name": "Name", "phone": "Phone"}
    assert (seen.read, seen.readable, list(seen.missing), list(seen.troubles)) == (200, 200, [], [])


def test_a_refused_mapping_starts_nothing(uploaded, acme):
    with pytest.raises(ColumnsCollide), door.organisation(acme.id):
        start(uploaded.id, mapping={"Name": "name", "Phone": "phone", "No": "phone"}, is_dry_run=False)
    with door.organisation(acme.id):
        assert Job.objects.count() == 0


def test_an_interrupted_import_goes_on_where_it_was(uploaded, acme, monkeypatch):
    with door.organisation(acme.id):
        start(uploaded.id, mapping=MAPPING, is_dry_run=False)
    assert run(acme.id, uploaded.id, seconds=0) is False  # the time is up after a chunk
    with door.organisation(acme.id):
        half = Import.objects.select_related("job").get(id=uploaded.id)
    assert (half.cursor, half.job.state, half.job.done, half.job.total) == (500, "running", 500, 1100)

    def die(*arguments):
        raise ConnectionError

    with monkeypatch.context() as dying:
        dying.setattr(running, "_keep_issues", die)  # after the customers of the chunk were written
        with pytest.raises(ConnectionError):
            run(acme.id, uploaded.id)
    assert _customers(acme) == 450
    assert run(acme.id, uploaded.id) is True
    with door.organisation(acme.id):
        done = Import.objects.select_related("job").get(id=uploaded.id)
        issues = ImportIssue.objects.filter(import_id=uploaded.id).count()
    assert (done.job.state, done.job.done, issues) == ("done", 1100, 110)
    assert _brief(done) == (1100, 990, 0, 110, 990, 0, 0)


def test_an_import_that_fails_again_and_again_ends(uploaded, acme, monkeypatch):
    with door.organisation(acme.id):
        start(uploaded.id, mapping=MAPPING, is_dry_run=False)
    monkeypatch.setattr(running, "take_chunk", lambda *arguments: 1 / 0)
    for _ in range(running.MAX_ATTEMPTS):
        with pytest.raises(ZeroDivisionError):
            run(acme.id, uploaded.id)
    assert run(acme.id, uploaded.id) is True
    with door.organisation(acme.id):
        assert Job.objects.get().state == "failed"
    assert _customers(acme) == 0


def test_cancel_keeps_what_was_taken_in(uploaded, acme):
    with door.organisation(acme.id):
        start(uploaded.id, mapping=MAPPING, is_dry_run=False)
    run(acme.id, uploaded.id, seconds=0)
    with door.organisation(acme.id):
        assert cancel_import(uploaded.id) is True
    assert run(acme.id, uploaded.id) is True
    with door.organisation(acme.id):
        imported = Import.objects.select_related("job").get(id=uploaded.id)
        assert cancel_import(uploaded.id) is False
    assert (imported.job.state, imported.counts["rows"], _customers(acme)) == ("cancelled", 500, 450)


def test_cancel_in_the_middle_of_a_chunk_undoes_the_chunk(uploaded, acme, monkeypatch):
    with door.organisation(acme.id):
        start(uploaded.id, mapping=MAPPING, is_dry_run=False)

    def cancelled(*arguments, **facts):
        raise jobs.Cancelled

    monkeypatch.setattr(jobs, "advance", cancelled)
    assert run(acme.id, uploaded.id) is True
    assert _customers(acme) == 0
    with door.organisation(acme.id):
        assert Job.objects.get().state == "cancelled"


def test_whoever_finds_the_cursor_moved_gives_up(uploaded, acme, monkeypatch):
    with door.organisation(acme.id):
        start(uploaded.id, mapping=MAPPING, is_dry_run=False)
    read, others = running._source, []

    def read_slowly(plan):
        """Let another worker take a chunk in while this one reads the file."""
        if not others:
            others.append("at work")
            assert run(acme.id, uploaded.id, seconds=0) is False
        return read(plan)

    monkeypatch.setattr(running, "_source", read_slowly)
    assert run(acme.id, uploaded.id) is True
    with door.organisation(acme.id):
        half = Import.objects.select_related("job").get(id=uploaded.id)
    assert (half.job.state, half.cursor, _brief(half)) == ("running", 500, (500, 450, 0, 50, 450, 0, 0))


def test_start_is_refused_while_running_and_when_done(uploaded, acme):
    with door.organisation(acme.id):
        start(uploaded.id, mapping=MAPPING, is_dry_run=False)
    with pytest.raises(ImportRunning), door.organisation(acme.id):
        start(uploaded.id, mapping=MAPPING, is_dry_run=False)
    run(acme.id, uploaded.id)
    with pytest.raises(ImportDone), door.organisation(acme.id):
        start(uploaded.id, mapping=MAPPING, is_dry_run=False)


def test_the_beat_finds_imports_that_stand_still(uploaded, acme):
    from datetime import timedelta

    from django.utils import timezone

    with door.organisation(acme.id):
        start(uploaded.id, mapping=MAPPING, is_dry_run=False)
        assert running.waiting_imports(timezone.now()) == []
        assert running.waiting_imports(timezone.now() + timedelta(seconds=31)) == [uploaded.id]
    run(acme.id, uploaded.id)
    with door.organisation(acme.id):
        assert running.waiting_imports(timezone.now() + timedelta(seconds=31)) == []


def test_another_organisation_sees_and_starts_nothing(uploaded, acme, globex):
    with pytest.raises(ImportUnknown), door.organisation(globex.id):
        start(uploaded.id, mapping=MAPPING, is_dry_run=False)
    with door.organisation(globex.id):
        assert Import.objects.count() == 0
    assert run(globex.id, uploaded.id) is True
    assert _customers(acme) == _customers(globex) == 0


def test_who_imported_is_in_the_audit_trail(acme, gus):
    with door.organisation(acme.id, actor=door.Actor("user", gus.user_id)):
        imported = upload(kind="customers", file_name="a.csv", content=b"Name,Phone\nAnn,07700900001\n")
        start(imported.id, mapping={"name": "Name", "phone": "Phone"}, is_dry_run=False)
    run(acme.id, imported.id)
    with door.organisation(acme.id):
        trail = AuditRecord.objects.filter(subject_kind="integrations.import").order_by("id")
        assert [(r.action, r.actor_id) for r in trail] == [
            ("import.uploaded", gus.user_id), ("import.started", gus.user_id), ("import.done", gus.user_id)
        ]  # fmt: skip
        assert AuditRecord.objects.get(action="customer.created").actor_id == gus.user_id


# --- the error file ---------------------------------------------------------------------------------------


def test_the_error_file_is_corrected_and_imported(taken_in, acme):
    content = 'Name,Phone,Note\n=HYPERLINK("x"),07700900001,ok\nBea,12,@home\nCyd,bad,+1 more\n'
    first = taken_in("customers", content)
    assert _brief(first) == (3, 1, 0, 2, 1, 0, 0)
    with door.organisation(acme.id):
        text = "".join(exports.error_lines(first.id))
    assert text.startswith("\ufeffName,Phone,Note,Error")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[1] == ["Bea", "12", "'@home", "Phone: “12” is not a phone number."]
    corrected = text.replace(",12,", ",07700900002,").replace(",bad,", ",07700900003,")
    second = taken_in("customers", corrected)
    assert _brief(second) == (2, 2, 0, 0, 2, 0, 0)
    with door.organisation(acme.id):
        assert sorted(Customer.objects.values_list("name", "note")) == [
            ('=HYPERLINK("x")', "ok"), ("Bea", "@home"), ("Cyd", "+1 more")
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"), ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"), ("-2+3", "'-2+3"), ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"), ("\r=1", "'\r=1"), ("＝1+1", "'＝1+1"), ("＋1a", "'＋1a"), ("－a", "'－a"), ("＠a", "'＠a"),
        ("  =1", "'  =1"), ("-5", "-5"), ("+447700900001", "+447700900001"), ("-3.50", "-3.50"), ("plain", "plain"),
        (None, ""), (7, "7"),
    ],
)  # fmt: skip
def test_no_cell_is_a_formula(value, written):
    assert exports.guarded(value) == written


def test_the_task_asks_for_another_worker_when_the_time_is_up(uploaded, acme, monkeypatch):
    from integrations import tasks
    from tenancy import events

    with door.organisation(acme.id):
        job = start(uploaded.id, mapping=MAPPING, is_dry_run=False)
    rung = []
    monkeypatch.setattr(events, "ring", lambda task, *ids: rung.append(ids) if task is tasks.run_import else None)
    with monkeypatch.context() as hurried:
        hurried.setattr(tasks, "run", lambda *ids: run(*ids, seconds=0))
        tasks.run_import(str(acme.id), str(uploaded.id))
    assert rung == [(str(acme.id), str(uploaded.id))]
    tasks.run_import(*rung[0])
    with door.organisation(acme.id):
        assert Job.objects.get(id=job.id).state == "done"
    assert len(rung) == 1


def test_a_start_calls_the_worker_after_the_commit(uploaded, acme, settings):
    from config.celery import app

    settings.RING_DOORBELL = True
    app.conf.task_always_eager = True
    try:
        with door.organisation(acme.id):
            job = start(uploaded.id, mapping=MAPPING, is_dry_run=False)
    finally:
        app.conf.task_always_eager = False
    with door.organisation(acme.id):
        assert Job.objects.get(id=job.id).state == "done"


def test_the_planner_is_told_how_many_rows_have_come_in(taken_in, acme, monkeypatch):
    monkeypatch.setattr(running, "_MANY", 30)
    for so_many in (30, 31, 32):  # a table that autovacuum holds at that moment is passed by
        taken_in("customers", _many(so_many), mapping=MAPPING)
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "SELECT reltuples FROM pg_class WHERE oid IN ('crm_customer'::regclass, 'crm_contactpoint'::regclass)"
            )
            known = [rows for (rows,) in cursor.fetchall()]
        if min(known) >= 30:
            return
    pytest.fail(f"the planner takes the tables for {known} rows")
