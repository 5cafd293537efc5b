"""Reminders to refer by text, after a won deal too; and whom they left out is forgotten in time."""

import pytest

from crm.operations import deals as selling
from crm.operations import record_consent, record_customer
from messaging.models import Message
from messaging.operations import remove_gateway
from referrals import operations as referrals
from referrals.configuration import CAMPAIGNS
from referrals.errors import PromotionLinkMissing, TextsNotSetUp
from referrals.models import PromotionReceiver, Reminder
from referrals.operations.promotions import default_texts
from referrals.operations.reminding import estimate_reminder, purge_left_out, set_reminder, texts_of
from referrals.queries.promotions import WayOutcome, outcomes
from referrals.queries.reminding import prospects, reminder_of
from referrals.tasks import turn_campaigns
from tenancy import door
from tests.conftest import NOON
from tests.referrals.reminding.conftest import mails, places


@pytest.fixture
def caller(at_acme):
    """A customer with a phone only, who agreed to offers by text."""
    with at_acme():
        made = record_customer(name="Caller", phone="+447700900021", language="en")
        record_consent(
            made.id, purpose="marketing", channel="sms", is_granted=True, text_version="1", language="en", source="staff"
        )
    return made


def test_nobody_gets_a_text_unless_somebody_chose_so(on, caller, praised, run, texts_of_acme, at_acme):
    on("praised")
    praised(caller)
    assert run(1) == 0
    assert places(at_acme) == [("left_out", "no_address")]


def test_whom_email_does_not_reach_gets_a_text_in_our_words(on, caller, fan, praised, run, texts_of_acme, at_acme):
    reminder = on("praised", ways="email_or_sms")
    praised(caller)
    praised(fan, number=2)
    assert run(1) == 2
    assert sorted((mail.channel, mail.address) for mail in mails(at_acme)) == [
        ("email", "fan@example.com"), ("sms", "+447700900021"),
    ]  # fmt: skip
    with at_acme():
        text = Message.objects.get(channel="sms").body
        assert text.startswith("Thank you for your kind words!") and text.endswith("Reply STOP to opt out")
        found = outcomes([reminder], of="reminder")[reminder.id]
        assert dict(found.ways) == {"email": WayOutcome(told=1), "sms": WayOutcome(told=1)}


def test_own_words_of_a_text_stand_beside_the_template_of_the_letter(campaign, on, texts_of_acme, at_acme):
    words = {"en": {"sms": "Again: {link}"}, "zh-hans": {"sms": "{link}"}}
    reminder = on("bought", ways="sms", texts=words)
    with at_acme():
        found, house = texts_of(reminder)["en"], default_texts("reminder_bought")["en"]
        assert (found["sms"], found["sms_template"], found["body"]) == ("Again: {link}", "", house["body"])
        with pytest.raises(PromotionLinkMissing):
            set_reminder(campaign.id, "bought", texts=words | {"en": {"sms": "no link"}})


def test_without_an_account_it_is_kept_but_not_switched_on(campaign, at_acme):
    with at_acme():
        assert set_reminder(campaign.id, "bought", ways="sms").ways == "sms"
        with pytest.raises(TextsNotSetUp):
            set_reminder(campaign.id, "bought", is_active=True)
    with at_acme():
        assert not Reminder.objects.filter(is_active=True).exists()


def test_when_the_account_is_gone_they_wait_for_another(on, caller, praised, run, texts_of_acme, at_acme):
    on("praised", ways="sms")
    praised(caller)
    with at_acme():
        remove_gateway()
    assert run(1) == 0
    assert places(at_acme) == [("chosen", "no_gateway")]


def test_the_ways_travel_with_a_copy_and_with_the_configuration(campaign, on, texts_of_acme, at_acme, globex):
    on("bought", ways="email_or_sms")
    with at_acme():
        copy = referrals.copy_campaign(campaign.id, name="Next", starts_at=NOON)
        assert reminder_of(copy, "bought").ways == "email_or_sms"
        entry = CAMPAIGNS.read()[campaign.name]
        assert entry["reminders"]["bought"]["ways"] == "email_or_sms"
    with door.organisation(globex.id, moment=NOON):
        CAMPAIGNS.write(campaign.name, entry)
        made = Reminder.objects.get()
        assert (made.ways, made.is_active) == ("email_or_sms", False)  # no account here


def test_how_many_which_way_and_what_it_costs(campaign, on, caller, fan, buy, texts_of_acme, at_acme):
    reminder = on("bought", ways="email_or_sms")
    buy("A1", 5000, fan.id)
    buy("A2", 5000, caller.id)
    with at_acme(days=1):
        found = estimate_reminder(reminder, texts_of(reminder))
        assert (found.audience.by_email, found.audience.by_sms, found.cost.people, found.cost.days) == (1, 1, 1, 1)


# --- a won deal --------------------------------------------------------------------------------------------


@pytest.fixture
def win(acme, at_acme, drained):
    """Win a deal of a customer, as staff do."""

    def sell(customer, *, days=0):
        with at_acme(days=days):
            deal = selling.create_deal(title="Wedding cake", customer_id=customer.id, amount_minor=50_000)
            selling.win_deal(deal.id)
        drained(acme)
        return deal

    return sell


def test_a_won_deal_is_a_purchase(on, fan, win, run, at_acme):
    on("bought")
    win(fan, days=1)
    assert run(3) == 0
    assert run(4) == 1
    assert [mail.kind for mail in mails(at_acme)] == ["reminder_bought"]


def test_a_deal_that_is_open_again_is_none_any_more(on, fan, win, run, at_acme):
    on("bought")
    deal = win(fan)
    with at_acme(days=1):
        selling.reopen_deal(deal.id, note="not yet")
    assert run(4) == 0
    assert places(at_acme) == [("left_out", "undone")]


def test_nor_is_one_whose_money_went_back(on, fan, win, run, at_acme):
    on("bought")
    deal = win(fan)
    with at_acme(days=1):
        came, _ = selling.record_receipt(deal.id, source="bank", external_id="r", amount_minor=50_000, currency="GBP")
        selling.refund_receipt(came.id, source="bank", external_id="b", amount_minor=10_000)
    assert run(4) == 0
    assert places(at_acme) == [("left_out", "undone")]


def test_prospects_have_won_deals_too(campaign, fan, win, at_acme):
    win(fan)
    with at_acme(days=2):
        assert prospects(reminder_of(campaign, "bought")).chosen == 1


# --- forgetting --------------------------------------------------------------------------------------------


def test_whom_a_reminder_left_out_is_forgotten_after_half_a_year(acme, on, ann, fan, praised, run, at, at_acme):
    on("praised")
    praised(ann)
    praised(fan, number=2)
    assert run(1) == 1
    with at_acme(days=180):
        assert purge_left_out() == 0
    at(182)
    turn_campaigns(str(acme.id))
    assert places(at_acme) == [("told", "")]


def test_the_other_organisations_rows_stay(on, ann, praised, run, globex, at_acme):
    on("praised")
    praised(ann)
    run(1)
    with door.organisation(globex.id, moment=NOON):
        assert purge_left_out() == 0
    with at_acme():
        assert PromotionReceiver.objects.count() == 1
