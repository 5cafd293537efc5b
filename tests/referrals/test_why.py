"""Why? For every reward the whole chain; for every referral and order without one, why not."""

import pytest

from crm.operations import cancel_order
from referrals import operations as referrals
from referrals.why import why_reward
from referrals.why_not import why_order, why_referral
from rewards import operations as rewarding
from rewards.models import Reward
from tenancy import door
from tests.conftest import NOON

PER_POUND = {"minor": 100, "currency": "GBP"}


def texts(why, key):
    return [step.text for section in why.sections if section.key == key for step in section.steps]


def points() -> Reward:
    return Reward.objects.filter(kind="points", successor_id=None).latest("id")


@pytest.fixture
def earned(anns_code, refer, buy):
    referral = refer(anns_code)
    return referral, buy("A1", 5000, referral.referee_id)


def test_staff_see_the_whole_chain(earned, at_acme):
    with at_acme(days=2):
        why = why_reward(points().id, "en")
        assert why.title == "Why 200 points"
        assert [section.key for section in why.sections] == ["event", "rule", "checks", "sums", "story"]
        assert texts(why, "event") == ["Cleo Brown came on the word of Ann Smith.", "Order A1 was paid."]
        assert texts(why, "rule")[0].startswith("When a friend's first order of £20 or more is paid")
        assert why.sections[1].steps[0].note == "Version 1 of “Bring a friend”, kept for good."
        assert "£50 of the order was paid and kept; the minimum is £20." in texts(why, "checks")
        assert texts(why, "sums") == ["A fixed reward: 200 points."]
        assert texts(why, "story") == ["Expected if the friend buys: 200 points", "Promised: 200 points"]
        assert why.next_step == "It settles by itself on 5 December 2026, unless the order is returned before."
        assert why.next_date == points().hold_until


def test_the_referrer_hears_nothing_of_the_friends_order(earned, at_acme):
    with at_acme(days=2):
        why = why_reward(points().id, "en", audience="customer")
        assert texts(why, "event") == ["A friend accepted your invitation.", "Your friend paid an order."]
        told = " ".join(step.text + step.note for section in why.sections for step in section.steps)
        assert not any(secret in told for secret in ("A1", "£50", "Cleo Brown", "Ann Smith"))
        assert why.next_step == "You have it on 5 December 2026, unless the order is returned before."


def test_the_buyer_hears_all_of_their_own(earned, at_acme):
    with at_acme(days=2):
        coupon = Reward.objects.get(kind="coupon")
        why = why_reward(coupon.id, "en", audience="customer")
        assert texts(why, "event") == ["Ann S. invited you, and you accepted.", "Order A1 was paid."]
        assert texts(why, "sums")[1] == "It cannot be cut: it stays as long as the order reaches the minimum."


def test_a_refund_is_worked_out_in_the_open(earned, give_back, at_acme):
    give_back("R1", "A1", 2000)
    with at_acme(days=3):
        why = why_reward(points().id, "en")
        assert texts(why, "sums") == [
            "A fixed reward: 200 points.",
            "Of the £50 of the order £30 was kept, 60%, so the reward is cut to that part.",
        ]
        assert texts(why, "story")[-1] == "Taken back: 80 points. Money was given back."
        theirs = why_reward(points().id, "en", audience="customer")
        assert texts(theirs, "sums")[1] == "Of the order 60% was kept, so the reward is cut to that part."


def test_what_had_been_spent_is_owed(earned, give_back, ann, at_acme):
    with at_acme(days=16):
        rewarding.settle_due()
        rewarding.redeem_points(ann.id, amount=200, reason="mug", key="k1")
    give_back("R1", "A1", 5000, days=17)
    with at_acme(days=18):
        why = why_reward(points().id, "en")
        last = why.sections[-1].steps[-1]
        assert (last.text, last.note) == (
            "Taken back: 200 points. Money was given back.",
            "200 points of it had been used and is made up from the next credits.",
        )
        assert why.title == "Why 200 points was taken back"


@pytest.mark.parametrize(
    ("line", "sums"),
    [
        (
            {"to": "referrer", "kind": "points_rate", "rate": {"points": 2}, "per": {**PER_POUND, "minor": 1000}},
            "£50 was kept: 5 times £10, and 2 points for each makes 10 points.",
        ),
        (
            {"to": "referrer", "kind": "cash_percent", "percent": {"percent": "10"}, "cap": {**PER_POUND, "minor": 300}},
            "10% of the £50 that was kept, at most £3, is £3.",
        ),
        ({"to": "referrer", "kind": "cash", "amount": {**PER_POUND, "minor": 500}}, "A fixed reward: £5 in cash."),
    ],
)
def test_every_arithmetic_is_written_out(line, sums, make_campaign, ann, refer, buy, at_acme):
    campaign = make_campaign(terms_changes={"rewards": [line]})
    with at_acme():
        code = referrals.code_for(campaign.id, ann.id)
    buy("A1", 5000, refer(code).referee_id)
    with at_acme(days=2):
        assert texts(why_reward(Reward.objects.get(state="accrued").id, "en"), "sums")[0] == sums


def test_a_choice_is_part_of_the_story(make_campaign, ann, refer, buy, at_acme):
    cash = {"minor": 200, "currency": "GBP"}
    menu = {
        "to": "referrer", "kind": "choice",
        "options": [{"kind": "points", "amount": {"points": 200}}, {"kind": "cash", "amount": cash}],
    }  # fmt: skip
    campaign = make_campaign(terms_changes={"rewards": [menu]})
    with at_acme():
        code = referrals.code_for(campaign.id, ann.id)
    buy("A1", 5000, refer(code).referee_id)
    with at_acme(days=2):
        first = Reward.objects.get(state="accrued")
        assert why_reward(first.id, "en").next_step.startswith("The person may choose until 5 December 2026")
        chosen = rewarding.choose_option(first.id, 1)
        old, new = why_reward(first.id, "en"), why_reward(chosen.id, "en")
        assert (old.reward_id, old.title) == (new.reward_id, new.title) == (chosen.id, "Why £2")
        assert texts(new, "story") == ["Expected if the friend buys: 200 points", "Promised: 200 points", "Chosen: £2"]
        assert texts(new, "sums") == [
            "To choose from: a choice of 200 points or £2 in cash.",
            "A fixed reward: £2 in cash.",
        ]


def test_a_second_person_is_part_of_the_story(acme, gus, staff_of, promise_by, at_acme):
    fay = staff_of(acme, "finance")
    reward = promise_by(gus)
    with door.organisation(acme.id, actor=door.Actor("user", fay.user_id), moment=NOON):
        from rewards.models import Approval

        rewarding.approve(Approval.objects.get().id, reason="a regular")
        why = why_reward(reward.id, "en")
        story = why.sections[-1].steps
        assert [step.text for step in story] == [
            "Promised: 9,000 points",
            "A second person was asked: it costs much",
            "A second person agreed",
            "Released",
        ]
        assert (story[2].note, story[2].actor_id) == ("a regular", fay.user_id)
        theirs = why_reward(reward.id, "en", audience="customer")
        assert [step.note for step in theirs.sections[-1].steps] == ["", "", "", ""]
        assert texts(theirs, "event") == ["It was given to you personally."]


@pytest.fixture
def promise_by(acme, ann):
    """Promise ann 9,000 points, which need a second person."""
    from datetime import timedelta

    def make(member):
        with door.organisation(acme.id, actor=door.Actor("user", member.user_id), moment=NOON):
            rewarding.set_reward_policy(approve_cost_from=9000)
            promise = rewarding.Promise(
                key="by-hand", kind="points", customer_id=ann.id, role="member", amount=9000,
                hold_until=NOON + timedelta(days=9),
            )  # fmt: skip
            return rewarding.accrue([promise])[0]

    return make


# --- why not ---------------------------------------------------------------------------------------


def test_a_friend_who_has_not_bought_is_waited_for(anns_code, refer, at_acme):
    referral = refer(anns_code)
    with at_acme(days=1):
        assert texts(why_referral(referral.id, "en"), "story") == [
            "The friend has not paid an order yet.",
            "It is promised when the friend has paid an order that counts, until 19 January 2027.",
        ]
        friend = why_referral(referral.id, "en", audience="customer", customer_id=referral.referee_id)
        assert texts(friend, "story")[0] == "You have not paid an order yet."
        lost = why_reward(points().id, "en", audience="customer")
        assert lost.next_step == "It is yours when your friend has paid an order that counts, until 19 January 2027."


def test_when_the_time_is_up_it_says_so(anns_code, refer, at_acme):
    referral = refer(anns_code)
    with at_acme(days=61):
        rewarding.lapse_overdue()
        assert texts(why_referral(referral.id, "en"), "story") == ["The time to buy ended on 19 January 2027."]
        lost = why_reward(points().id, "en")
        assert lost.title == "Why there is no 200 points"
        assert texts(lost, "story")[-1] == "It did not come true. The friend has not bought in time."


def test_a_closed_referral_gives_its_reason_to_staff_only(anns_code, refer, at_acme):
    referral = refer(anns_code)
    with at_acme(days=1):
        referrals.close_referral(referral.id, "price")
        assert texts(why_referral(referral.id, "en"), "story") == ["The referral was closed: Too expensive."]
        theirs = why_referral(referral.id, "en", audience="customer", customer_id=referral.referrer_id)
        assert texts(theirs, "story") == ["The invitation was closed."]


@pytest.mark.parametrize("audience", ["staff", "customer"])
def test_every_order_of_a_friend_has_its_answer(audience, anns_code, refer, buy, at_acme, acme, drained):
    """Too small, in another currency, cancelled, unpaid: each is listed, each says what failed."""
    referral = refer(anns_code)
    friend = referral.referee_id
    buy("small", 100, friend)
    buy("euro", 5000, friend, currency="EUR")
    buy("unpaid", 5000, friend, status="placed", paid_at=None)
    gone = buy("gone", 5000, friend, days=2)
    with at_acme(days=3):
        cancel_order(gone.id)
    drained(acme)
    with at_acme(days=4):
        customer_id = None if audience == "staff" else referral.referrer_id
        why = why_referral(referral.id, "en", audience=audience, customer_id=customer_id)
        orders = [section for section in why.sections if section.key == "checks"]
        assert len(orders) == 4
        assert all(any(step.passed is False for step in order.steps) for order in orders)
        if audience == "customer":
            assert {order.title for order in orders} == {"An order of your friend"}


def test_an_order_of_anybody_has_its_answer(bea, buy, at_acme):
    order = buy("A1", 5000, bea.id)
    unjudged = buy("A2", 5000, bea.id, drain=False)
    with at_acme(days=2):
        assert texts(why_order(order.id, "en"), "checks")[-2] == "The customer did not come through a referral."
        assert why_order(unjudged.id, "en") is None


def test_another_organisation_sees_no_why(earned, at_acme, globex):
    with at_acme():
        reward_id = points().id
    with pytest.raises(Reward.DoesNotExist), door.organisation(globex.id):
        why_reward(reward_id, "en")
