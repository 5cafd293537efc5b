"""Pipelines, stages and reasons by what people call them, in any language."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from crm.errors import NoSuchPipeline, NoSuchReason, NoSuchStage, UnknownStage
from crm.models import DealStage, LossReason, Pipeline
from crm.operations.deals.setup import ensure_pipeline
from crm.queries.custom_fields import in_tongue

# What other systems call the two ends.
_ENDS = {
    "won": "won", "closedwon": "won", "赢单": "won", "成交": "won", "已成交": "won", "签约": "won", "已签约": "won",
    "lost": "lost", "closedlost": "lost", "输单": "lost", "丢单": "lost", "已流失": "lost", "失败": "lost",
}  # fmt: skip


class Ways:
    """What an organisation's pipelines have in use, read once for a list."""

    def __init__(self) -> None:
        ensure_pipeline()
        used = Pipeline.objects.filter(archived_at=None)
        self.pipelines = list(used.order_by("-is_default", "position", "id"))
        self.stages = list(DealStage.objects.filter(archived_at=None).order_by("position", "id"))
        self.reasons = list(LossReason.objects.filter(archived_at=None).order_by("position", "id"))

    def stage(self, pipeline: str, stage: str) -> DealStage:
        """Find a stage; without a pipeline in the first that has it, without a name the first one."""
        among = self._pipelines(pipeline)
        if not stage.strip():
            return self.first(among[0].id)
        of = [[one for one in self.stages if one.pipeline_id == each.id] for each in among]
        found = next((one for stages in of for one in stages if _is_called(one.name, stage)), None)
        found = found or next((one for one in of[0] if one.kind == _ENDS.get(_plain(stage))), None)
        if found is None:
            raise NoSuchStage(name=stage, known=_list(one.name for one in of[0]))
        return found

    def begin(self, stage: DealStage) -> DealStage:
        """Say where a deal begins that stands there: an end is reached from the first stage."""
        return stage if stage.kind == "open" else self.first(stage.pipeline_id)

    def first(self, pipeline_id: UUID) -> DealStage:
        found = next((one for one in self.stages if one.pipeline_id == pipeline_id and one.kind == "open"), None)
        if found is None:
            raise UnknownStage
        return found

    def reason(self, name: str) -> UUID:
        found = next((one for one in self.reasons if _is_called(one.name, name)), None)
        if found is None:
            raise NoSuchReason(name=name, known=_list(one.name for one in self.reasons if one.parent_id is None))
        return found.id

    def _pipelines(self, name: str) -> list[Pipeline]:
        if not name.strip():
            return self.pipelines
        found = [one for one in self.pipelines if _is_called(one.name, name)]
        if not found:
            raise NoSuchPipeline(name=name, known=_list(one.name for one in self.pipelines))
        return found


def _is_called(names: Mapping[str, str], told: str) -> bool:
    return _plain(told) in {_plain(name) for name in names.values()}


def _plain(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _list(names: Iterable[Any]) -> str:
    return ", ".join(in_tongue(name) for name in names)
