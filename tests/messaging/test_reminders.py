"""Reminders: each once, each to whom it concerns."""

from datetime import datetime, timedelta

import pytest

from crm.models import Task
from messaging.models import Message
from messaging.operations import remind_of_follow_ups
from tenancy import door


@pytest.fixture
def sam(acme, staff_of):
    """Sales at acme."""
    return staff_of(acme, "sales")


@pytest.fixture
def task(at_acme, bea, sam):
    def make(due_in: timedelta, key="t", **fields) -> Task:
        with at_acme():
            fields = {"assignee": sam, "customer": bea, "title": "Call the new friend"} | fields
            return Task.objects.create(key=key, due_at=door.moment() + due_in, created_at=door.moment(), **fields)

    return make


def _remind(at_acme, **later) -> list[tuple]:
    with at_acme(**later):
        remind_of_follow_ups()
        remind_of_follow_ups()
        rows = Message.objects.filter(channel="email").order_by("kind", "id")
        return [(row.kind, row.member_id) for row in rows]


def test_a_task_due_within_two_hours_is_told_once(task, at_acme, gus, sam):
    task(timedelta(hours=1, minutes=59))
    task(timedelta(hours=2, minutes=1), key="later")
    assert _remind(at_acme) == [("follow_up_due", sam.id)]
    with at_acme():
        message = Message.objects.get(channel="in_app")
        assert message.subject == "Due soon: Call the new friend"
        assert message.body == "Bea J. · 20 November 2026, 13:59"


def test_overdue_goes_to_the_assignee_and_after_a_day_to_owners(task, at_acme, gus, sam):
    task(timedelta(minutes=-1))
    assert _remind(at_acme) == [("follow_up_overdue", sam.id)]
    assert _remind(at_acme, hours=23) == [("follow_up_overdue", sam.id)]
    assert _remind(at_acme, hours=24) == [("follow_up_escalated", gus.id), ("follow_up_overdue", sam.id)]


def test_the_owners_own_task_is_not_escalated_to_them(task, at_acme, gus):
    task(timedelta(days=-2), assignee=gus)
    assert _remind(at_acme) == [("follow_up_overdue", gus.id)]


def test_what_nobody_has_goes_to_owners_after_a_day(task, at_acme, gus):
    task(timedelta(days=-2), assignee=None)
    assert _remind(at_acme) == [("follow_up_escalated", gus.id)]
    with at_acme():
        assert "Assigned to: nobody" in Message.objects.get(channel="email").body


def test_done_tasks_remind_nobody(task, at_acme, gus):
    task(timedelta(days=-2), state="done")
    assert _remind(at_acme) == []


def test_a_moved_or_reassigned_task_is_told_anew(task, at_acme, gus, sam, staff_of, acme):
    row = task(timedelta(minutes=-1))
    _remind(at_acme)
    with at_acme():
        Task.objects.filter(id=row.id).update(due_at=door.moment() - timedelta(minutes=30))
    assert _remind(at_acme) == [("follow_up_overdue", sam.id)] * 2
    other = staff_of(acme, "service")
    with at_acme():
        Task.objects.filter(id=row.id).update(assignee=other)
    assert _remind(at_acme) == [("follow_up_overdue", sam.id)] * 2 + [("follow_up_overdue", other.id)]


def test_the_other_organisation_is_not_reminded(task, globex, mallory):
    task(timedelta(days=-2))
    with door.organisation(globex.id, moment=datetime.fromisoformat("2026-11-21T12:00+00:00")):
        assert remind_of_follow_ups() == 0
