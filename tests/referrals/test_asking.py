"""Ask at the right moment, never too often, and know which words work."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from crm import operations as crm
from referrals.errors import AskAnswered, MayNotAsk, NothingToOffer, RefusalUnexplained, RulesOutOfRange, ScriptTaken
from referrals.models import Ask, Script
from referrals.operations.asking import (
    Occasion,
    answer_ask,
    ask_now,
    code_of_ask,
    let_cards_lapse,
    offer_cards,
    save_script,
    set_ask_rules,
)
from referrals.queries.asking import cards, results_of
from referrals.rules.asking import Facts, Limits, bars, variant_of
from tenancy import door
from tests.conftest import NOON


@given(
    st.builds(
        Facts, days_since_asked=st.none() | st.floats(0, 400), days_since_told=st.none() | st.floats(0, 400),
        asked_in_90_days=st.integers(0, 5),
        days_since_no=st.none() | st.floats(0, 400), has_open_case=st.booleans(), has_open_card=st.booleans(),
        is_suspected=st.booleans(),
    )
)  # fmt: skip
def test_nobody_is_asked_within_the_quiet_days_or_with_an_open_case(facts):
    limits = Limits(30, 2, 180)
    if not bars(facts, limits):
        assert not facts.has_open_case and not facts.has_open_card and not facts.is_suspected
        assert facts.days_since_asked is None or facts.days_since_asked >= 30
        assert facts.days_since_told is None or facts.days_since_told >= 30
        assert facts.days_since_no is None or facts.days_since_no >= 180
        assert facts.asked_in_90_days < 2


def test_variants_share_customers_and_keep_them():
    given_to = [variant_of(number, ["B", "A"]) for number in range(100)]
    assert given_to.count("A") == 50
    assert variant_of(7, ["A", "B"]) == variant_of(7, ["B", "A"])


def occasion(ann, key="o1", cause=Ask.Cause.SATISFIED):
    return Occasion(ann.id, cause, key)


def test_an_occasion_makes_one_card_however_often_it_is_told(at_acme, campaign, ann):
    with at_acme():
        first = offer_cards([occasion(ann)])
        offer_cards([occasion(ann)])
        offer_cards([occasion(ann, "o2")])
        assert [card.id for card in cards()] == [card.id for card in first]


def test_without_a_campaign_nobody_is_asked(at_acme, ann):
    with at_acme():
        assert offer_cards([occasion(ann)]) == []
        with pytest.raises(NothingToOffer):
            ask_now(ann.id, key="k")
        assert Ask.objects.count() == 0


def test_a_yes_gives_the_code_and_no_second_answer_is_taken(at_acme, campaign, ann):
    with at_acme():
        (card,) = offer_cards([occasion(ann)])
        said = answer_ask(card.id, answer="accepted")
        assert code_of_ask(said).referrer_id == ann.id
        with pytest.raises(AskAnswered):
            answer_ask(card.id, answer="later")
        assert Ask.objects.get().state == "accepted"


def test_a_no_wants_a_reason_and_keeps_us_quiet(at_acme, campaign, ann):
    with at_acme():
        set_ask_rules(days_after_no=60)
        (card,) = offer_cards([occasion(ann)])
        with pytest.raises(RefusalUnexplained):
            answer_ask(card.id, answer="refused")
        answer_ask(card.id, answer="refused", reason="privacy")
    with at_acme(days=59):
        with pytest.raises(MayNotAsk) as refused:
            ask_now(ann.id, key="k1")
        assert refused.value.facts["bar"] == "said_no"
    with at_acme(days=61):
        assert ask_now(ann.id, key="k2").cause == "own"


def test_an_open_case_hides_the_card_and_forbids_another(at_acme, campaign, ann):
    with at_acme():
        offer_cards([occasion(ann)])
        crm.open_case(key="c", subject="It leaks", customer_id=ann.id)
        assert list(cards()) == []
        assert offer_cards([occasion(ann, "o2")]) == []


def test_cards_lapse_when_the_occasion_is_over(at_acme, campaign, ann):
    with at_acme():
        offer_cards([occasion(ann)])
        assert let_cards_lapse() == 0
    with at_acme(days=8):
        assert let_cards_lapse() == 1
        assert offer_cards([occasion(ann, "o2")]) != []


def test_the_best_fitting_script_is_chosen(at_acme, campaign, ann):
    with at_acme():
        save_script(name="Any", text={"en": "Hello {customer}"})
        best = save_script(name="Marks", situation="satisfied", text={"en": "Thank you"})
        (card,) = offer_cards([occasion(ann)])
        assert card.script_id == best.id
        with pytest.raises(ScriptTaken):
            save_script(name="Marks", situation="satisfied", text={"en": "Again"})
        assert Script.objects.count() == 2


def test_friends_are_counted_for_the_words_that_brought_them(at_acme, campaign, ann, refer):
    with at_acme():
        script = save_script(name="Marks", situation="satisfied", text={"en": "Thank you"})
        (card,) = offer_cards([occasion(ann)])
        answer_ask(card.id, answer="accepted")
        code = code_of_ask(card)
    refer(code, days=1)
    with at_acme(days=1):
        found = results_of([script.id])[script.id]
        assert (found.asked, found.accepted, found.friends, found.buyers) == (1, 1, 1, 0)
        assert found.friends_per_100 == 100


def test_rules_stay_within_bounds(at_acme):
    with at_acme(), pytest.raises(RulesOutOfRange):
        set_ask_rules(quiet_days=0)


def test_good_marks_make_a_card_and_bad_ones_none(acme, at_acme, campaign, ann, bea, drained):
    with at_acme():
        survey = crm.open_survey(crm.save_survey(kind="nps", name="NPS", title={"en": "Would you recommend us?"}).id)
        for who, score in ((ann, 9), (bea, 8)):
            crm.answer_survey(survey.id, key=f"a{score}", customer_id=who.id, score=score, language="en", source="staff")
    drained(acme)
    with at_acme():
        assert [(card.customer_id, card.cause) for card in cards()] == [(ann.id, "satisfied")]


def test_buying_again_makes_a_card_the_first_time_does_not(at_acme, campaign, ann, buy):
    buy("A1", 5000, ann.id)
    with at_acme(days=1):
        assert not cards()
    buy("A2", 5000, ann.id, days=2)
    with at_acme(days=2):
        assert [card.cause for card in cards()] == ["repurchase"]


def test_another_organisation_sees_no_cards(at_acme, globex, campaign, ann):
    with at_acme():
        offer_cards([occasion(ann)])
    with door.organisation(globex.id):
        assert Ask.objects.count() == 0


def test_many_occasions_take_as_many_statements_as_few(at_acme, campaign):
    with at_acme():
        people = [crm.record_customer(name=f"P {n}", email=f"p{n}@example.com") for n in range(12)]
        counts = []
        for part in (people[:2], people[2:]):
            with CaptureQueriesContext(connection) as asked:
                offer_cards([occasion(one, f"o{one.id}") for one in part])
            counts.append(len(asked))
        assert counts[0] == counts[1]
        assert Ask.objects.count() == 12


def test_a_second_deal_won_is_buying_again_where_nobody_orders(acme, at_acme, campaign, ann, drained):
    from crm.operations import deals as selling

    for day, expected in ((1, []), (2, ["repurchase"])):
        with at_acme(days=day):
            selling.win_deal(selling.create_deal(title="Kitchen", customer_id=ann.id, amount_minor=100_000).id)
        drained(acme)
        with at_acme(days=day):
            assert [card.cause for card in cards()] == expected


def test_a_deal_opened_again_is_no_occasion(acme, at_acme, campaign, ann, buy, drained):
    from crm.operations import deals as selling

    buy("A1", 5000, ann.id)
    with at_acme(days=1):
        deal = selling.create_deal(title="Kitchen", customer_id=ann.id, amount_minor=100_000)
        selling.win_deal(deal.id)
        selling.reopen_deal(deal.id, note="not yet")
    drained(acme)
    with at_acme(days=1):
        assert not cards()


def test_a_deal_told_of_long_after_it_was_won_is_no_occasion(acme, at_acme, campaign, ann, buy, drained):
    from crm.operations import deals as selling

    buy("A1", 5000, ann.id)
    with at_acme(days=20):
        deal = selling.create_deal(title="Kitchen", customer_id=ann.id, amount_minor=100_000, opened_at=NOON)
        selling.win_deal(deal.id, closed_at=NOON + timedelta(days=2))
    drained(acme)
    with at_acme(days=20):
        assert not cards()
