"""Contact plans: who is put on them, when, how often; what is found and what follows."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm import operations
from crm.errors import DaysMissing, PlanNameTaken, PlanWithoutSteps, VisitIsClosed
from crm.listeners import on_orders_paid
from crm.models import Case, ContactPlan, ContactVisit, Customer, Enrolment, Task
from crm.queries import plan_figures
from crm.rules.contact_plans import Standing, Stops, birthday_in, postponed, reason_to_stop
from tenancy import door
from tenancy.models import Event

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


def _step(day, **facts) -> operations.StepReport:
    return operations.StepReport(**{"day": day, "title": f"Day {day}"} | facts)


def _plan(*days, **facts) -> ContactPlan:
    told = {"name": "After an order", "trigger": "order_paid", "steps": [_step(day) for day in days or (3, 30, 90)]}
    return operations.create_plan(**told | facts)


def test_a_paid_order_begins_the_plan_once(at_acme, acme, ann, order_of, drained):
    with door.organisation(acme.id):
        _plan()
        order = order_of(ann, status="paid")[0]
    drained(acme)
    with door.organisation(acme.id):
        on_orders_paid(list(Event.objects.filter(kind="order.changed")) * 2)
        assert Enrolment.objects.get().key.endswith(f"order:{order.id}")
        due = [visit.due_at.astimezone(LONDON).date() for visit in ContactVisit.objects.order_by("due_at")]
        assert [(day - order.paid_at.astimezone(LONDON).date()).days for day in due] == [3, 30, 90]


def test_who_is_not_meant_is_passed_over(at_acme, acme, ann, bea, order_of, drained):
    with at_acme():
        operations.update_customer(ann.id, tags=["Office"])
        tag = ann.tags.get().tag
        _plan(tag_id=tag.id)
        order_of(ann, status="paid"), order_of(bea, status="paid", external_id="2")
    drained(acme)
    with at_acme():
        assert Enrolment.objects.get().customer_id == ann.id


def test_an_order_of_long_ago_begins_only_what_is_ahead(at_acme, ann):
    with at_acme():
        plan = _plan()
        operations.enrol(plan, ann, cause="old", started_at=door.moment() - timedelta(days=40))
        assert [visit.step.day for visit in ContactVisit.objects.select_related("step")] == [90]
        assert operations.enrol(plan, ann, cause="ancient", started_at=door.moment() - timedelta(days=400)) is None


@pytest.mark.parametrize(
    ("facts", "error"), [({"steps": []}, PlanWithoutSteps), ({"trigger": "every"}, DaysMissing), ({}, PlanNameTaken)]
)
def test_a_plan_that_cannot_be_is_refused(at_acme, facts, error):
    with at_acme():
        _plan()
        with pytest.raises(error):
            _plan(**facts)
        assert ContactPlan.objects.count() == 1


def test_a_contact_becomes_a_task_a_day_before(at_acme, ann, gus):
    with at_acme():
        operations.update_customer(ann.id, owner_id=gus.id)
        operations.enrol(_plan(3), Customer.objects.get(id=ann.id), cause="x", started_at=door.moment())
        assert operations.turn_plans() == 0
    with at_acme(days=2):
        assert (operations.turn_plans(), operations.turn_plans()) == (1, 0)
        task = Task.objects.get()
        assert (task.kind, task.assignee_id, task.title) == ("return", gus.id, "Day 3")


def test_service_staff_take_turns(at_acme, acme, ann, bea, staff_of):
    service = {staff_of(acme, "service").id, staff_of(acme, "service").id}
    with at_acme():
        plan = _plan(steps=[_step(0, assignee_rule="round")])
        for each in (ann, bea):
            operations.enrol(plan, each, cause=str(each.id), started_at=door.moment())
        operations.turn_plans()
        assert {task.assignee_id for task in Task.objects.all()} == service


def test_what_speaks_against_it_stops_the_plan(at_acme, ann):
    with at_acme():
        enrolment = operations.enrol(_plan(0, 30), ann, cause="x", started_at=door.moment())
        operations.update_customer(ann.id, stage="lost")
        assert operations.turn_plans() == 0
        ended = Enrolment.objects.get(id=enrolment.id)
        assert (ended.state, ended.stop_reason) == ("stopped", "lost")
        assert set(ContactVisit.objects.values_list("state", flat=True)) == {"stopped"}


def test_reasons_to_stop_count_only_where_they_are_chosen():
    assert reason_to_stop(Stops(), Standing(has_ordered_again=True)) == ""
    assert reason_to_stop(Stops(ordered=True), Standing(has_ordered_again=True)) == "ordered"
    assert reason_to_stop(Stops(refund=False), Standing(has_refund=True)) == ""
    assert reason_to_stop(Stops(), Standing(is_unsubscribed=True)) == "unsubscribed"


def test_nobody_is_contacted_more_often_than_the_policy_says(at_acme, ann):
    with at_acme():
        plans = [_plan(0, name=f"Plan {n}") for n in range(3)]
        for plan in plans:
            operations.enrol(plan, ann, cause="x", started_at=door.moment())
        assert operations.turn_plans() == 1
        due = sorted(visit.due_at for visit in ContactVisit.objects.all())
        assert [(each - due[0]).days for each in due] == [0, 7, 7]
    with at_acme(days=7):
        assert operations.turn_plans() == 1
        assert Task.objects.count() == 2


def test_contacts_are_moved_on_until_a_week_has_room():
    day = timedelta(days=1)
    assert postponed(NOON, [], 1) == NOON
    assert postponed(NOON, [NOON - 2 * day], 1) == NOON + 5 * day
    assert postponed(NOON, [NOON - 2 * day, NOON + 5 * day], 1) == NOON + 12 * day
    assert postponed(NOON, [NOON - 2 * day, NOON - day], 2) == NOON + 5 * day
    assert postponed(NOON, [NOON - 7 * day], 1) == NOON


def test_birthdays_begin_once_a_year_and_know_leap_days(at_acme, ann, bea):
    assert birthday_in(2027, date(2000, 2, 29)) == date(2027, 2, 28)
    with at_acme():
        operations.update_customer(ann.id, birth_date=date(1990, 11, 20))
        operations.update_customer(bea.id, birth_date=date(2000, 2, 29))
        _plan(0, trigger="birthday")
        assert (operations.enrol_by_calendar(), operations.enrol_by_calendar()) == (1, 0)
    with at_acme(moment=datetime(2027, 2, 28, 12, tzinfo=UTC)):
        assert operations.enrol_by_calendar() == 1
    with at_acme(moment=datetime(2028, 2, 28, 12, tzinfo=UTC)):
        assert operations.enrol_by_calendar() == 0
    with at_acme():
        assert Enrolment.objects.filter(customer=bea).count() == 1


def test_every_so_many_days_comes_again(at_acme, ann):
    with at_acme():
        _plan(0, trigger="every", every_days=30)
    begun = []
    for days in (0, 1, 29, 30, 31):
        with at_acme(days=days):
            begun.append(operations.enrol_by_calendar())
    assert begun == [1, 0, 0, 1, 0]


def _visit(at_acme, ann) -> ContactVisit:
    with at_acme():
        operations.enrol(_plan(0), ann, cause="x", started_at=door.moment())
        operations.turn_plans()
        return ContactVisit.objects.get()


def test_a_problem_opens_a_case_and_a_wish_makes_a_task(at_acme, ann):
    visit = _visit(at_acme, ann)
    with at_acme(hours=1):
        found = operations.record_finding(
            visit.id,
            satisfied=2,
            has_problem=True,
            wants_to_buy=True,
            text="Torn, wants another",
            answers={"Grind?": "fine"},
        )
        with pytest.raises(VisitIsClosed):
            operations.record_finding(visit.id, satisfied=5)
        assert Case.objects.get().id == found.case_id
        assert Task.objects.get(id=visit.task_id).result == "reached"
        assert Task.objects.get(key=f"wants:{visit.id}").customer_id == ann.id
        kept = ContactVisit.objects.get()
        assert (kept.state, kept.satisfied, kept.answers) == ("done", 2, {"Grind?": "fine"})
        assert Enrolment.objects.get().state == "done"
        figures = plan_figures(door.moment())
        assert (figures.due, figures.done, figures.on_time, figures.problems, figures.wishes) == (1, 1, 1.0, 1, 1)


def test_a_call_that_reached_nobody_is_missed_and_one_put_off_is_not(at_acme, ann):
    visit = _visit(at_acme, ann)
    with at_acme(hours=1):
        operations.record_result(visit.task_id, result="again", again_at=door.moment() + timedelta(days=1))
        moved = ContactVisit.objects.get()
        assert (moved.state, moved.task.key) == ("open", f"again:{visit.task_id}")
        operations.record_result(moved.task_id, result="missed")
        assert ContactVisit.objects.get().state == "missed"
        assert plan_figures(door.moment()).reached == 0.0


def test_who_is_taken_off_is_left_alone(at_acme, ann):
    with at_acme():
        plan = _plan(0, 30)
        enrolment = operations.enrol(plan, ann, cause="x", started_at=door.moment())
        operations.stop_enrolment(enrolment.id)
        assert operations.turn_plans() == 0
        ended = operations.switch_plan(plan.id, is_active=False)
        assert operations.enrol(ended, ann, cause="y", started_at=door.moment()) is None


def test_days_are_counted_on_the_organisations_clock():
    from crm.rules.contact_plans import day_of

    late = datetime(2026, 11, 20, 18, tzinfo=UTC)  # the next day in Shanghai
    assert day_of(late, 3, ZoneInfo("Asia/Shanghai")).isoformat() == "2026-11-24T10:00:00+08:00"
