"""Honours: ranks, badges for steps, and names that only stand where their owners agreed to it."""

import pytest

from crm import operations as crm
from loyalty.models import CustomerBadge
from loyalty.operations import save_badge
from referrals import operations as referring
from referrals.errors import HonourInvalid, NameToShowMissing, RulesOutOfRange, UnknownSurface
from referrals.models import Recognition
from referrals.operations.honours import agree_to_be_named, save_honour_step, set_honour_rules, withdraw_name
from referrals.queries.honours import board, wall
from referrals.rules.honours import Score, next_step, ranked
from tenancy import door
from tests.conftest import NOON


def test_equals_share_a_rank_and_the_next_is_left_out():
    a, b, c, d = "abcd"
    scores = [Score(a, 2, NOON), Score(b, 3, NOON), Score(c, 2, NOON), Score(d, 1, NOON)]
    assert [(place.rank, place.customer_id) for place in ranked(scores)] == [(1, b), (2, a), (2, c), (4, d)]
    assert next_step(3, [1, 3, 5, 10]) == 5 and next_step(10, [1, 10]) is None


@pytest.fixture
def friends_bought(campaign, at_acme, refer, buy):
    """Let friends of customers buy: friends_bought(ann, bea) brings each of them one."""

    def bring(*referrers):
        for number, referrer in enumerate(referrers):
            with at_acme():
                code = referring.code_for(campaign.id, referrer.id)
            referral = refer(code, f"friend{number}-{referrer.id.hex[-4:]}@example.com", name=f"Friend {number}")
            buy(f"F{number}{referrer.id.hex[-4:]}", 5000, referral.referee_id)

    return bring


def test_a_step_is_honoured_and_a_refund_takes_it_back(at_acme, ann, friends_bought, give_back):
    with at_acme():
        save_badge(code="first", name={"en": "First friend", "zh-hans": "第一位好友"})
        save_honour_step(friends=1, badge="first")
    friends_bought(ann)
    with at_acme(days=1):
        assert CustomerBadge.objects.filter(customer=ann, taken_at=None).count() == 1
    give_back("R", f"F0{ann.id.hex[-4:]}", 5000)
    with at_acme(days=3):
        assert CustomerBadge.objects.filter(customer=ann, taken_at=None).count() == 0
        assert CustomerBadge.objects.filter(customer=ann).count() == 1


def test_a_step_needs_a_badge_that_can_be_given(at_acme):
    with at_acme(), pytest.raises(HonourInvalid):
        save_honour_step(friends=5, badge="none")


def test_a_small_group_makes_no_board_and_only_the_willing_are_named(at_acme, ann, bea, friends_bought):
    with at_acme():
        cleo = crm.record_customer(name="Cleo Brown", email="cleo@example.net")
    friends_bought(ann, bea)
    with at_acme(days=1):
        set_honour_rules(least_group=3)
        agree_to_be_named(ann.id, surface="board", display_name=" Ann  S. ")
        small = board(surface="board", own_id=ann.id)
        assert (small.is_shown, small.lines, small.own.rank) == (False, (), 1)
    friends_bought(cleo)
    with at_acme(days=1):
        shown = board(surface="board", period="month")
        assert [(line.rank, line.name) for line in shown.lines] == [(1, "Ann S."), (1, ""), (1, "")]


def test_without_consent_nobody_is_on_the_wall_and_a_withdrawal_leaves_no_trace(at_acme, ann, friends_bought):
    friends_bought(ann)
    with at_acme(days=1):
        assert wall() == []
        agree_to_be_named(ann.id, surface="wall", display_name="Ann")
        assert [(line.name, line.friends) for line in wall()] == [("Ann", 1)]
        assert wall("screen") == []
        assert withdraw_name(ann.id) == 1
        assert wall() == []
        assert not Recognition.objects.filter(display_name__contains="Ann").exists()


def test_a_consent_ends_by_itself_after_a_year(at_acme, ann, friends_bought):
    friends_bought(ann)
    with at_acme(days=1):
        agree_to_be_named(ann.id, surface="wall", display_name="Ann")
    with at_acme(days=367):
        assert wall() == []
        agree_to_be_named(ann.id, surface="wall", display_name="Ann again")
        assert [line.name for line in wall()] == ["Ann again"]


def test_whoever_is_being_checked_is_on_no_board(at_acme, ann, campaign, friends_bought):
    from referrals.models import Referral

    friends_bought(ann)
    with at_acme(days=1):
        agree_to_be_named(ann.id, surface="wall", display_name="Ann")
        referring.flag_risk(Referral.objects.get(referrer=ann).id, "held")
        assert wall() == []


def test_nonsense_is_refused(at_acme, ann, globex):
    with at_acme():
        with pytest.raises(NameToShowMissing):
            agree_to_be_named(ann.id, surface="wall", display_name="  ")
        with pytest.raises(UnknownSurface):
            agree_to_be_named(ann.id, surface="moon", display_name="Ann")
        with pytest.raises(RulesOutOfRange):
            set_honour_rules(least_group=1)
        agree_to_be_named(ann.id, surface="wall", display_name="Ann")
    with door.organisation(globex.id):
        assert Recognition.objects.count() == 0
