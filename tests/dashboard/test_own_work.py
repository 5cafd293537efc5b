"""The overview of somebody who sees their own records: their work; the house's figures are for those who see all."""

from datetime import timedelta

import pytest

from crm.models import Customer
from crm.operations import add_task
from crm.operations.deals import create_deal, win_deal
from tenancy import door
from tenancy.models import Membership


@pytest.fixture
def sam(acme, staff_of, ann, bea) -> Membership:
    """A salesperson who looks after Ann: a task that is late, a deal that is open, another that is won."""
    member = staff_of(acme, "sales")
    with door.organisation(acme.id):
        Membership.objects.filter(id=member.id).update(sight="own")
        Customer.objects.filter(id=ann.id).update(owner=member)
        add_task(key="t1", title="Call", customer_id=ann.id, assignee_id=member.id, due_at=door.moment() - timedelta(days=1))
        create_deal(title="Office coffee", customer_id=ann.id, owner_id=member.id, amount_minor=420_000)
        win_deal(create_deal(title="Tasting", customer_id=ann.id, owner_id=member.id, amount_minor=30_000).id)
        create_deal(title="Another's", customer_id=bea.id, amount_minor=999_900)
        return Membership.objects.get(id=member.id)


def tiles_of(page) -> dict[str, tuple[str, str]]:
    return {tile["label"]: (tile["value"], tile["note"]) for tile in page.context["tiles"]}


def test_who_sees_their_own_begins_with_their_own_work(sam, signed_in):
    page = signed_in(sam).get("/")
    told = tiles_of(page)
    assert told["My tasks overdue"] == ("1", "")
    assert told["Open deals"] == ("1", "£4,200")
    assert told["Won in 30 days"] == ("1", "£300")
    assert told["Customers"] == ("1", "")
    assert "Revenue" not in told
    assert "trend" not in page.context


def test_who_sees_all_begins_with_the_house(sam, gus, signed_in):
    assert "Revenue" in tiles_of(signed_in(gus).get("/"))
