"""A promotion of the furnished acme that waits for next week, a robot of a chat group, a reminder that is on."""

from datetime import timedelta
from uuid import UUID

from messaging.operations import add_robot
from referrals.operations import promotions
from referrals.operations.reminding import set_reminder
from tenancy import door


def tell_customers(campaign_id: UUID) -> dict[str, object]:
    robot = add_robot(name="Regulars", kind="feishu", url="https://open.feishu.cn/open-apis/bot/v2/hook/x", secret="s")
    wanted = promotions.Wanted(
        texts=promotions.default_texts(), send_at=door.moment() + timedelta(days=7), robot_ids=[robot.id],
        group_text="{campaign} {link}",
    )  # fmt: skip
    made = promotions.plan_promotion(campaign_id, wanted)
    set_reminder(campaign_id, "silent", is_active=True)
    return {"reminder_kind": "silent", "promotion_id": made.id, "robot_id": robot.id}
