"""Work on many rows: what matches, not what was seen; once, resumable, stopped when asked, told row by row."""

import csv
import io

import openpyxl
import pytest

from crm import operations as crm
from crm.models import Customer, CustomerTag, ListProblem, ListWork, Task
from crm.queries.lists import pieces_of
from dashboard.lists import files, working
from rewards.models import JournalEntry
from rewards.operations import set_reward_policy
from rewards.queries import available_points
from tenancy import door, jobs
from tenancy.models import AuditRecord, Job

EVIL = '=HYPERLINK("http://x")'


@pytest.fixture
def people(acme, gus):
    with door.organisation(acme.id, actor=door.Actor("user", gus.user_id)):
        made = [crm.record_customer(name=f"Person {n}", phone=f"+44770090{n:04}") for n in range(7)]
        crm.record_customer(name=EVIL, email="evil@example.com", city="+1")
        return made


@pytest.fixture
def browser(gus, people, as_staff):
    return as_staff(gus)


def asked(acme) -> ListWork:
    with door.organisation(acme.id):
        return ListWork.objects.select_related("job").latest("id")


def done(acme) -> ListWork:
    work = asked(acme)
    assert working.run(acme.id, work.id)
    return asked(acme)


def test_all_that_match_are_meant(acme, browser, monkeypatch):
    monkeypatch.setattr(working, "CHUNK", 3)
    answer = browser.post("/customers/work/tag/", {"tag": "tea", "all": "1", "query": "?q=person&sort=name"})
    work = asked(acme)
    assert (answer.status_code, answer["Location"]) == (302, f"/work/{work.job_id}/")
    with door.organisation(acme.id):
        crm.record_customer(name="Person who came later", email="late@example.com")
    work = done(acme)
    assert (work.job.state, work.job.done, work.counts) == ("done", 7, {"changed": 7, "unchanged": 0, "failed": 0})
    with door.organisation(acme.id):
        assert CustomerTag.objects.count() == 7
        assert AuditRecord.objects.filter(action="customer.tagged", actor_kind="user").count() == 7


def test_work_that_hides_its_own_rows_reaches_them_all(acme, browser, monkeypatch):
    monkeypatch.setattr(working, "CHUNK", 2)
    browser.post("/customers/work/stage/", {"stage": "lead", "all": "1", "query": "?stage=prospect"})
    assert done(acme).counts["changed"] == 8
    with door.organisation(acme.id):
        assert set(Customer.objects.values_list("stage", flat=True)) == {"lead"}


def test_named_rows_only(acme, browser, people):
    ids = ",".join(str(each.id) for each in people[:2])
    browser.post("/customers/work/task/", {"title": "Call", "due_at": "2026-12-01T10:00", "assignee": "", "ids": ids})
    assert done(acme).counts["changed"] == 2
    with door.organisation(acme.id):
        assert set(Task.objects.values_list("customer_id", flat=True)) == {each.id for each in people[:2]}


def test_nothing_chosen_is_refused(acme, browser):
    assert browser.post("/customers/work/tag/", {"tag": "x"}, headers={"HX-Request": "true"}).status_code == 409
    with door.organisation(acme.id):
        assert not ListWork.objects.exists()


def test_points_are_given_once_however_often_it_runs(acme, browser, people):
    with door.organisation(acme.id):
        crm.set_tags(people[0], ["x"])
    browser.post("/customers/work/points/", {"amount": "30", "reason": "sorry", "all": "1", "query": "?q=person"})
    work = done(acme)
    with door.organisation(acme.id):
        ListWork.objects.filter(id=work.id).update(cursor=None, counts={})
        Job.objects.filter(id=work.job_id).update(state="running")
    done(acme)
    with door.organisation(acme.id):
        assert set(available_points([each.id for each in people]).values()) == {30}
        assert JournalEntry.objects.filter(kind="adjustment").count() == 7


def test_what_is_refused_is_told_row_by_row(acme, browser, people):
    browser.post("/customers/work/points/", {"amount": "-5", "reason": "mistake", "all": "1", "query": "?q=person"})
    work = done(acme)
    assert work.counts == {"changed": 0, "unchanged": 0, "failed": 7}
    with door.organisation(acme.id):
        assert ListProblem.objects.filter(work_id=work.id, label="Person 0").count() == 1
        assert not JournalEntry.objects.filter(kind="adjustment").exists()
    page = browser.get(f"/work/{work.job_id}/").content.decode()
    assert "Person 6" in page and "7 not done" in page


def test_the_policy_of_a_second_person_holds_for_many_too(acme, browser, people):
    with door.organisation(acme.id):
        set_reward_policy(approve_points_from=10)
    browser.post("/customers/work/points/", {"amount": "50", "reason": "gift", "ids": str(people[0].id)})
    done(acme)
    with door.organisation(acme.id):
        assert available_points([people[0].id]) == {people[0].id: 0}


def test_it_stops_when_asked_and_keeps_what_is_done(acme, browser, monkeypatch):
    monkeypatch.setattr(working, "CHUNK", 3)
    browser.post("/customers/work/tag/", {"tag": "tea", "all": "1", "query": ""})
    work = asked(acme)
    with door.organisation(acme.id):
        assert not working._is_over(work.id)
    browser.post(f"/work/{work.job_id}/cancel/")
    assert done(acme).job.state == "cancelled"
    with door.organisation(acme.id):
        assert CustomerTag.objects.count() == 3


def test_who_has_lost_the_right_does_it_no_more(acme, gus, browser):
    browser.post("/customers/work/tag/", {"tag": "tea", "all": "1", "query": ""})
    with door.organisation(acme.id):
        type(gus).objects.filter(id=gus.id).update(role="auditor")
    assert done(acme).job.state == "cancelled"
    with door.organisation(acme.id):
        assert not CustomerTag.objects.exists()


def test_points_need_their_own_permission(acme, people, staff_of, as_staff):
    seller = as_staff(staff_of(acme, "sales"))
    assert seller.post("/customers/work/points/", {"amount": "5", "reason": "x", "all": "1"}).status_code == 403
    assert "points" not in [each["address"].split("/")[-2] for each in seller.get("/customers/").context["verbs"]]


# --- files ---------------------------------------------------------------------------------------------------------


def sent(answer) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def test_a_file_is_exactly_the_view(acme, browser):
    text = sent(browser.get("/customers/export/?format=csv&cols=phone,city&sort=-name&q=")).decode()
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text[1:])))
    assert rows[0] == ["Name", "Phone", "City", "Taken out by"]
    assert rows[1][:3] == ["Person 6", "+447700900006", ""]
    assert rows[-1][:3] == [f"'{EVIL}", "", "+1"]
    assert all(row[3].startswith("Gus 20") for row in rows[1:])
    with door.organisation(acme.id):
        noted = AuditRecord.objects.get(action="list.exported").changes
    assert (noted["rows"], noted["list"], noted["columns"]) == (8, "customers", ["name", "phone", "city", "taken_out_by"])


def test_a_workbook_holds_text_as_text(browser):
    book = openpyxl.load_workbook(
        io.BytesIO(sent(browser.get("/customers/export/?format=xlsx&cols=phone,points&sort=name")))
    )
    rows = list(book.active.iter_rows())
    assert [cell.value for cell in rows[0]] == ["Name", "Phone", "Points", "Taken out by"]
    assert (rows[1][0].value, rows[1][0].data_type) == (EVIL, "s")
    assert (rows[2][1].value, rows[2][1].data_type, rows[2][1].number_format) == ("+447700900000", "s", "@")
    assert (rows[2][2].value, rows[2][2].data_type) == (0, "n")


def test_machines_get_it_raw(browser):
    text = sent(browser.get("/customers/export/?format=csv&raw=1&cols=city&sort=name")).decode()
    head, first, *_others = text.splitlines()
    assert head == "name,city,taken_out_by"
    assert first.startswith('"=HYPERLINK(""http://x"")",+1,Gus 20')


def test_contacts_are_masked_for_who_may_not_reveal_them(acme, people, staff_of, as_staff):
    text = sent(as_staff(staff_of(acme, "auditor")).get("/customers/export/?cols=phone")).decode()
    assert "+4477****0003" in text and "+447700900003" not in text


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_long_file_is_written_by_a_worker(acme, gus, browser, staff_of, as_staff, monkeypatch, format):
    monkeypatch.setattr(files, "AT_ONCE", 3)
    monkeypatch.setattr(files, "PAGE", 3)
    answer = browser.get(f"/customers/export/?format={format}&cols=city&sort=-name")
    work = done(acme)
    assert answer["Location"] == f"/work/{work.job_id}/"
    assert (work.job.state, work.job.done) == ("done", 8)
    content = sent(browser.post(f"/work/{work.job_id}/file/"))
    if format == "csv":
        assert [line.split(",")[0] for line in content.decode().splitlines()][:2] == ["\ufeffName", "Person 6"]
    else:
        assert openpyxl.load_workbook(io.BytesIO(content)).active.max_row == 9
    with door.organisation(acme.id):
        assert list(pieces_of(work.id, "rows")) == []
    other = as_staff(staff_of(acme, "owner"))
    assert other.post(f"/work/{work.job_id}/file/").status_code == 404


def test_nobody_works_on_one_thing_twice_at_once(acme, browser):
    browser.post("/customers/work/tag/", {"tag": "tea", "all": "1", "query": ""})
    work = asked(acme)
    done(acme)
    with door.organisation(acme.id):
        assert working._is_over(work.id)
        assert not jobs.request_cancel(work.job_id)
