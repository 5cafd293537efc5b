"""Tasks that repeat, are answered, put off, handed over, missed; and the calendar that shows them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm import operations
from crm.errors import AgainInThePast, NotYours, UntilBeforeStart
from crm.models import Task
from crm.queries import by_due, feed_member
from crm.rules.ical import Entry, calendar, folded
from crm.rules.recurrence import Recurrence, following, occurrence
from messaging.models import Message
from tenancy import door

LONDON = ZoneInfo("Europe/London")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="minutes")


def _days(first: datetime, recurrence: Recurrence, numbers, zone=LONDON) -> list[str]:
    return [f"{occurrence(first, recurrence, n, zone).astimezone(zone):%Y-%m-%d}" for n in numbers]


def test_the_31st_stays_the_31st():
    first = datetime(2026, 1, 31, 9, tzinfo=LONDON)
    found = _days(first, Recurrence("monthly"), range(5))
    assert found == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]
    assert _days(first, Recurrence("monthly", 3), [1, 4, 5]) == ["2026-04-30", "2027-01-31", "2027-04-30"]


def test_29_february_comes_back_in_leap_years():
    first = datetime(2028, 2, 29, 9, tzinfo=SHANGHAI)
    found = _days(first, Recurrence("yearly"), [1, 2, 3, 4], SHANGHAI)
    assert found == ["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]


def test_the_clock_on_the_wall_stays_where_the_clocks_change():
    first = datetime(2026, 3, 27, 9, tzinfo=LONDON)
    found = [_local(occurrence(first, Recurrence("daily"), n, LONDON), LONDON) for n in (1, 2)]
    assert found == ["2026-03-28T09:00+00:00", "2026-03-29T09:00+01:00"]


def test_an_hour_that_the_clocks_skip_moves_on():
    first = datetime(2026, 3, 28, 1, 30, tzinfo=LONDON)
    assert _local(occurrence(first, Recurrence("daily"), 1, LONDON), LONDON) == "2026-03-29T02:30+01:00"
    assert _local(occurrence(first, Recurrence("daily"), 2, LONDON), LONDON) == "2026-03-30T01:30+01:00"


def test_what_was_missed_is_not_made_up_for():
    first = datetime(2026, 11, 2, 9, tzinfo=UTC)
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert following(first, Recurrence("weekly"), 0, now, LONDON) == (3, datetime(2026, 11, 23, 9, tzinfo=UTC))
    assert following(first, Recurrence("weekly", until=date(2026, 11, 22)), 0, now, LONDON) is None


def _add(key="k", **facts):
    return operations.add_task(**{"key": key, "title": "Call", "due_at": door.moment() + timedelta(hours=2)} | facts)


def test_the_next_of_a_series_is_made_once(at_acme):
    with at_acme():
        first = _add(repeats="monthly", checklist=["Kettle"])
        operations.tick_line(first.id, 0, is_done=True)
        operations.complete_task(first.id)
        operations.complete_task(first.id)
        second = Task.objects.get(state="open")
        assert (second.key, second.occurrence) == (f"series:{first.id}:1", 1)
        assert second.due_at.isoformat() == "2026-12-20T14:00:00+00:00"
        assert second.checklist == [{"text": "Kettle", "is_done": False}]
        operations.drop_task(second.id)
        assert Task.objects.count() == 2


def test_a_repetition_cannot_end_before_it_begins(at_acme):
    with at_acme():
        with pytest.raises(UntilBeforeStart):
            _add(repeats="daily", repeat_until=date(2026, 11, 19))
        assert Task.objects.count() == 0


def test_call_again_makes_the_next_call_once(at_acme, ann, gus):
    with at_acme():
        task = _add(customer_id=ann.id, assignee_id=gus.id, kind="call", script="Hello")
        with pytest.raises(AgainInThePast):
            operations.record_result(task.id, result="again", again_at=door.moment())
        again = door.moment() + timedelta(days=1)
        operations.record_result(task.id, result="again", again_at=again)
        operations.record_result(task.id, result="again", again_at=again)
        made = Task.objects.get(key=f"again:{task.id}")
        assert (made.due_at, made.script, made.assignee_id, made.kind) == (again, "Hello", gus.id, "call")
        assert Task.objects.count() == 2


def test_only_who_takes_over_acknowledges(at_acme, acme, gus, staff_of):
    sales = staff_of(acme, "sales")
    with door.organisation(acme.id, actor=door.Actor("user", gus.user_id)):
        task = operations.add_task(key="h", title="Call", due_at=door.moment())
        operations.assign_task(task.id, sales.id, "I am away")
        with pytest.raises(NotYours):
            operations.acknowledge_task(task.id)
    with door.organisation(acme.id, actor=door.Actor("user", sales.user_id)):
        waiting = Task.objects.get(id=task.id)
        assert (waiting.waits_for_acknowledgement, waiting.hand_note, waiting.handed_by_id) == (True, "I am away", gus.id)
        assert operations.acknowledge_task(task.id).waits_for_acknowledgement is False


def test_who_takes_over_is_told(at_acme, acme, gus, staff_of, drained):
    sales = staff_of(acme, "sales")
    with at_acme():
        task = _add()
        operations.assign_task(task.id, sales.id, "I am away")
    drained(acme)
    with at_acme():
        letter = Message.objects.get(kind="task_handed", channel="email")
        assert (letter.member_id, letter.link, "I am away" in letter.body) == (sales.id, f"/tasks/{task.id}/", True)


def test_what_is_missed_goes_up_once_a_step(at_acme, acme, gus, staff_of):
    sales = staff_of(acme, "sales")
    with at_acme():
        task = _add(assignee_id=sales.id, due_at=door.moment())
    steps = []
    for hours in (23, 24, 30, 71, 72, 200):
        with at_acme(hours=hours):
            steps.append(operations.escalate_missed())
    assert steps == [0, 1, 0, 0, 1, 0]
    with at_acme():
        made = Task.objects.exclude(id=task.id).get()
        assert (made.title, made.assignee_id, made.priority) == ("Missed for days: Call", gus.id, 1)
        assert Task.objects.get(id=task.id).escalated == 2


def test_each_open_task_is_under_one_tab(at_acme):
    with at_acme():
        for hours in (-30, -1, 1, 11.9, 12.1, 40, 61, 500):
            _add(str(hours), due_at=door.moment() + timedelta(hours=hours))
        parts = by_due(door.moment(), LONDON)
        found = {
            name: list(Task.objects.filter(part).order_by("due_at").values_list("key", flat=True))
            for name, part in parts.items()
        }
    assert found == {
        "overdue": ["-30", "-1"], "today": ["1", "11.9"], "week": ["12.1", "40"], "later": ["61", "500"],
    }  # fmt: skip


# --- the calendar ---------------------------------------------------------------------------------------------


def _read(content: bytes) -> list[dict[str, str]]:
    """Read a calendar as RFC 5545 says: unfold, part names from values, unescape."""
    assert content.endswith(b"\r\n")
    lines = content.split(b"\r\n")[:-1]
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)
    text = content.replace(b"\r\n ", b"").decode()
    events, stack = [], []
    for line in text.split("\r\n")[:-1]:
        name, _, value = line.partition(":")
        if name == "BEGIN":
            stack.append(value)
            if value == "VEVENT":
                events.append({})
        elif name == "END":
            assert stack.pop() == value
        elif stack == ["VCALENDAR", "VEVENT"]:
            value = value.replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
            events[-1][name] = value
    assert stack == []
    return events


def test_a_calendar_reads_back_as_it_was_written():
    at = datetime(2026, 11, 20, 14, tzinfo=LONDON)
    title = "回访面霜使用情况，" * 12 + "a, b; c\\d\nend"
    entries = [Entry("1@x", title, at, at, remind_minutes=15), Entry("2@x", "All day", date(2026, 12, 31), at, is_done=True)]
    first, second = _read(calendar("Acme; tasks", "Europe/London", entries))
    assert (first["SUMMARY"], first["DTSTART"], first["DTEND"]) == (title, "20261120T140000Z", "20261120T143000Z")
    assert (second["DTSTART;VALUE=DATE"], second["DTEND;VALUE=DATE"], second["SUMMARY"]) == (
        "20261231",
        "20270101",
        "✓ All day",
    )


def test_lines_are_folded_between_characters():
    found = folded("SUMMARY:" + "界" * 60)
    assert [len(line) for line in found.split(b"\r\n")] == [74, 73, 43, 0]
    assert found.replace(b"\r\n ", b"").decode() == "SUMMARY:" + "界" * 60 + "\r\n"


def test_the_feed_shows_initials_until_it_is_revoked(client, acme, gus, ann, at_acme):
    with door.organisation(acme.id):
        due = door.moment() + timedelta(days=1)
        task = operations.add_task(key="f", title="Call", due_at=due, customer_id=ann.id, assignee_id=gus.id)
        operations.add_task(key="g", title="Not mine", due_at=due)
        secret = operations.open_feed(gus.id)
    address = f"/o/{acme.slug}/calendar/{secret}.ics"
    [event] = _read(client.get(address).content)
    assert (event["SUMMARY"], event["UID"]) == ("Call · A.S.", f"{task.id}@{acme.slug}.yinjian")
    with door.organisation(acme.id):
        operations.set_care_policy(calendar_shows_names=True)
    assert _read(client.get(address).content)[0]["SUMMARY"] == "Call · Ann Smith"
    with door.organisation(acme.id):
        newer = operations.open_feed(gus.id)
        assert (feed_member(secret), feed_member(newer).id) == (None, gus.id)
    assert client.get(address).status_code == 404
    assert client.get(address.replace(secret, newer)).status_code == 200


def test_the_feed_of_another_organisation_is_not_here(client, globex, acme, gus):
    with door.organisation(acme.id):
        secret = operations.open_feed(gus.id)
    assert client.get(f"/o/{globex.slug}/calendar/{secret}.ics").status_code == 404
