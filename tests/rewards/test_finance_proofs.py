"""Proofs are kept, run at once or as a job, and a broken rule alarms owners and finance."""

import pytest
from django.db import connections

from messaging.models import Message
from rewards import operations, queries, tasks
from rewards.models import Balance, ProofRun
from rewards.operations.books import proving
from rewards.queries.books import RECONCILED, rules
from tenancy import door
from tenancy.models import AuditRecord, Job


@pytest.fixture
def points(at_acme, ann):
    with at_acme():
        operations.earn_points([operations.Grant(ann.id, 500, "a", "order")])
        return Balance.objects.get().id


@pytest.fixture
def spoilt(points):
    """One point moved in a balance behind the house's back."""
    with connections["owner"].cursor() as cursor:
        sql = "UPDATE rewards_balance SET available = available {0} 1, redeemed = redeemed {1} 1 WHERE id = %s"
        cursor.execute(sql.format("-", "+"), [str(points)])
        yield points
        cursor.execute(sql.format("+", "-"), [str(points)])


@pytest.fixture
def staff(acme, gus, staff_of):
    """The owner, finance, and two who are not to be alarmed."""
    return {role: staff_of(acme, role) for role in ("finance", "auditor", "marketer")} | {"owner": gus}


def test_a_whole_proof_is_kept_and_nobody_is_alarmed(at_acme, points, staff):
    with at_acme():
        run = operations.prove_books()
        assert (run.is_whole, run.wrong, run.checked["postings"], run.actor_kind) == (True, [], 1, "system")
        assert Message.objects.filter(kind="books_broken").count() == 0


def test_a_broken_rule_is_named_and_alarms_owner_and_finance_once_a_day(at_acme, spoilt, staff):
    with at_acme():
        run = operations.prove_books()
        operations.prove_books()
    assert not run.is_whole
    wrong = {row["rule"]: row for row in run.wrong}
    assert wrong[RECONCILED]["row_id"] == str(spoilt)
    assert wrong[RECONCILED]["found"] == "{0,499,0,0,-500,0,1,0,0,0}"
    with at_acme():
        told = Message.objects.filter(kind="books_broken", channel="in_app").values_list("member_id", flat=True)
        assert set(told) == {staff["owner"].id, staff["finance"].id}
        assert Message.objects.filter(kind="books_broken").count() == 4  # two people, by e-mail and in the house
        assert AuditRecord.objects.filter(action="books.broken").count() == 2
    with at_acme(days=1):
        operations.prove_books()
        assert Message.objects.filter(kind="books_broken").count() == 8


def test_another_house_is_not_alarmed(at_acme, globex, mallory, spoilt, staff):
    with at_acme():
        operations.prove_books()
    with door.organisation(globex.id):
        assert ProofRun.objects.count() == Message.objects.count() == 0
        assert operations.prove_books().is_whole


def test_large_books_are_proved_by_a_job(acme, at_acme, gus, points, monkeypatch):
    monkeypatch.setattr(proving, "AT_ONCE", 0)
    with door.organisation(acme.id, actor=door.Actor("user", gus.user_id)):
        job = operations.ask_for_proof()
        assert (job.state, job.total, ProofRun.objects.count()) == (Job.State.QUEUED, len(rules()), 0)
    assert tasks.prove_job(str(acme.id), str(job.id)) is True
    with at_acme():
        run, done = ProofRun.objects.get(), Job.objects.get(id=job.id)
        assert (run.is_whole, run.actor_id) == (True, gus.user_id)
        assert (done.state, done.done, done.result) == (
            Job.State.DONE, len(rules()), {"run_id": str(run.id), "is_whole": True},
        )  # fmt: skip


def test_a_job_finds_what_is_wrong(acme, at_acme, spoilt, monkeypatch):
    monkeypatch.setattr(proving, "AT_ONCE", 0)
    with at_acme():
        job = operations.ask_for_proof()
    tasks.prove_job(str(acme.id), str(job.id))
    with at_acme():
        assert RECONCILED in [row["rule"] for row in ProofRun.objects.get().wrong]


def test_a_stopped_proof_says_nothing(acme, at_acme, points, monkeypatch):
    monkeypatch.setattr(proving, "AT_ONCE", 0)
    with at_acme():
        job = operations.ask_for_proof()
        Job.objects.filter(id=job.id).update(is_cancel_requested=True)
    assert tasks.prove_job(str(acme.id), str(job.id)) is False
    with at_acme():
        assert ProofRun.objects.count() == 0


def test_the_nightly_run_is_kept(acme, at_acme, points):
    assert tasks.verify_books(str(acme.id)) is True
    with at_acme():
        assert ProofRun.objects.count() == 1


def test_every_rule_is_checked_alone_as_in_the_whole(at_acme, spoilt):
    with at_acme():
        one_by_one = [wrong for rule in rules() if (wrong := queries.books.check(rule))]
        assert one_by_one == list(queries.verify_books().wrong)
        assert one_by_one
