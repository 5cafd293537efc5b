"""The outbox: written with the change, effects exactly once, poison parked."""

import threading

import pytest
from django.db import connections
from django.utils import timezone

from crm.models import Tag
from foundation.ids import new_id
from tenancy import door, events
from tenancy.models import Delivery, Event
from tenancy.tasks import organisations_with

heard: list = []


def hear(received):
    """A listener whose effect is a row, so that twice would show."""
    heard.append([event.subject_id for event in received])
    Tag.objects.bulk_create(Tag(name=str(event.id)) for event in received)


def fail(received):
    raise ValueError("no 138-0000-0000")


def fail_on_odd(received):
    if any(event.payload["n"] % 2 for event in received):
        raise ValueError
    hear(received)


@pytest.fixture
def wired():
    before = events.listeners()

    def wire(function, batch=1, name="test.listener"):
        heard.clear()
        events.wire([events.Listener(name, "test.happened", f"{__name__}.{function.__name__}", batch)])

    yield wire
    events.wire(before)


def _publish(organisation, count=1):
    with door.organisation(organisation.id):
        return [events.publish("test.happened", new_id(), n=n) for n in range(count)]


def _deliveries(organisation):
    with door.organisation(organisation.id):
        return list(Delivery.objects.order_by("id"))


def test_effect_and_done_mark_share_a_transaction(acme, wired):
    wired(hear)
    (event,) = _publish(acme)
    assert events.drain(acme.id) == 1
    assert heard == [[event.subject_id]]
    assert events.drain(acme.id) == 0
    with door.organisation(acme.id):
        assert Tag.objects.count() == 1
    assert [row.state for row in _deliveries(acme)] == ["done"]


def test_an_undone_change_leaves_no_event(acme, wired):
    wired(hear)
    with pytest.raises(ZeroDivisionError), door.organisation(acme.id):
        events.publish("test.happened", new_id())
        raise ZeroDivisionError
    assert events.drain(acme.id) == 0
    with door.organisation(acme.id):
        assert Event.objects.count() == 0


def test_a_batch_is_heard_in_one_call(acme, wired):
    wired(hear, batch=50)
    _publish(acme, 120)
    assert events.drain(acme.id) == 120
    assert sorted(len(call) for call in heard) == [20, 50, 50]


def test_one_bad_event_stops_no_other(acme, wired):
    wired(fail_on_odd, batch=10)
    _publish(acme, 10)
    assert events.drain(acme.id) == 5
    assert sorted(row.state for row in _deliveries(acme)) == ["done"] * 5 + ["due"] * 5


def test_poison_is_parked_after_ten_attempts_and_may_be_retried(acme, wired):
    wired(fail)
    _publish(acme)
    for _ in range(12):
        events.drain(acme.id)
        with door.organisation(acme.id):
            Delivery.objects.filter(state="due").update(due_at=timezone.now())
    (row,) = _deliveries(acme)
    assert (row.state, row.attempts, row.last_error) == ("parked", 10, "ValueError")  # no phone number in it
    wired(hear)
    with door.organisation(acme.id):
        assert events.retry_parked([row.id]) == 1
    assert events.drain(acme.id) == 1


def test_many_workers_make_each_effect_once(acme, wired):
    wired(hear, batch=7)
    _publish(acme, 200)

    def work():
        events.drain(acme.id)
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert events.drain(acme.id) == 0
    with door.organisation(acme.id):
        assert Tag.objects.count() == 200


def test_organisations_with_work_are_found_without_a_doorbell(acme, globex, wired):
    wired(hear)
    _publish(acme)
    waiting = organisations_with("due_events")
    assert acme.id in waiting and globex.id not in waiting


def test_another_organisation_drains_nothing_of_ours(acme, globex, wired):
    wired(hear)
    _publish(acme)
    assert events.drain(globex.id) == 0
    assert heard == []


def test_events_are_append_only(acme, wired):
    from django.db import DatabaseError

    wired(hear)
    (event,) = _publish(acme)
    with pytest.raises(DatabaseError), door.organisation(acme.id):
        Event.objects.filter(id=event.id).update(kind="test.forged")
    with pytest.raises(DatabaseError), door.organisation(acme.id):
        event.delete()
