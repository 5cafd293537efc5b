"""What customers hear of their payouts."""

import pytest

from foundation.ids import new_id
from messaging.models import Message
from messaging.payout_notices import on_accounts_changed, on_payouts_failed, on_payouts_paid
from tenancy import door, events

FACTS = {"batch_id": str(new_id()), "reference": "YJ7KQ3HDM2PXR9WA", "unit": "GBP", "amount": 1500, "reward_ids": []}


@pytest.fixture
def tell(at_acme, ann):
    """Let ann hear of something, twice: deliveries may come again. Gives what is in her mail and her member centre."""

    def run(listener, kind, **facts):
        with at_acme():
            event = events.publish(kind, new_id(), customer_id=str(ann.id), **facts)
        for _ in range(2):
            with at_acme():
                listener([event])
        with at_acme():
            return {message.channel: message for message in Message.objects.order_by("id")}

    return run


def test_a_payment_that_arrived(tell, acme):
    told = tell(on_payouts_paid, "payout.paid", **FACTS)
    assert told["email"].subject == "£15.00 has been paid to you"
    assert "YJ7KQ3HDM2PXR9WA" in told["email"].body
    assert told["in_app"].link == f"/o/{acme.slug}/member/rewards"


def test_a_payment_that_failed_leads_to_the_account(tell, acme):
    told = tell(on_payouts_failed, "payout.failed", **FACTS)
    assert told["email"].subject == "We could not pay you £15.00"
    assert "The money is still yours" in told["email"].body
    assert told["in_app"].link == f"/o/{acme.slug}/member/payout"


def test_a_new_account_is_told_to_its_owner(tell):
    told = tell(on_accounts_changed, "payout_account.changed", method="bank")
    assert told["email"].subject == "Your account for payouts was changed"
    assert "If this was not you" in told["email"].body


def test_in_chinese(tell, at_acme, ann):
    with at_acme():
        type(ann).objects.update(language="zh-hans")
    told = tell(on_payouts_paid, "payout.paid", **FACTS | {"unit": "CNY"})
    assert told["email"].subject == "¥15.00已打款给您"


def test_another_organisation_hears_nothing(ann, globex):
    with door.organisation(globex.id):
        on_payouts_paid([events.publish("payout.paid", new_id(), customer_id=str(ann.id), **FACTS)])
        assert Message.objects.count() == 0
