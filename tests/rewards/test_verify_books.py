"""The oracle finds whatever is wrong. Wrong rows are planted by the owner, triggers off."""

from contextlib import suppress
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from rewards import operations, queries, tasks
from rewards.models import Balance, Budget, DueReward, Lot, LotUse, Posting, Reward, RewardMove
from tenancy.models import AuditRecord


@pytest.fixture
def story(at_acme, promise, ann, welcome):
    """A little of everything, so that every rule has rows to look at."""
    with at_acme():
        budget = operations.open_budget(name="Spring", currency="GBP", limit_minor=100_000)
        operations.accrue(
            [
                promise(100, key="a", budget_id=budget.id),
                promise(100, key="b", budget_id=budget.id, days=30),
                promise(1, key="c", kind="coupon", coupon_kind_id=welcome.id, budget_id=budget.id),
            ]
        )
    with at_acme(days=14):
        operations.settle_due(limit=10)
        operations.redeem_points(ann.id, amount=40, reason="mug", key="1")
        operations.keep_only(Reward.objects.get(key="b").id, keep=30, cause="refund", key="r")
        assert queries.verify_books().wrong == ()


def plant(acme, sql: str) -> None:
    """Change the books behind the house's back."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("BEGIN")
        tables = ["rewards_posting", "rewards_lotuse", "rewards_journalentry", "rewards_rewardmove"]
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
        cursor.execute(sql.format(acme=f"'{acme.id}'"))
        assert cursor.rowcount == 1
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only")
        cursor.execute("COMMIT")


def one(model) -> str:
    return f"organisation_id = {{acme}} AND id = '{model.id}'"


CASES = {
    "a changed balance": (
        lambda: Balance.objects.filter(available__gt=1).first(),
        "UPDATE rewards_balance SET available = available + 1, programme = programme - 1 WHERE {one}",
        "a balance is the sum of its postings",
    ),
    "a lost right to settle": (
        lambda: DueReward.objects.get(),
        "DELETE FROM rewards_duereward WHERE {one}",
        "who may settle is accrued, and nobody else",
    ),
    "a lot that no arrow opened": (
        lambda: Lot.objects.filter(remaining=60).get(),
        "UPDATE rewards_lot SET account_id = id WHERE {one}",
        "a lot is opened by its arrow",
    ),
    "an arrow on another account": (
        lambda: Posting.objects.filter(reward_id=Reward.objects.get(key="c").id, source="pending").get(),
        "UPDATE rewards_posting SET reward_id = (SELECT id FROM rewards_reward WHERE organisation_id = {acme} AND key = 'a')"
        " WHERE {one}",
        "an arrow is on the account of its reward",
    ),
    "a settlement that is not there": (
        lambda: Reward.objects.get(key="a"),
        "UPDATE rewards_reward SET lot_id = id WHERE {one}",
        "a settlement moved what the reward then had",
    ),
    "a debt beside points": (
        lambda: Balance.objects.filter(available__gt=1).first(),
        "UPDATE rewards_balance SET arrears = arrears - 1, programme = programme + 1 WHERE {one}",
        "who owes has nothing",
    ),
    "a use that gives back what nobody took": (
        lambda: LotUse.objects.get(),
        "UPDATE rewards_lotuse SET gives_back_id = entry_id WHERE {one}",
        "no more is given back to a lot than was taken",
    ),
    "a part of one reward that waits on another": (
        lambda: Posting.objects.filter(reward_id=Reward.objects.get(key="b").id, source="programme").get(),
        "UPDATE rewards_posting SET reward_id = (SELECT id FROM rewards_reward WHERE organisation_id = {acme} AND key = 'a')"
        " WHERE {one}",
        "what is pending of a reward is what it keeps while it waits",
    ),
    "a changed posting": (
        lambda: Posting.objects.filter(amount__gt=1).first(),
        "UPDATE rewards_posting SET amount = amount + 1 WHERE {one}",
        "a balance is the sum of its postings",
    ),
    "a lot with more than it had": (
        lambda: Lot.objects.filter(remaining=60).get(),
        "UPDATE rewards_lot SET remaining = remaining + 1 WHERE {one}",
        "the rests of lots are what is available",
    ),
    "a lost use of a lot": (
        lambda: LotUse.objects.get(),
        "DELETE FROM rewards_lotuse WHERE {one}",
        "the uses of a lot are what it lost",
    ),
    "a reward that keeps more": (
        lambda: Reward.objects.get(key="b"),
        "UPDATE rewards_reward SET kept = kept + 1 WHERE {one}",
        "pending is what waiting rewards keep",
    ),
    "a reward whose state nobody moved": (
        lambda: Reward.objects.get(key="b"),
        "UPDATE rewards_reward SET state = 'held' WHERE {one}",
        "the moves of a reward lead to its state",
    ),
    "a lost move": (
        lambda: RewardMove.objects.get(cause="refund"),
        "DELETE FROM rewards_rewardmove WHERE {one}",
        "a reward keeps what its moves left",
    ),
    "a budget with another figure": (
        lambda: Budget.objects.get(),
        "UPDATE rewards_budget SET reserved_minor = reserved_minor + 1 WHERE {one}",
        "a budget is what its rewards cost",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_planted_wrong_row_is_named(at_acme, acme, story, case):
    find, sql, rule = CASES[case]
    with at_acme(days=15):
        victim = find()
    plant(acme, sql.replace("{one}", one(victim)))
    with at_acme(days=15):
        report = queries.verify_books()
    assert not report.is_whole
    assert rule in [row.rule for row in report.wrong]


def test_the_row_and_both_figures_are_named(at_acme, acme, story):
    with at_acme(days=15):
        lot = Lot.objects.get(remaining=60)
    plant(acme, f"UPDATE rewards_lot SET remaining = 61 WHERE {one(lot)}")
    with at_acme(days=15):
        rows = {row.rule: row for row in queries.verify_books().wrong}
    row = rows["the uses of a lot are what it lost"]
    assert (row.row_id, row.expected, row.found) == (lot.id, "39", "40")


def test_another_organisations_trouble_is_not_ours(at_acme, acme, globex, story):
    from tenancy import door

    with at_acme(days=15):
        lot = Lot.objects.get(remaining=60)
    plant(acme, f"UPDATE rewards_lot SET remaining = 61 WHERE {one(lot)}")
    with door.organisation(globex.id):
        assert queries.verify_books().is_whole


def test_the_command_names_the_broken_and_fails(acme, at_acme, globex, story):
    with at_acme(days=15):
        lot = Lot.objects.get(remaining=60)
    plant(acme, f"UPDATE rewards_lot SET remaining = 61 WHERE {one(lot)}")
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError, match=acme.slug):
        call_command("verify_books", globex.slug, acme.slug, stdout=out, stderr=err)
    assert f"{globex.slug}: whole" in out.getvalue()
    assert f"{acme.slug}: BROKEN" in out.getvalue()
    assert str(lot.id) in err.getvalue()
    plant(acme, f"UPDATE rewards_lot SET remaining = 60 WHERE {one(lot)}")  # for tests that prove every organisation


def test_the_command_refuses_an_unknown_organisation(database):
    with pytest.raises(CommandError, match="no-such-shop"):
        call_command("verify_books", "no-such-shop")


@pytest.mark.slow
def test_the_command_proves_every_organisation(acme, globex):
    out = StringIO()
    with suppress(CommandError):  # other tests have left broken books behind
        call_command("verify_books", stdout=out, stderr=StringIO())
    assert {f"{acme.slug}: whole", f"{globex.slug}: whole"} <= {line.split(" (")[0] for line in out.getvalue().splitlines()}


def test_the_nightly_task_leaves_an_alarm(acme, at_acme, story, caplog):
    assert tasks.verify_books(str(acme.id)) is True
    with at_acme(days=15):
        lot = Lot.objects.get(remaining=60)
    plant(acme, f"UPDATE rewards_lot SET remaining = 61 WHERE {one(lot)}")
    assert tasks.verify_books(str(acme.id)) is False
    assert "are not whole" in caplog.text
    with at_acme(days=15):
        assert AuditRecord.objects.filter(action="books.broken").count() == 1
