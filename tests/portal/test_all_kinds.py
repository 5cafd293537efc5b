"""Rewards of every kind in the member centre: chosen, shown at a door, worn, expected, explained; and what did not come."""

from datetime import timedelta
from uuid import uuid4

import pytest

from crm.operations import CustomerReference, OrderReport, record_order
from loyalty.operations import give_badge, give_reward, hold_tier, save_badge, set_up_default_tiers
from referrals.models import Referral
from referrals.operations import close_referral, judge_orders, publish_terms
from referrals.queries import current_version
from rewards.models import Reward
from rewards.operations import Option, Promise, issue_reward, settle_due
from tenancy import door

MUG = {"zh-hans": "马克杯", "en": "Mug"}
OPTIONS = (
    Option("points", 200, amount=200),
    Option("cash", 200, amount=200, currency="GBP"),
    Option("gift", 200, title=MUG),
)


@pytest.fixture
def promised(here):
    """Promise a customer something: promised(ann, kind="gift", title=MUG)."""

    def make(customer, *, days=14, **facts) -> Reward:
        facts = {"kind": "points", "amount": 1} | facts
        with here():
            return give_reward(
                Promise(key=f"p:{uuid4()}", customer_id=customer.id, role="member",
                        hold_until=door.moment() + timedelta(days=days), **facts),
                reason="a test",
            )  # fmt: skip

    return make


@pytest.fixture
def page(acme, member):
    """Read a page of the member centre: page("rewards")."""

    def read(path, address="ann@example.com", **asked) -> str:
        answer = member(address).get(f"/o/{acme.slug}/member/{path}", asked)
        assert answer.status_code == 200
        return answer.content.decode()

    return read


def test_a_member_chooses_what_they_like_best(acme, ann, promised, member, page, here):
    reward = promised(ann, amount=200, options=OPTIONS)
    client, address = member("ann@example.com"), f"/o/{acme.slug}/member/rewards/{reward.id}"
    assert "#choose" in page("rewards")
    text = client.get(address).content.decode()
    assert "200 points" in text and "£2" in text and "Mug" in text and 'value="0" checked' in text

    answer = client.post(f"{address}/choose", {"option": "2"})
    assert answer.status_code == 302 and str(reward.id) not in answer["Location"]
    text = client.get(answer["Location"]).content.decode()
    assert "<h1>Mug</h1>" in text and 'value="2" checked' in text and "You can change your mind" in text
    assert client.get(address)["Location"] == answer["Location"]  # an old link leads to what it is now
    text = page("rewards")
    assert "Mug" in text and "200 points" not in text and "#choose" not in text
    with here():
        chosen = Reward.objects.get(successor_id=None)
        assert (chosen.kind, chosen.option, chosen.chosen_at is not None) == ("gift", 2, True)


@pytest.mark.parametrize("option", ["7", "-1", "", "x", "1e3"])
def test_what_is_not_offered_cannot_be_chosen(acme, ann, promised, member, here, option):
    reward = promised(ann, amount=200, options=OPTIONS)
    answer = member("ann@example.com").post(f"/o/{acme.slug}/member/rewards/{reward.id}/choose", {"option": option})
    assert answer.status_code in (400, 404, 409, 422) and 'role="alert"' in answer.content.decode()
    with here():
        assert Reward.objects.get().option == 0


def test_what_has_arrived_cannot_be_exchanged(acme, ann, promised, member, here):
    reward = promised(ann, amount=200, options=OPTIONS, days=0)
    with here():
        settle_due()
    client, address = member("ann@example.com"), f"/o/{acme.slug}/member/rewards/{reward.id}"
    assert "choose" not in client.get(address).content.decode()
    assert client.post(f"{address}/choose", {"option": "1"}).status_code == 409


def test_nobody_chooses_for_another(acme, ann, bea, promised, member, here):
    reward = promised(ann, amount=200, options=OPTIONS)
    address = f"/o/{acme.slug}/member/rewards/{reward.id}/choose"
    assert member("bea@example.com").post(address, {"option": "1"}).status_code == 404
    with here():
        assert Reward.objects.get().successor_id is None


@pytest.mark.parametrize(
    ("language", "place", "name"), [("en", "Old Mill", "Invitation: Tasting"), ("zh-hans", "老磨坊", "品鉴会")]
)
def test_an_invitation_shows_day_place_and_code(ann, promised, here, page, language, place, name):
    details = {"starts_at": "2027-01-05T18:00:00+00:00", "place": {"zh-hans": "老磨坊", "en": "Old Mill"}}
    reward = promised(ann, kind="event", title={"zh-hans": "品鉴会", "en": "Tasting"}, details=details, days=0)
    before = page(f"rewards/{reward.id}", lang=language)
    assert place in before and name in before and "18:00" in before and "<svg viewBox" not in before
    with here():
        settle_due()
        reward.refresh_from_db()
    after = page(f"rewards/{reward.id}", lang=language)
    middle = len(reward.code) // 2
    assert f"{reward.code[:middle]} {reward.code[middle:]}" in after


def test_a_gift_is_ready_then_received(ann, promised, here, page):
    reward = promised(ann, kind="gift", amount=2, title=MUG, days=0)
    with here():
        settle_due()
    assert "2 × Mug" in page("rewards") and "Ready for you" in page("rewards") and "You get it by" in page("rewards")
    with here():
        issue_reward(reward.id, note="at the desk")
    text = page(f"rewards/{reward.id}")
    assert "Received on" in text and "Handed over: 2 gifts (Mug)" in text and "at the desk" not in text


def test_badges_and_a_held_tier_are_worn(ann, here, page):
    with here():
        set_up_default_tiers("GBP")
        save_badge(
            code="guide",
            name={"zh-hans": "引路人", "en": "Guide"},
            about={"zh-hans": "带来朋友", "en": "brings friends"},
            icon="rocket",
        )
        give_badge(ann.id, "guide", key="b")
        hold_tier(ann.id, "gold", until=door.moment() + timedelta(days=30), reason="sorry")
    home = page("")
    assert "Your badges" in home and "Guide" in home and "brings friends" in home
    assert "Gold" in home and "whatever you spend" in home and "sorry" not in home
    assert "引路人" in page("", lang="zh-hans")


# --- what may come, and what did not -------------------------------------------------------------------------


@pytest.fixture
def cleo(acme, code, join, phone, digits_for):
    """A friend who has confirmed ann's invitation: the referral."""
    client = phone()
    client.post(join(client)["Location"], {"digits": digits_for("cleo@example.com")})
    with door.organisation(acme.id):
        return Referral.objects.get()


def buys(here, referral, total_minor):
    report = OrderReport(
        source="shop", external_id="W1", currency="GBP", total_minor=total_minor,
        customer=CustomerReference(customer_id=referral.referee_id),
    )  # fmt: skip
    with here():
        order, _ = record_order(report)
        judge_orders([order.id])


def test_what_may_come_is_shown_and_goes_if_it_does_not(acme, here, cleo, page, drained):
    drained(acme)
    text = page("rewards")
    assert "200 points" in text and "Possible" in text and "If your friend buys by" in text
    assert "If you buy by" in page("rewards", "cleo@example.com")
    assert "Waiting for the first order." in page("referrals")
    with here():
        close_referral(cleo.id, "deal_lost")
    drained(acme)
    text = page("rewards")
    assert "Did not come about" in text and "Possible until" in text


def test_each_side_reads_why_nothing_came(acme, here, cleo, page, member, ann):
    assert "Your friend has not bought yet." in page(f"referrals/{cleo.id}")
    assert "You have not paid an order yet." in page(f"referrals/{cleo.id}", "cleo@example.com")
    buys(here, cleo, 500)  # under the minimum
    theirs, mine = page(f"referrals/{cleo.id}"), page(f"referrals/{cleo.id}", "cleo@example.com")
    assert "An order of your friend" in theirs and "W1" not in theirs and "£5" not in theirs.replace("£50", "")
    assert "Order W1" in mine and "does not reach the minimum of £20" in mine
    for text in (theirs, mine):
        assert "Cleo Brown" not in text and "Ann Smith" not in text
    with here():
        from crm.operations import record_customer

        record_customer(name="Dan New", email="dan@example.com")
    assert member("dan@example.com").get(f"/o/{acme.slug}/member/referrals/{cleo.id}").status_code == 404


def test_friends_lead_to_their_why(cleo, page):
    assert f"/member/referrals/{cleo.id}" in page("referrals")
    text = page("referrals", "cleo@example.com")
    assert f"/member/referrals/{cleo.id}" in text and "Ann S. invited you." in text


def test_a_landing_page_names_every_kind(acme, here, campaign, code, phone):
    lines = [
        {"to": "referrer", "kind": "gift", "title": MUG, "pieces": {"count": 2}},
        {"to": "referrer", "kind": "badge", "badge": "guide"},
        {"to": "referee", "kind": "trial", "title": {"zh-hans": "订阅", "en": "Subscription"}, "days": {"days": 30}},
        {"to": "referee", "kind": "choice", "options": [
            {"kind": "points", "amount": {"points": 100}}, {"kind": "cash", "amount": {"minor": 100, "currency": "GBP"}},
        ]},
    ]  # fmt: skip
    with here():
        save_badge(code="guide", name={"zh-hans": "引路人", "en": "Guide"})
        publish_terms(campaign.id, {**current_version(campaign.id).terms, "rewards": lines})
    english = phone().get(f"/o/{acme.slug}/r/{code}", {"lang": "en"}).content.decode()
    chinese = phone().get(f"/o/{acme.slug}/r/{code}", {"lang": "zh-hans"}).content.decode()
    assert "Subscription for 30 days" in english and "100 points or £1" in english
    assert "2 × Mug" in english and "Badge “Guide”" in english
    assert "订阅" in chinese and "马克杯" in chinese and "引路人" in chinese
