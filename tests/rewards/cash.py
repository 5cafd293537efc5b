"""Cash that is there to be paid out, and payouts on their way. All inside the door."""

from foundation.ids import new_code
from rewards import operations
from rewards.models import PayoutBatch, Reward
from rewards.operations import payouts
from tenancy import door


def give_cash(customer, amount_minor: int, **facts) -> Reward:
    """Let somebody have a cash reward that is available."""
    key = facts.pop("key", f"reward:{new_code()}")
    [reward] = operations.accrue(
        [
            operations.Promise(
                key=key, kind=Reward.Kind.CASH, customer_id=customer.id, role="referrer", amount=amount_minor,
                currency="GBP", hold_until=door.moment(), **facts,
            )
        ]
    )  # fmt: skip
    operations.settle_due()
    reward.refresh_from_db()
    assert reward.state == Reward.State.AVAILABLE
    return reward


def give_account(customer, account: str = "GB33BUKB20201555555555", **facts):
    return payouts.set_payout_account(
        customer.id, **{"method": "bank", "holder": customer.name, "account": account, "bank": "Acorn Bank"} | facts
    )


def as_person(member):
    """Let the rest of this visit be done by a member of staff."""
    door.act_as(door.Actor("user", member.user_id))


def draft(member, **facts) -> PayoutBatch:
    as_person(member)
    return payouts.draft_payout(**{"currency": "GBP"} | facts)


def approved(maker, approver, **facts) -> PayoutBatch:
    """Make, submit and approve a payout of everything there is."""
    batch = draft(maker, **facts)
    payouts.submit_payout(batch.id)
    as_person(approver)
    return payouts.approve_payout(batch.id)
