"""Deals: begun, moved, won, lost, reopened; what is told and what is refused."""

from datetime import timedelta

import pytest

from crm import errors
from crm.models import Customer, Deal, DealMove, DealStage, LossReason
from crm.operations import create_custom_field
from crm.operations import deals as selling
from crm.queries import deals as reading
from tests.conftest import NOON


@pytest.fixture
def stages(at_acme) -> list[DealStage]:
    """The stages of acme's default pipeline: new, qualified, proposal, negotiation, won, lost."""
    with at_acme():
        return reading.stages_of(selling.ensure_pipeline().id)


@pytest.fixture
def deal(at_acme, ann, stages) -> Deal:
    """Ann may buy for £5,000."""
    with at_acme():
        return selling.create_deal(title="Office coffee", customer_id=ann.id, amount_minor=500_000)


@pytest.fixture
def reason(at_acme, stages) -> LossReason:
    with at_acme():
        return LossReason.objects.exclude(parent=None).first()


def fresh(deal: Deal) -> Deal:
    return Deal.objects.get(id=deal.id)


def order_in(stage: DealStage) -> list[str]:
    return list(Deal.objects.filter(stage=stage).order_by("rank", "id").values_list("title", flat=True))


def test_an_organisation_gets_a_pipeline_on_first_use_and_only_one(at_acme):
    with at_acme():
        first = selling.ensure_pipeline()
        assert selling.ensure_pipeline().id == first.id
        assert [stage.kind for stage in reading.stages_of(first.id)] == ["open"] * 4 + ["won", "lost"]
        assert len(reading.loss_reasons()) == 6


def test_a_deal_begins_at_the_top_of_the_first_stage_and_is_told(at_acme, deal, stages, told, ann):
    with at_acme():
        selling.create_deal(title="Second", customer_id=ann.id)
        assert order_in(stages[0]) == ["Second", "Office coffee"]
        [move] = DealMove.objects.filter(deal=deal)
        assert (move.kind, move.from_stage_id, move.to_stage_id) == ("created", None, stages[0].id)
    subject, payload = told("deal.created")[0]
    assert (subject, payload["amount_minor"], payload["stage_id"]) == (deal.id, 500_000, str(stages[0].id))


def test_a_move_is_a_row_with_the_time_it_stayed(at_acme, deal, stages, told):
    with at_acme(days=3):
        moved = selling.move_deal(deal.id, stages[2].id)
        [move] = DealMove.objects.filter(deal=deal, kind="moved")
        assert (moved.version, move.from_stage_id, move.to_stage_id) == (2, stages[0].id, stages[2].id)
        assert move.stayed_seconds == 3 * 86_400
    [(_, payload)] = told("deal.stage_changed")
    assert (payload["from_stage_id"], payload["to_stage_id"]) == (str(stages[0].id), str(stages[2].id))


def test_who_saw_another_deal_moves_nothing(at_acme, deal, stages, told):
    with at_acme():
        selling.move_deal(deal.id, stages[1].id)
    with at_acme(), pytest.raises(errors.DealChanged):
        selling.move_deal(deal.id, stages[2].id, expected_version=1)
    with at_acme(), pytest.raises(errors.DealChanged):
        selling.move_deal(deal.id, stages[2].id, expected_stage_id=stages[0].id)
    with at_acme():
        assert fresh(deal).stage_id == stages[1].id
    assert len(told("deal.stage_changed")) == 1


def test_the_place_in_a_column_is_kept(at_acme, deal, stages, ann):
    with at_acme():
        made = {name: selling.create_deal(title=name, customer_id=ann.id) for name in "CBA"}
        assert order_in(stages[0]) == ["A", "B", "C", "Office coffee"]
        selling.move_deal(made["A"].id, stages[0].id, after_id=made["C"].id)
        assert order_in(stages[0]) == ["B", "C", "A", "Office coffee"]
        selling.move_deal(deal.id, stages[0].id)
        assert order_in(stages[0]) == ["Office coffee", "B", "C", "A"]


def test_a_column_without_room_between_two_is_spread_out(at_acme, deal, stages, ann):
    with at_acme():
        made = [selling.create_deal(title=name, customer_id=ann.id) for name in ("B", "A")]
        for place, row in enumerate([made[1], made[0], deal]):
            Deal.objects.filter(id=row.id).update(rank=place)
        selling.move_deal(deal.id, stages[0].id, after_id=made[1].id)
        assert order_in(stages[0]) == ["A", "Office coffee", "B"]


def test_a_neighbour_that_has_left_is_a_conflict(at_acme, deal, stages, ann):
    with at_acme():
        other = selling.create_deal(title="Other", customer_id=ann.id)
        selling.move_deal(other.id, stages[1].id)
    with at_acme(), pytest.raises(errors.ColumnChanged):
        selling.move_deal(deal.id, stages[0].id, after_id=other.id)


def test_winning_makes_the_buyer_a_customer(at_acme, deal, ann, told, audited):
    with at_acme(days=10):
        won = selling.win_deal(deal.id, closed_at=NOON + timedelta(days=8))
        assert (won.state, won.closed_at, won.open_seconds) == ("won", NOON + timedelta(days=8), 8 * 86_400)
        assert Customer.objects.get(id=ann.id).stage == "customer"
    assert [payload["new_state"] for _, payload in told("deal.won")] == ["won"]
    assert ("customer.updated", {"fields": ["stage"], "stage": ["prospect", "customer"]}) in audited("customer.updated")


def test_a_loyal_customer_stays_loyal(at_acme, deal, ann):
    with at_acme():
        Customer.objects.filter(id=ann.id).update(stage="loyal")
        selling.win_deal(deal.id)
        assert Customer.objects.get(id=ann.id).stage == "loyal"


@pytest.mark.parametrize("days", [-1, 11])
def test_a_deal_is_not_won_before_it_began_or_in_the_future(at_acme, deal, days):
    with at_acme(days=10), pytest.raises(errors.CloseDateOutside):
        selling.win_deal(deal.id, closed_at=NOON + timedelta(days=days))
    with at_acme():
        assert fresh(deal).state == "open"


def test_losing_needs_a_reason(at_acme, deal, stages, reason, told):
    with at_acme(), pytest.raises(errors.ReasonMissing):
        selling.move_deal(deal.id, stages[5].id)
    with at_acme():
        assert fresh(deal).state == "open"
        lost = selling.lose_deal(deal.id, reason_id=reason.id, competitor="Bean & Co", note="20 % cheaper")
        assert (lost.state, lost.loss_reason_id, lost.competitor) == ("lost", reason.id, "Bean & Co")
    assert [payload["reason_id"] for _, payload in told("deal.lost")] == [str(reason.id)]


def test_the_cycle_of_a_reopened_deal_leaves_out_the_time_it_was_closed(at_acme, deal, stages, reason, told):
    with at_acme(days=4):
        selling.lose_deal(deal.id, reason_id=reason.id)
    with at_acme(days=10), pytest.raises(errors.ReopenNoteMissing):
        selling.reopen_deal(deal.id, note=" ")
    with at_acme(days=10):
        again = selling.reopen_deal(deal.id, note="They have a budget now")
        assert (again.state, again.stage_id, again.loss_reason_id, again.closed_at) == ("open", stages[0].id, None, None)
    with at_acme(days=13):
        won = selling.win_deal(deal.id)
        assert won.open_seconds == (4 + 3) * 86_400
        kinds = list(DealMove.objects.filter(deal=deal).order_by("id").values_list("kind", flat=True))
        assert kinds == ["created", "lost", "reopened", "won"]
        spent = reading.time_in_stages(won, reading.history(deal.id), NOON + timedelta(days=20))
        assert spent == {stages[0].id: 7 * 86_400, stages[5].id: 6 * 86_400}
    assert len(told("deal.reopened")) == 1


def test_what_is_won_is_not_won_again(at_acme, deal, told):
    with at_acme():
        selling.win_deal(deal.id)
    with at_acme(), pytest.raises(errors.DealIsClosed):
        selling.win_deal(deal.id)
    assert len(told("deal.won")) == 1


def test_a_stage_asks_for_what_it_requires(at_acme, deal, stages):
    with at_acme(), pytest.raises(errors.StageAsksUnknown):
        selling.change_stage(stages[2].id, required_fields=["custom:seats"])
    with at_acme():
        create_custom_field(subject="deal", key="seats", label={"en": "Seats"}, kind="number")
        selling.change_stage(stages[2].id, required_fields=["amount", "expected_close", "custom:seats"])
    with at_acme(), pytest.raises(errors.FieldsMissing) as refused:
        selling.move_deal(deal.id, stages[2].id)
    assert refused.value.missing == ["expected_close", "custom:seats"]
    assert refused.value.facts["names"] == "Expected close, Seats"
    with at_acme():
        assert fresh(deal).stage_id == stages[0].id
        told = {"expected_close": NOON.date(), "custom": {"seats": 12}}
        assert selling.move_deal(deal.id, stages[2].id, fields=told).stage_id == stages[2].id


def test_a_stage_gives_what_nobody_owns_to_the_least_busy_of_its_role(at_acme, acme, deal, stages, staff_of, ann):
    sam, sue = staff_of(acme, "sales"), staff_of(acme, "sales")
    with at_acme():
        selling.create_deal(title="Busy", customer_id=ann.id, owner_id=sam.id)
        selling.change_stage(stages[1].id, responsible_role="sales")
        assert selling.move_deal(deal.id, stages[1].id).owner_id == sue.id
        assert selling.move_deal(deal.id, stages[2].id).owner_id == sue.id


def test_a_hand_over_is_in_the_history(at_acme, deal, gus):
    with at_acme():
        selling.hand_over(deal.id, gus.id, note="Speaks Portuguese")
        move = DealMove.objects.get(deal=deal, kind="handed_over")
        assert (move.from_owner_id, move.to_owner_id, move.note) == (None, gus.id, "Speaks Portuguese")


def test_lines_make_the_amount_unless_it_is_set_by_hand(at_acme, deal):
    lines = [
        selling.LineReport("Machine", quantity=2, unit_minor=99_999, discount_percent=10),
        selling.LineReport("Beans", unit_minor=500),
    ]
    with at_acme():
        assert selling.set_lines(deal.id, lines).amount_minor == 500_000
        assert selling.set_lines(deal.id, lines, is_amount_by_hand=False).amount_minor == 199_998 - 20_000 + 500
        assert selling.change_deal(deal.id, amount_minor=170_000).is_amount_by_hand is True
    with at_acme(), pytest.raises(errors.CurrencyFixed):
        selling.change_deal(deal.id, currency="EUR")


def test_stages_are_arranged_while_deals_are_in_them(at_acme, deal, stages):
    with at_acme():
        selling.arrange_stages(stages[0].pipeline_id, [stages[2].id, stages[0].id])
        names = [stage.name["en"] for stage in reading.stages_of(stages[0].pipeline_id)]
        assert names == ["Proposal", "New", "Qualified", "Negotiation", "Won", "Lost"]
        assert fresh(deal).stage_id == stages[0].id


def test_a_stage_with_deals_is_archived_only_with_a_place_for_them(at_acme, deal, stages):
    with at_acme(), pytest.raises(errors.StageInUse):
        selling.archive_stage(stages[0].id)
    with at_acme():
        selling.archive_stage(stages[0].id, move_to=stages[1].id)
        assert fresh(deal).stage_id == stages[1].id
        assert DealMove.objects.filter(deal=deal, from_stage=stages[0], to_stage=stages[1]).count() == 1
    with at_acme(), pytest.raises(errors.UnknownStage):
        selling.move_deal(deal.id, stages[0].id)
    with at_acme(), pytest.raises(errors.StageNeeded):
        selling.archive_stage(stages[4].id)


def test_a_pipeline_is_archived_when_nothing_is_open_in_it(at_acme, deal, stages):
    with at_acme(), pytest.raises(errors.DefaultPipelineNeeded):
        selling.archive_pipeline(stages[0].pipeline_id)
    with at_acme():
        other = selling.make_pipeline({"en": "Courses"})
        selling.change_pipeline(other.id, is_default=True)
    with at_acme(), pytest.raises(errors.PipelineInUse):
        selling.archive_pipeline(stages[0].pipeline_id)
    with at_acme():
        selling.win_deal(deal.id)
        assert selling.archive_pipeline(stages[0].pipeline_id).archived_at is not None


def test_another_organisation_sees_none_of_it(deal, globex, told):
    from tenancy import door

    with door.organisation(globex.id, moment=NOON):
        assert reading.deals().count() == 0
        assert reading.pipelines().count() == 0
    with door.organisation(globex.id, moment=NOON), pytest.raises(errors.UnknownDeal):
        selling.change_deal(deal.id, title="Mine")
