from datetime import timedelta
from uuid import uuid4

import pytest

from crm import operations
from crm.errors import TaskIsClosed, UnknownCustomer, UnknownMember
from crm.models import Task
from tenancy import door, events


def _add(key="k1", **facts):
    return operations.add_task(**{"key": key, "title": "Call", "due_at": door.moment() + timedelta(days=1)} | facts)


def test_the_same_key_gives_the_first_task_again(at_acme, ann, audited):
    with at_acme():
        first = _add(customer_id=ann.id)
        assert _add(title="Something else").id == first.id
        assert Task.objects.get().title == "Call"
    assert audited("task.added") == [("task.added", {"key": "k1"})]


@pytest.mark.parametrize(
    ("facts", "error"), [({"customer_id": uuid4()}, UnknownCustomer), ({"assignee_id": uuid4()}, UnknownMember)]
)
def test_a_task_for_nobody_we_know_is_refused(at_acme, facts, error):
    with at_acme():
        with pytest.raises(error):
            _add(**facts)
        assert Task.objects.count() == 0


def test_a_task_is_done_once(at_acme, audited):
    with at_acme():
        task = _add()
        done = operations.complete_task(task.id, " reached ")
        assert (done.state, done.outcome, done.completed_at) == ("done", "reached", door.moment())
        operations.complete_task(task.id, "reached")
        with pytest.raises(TaskIsClosed):
            operations.complete_task(task.id, "not reached")
        with pytest.raises(TaskIsClosed):
            operations.drop_task(task.id)
        with pytest.raises(TaskIsClosed):
            operations.assign_task(task.id, None)
    assert [action for action, _ in audited("task.done", "task.dropped")] == ["task.done"]


def test_a_task_is_handed_over(at_acme, gus, mallory):
    with at_acme():
        task = _add()
        assert operations.assign_task(task.id, gus.id).assignee_id == gus.id
        with pytest.raises(UnknownMember):
            operations.assign_task(task.id, mallory.id)


def _confirmed(customer, assignee_id=None):
    texts = {"zh-hans": "联系被推荐的朋友", "en": "Call the referred friend"}
    task = {"title": texts, "script": texts, "due_at": "2026-11-21T12:00:00+00:00", "assignee_id": assignee_id}
    return events.publish("referral.confirmed", uuid4(), referral_id="42", referee_id=str(customer.id), task=task)


def _follow_up(at_acme, customer, **facts):
    from crm.listeners import on_referral_confirmed

    with at_acme():
        event = _confirmed(customer, **facts)
        on_referral_confirmed([event])
        on_referral_confirmed([event])
        return Task.objects.get()


def test_a_referred_friend_is_followed_up_once(at_acme, bea, gus):
    task = _follow_up(at_acme, bea, assignee_id=str(gus.id))
    assert (task.key, task.title, task.script) == (
        "referral:42:follow_up", "Call the referred friend", "Call the referred friend",
    )  # fmt: skip
    assert (task.customer_id, task.assignee_id, task.priority) == (bea.id, gus.id, Task.Priority.HIGH)
    assert task.due_at.isoformat() == "2026-11-21T12:00:00+00:00"


def test_the_follow_up_is_in_the_assignees_language(at_acme, bea, gus):
    gus.user.language = "zh-hans"
    gus.user.save()
    assert _follow_up(at_acme, bea, assignee_id=str(gus.id)).title == "联系被推荐的朋友"


def test_without_an_assignee_the_owner_follows_up(at_acme, bea, gus):
    with at_acme():
        operations.update_customer(bea.id, owner_id=gus.id)
    assert _follow_up(at_acme, bea).assignee_id == gus.id


def test_who_has_left_gets_no_follow_up(at_acme, bea, staff_of, acme):
    sales = staff_of(acme, "sales")
    with at_acme():
        sales.is_active = False
        sales.save()
    assert _follow_up(at_acme, bea, assignee_id=str(sales.id)).assignee_id is None
