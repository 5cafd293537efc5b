"""Take rewards back and promise others in one transaction, without meeting another such transaction in a ring."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import transaction

from rewards import ledger
from rewards.models import Reward
from rewards.operations.accounts.units import units
from rewards.operations.budgets import figures as budgets
from rewards.operations.lifecycle.accruing import Promise, accrue
from rewards.operations.lifecycle.claiming import claim
from rewards.operations.lifecycle.reducing import Cut, change_rewards
from rewards.operations.lifecycle.restoring import GiveAgain


@transaction.atomic
def carry_out(
    *, promises: Sequence[Promise], cuts: Sequence[Cut] = (), gifts: Sequence[GiveAgain] = (),
    exhausted: Collection[UUID] = (),
) -> list[Reward]:  # fmt: skip
    """Change rewards, then accrue promises; give the promised rewards. Budgets that are `exhausted` note when they were.

    Everything is locked in the order of the house: rewards, then all balances that will be
    needed, then budgets, each once at the end, when what was cut makes room for what is promised.
    Raises BudgetExhausted; a caller that goes on needs a savepoint.
    """
    _lock_balances(promises, claim({one.reward_id for one in (*cuts, *gifts)}).values())
    with budgets.gathered(exhausted=exhausted):
        if cuts or gifts:
            change_rewards(cuts, gifts)
        return accrue(promises)


def _lock_balances(promises: Sequence[Promise], rewards: Collection[Reward]) -> None:
    known = units(sorted({promise.unit_code for promise in promises})) if promises else {}
    accounts = {(promise.customer_id, known[promise.unit_code].id) for promise in promises}
    accounts |= {(reward.beneficiary_id, reward.unit_id) for reward in rewards}
    if accounts:
        ledger.lock(accounts)
