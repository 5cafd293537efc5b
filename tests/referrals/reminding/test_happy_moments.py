"""Campaigns write to customers after a happy moment: whom, when, once, and why somebody is left out."""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connections

from crm.operations import record_customer
from crm.operations.cases import open_case
from messaging.mail import compose
from referrals import operations as referrals
from referrals.models import Campaign, PromotionReceiver, ReferralCode, Reminder
from referrals.occasions import on_orders_paid
from referrals.operations.asking import answer_ask, ask_now, set_ask_rules
from referrals.operations.promotions import Wanted, default_texts, plan_promotion, run_promotion
from referrals.operations.reminding import run_reminders, running, set_reminder
from referrals.queries.reminding import reminders_of
from tenancy import door
from tenancy.models import Event
from tests.conftest import NOON
from tests.referrals.reminding.conftest import mails, places

DAY = timedelta(days=1)


def test_nothing_is_sent_unless_somebody_switched_it_on(campaign, fan, buy, run, at_acme):
    with at_acme():
        assert [(row.kind, row.is_active, row.wait_days) for row in reminders_of(campaign)] == [
            ("bought", False, 3), ("praised", False, 1), ("silent", False, 14), ("ending", False, 5),
        ]  # fmt: skip
    buy("A1", 5000, fan.id)
    assert run(30) == 0
    assert not mails(at_acme) and not places(at_acme)


def test_a_buyer_is_written_to_after_the_wait_with_their_own_link(acme, campaign, on, fan, buy, run, at_acme):
    on("bought")
    buy("A1", 5000, fan.id, days=1)
    assert run(3) == 0
    assert run(4) == 1
    assert run(5) == 0
    (mail,) = mails(at_acme)
    with at_acme():
        code = ReferralCode.objects.get(campaign=campaign, referrer=fan).code
    assert (mail.kind, mail.customer_id, mail.state, mail.address) == (
        "reminder_bought", fan.id, "queued", "fan@example.com",
    )  # fmt: skip
    assert f"/r/{code}" in mail.body and mail.body.startswith("Hello Fan")
    assert compose(acme, mail).extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert places(at_acme) == [("told", "")]


def test_an_order_that_was_given_back_meanwhile_is_no_happy_moment(on, fan, buy, give_back, run, at_acme):
    on("bought")
    buy("A1", 5000, fan.id)
    give_back("R1", "A1", 1000)
    assert run(5) == 0
    assert places(at_acme) == [("left_out", "undone")]


def test_good_marks_and_a_card_of_the_same_occasion_staff_ask_first(on, fan, praised, run, at_acme):
    on("praised")
    with at_acme():
        card = ask_now(fan.id, key="k")
    praised(fan)
    assert run(1) == 0
    assert places(at_acme) == [("chosen", "open_card")]
    with at_acme(days=2):
        answer_ask(card.id, answer="dropped")
    assert run(2) == 1  # nobody asked, so the message does
    assert [mail.kind for mail in mails(at_acme)] == ["reminder_praised"]


def test_without_consent_nobody_is_written_to_and_the_log_says_why(on, ann, praised, run, at_acme):
    on("praised")
    praised(ann)
    assert run(1) == 0
    assert not mails(at_acme)
    assert places(at_acme) == [("left_out", "no_consent")]


def test_consent_taken_back_while_it_waits_counts(on, fan, agree, praised, run, at_acme):
    on("praised")
    praised(fan)
    agree(fan, is_granted=False, days=0.5)
    assert run(1) == 0
    assert places(at_acme) == [("left_out", "no_consent")]


def test_who_is_not_in_the_target_group_is_named_as_that(make_campaign, on, fan, praised, run, at_acme):
    on("praised", campaign=make_campaign(target={"stages": ["loyal"]}))
    praised(fan)
    assert run(1) == 0
    assert places(at_acme) == [("left_out", "not_in_target")]


def test_who_a_promotion_told_waits_and_is_left_out_when_the_moment_is_over(
    acme, campaign, on, fan, praised, run, at, at_acme
):
    at(0)
    with at_acme():
        made = plan_promotion(campaign.id, Wanted(texts=default_texts()))
    assert run_promotion(acme.id, made.id) == 1
    on("praised")
    praised(fan, days=1)
    assert run(2) == 0
    assert places(at_acme) == [("told", ""), ("chosen", "told_lately")]
    assert run(17) == 0
    assert places(at_acme)[1] == ("left_out", "told_lately")


def test_who_was_reminded_is_not_told_by_a_promotion(acme, campaign, on, fan, praised, run, at_acme):
    on("praised")
    praised(fan)
    assert run(1) == 1
    with at_acme(days=1):
        made = plan_promotion(campaign.id, Wanted(texts=default_texts(), send_at=NOON + 2 * DAY))
    with at_acme(days=3):
        pass
    run(3)
    assert run_promotion(acme.id, made.id) == 0
    with at_acme():
        made.refresh_from_db()
        assert made.left_out["told_lately"] == 1


def test_who_staff_asked_is_not_reminded(on, fan, praised, run, at_acme):
    with at_acme():
        set_ask_rules(quiet_days=5)
        answer_ask(ask_now(fan.id, key="k").id, answer="later")
    on("praised")
    praised(fan, days=1)
    assert run(2) == 0
    assert places(at_acme) == [("chosen", "asked_lately")]
    assert run(6) == 1  # five quiet days are over, and the moment is still fresh


def test_a_refusal_is_an_answer(on, fan, praised, run, at_acme):
    with at_acme():
        answer_ask(ask_now(fan.id, key="k").id, answer="refused", reason="privacy")
    on("praised")
    praised(fan)
    assert run(1) == 0
    assert places(at_acme) == [("left_out", "said_no")]


def test_nobody_with_an_open_case_is_reminded(on, fan, praised, run, at_acme):
    on("praised")
    praised(fan)
    with at_acme():
        open_case(customer_id=fan.id, subject="Broken")
    assert run(1) == 0
    assert places(at_acme) == [("chosen", "open_case")]


def test_a_replayed_event_makes_no_second_place(acme, on, fan, buy, run, at_acme):
    on("bought", most=5)
    with at_acme():
        set_ask_rules(quiet_days=1, most_in_90_days=9)
    order = buy("A1", 5000, fan.id)
    assert run(4) == 1
    with at_acme(days=4):
        event = Event.objects.filter(kind="order.changed", subject_id=order.id).first()
        on_orders_paid([event, event])
    assert run(10) == 0
    assert len(places(at_acme)) == len(mails(at_acme)) == 1


@pytest.fixture
def in_threads(monkeypatch):
    """Run work in threads of their own; `together` lets both get as far as the guard, if nothing keeps them apart."""

    def run(*jobs):
        gate, real, told = threading.Barrier(len(jobs)), running.judged, []

        def together(*args, **kwargs):
            found = real(*args, **kwargs)
            with suppress(threading.BrokenBarrierError):
                gate.wait(timeout=1)
            return found

        def work(job):
            try:
                told.append(job())
            finally:
                connections.close_all()

        monkeypatch.setattr(running, "judged", together)
        workers = [threading.Thread(target=work, args=[job]) for job in jobs]
        [each.start() for each in workers]
        [each.join() for each in workers]
        return told

    return run


def test_two_workers_of_one_reminder_write_once(acme, on, fan, praised, at, at_acme, in_threads):
    on("praised")
    praised(fan)
    at(1)
    assert sorted(in_threads(*[lambda: run_reminders(acme.id)] * 2)) == [0, 1]
    assert len(mails(at_acme)) == 1


def test_two_campaigns_that_hurry_at_once_write_to_somebody_once(
    acme, on, fan, praised, make_campaign, at, at_acme, in_threads
):
    first = on("praised")
    praised(fan)
    second = on("praised", campaign=make_campaign(name="Another"))
    with at_acme():
        now = door.moment()
        PromotionReceiver.objects.create(reminder=second, customer=fan, key="x", due_at=now, until=now + 10 * DAY)
    at(1)
    batches = in_threads(*[lambda each=each: running._next_batch(acme.id, each.id) for each in (first, second)])
    assert sorted(batch.told for batch in batches) == [0, 1]
    assert sorted(places(at_acme)) == [("chosen", "told_lately"), ("told", "")]
    assert len(mails(at_acme)) == 1


def test_a_crash_in_the_middle_writes_to_nobody_twice(on, fan, agree, praised, run, at_acme, monkeypatch):
    on("praised")
    with at_acme():
        others = [record_customer(name=f"Fan {n}", email=f"fan{n}@example.com") for n in range(2)]
    for number, each in enumerate([fan, *others]):
        agree(each)
        praised(each, number=number)
    monkeypatch.setattr(running, "BATCH", 1)
    real, calls = running.note, []

    def crash(*args):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("the worker died")
        return real(*args)

    monkeypatch.setattr(running, "note", crash)
    with pytest.raises(RuntimeError):
        run(1)
    assert len(mails(at_acme)) == 1
    assert run(1) == 2
    found = mails(at_acme)
    assert len(found) == len({mail.customer_id for mail in found}) == 3


def test_a_paused_campaign_waits_and_says_so(campaign, on, fan, praised, run, at_acme):
    on("praised")
    praised(fan)
    with at_acme():
        referrals.pause_campaign(campaign.id)
    assert run(1) == 0
    assert places(at_acme) == [("chosen", "paused")]
    with at_acme(days=2):
        referrals.resume_campaign(campaign.id)
    assert run(2) == 1


def test_a_campaign_that_is_over_writes_to_nobody(campaign, on, fan, praised, run, at_acme):
    on("praised")
    praised(fan, days=89.5)
    assert run(91) == 0
    assert places(at_acme) == [("left_out", "ended")]


def test_with_the_budget_used_up_nobody_is_sent_to_a_page_that_gives_nothing(on, fan, praised, run, at_acme, monkeypatch):
    on("praised")
    praised(fan)
    monkeypatch.setattr(running, "is_used_up", lambda campaign: True)
    assert run(1) == 0
    assert places(at_acme) == [("chosen", "used_up")]
    monkeypatch.undo()
    assert run(2) == 1


def test_switched_off_it_waits_until_the_moment_is_over(campaign, on, fan, praised, run, at_acme):
    on("praised")
    praised(fan)
    with at_acme():
        set_reminder(campaign.id, "praised", is_active=False)
    assert run(1) == 0
    assert places(at_acme) == [("chosen", "off")]
    assert run(20) == 0
    assert places(at_acme) == [("left_out", "off")]


def test_the_night_is_quiet(on, fan, praised, run, at_acme):
    on("praised")
    praised(fan)
    assert run(1, hours=10) == 0
    assert places(at_acme) == [("chosen", "")]
    assert run(1, hours=20) == 1


def test_the_other_organisation_is_not_touched(acme, globex, on, fan, praised, at, at_acme):
    on("praised")
    praised(fan)
    at(1)
    assert run_reminders(globex.id) == 0
    assert places(at_acme) == [("chosen", "")]
    with door.organisation(globex.id):
        assert not Reminder.objects.exists() and not PromotionReceiver.objects.exists()
        with pytest.raises(Campaign.DoesNotExist):
            set_reminder(Reminder.objects.model(campaign_id=fan.id).campaign_id, "bought", is_active=True)
