import pytest

from crm.models import Task
from tenancy import door

TASK = {"key": "k1", "title": "Call Ann", "script": "Say hello", "due_at": "2026-11-21T12:00:00Z"}


def test_a_task_is_added_once_and_completed(api, acme, ann, gus):
    caller = api()
    body = {**TASK, "customer_id": str(ann.id), "assignee_id": str(gus.id), "priority": 1}
    made, again = caller.post("tasks", body), caller.post("tasks", body)
    assert (made.status_code, again.json()) == (201, made.json())
    task = made.json()
    assert (task["key"], task["state"], task["priority"], task["assignee_id"]) == ("api:k1", "open", 1, str(gus.id))
    done = caller.post(f"tasks/{task['id']}/complete", {"outcome": "reached"})
    assert (done.status_code, done.json()["state"], done.json()["outcome"]) == (200, "done", "reached")
    late = caller.post(f"tasks/{task['id']}/complete", {"outcome": "not reached"})
    assert (late.status_code, late.json()["code"]) == (409, "task_is_closed")
    assert caller.get(f"tasks/{task['id']}").json() == done.json()


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ({}, ["api:k2", "api:k1"]),
        ({"state": "open"}, ["api:k2"]),
        ({"priority": "3"}, ["api:k2"]),
        ({"due_before": "2026-11-22T00:00:00Z"}, ["api:k1"]),
    ],
)
def test_the_list_is_narrowed(api, query, keys):
    caller = api()
    first = caller.post("tasks", TASK).json()
    caller.post("tasks", {**TASK, "key": "k2", "priority": 3, "due_at": "2026-11-25T12:00:00Z"})
    caller.post(f"tasks/{first['id']}/complete")
    assert [row["key"] for row in caller.get("tasks", **query).json()["data"]] == keys


def test_a_task_for_a_stranger_is_refused(api, acme, mallory):
    answer = api().post("tasks", {**TASK, "assignee_id": str(mallory.id)})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_member")
    with door.organisation(acme.id):
        assert Task.objects.count() == 0


def test_tasks_of_acme_are_404_at_globex(api, globex):
    task = api().post("tasks", TASK).json()
    caller = api(organisation=globex)
    assert caller.get("tasks").json()["data"] == []
    assert caller.get(f"tasks/{task['id']}").status_code == 404
    assert caller.post(f"tasks/{task['id']}/complete").status_code == 404
