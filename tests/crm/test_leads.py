"""Leads: captured once, given to somebody who is there, answered in time, or back in the pool."""

from datetime import UTC, date, datetime, timedelta

import pytest

from crm import errors
from crm.models import Customer, Lead, LeadMove, LeadPool, LeadRule, Task
from crm.operations import leads as leading
from crm.operations import record_customer, update_customer
from crm.queries.leads import held_before, response_figures
from crm.rules.explaining import explain
from foundation.ids import new_code
from tenancy import calendar
from tenancy.models import Event, Membership, User
from tenancy.people import change_role
from tests.conftest import NOON


@pytest.fixture
def sales(acme, at_acme):
    """Three in sales: Mia, Noah, Olga."""
    users = [User.objects.create(email=f"{new_code()}@example.com", name=name) for name in ("Mia", "Noah", "Olga")]
    with at_acme():
        return [Membership.objects.create(user=user, role="sales") for user in users]


def capture(number: int = 1, **facts):
    told = {"name": f"Person {number}", "phone": f"+4477009100{number:02}", "source": "api"} | facts
    return leading.capture_lead(leading.LeadReport(key=told.pop("key", f"api:shop:{number}"), **told))


def a_rule(how: str = "round_robin", members=(), criteria=(), **more) -> LeadRule:
    return leading.save_rule(name="A rule", how=how, members=[each.id for each in members], criteria=criteria, **more)


def city(*names: str) -> list[dict]:
    return [{"fact": "city", "values": list(names)}]


def kinds(lead) -> list[str]:
    return list(LeadMove.objects.filter(lead=lead).order_by("occurred_at", "id").values_list("kind", flat=True))


def why(lead) -> str:
    return explain(LeadMove.objects.filter(lead=lead, kind__in=["assigned", "pooled"]).latest("id").facts)


def test_a_stranger_becomes_a_customer_with_a_lead(at_acme, sales):
    with at_acme():
        a_rule(members=sales)
        captured = capture(message="How much is it?", city="Leeds", campaign="spring")
        lead, customer = captured.lead, captured.lead.customer
        assert (captured.is_new, captured.is_known) == (True, False)
        assert (customer.stage, customer.city, customer.owner_id) == ("lead", "Leeds", sales[0].id)
        assert (lead.state, lead.owner_id, lead.message, lead.campaign) == (
            "assigned",
            sales[0].id,
            "How much is it?",
            "spring",
        )
        assert kinds(lead) == ["captured", "assigned"]
        assert list(Event.objects.filter(kind__startswith="lead.").order_by("id").values_list("kind", flat=True)) == [
            "lead.captured", "lead.assigned",
        ]  # fmt: skip


def test_a_known_customer_asks_again_and_goes_to_their_owner(at_acme, sales, ann):
    with at_acme():
        update_customer(ann.id, owner_id=sales[2].id)
        a_rule(members=sales[:1])
        captured = capture(name="Ann S", phone="07700 900001")
        assert Customer.objects.count() == 1
        assert (captured.is_known, captured.lead.customer_id, captured.lead.owner_id) == (True, ann.id, sales[2].id)
        assert why(captured.lead) == "Assigned to Olga: a known customer goes to their owner"


def test_the_same_key_is_the_same_lead(at_acme, sales):
    with at_acme():
        first, again = capture(), capture()
        assert (again.lead.id, again.is_new) == (first.lead.id, False)
        assert Lead.objects.count() == 1
        record_customer(name="Else", phone="+447700910055")
        with pytest.raises(errors.LeadKeyReused):
            capture(phone="+447700910055")


def test_a_lead_needs_a_name_and_a_way_back(at_acme, gus):
    with at_acme():
        with pytest.raises(errors.ContactMissing):
            capture(phone="")
        with pytest.raises(errors.NameMissing):
            capture(name=" ")
        assert (Lead.objects.count(), Customer.objects.count()) == (0, 0)


# --- rules ---------------------------------------------------------------------------------------------------


def test_the_first_rule_that_fits_decides_and_says_why(at_acme, sales):
    with at_acme():
        a_rule("person", sales[2:], city("Hull"))
        a_rule("person", sales[2:], [{"fact": "campaign", "values": ["spring"]}])
        a_rule("round_robin", sales[:2], city("Shanghai", "Suzhou"))
        a_rule("person", sales[2:])
        first, second = capture(1, city="Shanghai").lead, capture(2, city="suzhou").lead
        assert why(first) == "Assigned to Mia by rule 3: city is Shanghai or Suzhou; in turn, 1 of 2"
        assert why(second) == "Assigned to Noah by rule 3: city is Shanghai or Suzhou; in turn, 2 of 2"
        assert why(capture(3, city="York").lead) == "Assigned to Olga by rule 4: fits every lead; the one person it names"


def test_whoever_is_away_is_passed_over_or_stood_in_for(at_acme, sales):
    with at_acme():
        day = date(2026, 11, 20)
        calendar.add_absence(sales[0].id, first_day=day, last_day=day, deputy_id=sales[2].id)
        turn = a_rule("round_robin", sales[:2], city("Leeds"))
        assert why(capture(1, city="Leeds").lead) == (
            "Assigned to Noah by rule 1: city is Leeds; in turn, 2 of 2 (Mia is away)"
        )
        leading.delete_rule(turn.id)
        a_rule("person", sales[:1])
        assert why(capture(2).lead) == "Assigned to Olga by rule 1: fits every lead; stands in for Mia"
    with at_acme(days=1):
        assert capture(3).lead.owner_id == sales[0].id


def test_nobody_available_is_the_pool_with_an_alert(at_acme, sales):
    with at_acme():
        a_rule("person", sales[:1])
        sales[0].is_active = False
        sales[0].save()
        lead = capture().lead
        assert (lead.state, lead.owner_id, lead.pool.is_default, lead.response_due_at) == ("new", None, True, None)
        assert why(lead) == "Put into the pool: rule 1 fits every lead, but nobody is available (Mia no longer works here)"
        assert Event.objects.filter(kind="lead.unassigned").count() == 1


def test_the_least_loaded_gets_it(at_acme, sales):
    with at_acme():
        a_rule("least_load", sales)
        assert [capture(n).lead.owner_id for n in range(1, 5)] == [sales[0].id, sales[1].id, sales[2].id, sales[0].id]
        assert why(Lead.objects.latest("id")) == "Assigned to Mia by rule 1: fits every lead; fewest open leads (1)"


def test_a_referred_person_goes_to_the_owner_of_whoever_referred_them(at_acme, sales, ann):
    with at_acme():
        update_customer(ann.id, owner_id=sales[1].id)
        a_rule("referrer_owner")
        a_rule("person", sales[:1])
        assert (
            why(capture(1, referrer_id=ann.id).lead)
            == "Assigned to Noah by rule 1: fits every lead; owner of Ann Smith, who referred them"
        )
        assert capture(2).lead.owner_id == sales[0].id  # nobody referred them: the next rule


def test_a_dry_run_moves_nothing(at_acme, sales):
    with at_acme():
        rule = a_rule("round_robin", sales[:2])
        made_up = [Lead(customer=Customer(name="X"), source="form") for _ in range(3)]
        tried = [decision.member_id for _, decision in leading.dry_run(made_up)]
        assert tried == [sales[0].id, sales[1].id, sales[0].id]
        rule.refresh_from_db()
        assert (rule.last_member_id, Lead.objects.count(), LeadMove.objects.count()) == (None, 0, 0)


# --- the clock -----------------------------------------------------------------------------------------------


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def test_the_clock_runs_in_working_hours_and_stops_at_the_first_word(at_acme, sales):
    with at_acme(at(20, 16)):  # a Friday: two hours are left of it
        a_rule(members=sales)
        lead = capture().lead
        assert (lead.remind_at, lead.response_due_at) == (at(23, 10, 12), at(23, 11))
        task = Task.objects.get(assignee=sales[0])
        assert (task.title, task.due_at, task.priority) == ("Answer the enquiry of Person 1", at(23, 11), 1)
    with at_acme(at(23, 9, 30)):
        leading.record_contact(lead.id, kind="call", result="not_reached")
        assert Lead.objects.get().first_response_at is None
        leading.record_contact(
            lead.id, kind="call", result="reached", text="Wants a kilo.", next_title="Send it", next_at=at(24, 9)
        )
        done = Lead.objects.get()
        assert (done.state, done.response_minutes, done.wake_at) == ("contacted", 150, at(23, 9, 30) + timedelta(days=14))
        assert sorted(Task.objects.values_list("title", "state")) == [
            ("Answer the enquiry of Person 1", "done"),
            ("Send it", "open"),
        ]


def test_reminded_at_eighty_escalated_at_a_hundred_percent_once(at_acme, sales):
    with at_acme(at(20, 10)):
        a_rule(members=sales)
        lead = capture().lead
    with at_acme(at(20, 13)):
        assert leading.wake_leads() == 0
    with at_acme(at(20, 13, 12)):
        assert (leading.wake_leads(), leading.wake_leads()) == (1, 0)
    with at_acme(at(20, 14)):
        assert (leading.wake_leads(), leading.wake_leads()) == (1, 0)
        assert kinds(lead) == ["captured", "assigned", "reminded", "escalated"]
        told = Event.objects.filter(kind__in=["lead.due_soon", "lead.overdue"]).order_by("id")
        assert [(event.kind, event.payload["owner_id"]) for event in told] == [
            ("lead.due_soon", str(sales[0].id)), ("lead.overdue", str(sales[0].id)),
        ]  # fmt: skip


def test_what_nobody_answers_goes_back_to_the_pool(at_acme, sales):
    with at_acme(at(20, 10)):
        a_rule(members=sales)
        lead, kept = capture(1).lead, capture(2).lead
        leading.protect_lead(kept.id, is_protected=True)
    with at_acme(at(23, 16)):  # sixteen working hours later, and an hour more is missing
        leading.wake_leads()
        assert Lead.objects.get(id=lead.id).state == "assigned"
    with at_acme(at(23, 17)):
        leading.wake_leads()
        back = Lead.objects.select_related("customer", "pool").get(id=lead.id)
        assert (back.state, back.owner_id, back.pool.is_default, back.times_recycled) == ("new", None, True, 1)
        assert back.customer.owner_id is None
        assert LeadMove.objects.filter(lead=lead).latest("id").reason == "no_contact"
        assert Task.objects.get(customer=back.customer).state == "dropped"
        assert held_before([lead.id]) == {lead.id: ["Mia"]}
        assert Lead.objects.get(id=kept.id).state == "assigned"


def test_a_lead_without_progress_goes_back_after_a_fortnight(at_acme, sales):
    with at_acme(at(1, 10)):
        a_rule(members=sales)
        lead = capture().lead
        leading.record_contact(lead.id, kind="call", result="reached")
    with at_acme(at(15, 10)):
        leading.wake_leads()
        assert (Lead.objects.get().state, LeadMove.objects.latest("id").reason) == ("new", "no_progress")


# --- steps -----------------------------------------------------------------------------------------------------


def test_qualified_converted_and_the_customer_moves_on(at_acme, sales):
    with at_acme():
        a_rule(members=sales)
        lead = capture().lead
        with pytest.raises(errors.LeadMoved):
            leading.convert_lead(lead.id)
        leading.qualify_lead(lead.id)
        leading.convert_lead(lead.id, make_deal=False)
        with pytest.raises(errors.LeadMoved):
            leading.convert_lead(lead.id)
        won = Lead.objects.select_related("customer").get()
        assert (won.state, won.customer.stage, won.closed_at, won.wake_at) == ("converted", "customer", NOON, None)
        assert Event.objects.filter(kind="lead.converted").count() == 1


def test_no_fit_says_why_in_two_levels_and_can_be_taken_up_again(at_acme, sales):
    with at_acme():
        a_rule(members=sales)
        lead = capture().lead
        for reason, detail in (("weather", ""), ("no_need", "price")):
            with pytest.raises(errors.UnknownReason):
                leading.disqualify_lead(lead.id, reason=reason, detail=detail)
        assert Lead.objects.get().state == "assigned"
        leading.disqualify_lead(lead.id, reason="no_need", detail="later", note="Ask in May")
        assert Task.objects.get().state == "dropped"
        leading.reopen_lead(lead.id)
        assert kinds(lead) == ["captured", "assigned", "unqualified", "reopened", "assigned"]
        assert Lead.objects.get().owner_id == sales[1].id  # whose turn it is


def test_handed_over_with_a_word_the_clock_runs_on(at_acme, sales):
    with at_acme():
        a_rule(members=sales)
        lead = capture().lead
        due = lead.response_due_at
        leading.hand_over_lead(lead.id, sales[1].id, note="Speaks Welsh")
        now = Lead.objects.get()
        move = LeadMove.objects.latest("id")
        assert (now.owner_id, now.response_due_at, Task.objects.get().assignee_id) == (sales[1].id, due, sales[1].id)
        assert (move.from_member_id, move.to_member_id, move.note) == (sales[0].id, sales[1].id, "Speaks Welsh")


# --- the pool --------------------------------------------------------------------------------------------------


def test_claims_have_limits_and_a_cool_down(at_acme, sales):
    with at_acme():
        leading.set_policy(claims_a_day=2, in_hand=3, cooldown_days=7)
        leads = [capture(n).lead for n in range(1, 6)]
        first = leading.claim_lead(leads[0].id, sales[0].id)
        assert (first.state, first.owner_id, first.pool_id) == ("assigned", sales[0].id, None)
        leading.release_lead(first.id, note="Not mine")
        with pytest.raises(errors.CoolingDown):
            leading.claim_lead(first.id, sales[0].id)
        leading.claim_lead(leads[1].id, sales[0].id)
        with pytest.raises(errors.TooManyClaims):
            leading.claim_lead(leads[2].id, sales[0].id)
        assert leading.claim_lead(first.id, sales[1].id).owner_id == sales[1].id
        leading.set_policy(in_hand=1)
        with pytest.raises(errors.HandsFull):
            leading.claim_lead(leads[2].id, sales[1].id)
        with pytest.raises(errors.LeadTaken):
            leading.claim_lead(first.id, sales[2].id)
    with at_acme(days=7):
        leading.release_lead(leads[1].id)


def test_a_pool_of_a_team_is_the_teams(at_acme, sales):
    with at_acme():
        pool = leading.add_pool("Hull office", [sales[0].id])
        leading.save_rule(name="Hull", how="pool", criteria=city("Hull"), pool_id=pool.id)
        lead = capture(city="Hull").lead
        assert lead.pool_id == pool.id
        assert why(lead) == "Put into the pool by rule 1: city is Hull"
        with pytest.raises(errors.NotInPool):
            leading.claim_lead(lead.id, sales[1].id)
        assert leading.claim_lead(lead.id, sales[0].id).owner_id == sales[0].id
        assert LeadPool.objects.count() == 1


def test_leads_of_who_has_left_are_for_others(acme, at_acme, gus, sales, drained):
    with at_acme():
        a_rule(members=sales[:1])
        lead = capture().lead
        change_role(sales[0].id, role="sales", is_active=False)
    drained(acme)
    with at_acme():
        back = Lead.objects.get(id=lead.id)
        assert (back.state, back.owner_id, LeadMove.objects.latest("id").reason) == ("new", None, "member_left")


def test_rules_must_name_somebody(at_acme, gus):
    with at_acme():
        for how in ("person", "round_robin", "least_load", "pool"):
            with pytest.raises(errors.RuleIncomplete):
                a_rule(how)
        with pytest.raises(errors.CriterionUnknown):
            a_rule("person", [gus], [{"fact": "shoe_size", "values": ["42"]}])
        assert LeadRule.objects.count() == 0


def test_how_fast_we_are(at_acme, sales):
    with at_acme(at(20, 10)):
        a_rule(members=sales[:2])
        leads = [capture(n).lead for n in range(1, 4)]
    with at_acme(at(20, 11)):
        leading.record_contact(leads[0].id, kind="call", result="reached")
    with at_acme(at(20, 15)):
        leading.record_contact(leads[1].id, kind="call", result="reached")
        figures = {each.key: each for each in response_figures(by="owner", since=at(1, 0), until=at(30, 0))}
        mia, noah = figures[str(sales[0].id)], figures[str(sales[1].id)]
        assert (mia.leads, mia.answered, mia.in_time, mia.late, mia.average_minutes) == (2, 1, 1, 1, 60.0)
        assert (noah.leads, noah.in_time, noah.late, noah.average_minutes) == (1, 0, 1, 300.0)
