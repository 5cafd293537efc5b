"""Contacts are shown in full, for a purpose, where the work is: on a lead and on a task too."""

import re

import pytest
from django.utils import timezone

from crm.operations import add_task
from crm.operations.leads import capture_lead
from crm.reports_leads import LeadReport
from tenancy import door
from tenancy.models import AuditRecord


@pytest.fixture
def addresses(acme, ann):
    """Pages about Ann: a lead of hers, and a task to call her."""
    with door.organisation(acme.id):
        lead = capture_lead(LeadReport(key="api:shop:1", source="api", customer_id=ann.id)).lead
        task = add_task(key="call", title="Call Ann", due_at=timezone.now(), customer_id=ann.id)
    return f"/leads/{lead.id}/", f"/tasks/{task.id}/"


@pytest.mark.parametrize("place", [0, 1])
def test_a_contact_is_shown_where_the_work_is(acme, gus, signed_in, addresses, place):
    client = signed_in(gus)
    page = client.get(addresses[place]).content.decode()
    form = re.search(r'<form class="dropdown-menu[^>]* action="([^"]+/reveal/)".*?</form>', page, re.DOTALL)
    purpose = re.search(r'name="purpose"><option value="([^"]+)"', form[0])[1]
    shown = client.post(form[1], {"purpose": purpose}, headers={"HX-Request": "true"})
    assert shown.status_code == 200
    assert "ann@example.com" in shown.content.decode() or "tel:" in shown.content.decode()
    assert "ann@example.com" not in page
    with door.organisation(acme.id):
        assert AuditRecord.objects.filter(action="contact_point.revealed").count() == 1
