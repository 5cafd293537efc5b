"""Scoring all customers."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from analytics import rules
from analytics.models import RfmMove, RfmRun, RfmScore
from analytics.operations import is_scoring_due, score_rfm, start_scoring
from analytics.queries import rfm_map
from crm.models import Customer, Order
from tenancy import door, jobs
from tenancy.models import Job

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def score(acme, database):
    """Score acme's customers at noon of 20 November 2026, or later."""
    return lambda job_id=None, **later: score_rfm(acme.id, job_id, moment=NOON + timedelta(**later))


@pytest.fixture
def five(at_acme, customer, order):
    """Five customers, each one step apart: A came yesterday, five times; E long ago, once."""
    with at_acme():
        made = {}
        for place, name in enumerate("ABCDE"):
            made[name] = customer(name)
            for n in range(5 - place):
                order(made[name], 1 + place * 10 + n, 1000)
        return made


def _marks(at_acme) -> dict[str, tuple]:
    with at_acme():
        return {
            s.customer.name: (s.recency_days, s.frequency, s.monetary_minor, s.r, s.f, s.m, s.segment)
            for s in RfmScore.objects.select_related("customer")
        }


def test_five_customers_get_five_marks(five, score, at_acme):
    run = score()
    assert _marks(at_acme) == {
        "A": (1, 5, 5000, 5, 5, 5, "champions"),
        "B": (11, 4, 4000, 4, 4, 4, "loyal"),
        "C": (21, 3, 3000, 3, 3, 3, "need_attention"),
        "D": (31, 2, 2000, 2, 2, 2, "hibernating"),
        "E": (41, 1, 1000, 1, 1, 1, "lost"),
    }
    assert run.customers == 5
    assert run.cut_points == {
        "recency_days": [1, 11, 21, 31], "frequency": [1, 2, 3, 4], "monetary_minor": [1000, 2000, 3000, 4000],
    }  # fmt: skip


def test_equal_customers_get_equal_marks(score, at_acme, customer, order):
    with at_acme():
        for n in range(7):
            order(customer(f"C{n}"), 3, 500)
    score()
    assert set(_marks(at_acme).values()) == {(3, 1, 500, 5, 1, 1, "new")}


def test_only_what_was_kept_counts(score, at_acme, customer, order):
    with at_acme():
        cat, dan, eve, fay = (customer(name) for name in ("Cat", "Dan", "Eve", "Fay"))
        order(cat, 5, 1000, refunded=400)
        order(cat, 2, 1000, refunded=1000)  # given back: neither the visit nor the money counts
        order(dan, 1, 1000, status="cancelled")
        order(eve, -1, 1000)  # paid tomorrow
        order(fay, 4, 1000, currency="CNY")  # came, but pounds and yuan are not added
        order(fay, 4, 300)
        order(None, 1, 9900)
    score()
    assert {name: marks[:3] for name, marks in _marks(at_acme).items()} == {"Cat": (5, 1, 600), "Fay": (4, 2, 300)}


def test_sql_and_rules_agree_on_random_customers(score, at_acme, customer, order):
    chance = random.Random(4)
    with at_acme():
        people = Customer.objects.bulk_create(
            Customer(name=str(n), search_text=str(n), created_at=door.moment()) for n in range(300)
        )
        Order.objects.bulk_create(
            Order(
                source="shop", external_id=f"{n}.{k}", input_hash="", customer=person, status="paid", currency="GBP",
                total_minor=chance.choice([100, 500, 500, 2000]), placed_at=door.moment(),
                paid_at=door.moment() - timedelta(days=chance.randint(0, 60)),
            )
            for n, person in enumerate(people)
            for k in range(chance.choice([1, 1, 1, 2, 3, 9]))
        )  # fmt: skip
    cuts = score().cut_points
    marks = _marks(at_acme).values()
    assert len(marks) == 300
    for recency, frequency, money, r, f, m, segment in marks:
        assert r == rules.low_mark(recency, cuts["recency_days"])
        assert f == rules.high_mark(frequency, cuts["frequency"])
        assert m == rules.high_mark(money, cuts["monetary_minor"])
        assert segment == rules.segment_of(r, f, m)


def test_a_second_run_changes_nothing(five, score, at_acme):
    first = score()
    score()
    with at_acme():
        assert set(RfmScore.objects.values_list("run_id", flat=True)) == {first.id}
        assert RfmMove.objects.count() == 5
        assert RfmRun.objects.count() == 2


def test_moves_are_history(five, score, at_acme, order):
    first = score()
    with at_acme(days=1):
        for _ in range(9):
            order(five["E"], 0, 9000)
    second = score(days=1)
    with at_acme():
        history = RfmMove.objects.filter(customer_id=five["E"].id).order_by("id")
        assert [(m.run_id, m.before, m.after) for m in history] == [(first.id, "", "lost"), (second.id, "lost", "champions")]
        assert {f.after: f.customers for f in rfm_map().flows if f.before == "lost"} == {"champions": 1}


def test_who_gave_everything_back_has_no_marks_any_more(five, score, at_acme):
    from crm.models import Refund

    score()
    with at_acme():
        row = five["E"].orders.get()
        Refund.objects.create(
            source="shop", external_id="late", order_external_id=row.external_id, order=row, currency="GBP",
            amount_minor=1000, refunded_at=door.moment(),
        )  # fmt: skip
    run = score(days=1)
    assert run.customers == 4
    assert "E" not in _marks(at_acme)
    with at_acme():
        last = RfmMove.objects.filter(customer_id=five["E"].id).order_by("-id").first()
        assert (last.before, last.after) == ("lost", "")


def test_another_organisations_customers_are_not_counted(five, score, globex, at_acme, customer, order):
    with door.organisation(globex.id, moment=NOON):
        for n in range(20):
            order(customer(f"G{n}"), 1, 99_000)
    run = score()
    assert run.customers == 5
    assert run.cut_points["monetary_minor"] == [1000, 2000, 3000, 4000]
    assert score_rfm(globex.id, moment=NOON).customers == 20
    assert len(_marks(at_acme)) == 5
    with door.organisation(globex.id):
        assert RfmScore.objects.count() == 20


def test_without_orders_there_are_no_marks(score, at_acme, customer):
    with at_acme():
        customer("Cat")
    run = score()
    assert (run.customers, run.cut_points) == (0, {"recency_days": [], "frequency": [], "monetary_minor": []})
    with at_acme():
        assert rfm_map().customers == 0


def test_the_map_adds_up(five, score, at_acme):
    score()
    with at_acme():
        found = rfm_map()
    assert [(cell.r, cell.value) for cell in found.cells[:6]] == [(5, 1), (5, 2), (5, 3), (5, 4), (5, 5), (4, 1)]
    assert {(c.r, c.value): (c.customers, c.monetary_minor, c.segment) for c in found.cells if c.customers} == {
        (5, 5): (1, 5000, "champions"), (4, 4): (1, 4000, "loyal"), (3, 3): (1, 3000, "need_attention"),
        (2, 2): (1, 2000, "hibernating"), (1, 1): (1, 1000, "lost"),
    }  # fmt: skip
    champions = found.segments[0]
    assert (champions.key, champions.customers, champions.share, champions.monetary_share) == ("champions", 1, 0.2, 0.3333)
    assert (champions.average_recency_days, champions.average_frequency) == (1, 5.0)
    assert (found.customers, found.monetary_minor, found.currency) == (5, 15000, "GBP")
    assert sum(segment.customers for segment in found.segments) == 5


def test_a_job_shows_what_came_of_it(five, score, gus, at_acme):
    with at_acme():
        job = start_scoring(created_by=gus.user)
        assert (job.state, job.total) == ("queued", 1)
    run = score(job.id)
    with at_acme():
        job.refresh_from_db()
        assert (job.state, job.done, job.percent) == ("done", 1, 100)
        assert job.result["run_id"] == str(run.id)
        assert (job.result["customers"], job.result["moved"]) == (5, 5)


def test_a_cancelled_job_scores_nobody(five, score, at_acme):
    with at_acme():
        job = start_scoring()
        assert jobs.request_cancel(job.id)
    assert score(job.id) is None
    with at_acme():
        assert RfmScore.objects.count() == 0


def test_a_failed_job_says_so(five, score, at_acme, monkeypatch):
    with at_acme():
        job = start_scoring()
    monkeypatch.setattr("analytics.operations.scoring._SCORE", "SELECT 1/0")
    with pytest.raises(Exception, match="division by zero"):
        score(job.id)
    with at_acme():
        assert Job.objects.get(id=job.id).state == "failed"
        assert RfmRun.objects.count() == 0


def test_scoring_is_due_every_twenty_hours(score, at_acme, customer, order):
    with at_acme():
        assert is_scoring_due() == (False, None)  # nothing to score
        order(customer("Cat"), 1, 100)
        assert is_scoring_due() == (True, None)
    score()
    with at_acme(hours=19):
        assert is_scoring_due() == (False, None)
    with at_acme(hours=20):
        assert is_scoring_due() == (True, None)


def test_a_job_whose_doorbell_was_lost_is_found(acme, at_acme):
    with at_acme():
        job = start_scoring()
        assert is_scoring_due() == (False, None)
        Job.objects.filter(id=job.id).update(created_at=datetime.fromisoformat("2020-01-01T00:00+00:00"))
        assert is_scoring_due() == (True, job.id)
