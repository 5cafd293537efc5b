"""The pipeline and the reasons that an organisation begins with."""

from crm.models import DealStage, LossReason, Pipeline
from crm.operations.deals.locks import hold
from tenancy import audit, door

# name, probability, colour, ageing limit in days
_STAGES = (
    ({"en": "New", "zh-hans": "新建"}, 10, "#64707d", 7),
    ({"en": "Qualified", "zh-hans": "需求确认"}, 25, "#2563eb", 14),
    ({"en": "Proposal", "zh-hans": "方案报价"}, 50, "#9333ea", 21),
    ({"en": "Negotiation", "zh-hans": "商务谈判"}, 75, "#d97706", 21),
)
_WON, _LOST = {"en": "Won", "zh-hans": "赢单"}, {"en": "Lost", "zh-hans": "输单"}
_REASONS = (
    (
        {"en": "Price", "zh-hans": "价格"},
        ({"en": "Above their budget", "zh-hans": "超出预算"}, {"en": "Cheaper elsewhere", "zh-hans": "别家更便宜"}),
    ),
    (
        {"en": "Competitor", "zh-hans": "竞争对手"},
        ({"en": "Better product", "zh-hans": "产品更合适"}, {"en": "Existing relationship", "zh-hans": "已有合作关系"}),
    ),
    (
        {"en": "Product", "zh-hans": "产品"},
        (
            {"en": "Something was missing", "zh-hans": "功能或品类不满足"},
            {"en": "Delivery too late", "zh-hans": "交付时间太晚"},
        ),
    ),
    (
        {"en": "Timing", "zh-hans": "时机"},
        ({"en": "No need for now", "zh-hans": "暂无需求"}, {"en": "Project put off", "zh-hans": "项目推迟"}),
    ),
    (
        {"en": "Contact", "zh-hans": "联系"},
        ({"en": "No answer any more", "zh-hans": "联系不上"}, {"en": "We were too slow", "zh-hans": "我方跟进太慢"}),
    ),
    ({"en": "Entered by mistake", "zh-hans": "误建"}, ()),
)


def ensure_pipeline() -> Pipeline:
    """Give the default pipeline; an organisation that has none gets one with the usual stages and reasons."""
    known = Pipeline.objects.filter(is_default=True).first()
    if known:
        return known
    hold("pipelines")
    known = Pipeline.objects.filter(is_default=True).first()
    return known or _set_up()


def _set_up() -> Pipeline:
    pipeline = Pipeline.objects.create(
        name={"en": "Sales", "zh-hans": "销售流程"}, is_default=True, created_at=door.moment()
    )
    DealStage.objects.bulk_create(usual_stages(pipeline))
    if not LossReason.objects.exists():
        _usual_reasons()
    audit.record("pipeline.made", pipeline)
    return pipeline


def usual_stages(pipeline: Pipeline) -> list[DealStage]:
    """Make the stages that most begin with; the last two are the ends."""
    stages = [
        DealStage(pipeline=pipeline, name=name, probability=probability, colour=colour, ageing_days=days, position=place)
        for place, (name, probability, colour, days) in enumerate(_STAGES)
    ]
    return [*stages, *ends(pipeline, len(stages))]


def ends(pipeline: Pipeline, position: int) -> list[DealStage]:
    won = DealStage(pipeline=pipeline, name=_WON, kind="won", probability=100, colour="#15803d", position=position)
    lost = DealStage(pipeline=pipeline, name=_LOST, kind="lost", probability=0, colour="#b4232c", position=position + 1)
    return [won, lost]


def _usual_reasons() -> None:
    for place, (name, inner) in enumerate(_REASONS):
        parent = LossReason.objects.create(name=name, position=place)
        LossReason.objects.bulk_create(LossReason(parent=parent, name=each, position=at) for at, each in enumerate(inner))
