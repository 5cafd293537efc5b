"""A campaign can give everything the strong room knows, and a choice of it."""

import pytest

from loyalty.operations import save_badge, set_up_default_tiers
from portal.offers import gifts
from referrals import errors
from referrals import operations as referrals
from referrals.explain import explain, sentence
from referrals.queries import current_terms, latest_decisions
from rewards import operations as rewarding
from rewards.models import Reward
from rewards.queries import verify_books

MUG = {"zh-hans": "手工马克杯", "en": "handmade mug"}
TWO_POUNDS = {"minor": 200, "currency": "GBP"}
ALL = [
    {"to": "referrer", "kind": "gift", "title": MUG, "pieces": {"count": 2}, "cost": TWO_POUNDS},
    {"to": "referrer", "kind": "service_upgrade", "title": {"zh-hans": "免费加急", "en": "express delivery"}},
    {"to": "referrer", "kind": "tier_upgrade", "tier": "gold", "days": {"days": 90}},
    {"to": "referrer", "kind": "badge", "badge": "guide"},
    {"to": "referee", "kind": "event", "title": {"zh-hans": "品鉴会", "en": "tasting"}, "starts_at": "2026-12-05T18:00:00Z"},
    {"to": "referee", "kind": "trial", "title": {"zh-hans": "订阅", "en": "subscription"}, "days": {"days": 30}},
]  # fmt: skip
MENU = {
    "to": "referrer", "kind": "choice",
    "options": [
        {"kind": "points", "amount": {"points": 200}}, {"kind": "cash", "amount": TWO_POUNDS},
        {"kind": "gift", "title": MUG, "cost": TWO_POUNDS},
    ],
}  # fmt: skip


@pytest.fixture(autouse=True)
def books_are_whole(at_acme):
    yield
    with at_acme():
        assert verify_books().wrong == ()


@pytest.fixture
def honours(at_acme):
    """Tiers, and a badge to give."""
    with at_acme():
        set_up_default_tiers("GBP")
        save_badge(code="guide", name={"zh-hans": "引路人", "en": "Guide"})


@pytest.fixture
def bring(make_campaign, ann, refer, at_acme):
    """Refer a friend to ann under these rewards."""

    def make(*lines):
        campaign = make_campaign(terms_changes={"rewards": list(lines)})
        with at_acme():
            code = referrals.code_for(campaign.id, ann.id)
        return refer(code)

    return make


def promised(**facts):
    return Reward.objects.exclude(state__in=["estimated", "lapsed"]).filter(**facts)


def test_every_kind_is_promised_and_settled(honours, bring, buy, at_acme, acme, drained):
    referral = bring(*ALL)
    order = buy("A1", 5000, referral.referee_id)
    with at_acme(days=2):
        rows = {(r.kind, r.role): (r.kept, r.unit.code, r.cost_minor, r.title["en"]) for r in promised()}
        assert rows == {
            ("gift", "referrer"): (2, "PIECE", 400, "handmade mug"),
            ("service_upgrade", "referrer"): (1, "PIECE", 0, "express delivery"),
            ("tier_upgrade", "referrer"): (1, "PIECE", 0, "Gold"),
            ("badge", "referrer"): (1, "PIECE", 0, "Guide"),
            ("event", "referee"): (1, "PIECE", 0, "tasting"),
            ("trial", "referee"): (1, "PIECE", 0, "subscription"),
        }
        told = [line.text for line in explain(latest_decisions([order.id])[order.id], "en").lines if line.passed is None]
        assert told[:2] == ["The referrer gets 2 gifts (handmade mug).", "The referrer gets an upgrade (express delivery)."]
    with at_acme(days=16):
        assert rewarding.settle_due() == 6
    drained(acme)
    with at_acme(days=17):
        assert {r.kind: r.state for r in promised()} == {
            "gift": "available", "service_upgrade": "available", "tier_upgrade": "issued", "badge": "issued",
            "event": "available", "trial": "available",
        }  # fmt: skip


def test_the_rule_is_said_in_both_languages(honours, make_campaign, at_acme):
    campaign = make_campaign(terms_changes={"rewards": [*ALL, MENU]})
    with at_acme():
        terms = current_terms(campaign.id)
        english = sentence(terms, "en")
        for part in (
            "2 gifts (handmade mug)", "an upgrade (express delivery)", "the tier Gold for 90 days", "the badge “Guide”",
            "an invitation to “tasting”", "a trial of subscription for 30 days",
            "a choice of 200 points or £2 in cash or a gift (handmade mug)",
        ):  # fmt: skip
            assert part in english
        assert "手工马克杯" in sentence(terms, "zh-hans")
        assert campaign.texts["zh-hans"]["offer"].count("引路人") == 1
        mine, theirs = gifts(terms)
        assert (len(mine), len(theirs)) == (5, 2)


@pytest.mark.parametrize(
    ("line", "error", "field"),
    [
        ({"to": "referrer", "kind": "tier_upgrade", "tier": "tin", "days": {"days": 9}}, errors.UnknownTierOrBadge, "tier"),
        ({"to": "referrer", "kind": "badge", "badge": "unheard-of"}, errors.UnknownTierOrBadge, "badge"),
        ({"to": "referrer", "kind": "gift", "title": {"en": "mug"}}, errors.WrongUnit, "title"),
        ({"to": "referrer", "kind": "gift", "title": MUG, "item": "mug"}, errors.WrongUnit, "item"),
        (
            {"to": "referrer", "kind": "gift", "title": MUG, "item": "00000000-0000-7000-8000-000000000000"},
            errors.UnknownItem, "item",
        ),
        ({"to": "referrer", "kind": "event", "title": MUG, "starts_at": "2026-12-05T18:00"}, errors.WrongUnit, "starts_at"),
        ({**MENU, "options": MENU["options"][:1]}, errors.OptionsMissing, "options"),
        ({**MENU, "options": [MENU, MENU]}, errors.OptionNotFixed, "options/0/kind"),
        (
            {**MENU, "options": [*MENU["options"], {"kind": "points", "amount": {"points": 201}}]},
            errors.OptionsCostDiffer, "options",
        ),
    ],
)  # fmt: skip
def test_terms_that_cannot_be_kept_are_refused(line, error, field, honours, make_campaign, at_acme):
    with pytest.raises(error) as refusal:
        make_campaign(terms_changes={"rewards": [line]})
    assert refusal.value.field == f"rewards/0/{field}"
    with at_acme():
        assert not referrals.campaigns.Campaign.objects.exists()


# --- a choice --------------------------------------------------------------------------------------


def test_the_first_option_is_promised_until_another_is_chosen(bring, buy, at_acme, ann):
    referral = bring(MENU)
    buy("A1", 5000, referral.referee_id)
    with at_acme(days=2):
        first = promised().get()
        assert (first.kind, first.kept, len(first.options), first.chosen_at) == ("points", 200, 3, None)
        chosen = rewarding.choose_option(first.id, 1)
        assert (chosen.kind, chosen.kept, chosen.unit.code, chosen.option) == ("cash", 200, "GBP", 1)


def test_a_refund_reaches_the_option_that_was_chosen(bring, buy, give_back, at_acme):
    referral = bring(MENU)
    buy("A1", 5000, referral.referee_id)
    with at_acme(days=2):
        chosen = rewarding.choose_option(promised().get().id, 1)
    give_back("R1", "A1", 2000, days=3)
    with at_acme(days=4):
        chosen.refresh_from_db()
        assert (chosen.kept, chosen.cost_minor, chosen.state) == (120, 120, "accrued")
    give_back("R2", "A1", 3000, days=5)
    with at_acme(days=6):
        chosen.refresh_from_db()
        assert (chosen.kept, chosen.state) == (0, "reversed")


def test_what_cannot_be_cut_is_kept_while_the_minimum_is(bring, buy, give_back, at_acme):
    referral = bring(MENU)
    buy("A1", 5000, referral.referee_id)
    with at_acme(days=2):
        chosen = rewarding.choose_option(promised().get().id, 2)
    give_back("R1", "A1", 2000, days=3)
    with at_acme(days=4):
        chosen.refresh_from_db()
        assert (chosen.kind, chosen.kept) == ("gift", 1)


def test_an_order_partly_given_back_offers_only_what_it_pays_for(bring, buy, give_back, at_acme):
    """The mug costs £2, but 60 % of the order earns only £1.20."""
    referral = bring(MENU)
    buy("A1", 5000, referral.referee_id, drain=False)
    give_back("R1", "A1", 2000, days=1)
    with at_acme(days=2):
        reward = promised().get()
        assert [(option["kind"], option["amount"]) for option in reward.options] == [("points", 120), ("cash", 120)]


def test_the_promise_is_counted_in_working_days(bring, buy, at_acme):
    """Paid on Saturday 21 November, held until Saturday 5 December; three working days after that is Wednesday."""
    referral = bring(MENU)
    buy("A1", 5000, referral.referee_id)
    with at_acme(days=2):
        assert f"{promised().get().promised_by:%Y-%m-%d %H:%M:%S}" == "2026-12-09 23:59:59"
