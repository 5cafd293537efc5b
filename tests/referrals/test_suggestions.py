"""Suggestions from what worked: counted from real invitations, checked like any terms, taken up for one group."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from crm.models import Segment
from crm.operations import CustomerReference, OrderReport, record_customer, record_order
from foundation.ids import new_id
from loyalty.models import Tier, TierPeriod
from loyalty.operations import set_up_default_tiers
from referrals import errors
from referrals import operations as referrals
from referrals.models import Campaign, Referral, Touch
from referrals.queries import current_version, planned_terms
from referrals.queries.past_offers import past_offers
from referrals.queries.suggestions import compare_offers, offered_in
from referrals.rules.suggesting import Tally
from rewards.models import CouponKind
from rewards.operations import ensure_coupon_kind
from tenancy import door
from tenancy.models import Organisation
from tests.conftest import NOON
from tests.dashboard.test_campaign_builder import sent

POINTS = {"to": "referrer", "kind": "points", "amount": {"points": 200}}
CASH = {"to": "referrer", "kind": "cash", "amount": {"minor": 500, "currency": "GBP"}}
THANKS = {"to": "referrer", "kind": "coupon", "coupon": "THANKS"}
LATER = 60


@pytest.fixture
def had(at_acme, make_campaign):
    """Let people open invitations under an offer, of whom some buy: had(rewards, openings, buyers)."""

    def live(rewards, openings, buyers, *, tier="", referrers=6, published=None):
        campaign = make_campaign(terms_changes={"rewards": rewards})
        with at_acme():
            if published:
                referrals.publish_terms(campaign.id, {**current_version(campaign.id).terms, "rewards": published})
            people = [record_customer(name=f"R{n}").id for n in range(referrers)]
            codes = [referrals.code_for(campaign.id, one) for one in people]
            if tier:
                start = {"tier": Tier.objects.get(code=tier), "since": NOON - timedelta(days=9), "cause": "manual"}
                TierPeriod.objects.bulk_create(TierPeriod(customer_id=one, **start) for one in people)
            Touch.objects.bulk_create(
                Touch(
                    code_id=codes[n % referrers].id, campaign_id=campaign.id, visitor=f"{campaign.id}{n}", occurred_at=NOON
                )
                for n in range(openings - buyers)
            )
            for n in range(buyers):
                _brought(campaign, codes[n % referrers])
        return campaign

    return live


def _brought(campaign, code):
    friend = record_customer(name="Friend")
    version = current_version(campaign.id)
    Referral.objects.create(
        campaign=campaign, rule_version=version, code=code, referrer_id=code.referrer_id, referee=friend, confirmed_at=NOON
    )
    _paid(friend.id)


def _paid(customer_id):
    told = {"status": "paid", "currency": "GBP", "placed_at": NOON, "paid_at": NOON + timedelta(days=3)}
    who = CustomerReference(customer_id=customer_id)
    record_order(OrderReport(source="shop", external_id=str(new_id()), total_minor=5000, customer=who, **told))


@pytest.fixture
def both(had, at_acme):
    """Two offers that differ clearly, and a draft that makes the worse one."""
    with at_acme():
        ensure_coupon_kind(code="THANKS", name={"en": "Thanks", "zh-hans": "感谢"}, currency="GBP", value_minor=300)
    had([POINTS], 100, 1)
    had([THANKS], 110, 14)
    with at_acme(days=LATER):
        draft = referrals.begin_campaign(name="Next", starts_at=NOON + timedelta(days=90))
        referrals.choose_template(draft.id, "friend_coupon")
        referrals.save_draft_terms(draft.id, {**planned_terms(_of(draft)), "rewards": [POINTS]})
    return draft


def _of(campaign) -> Campaign:
    return Campaign.objects.select_related("budget").get(id=campaign.id)


def test_a_friend_is_counted_from_the_link_to_what_they_kept(
    campaign, anns_code, refer, buy, give_back, at_acme
):  # fmt: skip
    with at_acme():
        referrals.record_touch(anns_code.code, visitor="cleo")
        referrals.record_touch(anns_code.code, visitor="cleo")
        referrals.record_touch(anns_code.code, visitor="passer-by")
    friend = refer(anns_code, days=1, visitor="cleo").referee_id
    buy("A1", 6000, friend, days=2)
    give_back("R1", "A1", 1000, days=3)
    buy("A2", 3000, friend, days=70)  # after the time everybody is looked at
    with at_acme(days=20):
        assert [(each.young, each.tally) for each in past_offers()] == [(2, Tally())]
    with at_acme(days=LATER):
        counted = past_offers()[0].tally
    assert (counted.openings, counted.referrers, counted.most) == (2, 1, 2)
    assert (counted.signed_up, counted.bought, counted.kept_minor) == (1, 1, 5000)
    assert counted.cost_minor == 400 + 166  # the friend's coupon is worth £4; of 200 points 166 are kept


def test_what_worked_better_is_suggested_with_its_numbers(both, at_acme):
    with at_acme(days=LATER):
        (found,) = referrals.suggestions_for(_of(both)).open
        tallies = [each.tally for each in found.comparison.tried]
    assert found.comparison.group.key == "everybody"
    assert [(each.bought, each.openings) for each in tallies] == [(14, 110), (1, 100)]
    assert found.terms["rewards"] == [THANKS]


def test_a_suggestion_is_taken_up_into_the_terms_being_written(both, at_acme):
    with at_acme(days=LATER):
        (found,) = referrals.suggestions_for(_of(both)).open
        with pytest.raises(errors.NotSuggested):
            referrals.adopt_suggestion(both.id, "everybody", "another")
        with pytest.raises(errors.NotSuggested):
            referrals.adopt_suggestion(both.id, "tier:gold", found.mark)
        assert planned_terms(_of(both))["rewards"] == [POINTS]
        referrals.adopt_suggestion(both.id, "everybody", found.mark)
        assert planned_terms(_of(both))["rewards"] == [THANKS]
        assert compare_offers(planned_terms(_of(both))).of("everybody").judged.outcome == "keep"
        assert referrals.suggestions_for(_of(both)).open == ()


def test_what_the_terms_or_the_budget_refuse_is_not_suggested(both, at_acme):
    with at_acme(days=LATER):
        referrals.fund_campaign(both.id, 299)
        (found,) = referrals.suggestions_for(_of(both)).found
        assert found.refusal == "One friend would cost £3, and the budget has £2.99 left."
        with pytest.raises(errors.NotSuggested):
            referrals.adopt_suggestion(both.id, "everybody", found.mark)
        CouponKind.objects.filter(code="THANKS").update(withdrawn_at=NOON)
        (found,) = referrals.suggestions_for(_of(both)).found
        assert found.refusal.startswith("The coupon")


def test_what_the_law_refuses_is_not_suggested(had, at_acme):
    second = {"to": "second_level", "kind": "points", "amount": {"points": 10}}
    had([POINTS], 100, 1)
    had([POINTS], 100, 20, published=[POINTS, second])  # nobody had acknowledged the note on two levels
    with at_acme(days=LATER):
        draft = referrals.begin_campaign(name="Next", starts_at=NOON + timedelta(days=90))
        referrals.choose_template(draft.id, "friend_coupon")
        referrals.save_draft_terms(draft.id, {**planned_terms(_of(draft)), "rewards": [POINTS]})
        (found,) = referrals.suggestions_for(_of(draft)).found
        assert "two levels" in found.refusal
        with pytest.raises(errors.NotSuggested):
            referrals.adopt_suggestion(draft.id, "everybody", found.mark)
        assert planned_terms(_of(draft))["rewards"] == [POINTS]
        referrals.acknowledge_legal_note()
        assert referrals.suggestions_for(_of(draft)).open[0].terms["rewards"] == [POINTS, second]


def test_each_tier_is_compared_by_itself(had, at_acme, acme):
    with at_acme():
        set_up_default_tiers("GBP")
        ensure_coupon_kind(code="THANKS", name={"en": "Thanks", "zh-hans": "感谢"}, currency="GBP", value_minor=300)
    had([POINTS], 100, 1, tier="gold")
    had([THANKS], 110, 14, tier="gold")
    had([THANKS], 100, 0)
    had([POINTS], 100, 12)
    with at_acme(days=LATER):
        draft = referrals.begin_campaign(name="Next", starts_at=NOON + timedelta(days=90))
        referrals.choose_template(draft.id, "friend_coupon")
        terms = {**planned_terms(_of(draft)), "rewards": [POINTS]}
        referrals.save_draft_terms(draft.id, terms)
        compared = compare_offers(terms)
        assert compared.of("everybody").judged.outcome == "unsure"
        (found,) = referrals.suggestions_for(_of(draft)).open
        referrals.adopt_suggestion(draft.id, "tier:gold", found.mark)
        told = planned_terms(_of(draft))
    assert told["rewards"] == [POINTS]
    when = {"fact": "referrer.tier", "is": "is", "value": "gold"}
    assert told["schemes"] == [{"key": "suggested_1", "when": when, "rewards": [THANKS]}]


def test_a_segment_that_terms_name_is_compared(had, at_acme, acme):
    with at_acme():
        segment = Segment.objects.create(
            name="London", conditions={"field": "city", "is": "is", "value": "London"}, created_at=NOON, updated_at=NOON
        )
        everybody = Segment.objects.create(name="All", conditions={}, created_at=NOON, updated_at=NOON)
    names = [str(segment.id), str(everybody.id)]
    schemes = [
        {"key": f"s{n}", "when": {"fact": "referrer.segments", "is": "has_any", "value": [name]}, "rewards": [CASH]}
        for n, name in enumerate(names)
    ]
    campaign = had([POINTS], 5, 0)
    with at_acme(days=LATER):
        terms = {**current_version(campaign.id).terms, "schemes": schemes}
        compared = compare_offers(terms)
    assert compared.of(f"segment:{segment.id}") is None  # nobody there passed anything on
    assert [each.tally.openings for each in compared.of(f"segment:{everybody.id}").tried] == [5]


def test_a_campaigns_own_offers_are_told_apart_by_version(had, at_acme):
    campaign = had([POINTS], 5, 1)
    had([CASH], 3, 0)
    with at_acme(days=LATER):
        (tried,) = offered_in(campaign).of("everybody").tried
    assert (tried.tally.openings, tried.tally.bought, tried.versions) == (5, 1, (1,))


def test_another_organisations_past_is_not_seen(both, globex, at_acme):
    with door.organisation(globex.id, moment=NOON + timedelta(days=LATER)):
        assert past_offers() == []


@pytest.fixture
def grown(both, acme, at_acme):
    """The same two months later, also for who comes from outside."""
    with at_acme():
        Organisation.objects.filter(id=acme.id).update(clock_offset=timedelta(days=LATER))
    return both


def test_the_api_suggests_and_takes_up(grown, api_key, client, at_acme):
    headers, address = api_key("campaigns:read", "campaigns:write"), f"/api/v1/campaigns/{grown.id}/suggestions"
    told = client.get(address, **headers).json()
    assert (told["days"], told["young"], told["comparisons"][0]["outcome"]) == (30, 0, "better")
    (found,) = told["suggestions"]
    assert (found["group"], found["rewards"]) == ("everybody", [THANKS])
    assert found["reasons"][0].endswith("12.7 times as many as where the referrer gets 200 points (1 of 100).")
    body = {"group": "everybody", "mark": "another"}
    refused = client.post(address, body, content_type="application/json", **headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_suggested")
    taken = client.post(address, body | {"mark": found["mark"]}, content_type="application/json", **headers)
    assert taken.status_code == 200
    with at_acme():
        assert planned_terms(_of(grown))["rewards"] == [THANKS]


def test_the_builder_shows_it_and_a_button_puts_it_in(grown, signed_in, gus, at_acme):
    client, address = signed_in(gus), reverse("dashboard:campaign_step", args=[grown.id, "rewards"])
    shown = client.get(address).content.decode()
    (button,) = re.findall(r'value="(suggested everybody \w+)"', shown)
    assert "Something else worked better" in shown
    refused = client.post(address, sent({"to": "referrer", "kind": "points", "points": 300}, to="suggested everybody x"))
    assert "not suggested any more" in refused.content.decode()
    answer = client.post(address, sent({"to": "referrer", "kind": "points", "points": 200}, to=button))
    assert (answer.status_code, answer.url) == (302, address)
    with at_acme():
        assert planned_terms(_of(grown))["rewards"] == [THANKS]
    assert "What you offer worked best" in client.get(address).content.decode()


def test_a_campaigns_page_tells_what_worked(grown, signed_in, gus, at_acme):
    with at_acme():
        campaign = Campaign.objects.exclude(id=grown.id).order_by("id").last()
    client, piece = signed_in(gus), reverse("dashboard:campaign_worked", args=[campaign.id])
    address = reverse("dashboard:campaign", args=[campaign.id])
    first = client.get(address).content.decode()
    assert piece in first and "14 of 110" not in first  # fetched once it is seen, or by the link without scripts
    for shown in (client.get(piece).content.decode(), client.get(f"{address}?worked=1").content.decode()):
        assert "14 of 110" in shown
        assert "Nothing to compare with" in shown
