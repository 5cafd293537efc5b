"""Random stories: whatever is done in whatever order, the house has what a model in plain Python has."""

import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from rewards import queries
from rewards.models import Reward
from rewards.queries.payout_books import PAYOUT_RULES
from tests.rewards.both_books import POINT, POUND, Books
from tests.rewards.model_books import NEVER

units = st.sampled_from([POINT, POUND])
amounts = st.integers(1, 60)
several = st.lists(amounts, min_size=1, max_size=3)
tenths = st.sampled_from([1, 3, 5, 7, 10, 10, 13])  # of what is there; more than ten are refused
done: Counter[str] = Counter()


class Stories(RuleBasedStateMachine):
    """One rule with many verbs: Hypothesis leaves whole rules out of most stories, and verbs need one another."""

    @initialize()
    def begin(self):
        """Two have something already, the third owes something, and more is on its way to all."""
        self.books = Books(done)
        for unit, owner in self.books.accounts:
            self.books.promise(unit, owner, [50, 30], days=3)
        self.books.day += 3
        self.books.settle(100)
        for owner in range(3):
            self.books.promise(POINT, owner, [40], days=7)
            self.books.earn(owner, [20], 1)
            self.books.take_over(owner, 10)
            self.books.adjust_up(owner, 5)
        self.books.redeem(POINT, 2, self.books.accounts[POINT, 2].held["available"])
        self.books.reverse(next(one for one in self.books.in_state("available") if (one.unit, one.owner) == (POINT, 2)), 0)

    @rule(data=st.data())
    def something_happens(self, data):
        chapters = [self.something_is_given, self.time_goes_by, self.a_promise_changes, self.something_is_used]
        data.draw(st.sampled_from([*chapters, *chapters[1:]]))(data.draw)

    def something_is_given(self, draw):
        books = self.books
        verb = draw(st.sampled_from(["promise", "promise", "earn", "earn", "adjust up", "adjust down", "take over"]))
        owner = draw(st.sampled_from(books.people))
        if verb == "promise":
            terms = {"days": draw(st.integers(0, 12)), "is_held": draw(st.booleans()), "costs": draw(st.booleans())}
            books.promise(draw(units), owner, draw(several), **terms)
        elif verb == "earn":
            books.earn(owner, draw(several), draw(st.sampled_from([None, 1, 1, 1, 2])))
        elif verb == "adjust up":
            books.adjust_up(owner, draw(amounts))
        elif verb == "adjust down":
            books.adjust_down(owner, self.part(draw(tenths), books.accounts[POINT, owner].usable(books.now)))
        else:
            books.take_over(owner, draw(amounts))

    def time_goes_by(self, draw):
        books = self.books
        verb = draw(st.sampled_from(["settle", "settle", "expire", "expire", "merge"]))
        if verb == "merge":
            if len(books.people) > 1:
                leaver = draw(st.sampled_from(books.people))
                books.merge(leaver, draw(st.sampled_from([one for one in books.people if one != leaver])))
            return
        books.day += draw(st.sampled_from([7, 0, 3, 12]))
        if verb == "settle":
            books.settle(draw(st.sampled_from([1, 2, 100, 100])))
        else:
            books.day += 20 * any(lot.remaining and lot.expires_at < NEVER for lot in books.all_lots())
            books.expire()

    def a_promise_changes(self, draw):
        books = self.books
        cut = [one for one in books.rewards if one.reversals and one.kept < one.amount]
        choices = {
            "hold": books.in_state("accrued"), "release": books.in_state("held"),
            "void": books.in_state("accrued", "held"), "claw back": books.in_state("available"), "restore": cut,
        }  # fmt: skip
        verb, reward = self.chosen(draw, choices)
        if verb == "hold":
            books.hold(reward, draw(st.sampled_from(["review", "fraud"])))
        elif verb == "release":
            books.release(reward)
        elif verb in ("void", "claw back"):
            books.reverse(reward, reward.kept * draw(st.sampled_from([0, 0, 3, 6, 10])) // 10)
        elif verb == "restore":
            books.restore(reward, reward.kept + self.part(draw(tenths), reward.amount - reward.kept))

    def something_is_used(self, draw):
        books = self.books
        rich = [key for key, account in books.accounts.items() if account.held["available"]]
        choices = {
            "redeem": rich, "begin payout": [key for key in rich if key[0] == POUND], "give back": books.redeemed,
            "end payout": books.paying, "take back": books.earned,
            "forgive": [key for key, account in books.accounts.items() if account.owed],
        }  # fmt: skip
        verb, what = self.chosen(draw, choices)
        if verb == "redeem":
            books.redeem(*what, self.part(draw(tenths), books.accounts[what].usable(books.now)))
        elif verb == "begin payout":
            books.begin_payout(what[1], self.part(draw(tenths), books.accounts[what].usable(books.now)))
        elif verb == "give back":
            books.give_back(what, self.part(draw(tenths), what.taken.from_lots))
        elif verb == "end payout":
            books.end_payout(what, draw(st.booleans()))
        elif verb == "take back":
            books.take_back(what)
        elif verb == "forgive":
            books.forgive(*what, self.part(draw(tenths), books.accounts[what].owed))

    def part(self, tenths, whole) -> int:
        return max(1, whole * tenths // 10)

    def chosen(self, draw, choices):
        """Draw a verb that has something to work on, and that something."""
        verbs = [verb for verb, things in choices.items() if things]
        verb = draw(st.sampled_from(verbs)) if verbs else None
        return verb, draw(st.sampled_from(choices[verb])) if verb else None

    @invariant()
    def the_house_has_what_the_model_has(self):
        if hasattr(self, "books"):
            self.books.compare()

    def teardown(self):
        """Prove the books; money is sent on its way by the ledger alone here, so no payout line tells of it."""
        if not hasattr(self, "books"):
            return
        with self.books.inside():
            assert [row for row in queries.verify_books().wrong if row.rule not in PAYOUT_RULES] == []
            found = {row.id: (row.kept, row.state) for row in Reward.objects.all()}
        expected = {one.id: (one.kept, one.state.partition(" ")[0]) for one in self.books.rewards}
        assert found == expected


def tell(examples: int, steps: int, **more) -> None:
    done.clear()
    run_state_machine_as_test(
        Stories,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, print_blob=False,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate], **more,
        ),
    )  # fmt: skip
    if os.environ.get("SHOW_STEPS"):
        print("\n".join(f"{count:6} {name}" for name, count in done.most_common()))


# What every run must have met, or the stories prove less than they seem to.
NEVER_STARVED = {
    "promise", "earn", "take over", "adjust up", "adjust down", "adjust down, refused", "hold", "release", "settle",
    "reverse accrued", "reverse held", "reverse available", "restore", "redeem", "redeem, refused", "give back",
    "give back, refused", "begin payout", "pay out", "payout failed", "take back", "forgive", "expire", "merge",
}  # fmt: skip


@pytest.mark.usefixtures("database")
def test_random_stories_leave_whole_books():
    tell(20, 40, derandomize=True)
    assert NEVER_STARVED - set(done) == set()


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.usefixtures("database")
def test_many_long_random_stories_leave_whole_books():
    tell(150, 60)
    assert NEVER_STARVED - set(done) == set()
