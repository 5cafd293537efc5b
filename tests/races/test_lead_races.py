"""Leads under many hands: turns go round evenly, and of those who claim one lead one gets it."""

from collections import Counter

from crm import operations
from crm.errors import CustomerTaken, LeadTaken
from crm.models import Customer, Lead, LeadRule
from crm.operations import leads as leading
from foundation.ids import new_code
from tenancy.models import Membership, User


def people(at_acme, count: int) -> list[Membership]:
    with at_acme():
        users = [User.objects.create(email=f"{new_code()}@example.com", name=f"P{n}") for n in range(count)]
        return [Membership.objects.create(user=user, role="sales") for user in users]


def capture(number: int, phone: int | None = None) -> Lead:
    told = leading.LeadReport(key=f"api:x:{number}", source="api", name="Zoe", phone=f"+4477009200{phone or number:02}")
    return leading.capture_lead(told).lead


def test_turns_go_round_evenly_under_threads(racing, acme, at_acme):
    staff = people(at_acme, 4)
    with at_acme():
        leading.save_rule(name="All", how="round_robin", members=[each.id for each in staff])
    leads = racing.run(acme, [lambda n=n: capture(n) for n in range(1, 25)])
    assert Counter(lead.owner_id for lead in leads) == {each.id: 6 for each in staff}
    with at_acme():
        assert LeadRule.objects.get().turns == 24


def test_of_many_who_claim_one_gets_it(racing, acme, at_acme):
    staff = people(at_acme, 6)
    with at_acme():
        lead = capture(1)
    got = racing.run(acme, [lambda each=each: leading.claim_lead(lead.id, each.id) for each in staff])
    assert sorted(Counter(type(each) if isinstance(each, Lead) else each for each in got).values()) == [1, 5]
    assert [each for each in got if not isinstance(each, Lead)] == [LeadTaken] * 5


def test_one_person_who_asks_in_many_ways_at_once_is_one_customer(racing, acme, at_acme):
    with at_acme():
        leading.add_pool("Any")
        capture(99)  # the pool of everybody is there
    leads = racing.run(acme, [lambda n=n: capture(n, phone=42) for n in range(1, 9)])
    with at_acme():
        assert (len({lead.customer_id for lead in leads}), Lead.objects.count(), Customer.objects.count()) == (1, 9, 2)
        assert Lead.objects.filter(is_known=False, customer_id=leads[0].customer_id).count() == 1


def test_of_many_who_claim_one_customer_one_gets_them(racing, acme, at_acme, ann):
    staff = people(at_acme, 6)
    got = racing.run(acme, [lambda each=each: operations.claim_customer(ann.id, each.id) for each in staff])
    assert sum(isinstance(each, Customer) for each in got) == 1
    assert [each for each in got if not isinstance(each, Customer)] == [CustomerTaken] * 5
