"""Random stories: whatever is done in whatever order, the books are whole and a model of them agrees."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from crm.models import Customer
from foundation.ids import new_code, new_id
from rewards import operations, queries
from rewards.errors import BudgetExhausted, InsufficientBalance
from rewards.models import Reward
from tenancy import door
from tenancy.people import found_organisation
from tests.conftest import NOON

LIMIT = 300


class Books(RuleBasedStateMachine):
    """One customer, one budget; the model keeps only what is pending, what is had less owed, and each reward's rest."""

    def __init__(self):
        super().__init__()
        slug = f"m-{new_code().lower()}"
        self.organisation = found_organisation(slug=slug, name="M", currency="GBP").id
        self.day, self.count, self.net, self.rewards = 0, 0, 0, {}
        with self.inside():
            operations.set_points_expiry(1)
            self.customer = Customer.objects.create(id=new_id(), name="Ann", search_text="ann", created_at=NOON).id
            self.budget = operations.open_budget(name="B", currency="GBP", limit_minor=LIMIT).id

    def inside(self):
        return door.organisation(self.organisation, moment=NOON + timedelta(days=self.day))

    def key(self) -> str:
        self.count += 1
        return f"k{self.count}"

    @rule(amount=st.integers(1, 120), days=st.integers(0, 20))
    def accrue(self, amount, days):
        with self.inside():
            promise = operations.Promise(
                key=self.key(), kind="points", customer_id=self.customer, role="referrer", amount=amount,
                hold_until=door.moment() + timedelta(days=days), budget_id=self.budget,
            )  # fmt: skip
            fits = sum(self.rewards.values()) + amount <= LIMIT
            try:
                [reward] = operations.accrue([promise])
            except BudgetExhausted:
                assert not fits
            else:
                assert fits
                self.rewards[reward.id] = amount

    @rule()
    def settle(self):
        with self.inside():
            due = Reward.objects.filter(state="accrued", hold_until__lte=door.moment())
            self.net += sum(reward.kept for reward in due)
            operations.settle_due(limit=100)

    @rule(days=st.integers(1, 25))
    def wait(self, days):
        self.day += days

    @rule(amount=st.integers(1, 80))
    def earn(self, amount):
        with self.inside():
            operations.earn_points([operations.Grant(self.customer, amount, self.key(), "order")])
            self.net += amount

    @rule(amount=st.integers(1, 80))
    def redeem(self, amount):
        with self.inside():
            try:
                operations.redeem_points(self.customer, amount=amount, reason="", key=self.key())
            except InsufficientBalance as refusal:
                assert refusal.facts["available"] < amount
            else:
                self.net -= amount

    @precondition(lambda self: self.rewards)
    @rule(data=st.data(), keep=st.integers(0, 100))
    def keep_only(self, data, keep):
        chosen = data.draw(st.sampled_from(sorted(self.rewards)))
        with self.inside():
            before = Reward.objects.get(id=chosen)
            after = operations.keep_only(chosen, keep=keep, cause="refund", key=self.key())
            assert after.kept == min(keep, before.kept)
            self.rewards[chosen] = after.kept
            if before.state == "available":
                self.net -= before.kept - after.kept

    @precondition(lambda self: self.rewards)
    @rule(data=st.data(), held=st.booleans())
    def hold_or_release(self, data, held):
        chosen = data.draw(st.sampled_from(sorted(self.rewards)))
        with self.inside():
            state = Reward.objects.get(id=chosen).state
            if held and state == "accrued":
                operations.put_on_hold(chosen, cause="review")
            if not held and state == "held":
                operations.release_hold(chosen)

    @rule()
    def expire(self):
        with self.inside():
            before = sum(line.available for line in queries.balances(self.customer))
            operations.expire_lots(limit=100)
            self.net -= before - sum(line.available for line in queries.balances(self.customer))

    @invariant()
    def books_are_whole(self):
        with self.inside():
            assert queries.verify_books().wrong == ()
            waiting = Reward.objects.filter(state__in=["accrued", "held"])
            for line in queries.balances(self.customer):
                assert line.available - line.owed == self.net
                assert not (line.available and line.owed and self.net > line.available)
                assert line.pending == sum(reward.kept for reward in waiting)
            assert sum(line.amount for line in queries.trial_balance()) == 0


@pytest.mark.usefixtures("database")
def test_random_stories_leave_whole_books():
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=12, stateful_step_count=20, deadline=None, derandomize=True, print_blob=False,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
