"""Move deals: through stages, to won, to lost, and back. One row of history for each move."""

from datetime import datetime
from typing import Any
from uuid import UUID

from crm.errors import (
    CloseDateOutside,
    DealIsClosed,
    DealIsOpen,
    ReasonMissing,
    ReopenNoteMissing,
    UnknownDeal,
    UnknownLossReason,
    UnknownStage,
)
from crm.models import Customer, Deal, DealMove, DealStage, LossReason
from crm.operations.deals.change import change_deal
from crm.operations.deals.entry import check_entry, owner_for
from crm.operations.deals.facts import event_facts
from crm.operations.deals.locks import hold_deal, hold_stage, save
from crm.operations.deals.ranks import rank_in
from crm.operations.update_customer import update_customer
from tenancy import audit, door, events

_AT_LEAST_CUSTOMER = (Customer.Stage.CUSTOMER, Customer.Stage.LOYAL)


def move_deal(
    deal_id: UUID,
    stage_id: UUID,
    *,
    after_id: UUID | None = None,
    expected_version: int | None = None,
    expected_stage_id: UUID | None = None,
    closed_at: datetime | None = None,
    reason_id: UUID | None = None,
    competitor: str = "",
    note: str = "",
    fields: dict[str, Any] | None = None,
) -> Deal:
    """Put a deal behind another one of a stage, or at its top; `fields` fill what the stage requires.

    Into the stage of lost it needs a reason, out of an end a note. Raises DealChanged when it is not where or what the
    caller saw, ColumnChanged when the neighbour has left, FieldsMissing when the stage asks for more.
    """
    stage = hold_stage(stage_id)
    deal = hold_deal(deal_id, expected_version=expected_version, expected_stage_id=expected_stage_id)
    if fields:
        change_deal(deal_id, **fields)
        deal = hold_deal(deal_id)
    rank = rank_in(stage, after_id=after_id, besides=deal.id)
    if stage.id == deal.stage_id:
        deal.rank = rank
        save(deal, "rank")
        return deal
    return _enter(deal, stage, rank, closed_at, reason_id, competitor, note)


def win_deal(deal_id: UUID, *, closed_at: datetime | None = None, note: str = "", **seen: Any) -> Deal:
    """Win a deal: into the stage for won ones of its pipeline."""
    return _close(deal_id, "won", seen, closed_at=closed_at, note=note)


def lose_deal(
    deal_id: UUID,
    *,
    reason_id: UUID,
    competitor: str = "",
    note: str = "",
    closed_at: datetime | None = None,
    **seen: Any,
) -> Deal:
    """Lose a deal, with the reason."""
    return _close(deal_id, "lost", seen, closed_at=closed_at, reason_id=reason_id, competitor=competitor, note=note)


def reopen_deal(deal_id: UUID, *, note: str, stage_id: UUID | None = None, **seen: Any) -> Deal:
    """Open a closed deal again: in a stage, or where it was before it was closed."""
    deal = _known(deal_id)
    if deal.state == Deal.State.OPEN:
        raise DealIsOpen
    return move_deal(deal_id, stage_id or _last_open_stage(deal), note=note, **seen)


def _close(deal_id: UUID, kind: str, seen: dict[str, Any], **told: Any) -> Deal:
    deal = _known(deal_id)
    if deal.state != Deal.State.OPEN:
        raise DealIsClosed
    seen.setdefault("expected_stage_id", deal.stage_id)
    return move_deal(deal_id, end_of(deal.pipeline_id, kind).id, **seen, **told)


def end_of(pipeline_id: UUID, kind: str) -> DealStage:
    """Give the stage of a pipeline where deals are won, or lost."""
    stage = DealStage.objects.filter(pipeline_id=pipeline_id, kind=kind, archived_at=None).first()
    if stage is None:
        raise UnknownStage
    return stage


def _known(deal_id: UUID) -> Deal:
    deal = Deal.objects.filter(id=deal_id).first()
    if deal is None:
        raise UnknownDeal
    return deal


def _last_open_stage(deal: Deal) -> UUID:
    """Take the stage it was closed from; if that is archived by now, the first of its pipeline."""
    left = (
        DealMove.objects.filter(deal=deal, kind__in=("won", "lost")).order_by("-id").values_list("from_stage_id", flat=True)
    )
    used = DealStage.objects.filter(pipeline_id=deal.pipeline_id, kind="open", archived_at=None).order_by("position", "id")
    stage = used.filter(id=left.first()).first() or used.first()
    if stage is None:
        raise UnknownStage
    return stage.id


def _enter(
    deal: Deal, stage: DealStage, rank: int, closed_at: datetime | None, reason_id: UUID | None, competitor: str, note: str
) -> Deal:
    source, was, left_at = deal.stage, deal.state, deal.stage_since
    at = _moment(deal, stage, closed_at)
    if stage.kind == "open" and was != "open" and not note.strip():
        raise ReopenNoteMissing
    reason = _reason(stage, reason_id)
    deal.stage, deal.pipeline_id, deal.rank, deal.stage_since = stage, stage.pipeline_id, rank, at
    _turn(deal, stage.kind, was, at)
    deal.loss_reason = reason
    deal.competitor = competitor.strip()[:120] if reason else ""
    deal.closing_note = note.strip()[:500] if stage.kind != "open" else ""
    deal.owner_id = owner_for(deal, stage)
    check_entry(deal, stage)
    save(
        deal,
        "stage",
        "pipeline_id",
        "rank",
        "stage_since",
        "state",
        "opened_at",
        "closed_at",
        "open_seconds",
        "loss_reason",
        "competitor",
        "closing_note",
        "owner_id",
    )
    kind = _kind(was, stage.kind)
    _note(deal, kind, source, left_at=left_at, at=at, note=note)
    _tell(deal, kind, source)
    return deal


def _moment(deal: Deal, stage: DealStage, closed_at: datetime | None) -> datetime:
    """Take when it happened; only an end may be dated back, and not before the deal was opened."""
    now = door.moment()
    if stage.kind == "open" or closed_at is None:
        return now
    if closed_at > now or closed_at < deal.opened_at:
        raise CloseDateOutside
    return closed_at


def _reason(stage: DealStage, reason_id: UUID | None) -> LossReason | None:
    if stage.kind != "lost":
        return None
    if reason_id is None:
        raise ReasonMissing
    reason = LossReason.objects.filter(id=reason_id, archived_at=None).first()
    if reason is None:
        raise UnknownLossReason
    return reason


def _turn(deal: Deal, kind: str, was: str, at: datetime) -> None:
    """Keep the time it was open: from opening to closing, again after each reopening; closed time does not count."""
    if kind != "open" and was == "open":
        deal.open_seconds += max(0, int((at - deal.opened_at).total_seconds()))
    if kind == "open" and was != "open":
        deal.opened_at = at
    deal.state = kind
    deal.closed_at = at if kind != "open" else None


def _kind(was: str, kind: str) -> str:
    if kind != "open":
        return kind
    return DealMove.Kind.REOPENED if was != "open" else DealMove.Kind.MOVED


def _note(deal: Deal, kind: str, source: DealStage, *, left_at: datetime, at: datetime, note: str) -> None:
    who = door.actor()
    DealMove.objects.create(
        deal=deal, kind=kind, from_stage=source, to_stage=deal.stage, reason=deal.loss_reason, note=note.strip()[:500],
        stayed_seconds=max(0, int((at - left_at).total_seconds())), actor_kind=who.kind, actor_id=who.id, occurred_at=at,
    )  # fmt: skip


def _tell(deal: Deal, kind: str, source: DealStage) -> None:
    change = {"from_stage_id": str(source.id), "to_stage_id": str(deal.stage_id)}
    facts = event_facts(deal) | change | {"old_state": source.kind, "new_state": deal.state}
    audit.record(f"deal.{kind}", deal, change)
    events.publish("deal.stage_changed", deal.id, **facts)
    if kind == DealMove.Kind.WON:
        _become_customers(deal)
    if kind != DealMove.Kind.MOVED:
        reason = {"reason_id": str(deal.loss_reason_id)} if deal.loss_reason_id else {}
        events.publish(f"deal.{kind}", deal.id, occurred_at=deal.stage_since, **facts, **reason)


def _become_customers(deal: Deal) -> None:
    """Who buys is at least a customer."""
    buyers = Customer.objects.filter(id__in=[id for id in (deal.customer_id, deal.company_id) if id])
    for customer_id in buyers.exclude(stage__in=_AT_LEAST_CUSTOMER).order_by("id").values_list("id", flat=True):
        update_customer(customer_id, stage=Customer.Stage.CUSTOMER)
