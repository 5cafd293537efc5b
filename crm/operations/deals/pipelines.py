"""Change how an organisation sells: pipelines, stages, reasons for losing. Nothing is deleted, as deals tell of it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from crm.errors import (
    DefaultPipelineNeeded,
    InvalidStage,
    PipelineInUse,
    StageAsksUnknown,
    StageInUse,
    StageNameMissing,
    StageNeeded,
    UnknownLossReason,
    UnknownPipeline,
    UnknownStage,
)
from crm.models import Deal, DealStage, LossReason, Pipeline
from crm.operations.deals.locks import hold
from crm.operations.deals.ranks import bring_all
from crm.operations.deals.setup import ends, ensure_pipeline, usual_stages
from crm.operations.identity import check_member
from crm.queries.custom_fields import custom_fields
from crm.rules.deals import CUSTOM, REQUIRABLE
from tenancy import audit, door

STAGE_FIELDS = {"name", "probability", "colour", "ageing_days", "responsible_id", "responsible_role", "required_fields"}


def make_pipeline(name: dict[str, str], *, with_stages: bool = True) -> Pipeline:
    """Make a pipeline with the usual stages, or with nothing but its two ends and one stage before them."""
    ensure_pipeline()
    _check_name(name)
    place = Pipeline.objects.order_by("-position").values_list("position", flat=True).first() or 0
    pipeline = Pipeline.objects.create(name=name, position=place + 1, created_at=door.moment())
    if with_stages:
        DealStage.objects.bulk_create(usual_stages(pipeline))
    else:
        first = usual_stages(pipeline)[0]
        DealStage.objects.bulk_create([first, *ends(pipeline, 1)])
    audit.record("pipeline.made", pipeline)
    return pipeline


def change_pipeline(pipeline_id: UUID, *, name: dict[str, str] | None = None, is_default: bool = False) -> Pipeline:
    """Rename a pipeline, or make it the one that new deals go into."""
    hold("pipelines")
    pipeline = _pipeline(pipeline_id)
    if name is not None:
        _check_name(name)
        pipeline.name = name
    if is_default and not pipeline.is_default:
        if pipeline.archived_at:
            raise UnknownPipeline
        Pipeline.objects.filter(is_default=True).update(is_default=False)
        pipeline.is_default = True
    pipeline.save(update_fields=["name", "is_default"])
    audit.record("pipeline.changed", pipeline, {"is_default": pipeline.is_default})
    return pipeline


def archive_pipeline(pipeline_id: UUID) -> Pipeline:
    """Take a pipeline out of use; its closed deals stay what they are."""
    hold("pipelines")
    pipeline = _pipeline(pipeline_id)
    if pipeline.is_default:
        raise DefaultPipelineNeeded
    _hold_stages(pipeline)
    if waiting := Deal.objects.filter(pipeline=pipeline, state="open").count():
        raise PipelineInUse(deals=waiting)
    return _mark(pipeline, door.moment(), "pipeline.archived")


def restore_pipeline(pipeline_id: UUID) -> Pipeline:
    return _mark(_pipeline(pipeline_id), None, "pipeline.restored")


# --- stages ---------------------------------------------------------------------------------------------------


def add_stage(pipeline_id: UUID, **facts: Any) -> DealStage:
    """Add an open stage before the ends of a pipeline."""
    pipeline = _pipeline(pipeline_id)
    _hold_stages(pipeline)
    _check_stage(facts)
    last = DealStage.objects.filter(pipeline=pipeline, kind="open").order_by("-position").first()
    place = last.position + 1 if last else 0
    stage = DealStage.objects.create(pipeline=pipeline, position=place, **facts)
    _number(pipeline, [each.id for each in _in_use(pipeline)])
    audit.record("deal_stage.added", stage)
    return stage


def change_stage(stage_id: UUID, **changes: Any) -> DealStage:
    stage = DealStage.objects.select_for_update(no_key=True).filter(id=stage_id).first()
    if stage is None:
        raise UnknownStage
    if stage.kind != "open":
        changes.pop("probability", None)  # an end is certain
    _check_stage(changes)
    for name, value in changes.items():
        setattr(stage, name, value)
    stage.save(update_fields=list(changes)) if changes else None
    audit.record("deal_stage.changed", stage, {"fields": sorted(changes)})
    return stage


def arrange_stages(pipeline_id: UUID, stage_ids: Sequence[UUID]) -> None:
    """Put the open stages into this order; those left out follow, the ends stay at the end. Deals stay where they are."""
    pipeline = _pipeline(pipeline_id)
    _hold_stages(pipeline)
    known = [each.id for each in _in_use(pipeline)]
    if not set(stage_ids) <= set(known):
        raise UnknownStage
    _number(pipeline, [*dict.fromkeys(stage_ids), *(each for each in known if each not in set(stage_ids))])
    audit.record("deal_stage.arranged", pipeline)


def archive_stage(stage_id: UUID, *, move_to: UUID | None = None) -> DealStage:
    """Take an open stage out of use; the deals in it go to the end of another one of the pipeline."""
    stage = DealStage.objects.filter(id=stage_id).select_related("pipeline").first()
    if stage is None:
        raise UnknownStage
    rows = _hold_stages(stage.pipeline)
    others = {each.id: each for each in rows if each.kind == "open" and each.id != stage_id}
    if stage.kind != "open" or not others:
        raise StageNeeded
    waiting = Deal.objects.filter(stage=stage).count()
    if waiting and move_to is None:
        raise StageInUse(deals=waiting)
    if waiting:
        if move_to not in others:
            raise UnknownStage(field="move_to")
        bring_all(stage, others[move_to])
    return _mark(stage, door.moment(), "deal_stage.archived")


def restore_stage(stage_id: UUID) -> DealStage:
    stage = DealStage.objects.filter(id=stage_id, kind="open").first()
    if stage is None:
        raise UnknownStage
    return _mark(stage, None, "deal_stage.restored")


def _in_use(pipeline: Pipeline) -> list[DealStage]:
    rank = {"open": 0, "won": 1, "lost": 2}
    rows = DealStage.objects.filter(pipeline=pipeline, archived_at=None)
    return sorted(rows, key=lambda each: (rank[each.kind], each.position, each.id))


def _number(pipeline: Pipeline, ids: Sequence[UUID]) -> None:
    rank = {"open": 0, "won": 1, "lost": 2}
    place = {each: at for at, each in enumerate(ids)}
    rows = sorted(_in_use(pipeline), key=lambda each: (rank[each.kind], place.get(each.id, len(place))))
    for position, stage in enumerate(rows):
        stage.position = position
    DealStage.objects.bulk_update(rows, ["position"])


def _hold_stages(pipeline: Pipeline) -> list[DealStage]:
    return list(DealStage.objects.filter(pipeline=pipeline).select_for_update(no_key=True, of=("self",)).order_by("id"))


def _check_stage(facts: dict[str, Any]) -> None:
    assert facts.keys() <= STAGE_FIELDS, facts.keys() - STAGE_FIELDS
    if "name" in facts:
        _check_name(facts["name"])
    if not 0 <= facts.get("probability", 0) <= 100:
        raise InvalidStage(name="probability", field="probability")
    if (facts.get("ageing_days") or 1) < 1:
        raise InvalidStage(name="ageing_days", field="ageing_days")
    _check_required(facts.get("required_fields", []))
    check_member(facts.get("responsible_id"), field="responsible")


def _check_required(names: Sequence[str]) -> None:
    """Let a stage ask for our own columns and for fields that deals have."""
    own = {name.removeprefix(CUSTOM) for name in names if name.startswith(CUSTOM)}
    known = set(custom_fields("deal").filter(key__in=own).values_list("key", flat=True)) if own else set()
    for name in names:
        if name not in REQUIRABLE and not (name.startswith(CUSTOM) and name.removeprefix(CUSTOM) in known):
            raise StageAsksUnknown(name=name.removeprefix(CUSTOM))


# --- reasons ----------------------------------------------------------------------------------------------------


def add_loss_reason(name: dict[str, str], *, parent_id: UUID | None = None) -> LossReason:
    """Add a reason, or what exactly under one; a third level is refused."""
    _check_name(name)
    if parent_id and not LossReason.objects.filter(id=parent_id, parent=None).exists():
        raise UnknownLossReason(field="parent_id")
    place = LossReason.objects.filter(parent_id=parent_id).count()
    reason = LossReason.objects.create(name=name, parent_id=parent_id, position=place)
    audit.record("loss_reason.added", reason)
    return reason


def change_loss_reason(
    reason_id: UUID, *, name: dict[str, str] | None = None, is_archived: bool | None = None
) -> LossReason:
    reason = LossReason.objects.filter(id=reason_id).first()
    if reason is None:
        raise UnknownLossReason
    if name is not None:
        _check_name(name)
        reason.name = name
    if is_archived is not None:
        reason.archived_at = door.moment() if is_archived else None
    reason.save(update_fields=["name", "archived_at"])
    audit.record("loss_reason.changed", reason, {"is_archived": reason.archived_at is not None})
    return reason


def _pipeline(pipeline_id: UUID) -> Pipeline:
    pipeline = Pipeline.objects.filter(id=pipeline_id).first()
    if pipeline is None:
        raise UnknownPipeline
    return pipeline


def _mark(row, moment, action: str):
    row.archived_at = moment
    row.save(update_fields=["archived_at"])
    audit.record(action, row)
    return row


def _check_name(name: dict[str, str]) -> None:
    if not any(text.strip() for text in name.values()) or any(len(text) > 60 for text in name.values()):
        raise StageNameMissing
