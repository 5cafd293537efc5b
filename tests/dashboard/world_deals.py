"""A deal with everything on it, for addresses that need one."""

from datetime import timedelta
from uuid import UUID

from crm.models import LossReason
from crm.operations import deals as selling
from crm.queries.deals import stages_of
from tenancy import calendar


def selling_to(customer_id: UUID, member_id: UUID) -> dict[str, object]:
    pipeline = selling.ensure_pipeline()
    selling.make_pipeline({"en": "Courses", "zh-hans": "课程"})
    stages = stages_of(pipeline.id)
    today = calendar.today()
    lines = [selling.LineReport("Espresso machine", quantity=2, unit_minor=150_000, discount_percent=5)]
    deal = selling.create_deal(
        title="Office coffee",
        customer_id=customer_id,
        owner_id=member_id,
        lines=lines,
        expected_close=today + timedelta(days=9),
        next_step="Send the offer",
        next_step_on=today + timedelta(days=1),
    )
    selling.move_deal(deal.id, stages[1].id)
    instalment = selling.add_instalment(deal.id, due_on=today - timedelta(days=2), amount_minor=100_000, label="On signing")
    receipt, _ = selling.record_receipt(deal.id, source="bank", external_id="1", amount_minor=60_000)
    selling.refund_receipt(receipt.id, source="bank", external_id="1", amount_minor=1_000, reason="Rounding")
    lost = selling.create_deal(title="Grinders", customer_id=customer_id, amount_minor=80_000)
    reason = LossReason.objects.exclude(parent=None).first()
    selling.lose_deal(lost.id, reason_id=reason.id, competitor="Bean & Co")
    return {
        "deal_id": deal.id, "pipeline_id": pipeline.id, "stage_id": stages[2].id, "instalment_id": instalment.id,
        "receipt_id": receipt.id, "loss_reason_id": reason.id, "deal_report": "forecast",
    }  # fmt: skip
