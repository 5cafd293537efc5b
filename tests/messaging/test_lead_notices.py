"""Who is told of leads: the new owner, and those who answer for the organisation when a customer waits too long."""

from datetime import timedelta

from crm.operations import leads as leading
from messaging.models import Message
from tenancy import door
from tests.conftest import NOON


def capture(**more):
    told = leading.LeadReport(key="api:x:1", source="api", name="Zoe Park", phone="+447700900155", **more)
    return leading.capture_lead(told).lead


def told(acme) -> list[tuple]:
    with door.organisation(acme.id):
        rows = Message.objects.filter(kind__startswith="lead_").order_by("kind", "channel")
        return [(row.kind, row.channel, row.member_id) for row in rows]


def test_the_new_owner_is_told_and_the_organisations_owner_when_it_is_late(acme, gus, at_acme, staff_of, drained):
    sales = staff_of(acme, "sales")
    with at_acme():
        lead = capture(owner_id=sales.id)
    drained(acme)
    assert told(acme) == [("lead_assigned", "email", sales.id), ("lead_assigned", "in_app", sales.id)]
    with door.organisation(acme.id, moment=NOON + timedelta(hours=5)):
        assert leading.wake_leads() == 1
    drained(acme)
    assert [each for each in told(acme) if each[0] == "lead_overdue"] == [
        ("lead_overdue", "email", gus.id), ("lead_overdue", "in_app", gus.id),
    ]  # fmt: skip
    with door.organisation(acme.id):
        letter = Message.objects.get(kind="lead_overdue", channel="email")
    assert "Zoe P." in letter.body and "Park" not in letter.body and letter.link == f"/leads/{lead.id}/"


def test_nobody_to_give_it_to_is_said_to_the_organisations_owner(acme, gus, at_acme, drained):
    with at_acme():
        capture()
    drained(acme)
    assert {each[0] for each in told(acme)} == {"lead_unassigned"}
    assert {each[2] for each in told(acme)} == {gus.id}
