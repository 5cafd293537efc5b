"""Sending to a provider over real HTTP: answers, lost answers, look-ups, a provider that is away; nobody is paid twice."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone as clock

from crm.operations import record_customer
from rewards import tasks
from rewards.errors.payouts import PayoutMovedOn, PayoutProviderMissing
from rewards.models import PayoutAccount, PayoutLine, PayoutReport, PayoutSettings
from rewards.operations import payouts
from rewards.operations.payouts import sending
from rewards.providers.port import Accepted
from rewards.queries.payouts import batch as batch_of
from tenancy import events
from tests.rewards.bank import Bank
from tests.rewards.cash import approved, as_person, give_account, give_cash

pytestmark = pytest.mark.usefixtures("books_are_whole")
IBANS = ["GB33BUKB20201555555555", "GB82WEST12345698765432", "GB94BARC10201530093459"]


@pytest.fixture
def fay(acme, staff_of):
    return staff_of(acme, "finance")


@pytest.fixture
def bank(database):
    return Bank()


@pytest.fixture
def counter(bank, at_acme):
    """The bank is open, and acme pays through it."""
    with bank.open() as address:
        with at_acme():
            payouts.change_payout_settings(provider="web", web_address=address)
            PayoutSettings.objects.update(web_secret=bank.secret)
        yield address


@pytest.fixture
def on_its_way(acme, at_acme, ann, bea, gus, fay, counter):
    """Begin a payout of so much to ann and bea: on_its_way(1500, 900)."""

    def begin(*amounts):
        with at_acme():
            for customer, amount, iban in zip((ann, bea), amounts, IBANS, strict=False):
                give_cash(customer, amount)
                give_account(customer, iban)
            return payouts.send_payout(approved(gus, fay).id)

    return begin


@pytest.fixture
def states(at_acme):
    def look() -> list[str]:
        with at_acme():
            return list(PayoutLine.objects.order_by("id").values_list("state", flat=True))

    return look


@pytest.fixture
def minutes_later(at_acme):
    """Let the attempts lie further back, so that leases and waiting times are over."""

    def pass_by(minutes: int = 30):
        with at_acme():
            then = clock.now() - timedelta(minutes=minutes)
            PayoutLine.objects.filter(attempted_at__isnull=False).update(attempted_at=then, asked_at=None)

    return pass_by


def test_lines_are_sent_and_then_looked_up(acme, at_acme, ann, bank, on_its_way, states, minutes_later, cash_of):
    batch = on_its_way(1500, 900)
    assert payouts.send_lines(acme.id, batch.id) == 2
    assert states() == ["accepted", "accepted"]
    with at_acme():
        assert batch_of(batch.id).state == "sent"
        first = PayoutLine.objects.order_by("id").first()
        assert first.provider_id == bank.record[first.reference]["id"]
        assert bank.record[first.reference]["asked"] == {
            "reference": first.reference, "amount_minor": 1500, "currency": "GBP", "method": "bank", "holder": "Ann Smith",
            "account": IBANS[0], "bank": "Acorn Bank", "note": f"Acme {batch.code}",
        }  # fmt: skip
    minutes_later()
    assert payouts.look_up_lines(acme.id) == 2
    assert states() == ["paid", "paid"]
    with at_acme():
        assert batch_of(batch.id).state == "completed"
        assert cash_of(ann)["paid"] == 1500
        assert set(PayoutReport.objects.values_list("source", "outcome")) == {
            ("answer", "note_accepted"), ("look_up", "book_paid"),
        }  # fmt: skip


def test_what_is_turned_down_fails_at_once(acme, at_acme, ann, on_its_way, states, cash_of):
    batch = on_its_way(1517)
    payouts.send_lines(acme.id, batch.id)
    assert states() == ["failed"]
    with at_acme():
        assert PayoutLine.objects.get().cause == "account_unknown"
        assert cash_of(ann)["available"] == 1517
        assert batch_of(batch.id).state == "with_failures"


def test_what_fails_later_is_given_back(acme, at_acme, ann, on_its_way, states, minutes_later, cash_of):
    batch = on_its_way(1513)
    payouts.send_lines(acme.id, batch.id)
    minutes_later()
    payouts.look_up_lines(acme.id)
    assert states() == ["failed"]
    with at_acme():
        assert (PayoutLine.objects.get().cause, cash_of(ann)["available"]) == ("account_closed", 1513)


def test_a_lost_answer_is_doubted_and_looked_up_not_sent_again(acme, bank, on_its_way, states, minutes_later):
    batch = on_its_way(1519)
    payouts.send_lines(acme.id, batch.id)
    assert states() == ["uncertain"]
    assert payouts.send_lines(acme.id, batch.id) == 0
    assert payouts.look_up_lines(acme.id) == 0  # the request may still be on its way
    minutes_later()
    payouts.look_up_lines(acme.id)
    assert states() == ["paid"]
    assert list(bank.asked.values()) == [1]


def test_an_unknown_payment_goes_again_under_its_reference(acme, at_acme, bank, on_its_way, states, minutes_later):
    """The connection broke before the bank had read it."""
    batch = on_its_way(1500)
    bank.is_silent = True
    payouts.send_lines(acme.id, batch.id)
    reference = next(iter(bank.record))
    bank.record.clear()
    bank.is_silent = False
    assert states() == ["uncertain"]
    minutes_later()
    payouts.look_up_lines(acme.id)
    assert states() == ["reserved"]
    payouts.send_lines(acme.id, batch.id)
    assert states() == ["accepted"]
    assert list(bank.record) == [reference]
    with at_acme():
        assert PayoutLine.objects.get().attempts == 2


def test_another_amount_is_for_a_person(acme, at_acme, on_its_way, states, minutes_later):
    batch = on_its_way(1523)
    payouts.send_lines(acme.id, batch.id)
    minutes_later()
    payouts.look_up_lines(acme.id)
    assert states() == ["accepted"]
    with at_acme():
        found = batch.differences.get()
        assert (found.kind, found.amount_minor) == ("amount_differs", 1522)


def test_nobody_there_leaves_everything_to_be_sent(acme, at_acme, bank, on_its_way, states):
    batch = on_its_way(1500, 900)
    with at_acme():
        PayoutSettings.objects.update(web_address="http://127.0.0.1:9/v1")
    assert payouts.send_lines(acme.id, batch.id) == 1  # one try, then it waits for the next ring
    assert states() == ["reserved", "reserved"]
    with at_acme():
        assert batch_of(batch.id).state == "sending"
        assert PayoutLine.objects.order_by("id").first().cause == "no_connection"
    assert bank.record == {}


def test_a_wrong_secret_pays_nobody_and_loses_nothing(acme, at_acme, bank, on_its_way, states):
    batch = on_its_way(1500)
    with at_acme():
        payouts.renew_web_secret()
    payouts.send_lines(acme.id, batch.id)
    assert (states(), bank.record) == (["reserved"], {})
    with at_acme():
        assert PayoutLine.objects.get().cause == "http_401"


def test_a_provider_that_swallows_everything_is_left_alone(acme, at_acme, gus, fay, counter, bank, states):
    with at_acme():
        for number in range(5):
            person = record_customer(name=f"P {number}", email=f"p{number}@example.com")
            give_cash(person, 1000)
            give_account(person, f"1234567{number}")
        batch = payouts.send_payout(approved(gus, fay).id)
    bank.is_silent = True
    assert payouts.send_lines(acme.id, batch.id) == sending.PATIENCE
    assert states().count("reserved") == 5 - sending.PATIENCE


def test_no_transaction_is_open_while_the_provider_thinks(acme, on_its_way, monkeypatch):
    batch = on_its_way(1500)
    seen = []

    class Watching:
        def send(self, payment):
            seen.append(connection.in_atomic_block)
            return Accepted("x")

    monkeypatch.setattr(sending, "provider", lambda code: Watching())
    payouts.send_lines(acme.id, batch.id)
    assert seen == [False]


def test_the_attempt_is_noted_before_the_call(acme, at_acme, on_its_way, monkeypatch):
    batch = on_its_way(1500)

    class Dying:
        def send(self, payment):
            raise SystemExit

    monkeypatch.setattr(sending, "provider", lambda code: Dying())
    with pytest.raises(SystemExit):
        payouts.send_lines(acme.id, batch.id)
    with at_acme():
        line = PayoutLine.objects.get()
        assert (line.state, line.attempts) == ("sending", 1)


def test_a_failure_of_ours_on_the_road_is_doubt(acme, on_its_way, states, monkeypatch):
    batch = on_its_way(1500)

    class Broken:
        def send(self, payment):
            raise ZeroDivisionError

    monkeypatch.setattr(sending, "provider", lambda code: Broken())
    payouts.send_lines(acme.id, batch.id)
    assert states() == ["uncertain"]


def test_an_erased_account_is_not_paid(acme, at_acme, ann, bank, on_its_way, states, cash_of):
    batch = on_its_way(1500)
    with at_acme():
        PayoutAccount.objects.update(details=None)
    payouts.send_lines(acme.id, batch.id)
    assert (states(), bank.record) == (["failed"], {})
    with at_acme():
        assert cash_of(ann)["available"] == 1500


def test_only_approved_payouts_are_sent(acme, at_acme, ann, gus, counter, bank):
    with at_acme():
        give_cash(ann, 1500)
        give_account(ann)
        as_person(gus)
        batch = payouts.draft_payout(currency="GBP")
        payouts.submit_payout(batch.id)
        with pytest.raises(PayoutMovedOn):
            payouts.send_payout(batch.id)
    assert payouts.send_lines(acme.id, batch.id) == 0
    assert bank.record == {}


def test_what_is_sent_cannot_be_cancelled(at_acme, on_its_way):
    batch = on_its_way(1500)
    with at_acme(), pytest.raises(PayoutMovedOn):
        payouts.cancel_payout(batch.id)


def test_a_provider_that_is_not_set_up_is_refused(at_acme, ann, gus, fay):
    with at_acme():
        give_cash(ann, 1500)
        give_account(ann)
        payouts.change_payout_settings(provider="web")
        batch = approved(gus, fay)
        with pytest.raises(PayoutProviderMissing):
            payouts.send_payout(batch.id)
        assert batch_of(batch.id).state == "approved"


def test_the_beat_finds_what_is_under_way_and_finishes_it(
    acme, at_acme, globex, bank, on_its_way, states, minutes_later, monkeypatch
):
    batch = on_its_way(1500, 919)
    rung = []
    monkeypatch.setattr(events, "ring", lambda task, *ids: rung.append((task.name, ids)))
    tasks.ring_for_payouts()
    assert ("rewards.tasks.follow_payouts", (str(acme.id),)) in rung
    assert ("rewards.tasks.follow_payouts", (str(globex.id),)) not in rung
    for _ in range(3):
        tasks.follow_payouts(str(acme.id))
        minutes_later()
    assert states() == ["paid", "paid"]
    assert sorted(bank.asked.values()) == [1, 1]
    with at_acme():
        assert batch_of(batch.id).state == "completed"
