"""Refunds and clawbacks, case by case as a textbook would have them; and any order of events ends the same."""

import pytest

from rewards import operations, queries
from rewards.models import Budget, JournalEntry
from rewards.operations import Policy
from tenancy import door
from tests.rewards.refund_stories import FORGIVE, LIMITED, OWE, OWN_LOT

pytestmark = pytest.mark.usefixtures("books_are_whole")

POLICIES = {
    "owe": (Policy(expires_after_months=12), OWE),
    "limited": (Policy(expires_after_months=12, owed_limit=40), LIMITED),
    "forgive": (Policy(expires_after_months=12, shortfall="forgive"), FORGIVE),
    "own_lot": (Policy(expires_after_months=12, shortfall="own_lot"), OWN_LOT),
}
CASES = [
    pytest.param(policy, story, id=f"{name}: {title}")
    for name, (policy, stories) in POLICIES.items()
    for title, story in stories.items()
]


class Story:
    """One customer, one budget; `reward` is the one promised last."""

    def __init__(self, customer):
        self.customer, self.count, self.day = customer, 0, 0
        self.budget = operations.open_budget(name="B", currency="GBP", limit_minor=100_000)
        self.reward = self.redemption = None

    def key(self) -> str:
        self.count += 1
        return f"k{self.count}"

    def promise(self, amount):
        [self.reward] = operations.accrue([
            operations.Promise(
                key=f"reward:{self.key()}", kind="points", customer_id=self.customer.id, role="referrer", amount=amount,
                cost_minor=2 * amount, budget_id=self.budget.id, hold_until=door.moment(),
            )
        ])  # fmt: skip

    def settle(self):
        operations.settle_due(limit=10)

    def hold(self):
        operations.put_on_hold(self.reward.id, cause="review")

    def release(self):
        operations.release_hold(self.reward.id)

    def keep(self, amount):
        operations.keep_only(self.reward.id, keep=amount, cause="refund", key=self.key())

    def same(self, amount):
        operations.keep_only(self.reward.id, keep=amount, cause="refund", key=f"k{self.count}")

    def again(self, amount):
        operations.give_again(self.reward.id, keep=amount, cause="refund_cancelled", key=self.key())

    def earn(self, amount):
        operations.earn_points([operations.Grant(self.customer.id, amount, self.key(), "order")])

    def redeem(self, amount):
        self.redemption = operations.redeem_points(self.customer.id, amount=amount, reason="mug", key=self.key())

    def back(self, amount):
        operations.return_redemption(self.redemption.id, amount=amount, reason="broken", key=self.key())

    def forgive(self, amount):
        operations.forgive_debt(self.customer.id, amount=amount, reason="goodwill", key=self.key())

    def expire(self):
        operations.expire_lots()

    days = expire


VERBS = {"return": "back"}


def figures(story) -> tuple[str, str, list[str]]:
    operations.follow_spending()
    line = next((one for one in queries.balances(story.customer.id) if one.unit == "POINT"), None)
    held = (line.pending, line.available, line.owed) if line else (0, 0, 0)
    expired = sum(one.amount for one in queries.trial_balance() if one.account == "expired")
    budget = Budget.objects.get(id=story.budget.id)
    kinds = list(JournalEntry.objects.order_by("id").values_list("kind", flat=True))
    return (
        " ".join(str(one) for one in (*held, expired)),
        f"{budget.reserved_minor} {budget.committed_minor} {budget.spent_minor}",
        kinds,
    )


def step_of(line: str) -> tuple[str, list[int], list[str]]:
    words, *expected = (part.strip() for part in line.split("|"))
    verb, *amounts = words.split()
    return verb, [int(one) for one in amounts], [*expected, ""][:3]


@pytest.mark.parametrize(("policy", "told"), CASES)
def test_a_textbook_case(policy, told, at_acme, ann):
    with at_acme():
        operations.set_policy(policy)
        story = Story(ann)
    seen = 0
    for line in told.strip().splitlines():
        verb, amounts, expected = step_of(line)
        story.day += {"expire": 400, "days": amounts[0] if amounts else 0}.get(verb, 0)
        with at_acme(days=story.day):
            getattr(story, VERBS.get(verb, verb))(*([] if verb == "days" else amounts))
            held, budget, kinds = figures(story)
        assert [held, budget, " ".join(kinds[seen:])] == expected, line.strip()
        seen = len(kinds)


def test_there_are_forty_of_them():
    assert len(CASES) >= 40
