"""A new task says whom it is about, also when it does not begin at their record."""

from crm.models import Task
from tenancy import door


def test_a_customer_is_found_and_kept(acme, gus, ann, signed_in):
    client = signed_in(gus)
    assert 'id="find-customer"' in client.get("/tasks/new/").content.decode()
    assert f'data-choose="{ann.id}"' in client.get("/tasks/customers/?find=ann").content.decode()
    told = {
        "title": "Call", "kind": "call", "due_at": "2030-01-01T10:00", "priority": "2", "customer": str(ann.id),
        "remind_minutes": "120", "assignee": str(gus.id),
    }  # fmt: skip
    assert client.post("/tasks/new/", told).status_code == 302
    with door.organisation(acme.id):
        assert Task.objects.get().customer_id == ann.id


def test_a_task_may_be_about_nobody(gus, signed_in, acme):
    told = {
        "title": "Count the stock", "kind": "todo", "due_at": "2030-01-01T10:00", "priority": "2", "customer": "",
        "remind_minutes": "120", "assignee": str(gus.id),
    }  # fmt: skip
    assert signed_in(gus).post("/tasks/new/", told).status_code == 302
    with door.organisation(acme.id):
        assert Task.objects.get().customer_id is None
