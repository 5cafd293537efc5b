"""A payout that the bank has said too little and too much about."""

from uuid import UUID

from foundation.ids import new_code
from rewards import operations as rewarding
from rewards.models import PayoutDifference, PayoutLine, Reward
from rewards.operations import payouts
from tenancy import door
from tenancy.models import User


def a_payout(customer_id: UUID) -> dict[str, object]:
    """Pay a customer's cash out by file: approved by somebody else, sent, one payment in the result that is not ours."""
    maker = door.actor()
    rewarding.accrue(
        [
            rewarding.Promise(
                key="cash", kind=Reward.Kind.CASH, customer_id=customer_id, role="referrer", amount=2500, currency="GBP",
                hold_until=door.moment(),
            )
        ]
    )  # fmt: skip
    rewarding.settle_due()
    payouts.change_payout_settings(tax_threshold_minor=2000, tax_note="Ask the tax adviser about prizes.", payday=25)
    payouts.set_payout_account(customer_id, method="bank", holder="Ann Smith", account="GB33BUKB20201555555555")
    batch = payouts.draft_payout(currency="GBP", note="November")
    payouts.submit_payout(batch.id)
    second = User.objects.create_user(f"{new_code().lower()}@example.com", name="Fay")
    door.act_as(door.Actor("user", second.id))
    payouts.approve_payout(batch.id)
    door.act_as(maker)
    payouts.send_payout(batch.id)
    line = PayoutLine.objects.get()
    payouts.take_result_file(batch.id, f"reference,status,amount\nXX1,paid,9.99\n{line.reference},paid,24.99\n".encode())
    return {"payout_id": batch.id, "payout_line_id": line.id, "payout_difference_id": PayoutDifference.objects.first().id}
