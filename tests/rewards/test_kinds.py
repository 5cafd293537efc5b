"""What is given in kind: promised, available, handed over, taken back."""

from datetime import timedelta

import pytest

from rewards import operations, queries
from rewards.errors.general import CannotBeIssued, DetailsInvalid, GoesByTheBoard, LedgerConflict, NotPositive, TitleMissing
from rewards.models import Reward, RewardMove
from rewards.operations.budgets.spending import follow_spending
from tenancy import door
from tenancy.models import AuditRecord, Event

MUG = {"zh-hans": "手工马克杯", "en": "Handmade mug"}
KINDS = {
    "gift": {}, "service_upgrade": {}, "tier_upgrade": {"tier": "gold", "days": 90}, "badge": {"badge": "friend"},
    "event": {"starts_at": "2026-12-05T18:00:00+00:00", "place": {"zh-hans": "上海", "en": "London"}}, "trial": {"days": 30},
}  # fmt: skip


@pytest.fixture
def in_kind(promise):
    def make(kind="gift", **facts):
        told = {"title": MUG, "details": KINDS.get(kind, {}), "cost_minor": 1200, "amount": 1, **facts}
        return promise(kind=kind, **told)

    return make


@pytest.mark.parametrize("kind", KINDS)
def test_pieces_wait_become_available_and_are_handed_over(kind, in_kind, ann, at_acme, has, books_are_whole):
    with at_acme():
        [reward] = operations.accrue([in_kind(kind, amount=2)])
        assert (reward.state, reward.unit.code, has(ann, "PIECE")) == ("accrued", "PIECE", (2, 0, 0))
    with at_acme(days=14):
        assert operations.settle_due() == 1
        assert has(ann, "PIECE") == (0, 2, 0)
    with at_acme(days=15):
        issued = operations.issue_reward(reward.id, note="at the counter")
        assert (issued.state, has(ann, "PIECE")) == ("issued", (0, 0, 0))
        steps = [(move.before, move.after, move.amount, move.cause) for move in queries.history(reward.id)]
    assert steps == [
        ("", "accrued", 2, "accrued"),
        ("accrued", "available", 2, "hold_ended"),
        ("available", "issued", 2, "handed_over"),
    ]


def test_handing_over_twice_is_handing_over_once(in_kind, at_acme, books_are_whole):
    with at_acme():
        [reward] = operations.accrue([in_kind(days=0)])
        operations.settle_due()
        operations.issue_reward(reward.id)
        operations.issue_reward(reward.id)
        assert RewardMove.objects.filter(after="issued").count() == 1
        assert Event.objects.filter(kind="reward.issued").count() == 1
        assert AuditRecord.objects.filter(action="reward.issued").count() == 1


@pytest.mark.parametrize("kind", ["points", "cash"])
def test_only_what_is_in_kind_is_handed_over(kind, promise, ann, at_acme, has):
    with at_acme():
        [reward] = operations.accrue([promise(100, kind=kind, days=0, currency="GBP")])
        operations.settle_due()
    with pytest.raises(CannotBeIssued), at_acme():
        operations.issue_reward(reward.id)
    with at_acme():
        assert has(ann, reward.unit.code) == (0, 100, 0)


def test_what_is_not_available_is_not_handed_over(in_kind, at_acme):
    with at_acme():
        [reward] = operations.accrue([in_kind()])
    with pytest.raises(CannotBeIssued), at_acme():
        operations.issue_reward(reward.id)


def test_its_budget_is_reserved_committed_and_spent(in_kind, at_acme, budget_figures, books_are_whole):
    with at_acme():
        budget = operations.open_budget(name="Gifts", currency="GBP", limit_minor=10_000)
        [reward] = operations.accrue([in_kind(budget_id=budget.id)])
        assert budget_figures(budget) == (1200, 0, 0)
    with at_acme(days=14):
        operations.settle_due()
        assert budget_figures(budget) == (0, 1200, 0)
        operations.issue_reward(reward.id)
        follow_spending()
        assert budget_figures(budget) == (0, 0, 1200)


def test_a_gift_in_somebodys_hands_stays_there(in_kind, ann, at_acme, has, books_are_whole):
    with at_acme():
        [reward] = operations.accrue([in_kind(days=0)])
        operations.settle_due()
        operations.issue_reward(reward.id)
        kept = operations.keep_only(reward.id, keep=0, cause="refund", key="r1")
        assert (kept.state, kept.kept, has(ann, "PIECE")) == ("issued", 1, (0, 0, 0))
        assert [(m.amount, m.cause) for m in queries.history(reward.id)][-1] == (0, "refund")


@pytest.mark.parametrize("kind", ["tier_upgrade", "badge"])
def test_tiers_and_badges_are_taken_back_also_after_they_were_given(
    kind, in_kind, ann, at_acme, has, budget_figures, books_are_whole
):
    with at_acme():
        budget = operations.open_budget(name="Gifts", currency="GBP", limit_minor=10_000)
        [reward] = operations.accrue([in_kind(kind, days=0, budget_id=budget.id)])
        operations.settle_due()
        operations.issue_reward(reward.id)
        follow_spending()
        back = operations.keep_only(reward.id, keep=0, cause="refund", key="r1")
        follow_spending()
        assert (back.state, back.kept, has(ann, "PIECE"), budget_figures(budget)) == ("reversed", 0, (0, 0, 0), (0, 0, 0))
        assert [(m.before, m.after) for m in queries.history(reward.id)][-2:] == [
            ("issued", "available"),
            ("available", "reversed"),
        ]


def test_tiers_and_badges_call_on_the_loyalty_room(in_kind, ann, at_acme):
    with at_acme():
        tier, _gift = operations.accrue([in_kind("tier_upgrade", days=0), in_kind("gift", days=0, key="reward:2")])
        operations.settle_due()
        [event] = Event.objects.filter(kind="reward.membership_due")
    assert (event.subject_id, event.payload) == (tier.id, {"customer_id": str(ann.id), "kind": "tier_upgrade"})


@pytest.mark.parametrize(("kind", "has_code"), [("event", True), ("trial", True), ("gift", False), ("badge", False)])
def test_a_code_is_shown_where_one_is_needed(kind, has_code, in_kind, at_acme):
    with at_acme():
        [reward] = operations.accrue([in_kind(kind)])
        assert bool(reward.code) == has_code


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"title": {}}, TitleMissing),
        ({"title": {"en": "Mug"}}, TitleMissing),
        ({"title": {"en": "Mug", "zh-hans": " "}}, TitleMissing),
        ({"kind": "tier_upgrade", "details": {"tier": "gold"}}, DetailsInvalid),
        ({"kind": "tier_upgrade", "details": {"tier": "gold", "days": 0}}, DetailsInvalid),
        ({"kind": "badge", "details": {}}, DetailsInvalid),
        ({"kind": "trial", "details": {"days": "30"}}, DetailsInvalid),
        ({"kind": "event", "details": {"starts_at": "tomorrow"}}, DetailsInvalid),
        ({"kind": "event", "details": {"starts_at": "2026-12-05T18:00:00"}}, DetailsInvalid),  # without a zone: whose six?
        ({"kind": "gift", "details": {"item_id": "mug"}}, DetailsInvalid),
        ({"kind": "points", "details": {}, "title": MUG}, DetailsInvalid),
        ({"amount": 0}, NotPositive),
    ],
)
def test_what_says_too_little_of_itself_is_refused(facts, error, in_kind, ann, at_acme, has):
    with pytest.raises(error), at_acme():
        operations.accrue([in_kind(**facts)])
    with at_acme():
        assert not Reward.objects.exists()


def test_another_title_under_the_same_key_is_another_reward(in_kind, at_acme):
    with at_acme():
        operations.accrue([in_kind()])
    with pytest.raises(LedgerConflict), at_acme():
        operations.accrue([in_kind(title={"zh-hans": "杯垫", "en": "Coaster"})])


def test_hold_until_counts_for_pieces_as_well(in_kind, at_acme):
    with at_acme():
        operations.accrue([in_kind()])
    with at_acme(days=13):
        assert operations.settle_due() == 0
        assert door.moment() < Reward.objects.get().hold_until < door.moment() + timedelta(days=2)


# --- gifts out of the catalogue --------------------------------------------------------------------


@pytest.fixture
def item_gift(in_kind, put_in):
    """Promise the mug of the catalogue, of which there are three."""

    def make(**facts):
        item = put_in("Mug", stock=3)
        return item, in_kind(days=0, details={"item_id": str(item.id)}, **facts)

    return make


def test_a_gift_of_the_catalogue_is_issued_when_its_order_arrives(
    item_gift, acme, ann, at_acme, has, drained, books_are_whole
):
    with at_acme():
        item, promised = item_gift(amount=2)
        [reward] = operations.accrue([promised])
        operations.settle_due()
        order = operations.send_gift(reward.id)
        assert operations.send_gift(reward.id).id == order.id
        item.refresh_from_db()
        assert (order.quantity, order.points, item.stock, has(ann, "PIECE")) == (2, 0, 1, (0, 2, 0))
        operations.make_gift_ready(order.id)
        operations.hand_out_gift(order.id)
    drained(acme)
    with at_acme():
        reward.refresh_from_db()
        assert (reward.state, has(ann, "PIECE")) == ("issued", (0, 0, 0))


def test_it_is_not_handed_over_past_the_board(item_gift, at_acme):
    with at_acme():
        _item, promised = item_gift()
        [reward] = operations.accrue([promised])
        operations.settle_due()
    with pytest.raises(GoesByTheBoard), at_acme():
        operations.issue_reward(reward.id)


def test_an_order_of_a_reward_that_is_taken_back_is_called_off(item_gift, acme, at_acme, drained, books_are_whole):
    with at_acme():
        item, promised = item_gift()
        [reward] = operations.accrue([promised])
        operations.settle_due()
        order = operations.send_gift(reward.id)
        operations.keep_only(reward.id, keep=0, cause="refund", key="r1")
    drained(acme)
    with at_acme():
        item.refresh_from_db()
        order.refresh_from_db()
        assert (order.state, item.stock) == ("cancelled", 3)


def test_a_gift_that_is_not_there_yet_is_not_sent(item_gift, at_acme):
    with at_acme():
        item, promised = item_gift()
        [reward] = operations.accrue([promised])
    with pytest.raises(CannotBeIssued), at_acme():
        operations.send_gift(reward.id)
    with at_acme():
        item.refresh_from_db()
        assert item.stock == 3
