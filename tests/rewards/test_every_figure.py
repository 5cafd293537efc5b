"""Every column of the books is either proved by verify_books, or held by the database, or named here as a mere note."""

import pytest
from django.db import DatabaseError, connections

from rewards import operations, queries
from rewards.models import Reward

TABLES = [
    "rewards_account", "rewards_balance", "rewards_journalentry", "rewards_posting", "rewards_lot", "rewards_lotuse",
    "rewards_duereward", "rewards_reward", "rewards_rewardmove",
]  # fmt: skip
JOURNAL = {"rewards_account", "rewards_journalentry", "rewards_posting", "rewards_lotuse", "rewards_rewardmove"}
# What nothing in the books follows from: when, why, by whom, and what a page shows.
NOTES = {
    "rewards_journalentry": {
        "kind", "key", "input_hash", "occurred_at", "recorded_at", "open_from", "reverses_id", "reason",
    },
    "rewards_lot": {"earned_at", "expires_at"},
    "rewards_duereward": {"hold_until"},
    "rewards_rewardmove": {
        "id", "owed", "forgiven", "cost_minor", "gives_again", "cause", "key", "actor_kind", "actor_id", "occurred_at",
    },
    "rewards_reward": {
        "key", "kind", "role", "amount", "coupon_kind_id", "hold_until", "hold_cause", "promised_by", "accrued_at",
        "settled_at", "campaign_id", "referral_id", "decision_id", "order_id", "title", "details", "code", "options",
        "option", "chosen_at", "successor_id",
    },
}  # fmt: skip
OTHER = {
    "bigint": "{} + 1", "smallint": "{} + 1", "uuid": "gen_random_uuid()", "boolean": "NOT {}",
    "timestamp with time zone": "coalesce({}, now()) + interval '1 day'", "jsonb": "'[1]'",
    "character varying": "CASE {} WHEN 'pending' THEN 'paying' WHEN 'available' THEN 'held' ELSE 'pending' END",
}  # fmt: skip


@pytest.fixture
def story(at_acme, promise, ann, bea):
    """Of everything something: waiting, held, settled, used, given back, expired, taken back, owed."""
    with at_acme():
        operations.set_points_expiry(1)
        budget = operations.open_budget(name="Spring", currency="GBP", limit_minor=100_000)
        terms = {"budget_id": budget.id}
        operations.accrue(
            [
                promise(100, key="used", **terms), promise(50, key="cut", **terms),
                promise(20, key="waits", days=300, **terms), promise(30, key="owed", customer=bea, **terms),
                promise(5, key="held", is_held=True, **terms),
            ]
        )  # fmt: skip
        operations.earn_points([operations.Grant(bea.id, 40, "e", "order")])
    with at_acme(days=14):
        operations.settle_due(limit=10)
        mug = operations.redeem_points(ann.id, amount=70, reason="mug", key="1")
        operations.return_redemption(mug.id, amount=20, reason="broken", key="2")
        operations.redeem_points(bea.id, amount=70, reason="cup", key="3")
        operations.keep_only(Reward.objects.get(key="cut").id, keep=30, cause="refund", key="r1")
        operations.keep_only(Reward.objects.get(key="owed").id, keep=0, cause="refund", key="r2")
    with at_acme(days=60):
        operations.expire_lots()
        operations.follow_spending()
        operations.adjust_points(ann.id, amount=7, reason="sorry", key="4")
        assert queries.verify_books().wrong == ()


@pytest.fixture
def books(acme, at_acme):
    """Change a column of one row behind the house's back, look at the proof, and change it back."""
    with connections["owner"].cursor() as cursor:

        def columns(table) -> dict[str, str]:
            cursor.execute("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s", [table])
            return {name: kind for name, kind in cursor.fetchall() if name != "organisation_id"}

        def is_noticed(table, column, kind) -> bool:
            """Try a row that was written early and one that was written late."""
            return any(_is_noticed(table, column, kind, way) for way in ("ASC", "DESC"))

        def _is_noticed(table, column, kind, way) -> bool:
            cursor.execute(
                f"SELECT id, {column} FROM {table} WHERE organisation_id = %s ORDER BY {column} IS NULL, id {way} LIMIT 1",
                [str(acme.id)],
            )
            row_id, value = cursor.fetchone()
            where = f"WHERE organisation_id = '{acme.id}' AND id = "
            try:
                cursor.execute(f"UPDATE {table} SET {column} = {OTHER[kind].format(column)} {where} '{row_id}' RETURNING id")
            except DatabaseError:
                return True  # the database does not let it
            changed = cursor.fetchone()[0]
            with at_acme(days=61):
                found = queries.verify_books().wrong
            cursor.execute(f"UPDATE {table} SET {column} = %s {where} '{changed}'", [value])
            return bool(found)

        for table in JOURNAL:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
        try:
            yield columns, is_noticed
        finally:
            for table in JOURNAL:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only")


def test_no_figure_can_be_changed_unnoticed(story, books):
    columns, is_noticed = books
    unnoticed = {
        (table, column)
        for table in TABLES
        for column, kind in columns(table).items()
        if column not in NOTES.get(table, set()) and not is_noticed(table, column, kind)
    }
    assert unnoticed == set()


def test_no_row_can_be_lost_unnoticed(story, books, acme, at_acme):
    unnoticed = set()
    for table in TABLES:
        with connections["owner"].cursor() as cursor:
            ours = f"organisation_id = '{acme.id}'"
            cursor.execute(f"CREATE TEMP TABLE lost AS SELECT * FROM {table} WHERE {ours} ORDER BY id DESC LIMIT 1")
            try:
                cursor.execute(f"DELETE FROM {table} WHERE {ours} AND id = (SELECT id FROM lost)")
                with at_acme(days=61):
                    if queries.verify_books().is_whole:
                        unnoticed.add(table)
                cursor.execute(f"INSERT INTO {table} SELECT * FROM lost")
            except DatabaseError:
                pass  # a key holds it
            cursor.execute("DROP TABLE lost")
    assert unnoticed == set()
