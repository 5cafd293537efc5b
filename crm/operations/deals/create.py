"""Begin a deal."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from crm.errors import CloseDateOutside, DealTitleMissing, InvalidAmount, InvalidCurrency, UnknownCustomer, UnknownStage
from crm.models import Customer, Deal, DealMove, DealStage
from crm.operations.custom_fields import clean_custom
from crm.operations.deals.entry import check_entry, owner_for
from crm.operations.deals.facts import event_facts
from crm.operations.deals.lines import LineReport, keep_lines
from crm.operations.deals.locks import hold_stage
from crm.operations.deals.ranks import rank_in
from crm.operations.deals.setup import ensure_pipeline
from crm.operations.identity import check_member, here
from crm.rules import LARGEST_MINOR
from tenancy import audit, door, events

FIELDS = {
    "company_id", "owner_id", "expected_close", "source", "source_id", "next_step", "next_step_on", "custom",
}  # fmt: skip


def create_deal(
    *,
    title: str,
    customer_id: UUID,
    pipeline_id: UUID | None = None,
    stage_id: UUID | None = None,
    amount_minor: int | None = None,
    currency: str = "",
    lines: Sequence[LineReport] = (),
    opened_at: datetime | None = None,
    **fields: Any,
) -> Deal:
    """Begin a deal at the top of its stage: the first one of the default pipeline unless told otherwise.

    Without an amount it is worth the sum of its lines.
    """
    assert fields.keys() <= FIELDS, fields.keys() - FIELDS
    now = door.moment()
    _check(title, customer_id, fields, currency, amount_minor)
    if opened_at and opened_at > now:
        raise CloseDateOutside(field="opened_at")
    fields["custom"] = clean_custom("deal", fields.get("custom") or {})
    stage = hold_stage(stage_id or _first_stage(pipeline_id))
    if stage.kind != "open" or pipeline_id not in (None, stage.pipeline_id):
        raise UnknownStage
    since = opened_at or now
    deal = Deal(
        title=title.strip()[:200], customer_id=customer_id, pipeline_id=stage.pipeline_id, stage=stage,
        amount_minor=amount_minor or 0, is_amount_by_hand=amount_minor is not None or not lines,
        currency=currency or here().currency, rank=rank_in(stage), stage_since=since, opened_at=since, created_at=since,
        updated_at=now, **fields,
    )  # fmt: skip
    deal.owner_id = owner_for(deal, stage)
    deal.save(force_insert=True)
    if lines:
        keep_lines(deal, lines)
        deal.save(update_fields=["amount_minor"])
    check_entry(deal, stage)
    _tell(deal)
    return deal


def _check(title: str, customer_id: UUID, fields: dict[str, Any], currency: str, amount_minor: int | None) -> None:
    if not title.strip():
        raise DealTitleMissing
    check_customer(customer_id, field="customer_id")
    check_customer(fields.get("company_id"), field="company_id")
    check_member(fields.get("owner_id"), field="owner")
    check_money(currency, amount_minor)


def check_money(currency: str, amount_minor: int | None) -> None:
    if currency and not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        raise InvalidCurrency
    if amount_minor is not None and not 0 <= amount_minor <= LARGEST_MINOR:
        raise InvalidAmount(field="amount_minor")


def check_customer(customer_id: UUID | None, *, field: str) -> None:
    if customer_id and not Customer.objects.filter(id=customer_id).exists():
        raise UnknownCustomer(field=field)


def _first_stage(pipeline_id: UUID | None) -> UUID:
    pipeline_id = pipeline_id or ensure_pipeline().id
    used = DealStage.objects.filter(pipeline_id=pipeline_id, archived_at=None, kind="open")
    first = used.order_by("position", "id").values_list("id", flat=True).first()
    if first is None:
        raise UnknownStage
    return first


def _tell(deal: Deal) -> None:
    who = door.actor()
    DealMove.objects.create(
        deal=deal, kind=DealMove.Kind.CREATED, to_stage_id=deal.stage_id, to_owner_id=deal.owner_id,
        actor_kind=who.kind, actor_id=who.id, occurred_at=deal.created_at,
    )  # fmt: skip
    audit.record("deal.created", deal, {"amount_minor": deal.amount_minor, "currency": deal.currency})
    events.publish("deal.created", deal.id, **event_facts(deal))
