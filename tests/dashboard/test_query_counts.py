"""How many statements lists cost, on pages and in the API: the same for 3 rows and for 30, and no more than written down.

A rise is red. A fall is welcome: write the new number into tests/query_counts.json.
"""

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import operations as crm
from crm.operations import deals as selling
from crm.operations import leads as leading
from tenancy import door
from tests.dashboard.world import buy

BASELINE = json.loads((Path(__file__).parents[1] / "query_counts.json").read_text())


@pytest.fixture
def crowd(acme, gus):
    """Fill the lists up to so many customers, each with contacts, tags, an order and a task."""

    def fill(start: int, end: int) -> None:
        with door.organisation(acme.id):
            for n in range(start, end):
                one = crm.record_customer(
                    name=f"Quill {n}", email=f"q{n}@example.com", phone=f"0770090{n:04}", owner_id=gus.id
                )
                crm.set_tags(one, [f"tag {n}", "all"])
                buy(one.id, f"n{n}", 1000)
                crm.add_task(key=f"n{n}", title="Call", due_at=door.moment(), customer_id=one.id, assignee_id=gus.id)
                if n % 4 == 0:
                    _work_with(one, gus, n)

    return fill


def _work_with(one, gus, n: int) -> None:
    crm.open_case(key=f"n{n}", subject="Late", customer_id=one.id, owner_id=gus.id)
    told = {"name": one.name, "phone": f"0770091{n:04}", "source": "phone", "owner_id": gus.id}
    leading.capture_lead(leading.LeadReport(key=f"staff:{n}", **told))
    selling.create_deal(title="Office coffee", customer_id=one.id, owner_id=gus.id, amount_minor=n)


def costs(get) -> dict[str, int]:
    found = {}
    for path in BASELINE:
        with CaptureQueriesContext(connection) as captured:
            assert get(path).status_code == 200, path
        found[path] = len(captured)
    return found


def test_lists_cost_what_they_cost(crowd, gus, as_staff, api_key):
    pages, api, key = as_staff(gus), as_staff(gus), api_key()
    api.cookies.clear()

    def get(path):
        return api.get(path, **key) if path.startswith("/api/") else pages.get(path)

    crowd(0, 3)
    costs(get)  # what is read once a process
    few = costs(get)
    crowd(3, 30)
    many = costs(get)
    assert many == few
    assert {path: count for path, count in few.items() if count > BASELINE[path]} == {}
