"""What customers hear while a gift is on its way."""

import pytest

from foundation.ids import new_id
from messaging import texts
from messaging.gift_notices import GIFT_EVENTS, on_gift_moved
from messaging.models import Message
from tenancy import door, events

GIFT = {
    "item_id": None, "item": {"en": "Mug", "zh-hans": "杯子"}, "item_kind": "gift", "code": "7KQ2MXWB", "quantity": 1,
    "points": 500, "state": "ordered", "way": "send", "reward_id": None, "carrier": "", "tracking_number": "",
    "needs_address": False,
}  # fmt: skip


@pytest.fixture
def tell(at_acme, ann):
    """Let ann hear of a gift, twice: deliveries may come again. Gives what is in her mail and her member centre."""

    def run(kind, **facts):
        with at_acme():
            event = events.publish(kind, new_id(), **GIFT | {"customer_id": str(ann.id)} | facts)
        for _ in range(2):
            with at_acme():
                on_gift_moved([event])
        with at_acme():
            return {message.channel: message for message in Message.objects.order_by("id")}, event

    return run


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({}, "We shall tell you when it is sent."),
        ({"way": "fetch"}, "We shall tell you when you can pick it up."),
        ({"way": "hand_over"}, "We shall tell you as soon as it is there."),
        ({"needs_address": True}, "Please tell us in the member centre where to send it."),
    ],
)
def test_an_order_says_what_comes_next(tell, acme, facts, says):
    told, event = tell("gift.ordered", **facts)
    assert told["email"].subject == "Mug – we are getting it ready"
    assert says in told["email"].body and "Order number: 7KQ2MXWB" in told["email"].body
    assert told["in_app"].link == f"/o/{acme.slug}/member/gifts/{event.subject_id}"


@pytest.mark.parametrize(
    ("carrier", "number", "says"),
    [
        ("Royal Mail", "RM1", "It travels with Royal Mail, number RM1."),
        ("Royal Mail", "", "It travels with Royal Mail."),
        ("", "RM1", "Its tracking number is RM1."),
        ("", "", "It should arrive within a few days."),
    ],
)
def test_a_parcel_says_how_to_follow_it(tell, carrier, number, says):
    told, _ = tell("gift.shipped", state="shipped", carrier=carrier, tracking_number=number)
    assert told["in_app"].body == says


def test_points_that_came_back_are_told(tell):
    told, _ = tell("gift.cancelled", state="cancelled", quantity=2)
    assert told["email"].subject == "Mug × 2 – the order was cancelled"
    assert "The 500 points are back in your account." in told["email"].body


def test_a_reward_that_cost_nothing_says_so(tell):
    told, _ = tell("gift.returned", state="returned", points=0)
    assert told["in_app"].body == "It had cost you no points."


def test_a_code_that_was_there_at_once_is_told_once(tell):
    assert tell("gift.ordered", state="issued")[0] == {}
    told, _ = tell("gift.delivered", state="issued", item={"en": "Cinema", "zh-hans": ""})
    assert told["email"].subject == "Cinema is yours"


def test_every_step_has_words_in_both_languages():
    for kind in (name for name in texts.KINDS if name.startswith("gift_")):
        for channel in texts.KINDS[kind].channels:
            for language in ("en", "zh-hans"):
                assert texts.house_text(kind, channel, language).body
    assert len(GIFT_EVENTS) == 6


def test_another_organisation_hears_nothing(ann, globex):
    with door.organisation(globex.id):
        on_gift_moved([events.publish("gift.ready", new_id(), **GIFT | {"customer_id": str(ann.id)})])
        assert Message.objects.count() == 0
