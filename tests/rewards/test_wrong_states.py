"""What cannot be written down: as the serving role, and as the ledger's own functions."""

import json

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from foundation.ids import new_id
from rewards import ledger, operations
from rewards.errors import InsufficientBalance
from rewards.models import Account, Balance, JournalEntry, Posting, Unit
from tenancy import door

JOURNAL = ["rewards_account", "rewards_journalentry", "rewards_posting", "rewards_lotuse"]
FIGURES = ["rewards_balance", "rewards_lot"]


@pytest.fixture
def points(at_acme, ann):
    """Ann has fifty points."""
    with at_acme():
        operations.earn_points([operations.Grant(ann.id, 50, "a", "order")])


def refused(sql, *arguments) -> str:
    """Run SQL that must fail; give the name of what refused it (SQLSTATE)."""
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, arguments)
    return error.value.__cause__.pgcode


@pytest.mark.parametrize("table", JOURNAL + FIGURES)
@pytest.mark.parametrize("sql", ["UPDATE {} SET organisation_id = organisation_id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_serving_role_changes_nothing_in_the_books(at_acme, points, table, sql):
    with at_acme():
        assert refused(sql.format(table)) == "42501"


@pytest.mark.parametrize("table", JOURNAL + FIGURES)
def test_the_serving_role_adds_nothing_to_the_books(at_acme, points, table):
    with at_acme():
        assert refused(f"INSERT INTO {table} SELECT * FROM {table} LIMIT 1") == "42501"


@pytest.mark.parametrize("table", [*JOURNAL, "rewards_rewardmove"])
@pytest.mark.parametrize("sql", ["UPDATE {} SET organisation_id = organisation_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_not_even_the_owner_rewrites_the_journal(points, table, sql):
    with pytest.raises(DatabaseError) as error, connections["owner"].cursor() as cursor:
        cursor.execute(sql.format(table))
    assert "is append only" in str(error.value)


def test_helpers_of_the_ledger_do_nothing_for_the_serving_role(at_acme, points, ann):
    with at_acme():
        unit, entry = Unit.objects.get(code="POINT"), JournalEntry.objects.get()
        assert refused(
            "SELECT ledger_arrow(%s, %s, %s, %s, 'programme', 'available', 5, NULL)",
            str(door.organisation_id()), str(new_id()), str(entry.id), str(ledger.account_id(ann.id, unit.id)),
        ) == "42501"  # fmt: skip


def test_the_ledger_posts_only_where_the_door_is_open(at_acme, globex, points, ann, has):
    """Acme is open; naming globex in the call is refused by the policy, for the ledger's role too."""
    with at_acme():
        unit = Unit.objects.get(code="POINT")
        step = {"customer": str(ann.id), "unit": str(unit.id), "source": "programme", "target": "available", "amount": 5}
        entry = {
            "id": str(new_id()), "kind": "earning", "key": "x", "hash": "x", "at": "2026-11-20T12:00:00Z", "reverses": None,
            "reason": "", "steps": [step | {"expires": None, "preferred": [], "short": "refuse", "is_own_only": False}],
        }  # fmt: skip
        sql = "SELECT * FROM ledger_post(%s, %s::jsonb)"
        assert refused(sql, str(globex.id), json.dumps([entry])) == "42501"
        assert has(ann) == (0, 50, 0)


def test_a_customer_of_another_organisation_gets_no_account(at_acme, globex, points, ann):
    with pytest.raises(IntegrityError), door.organisation(globex.id):  # at commit: the key is deferred
        operations.earn_points([operations.Grant(ann.id, 5, "b", "order")])
    with door.organisation(globex.id):
        assert not Account.objects.filter(customer_id=ann.id).exists()
        assert not JournalEntry.objects.exists()


def test_an_arrow_stays_on_an_account_of_its_organisation(at_acme, globex, points):
    """Even the owner of the tables cannot write a posting on an account of another organisation."""
    with at_acme():
        posting = Posting.objects.get()
        values = [str(globex.id), str(new_id()), str(posting.entry_id), str(posting.account_id)]
    with pytest.raises(DatabaseError) as error, connections["owner"].cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(
            "INSERT INTO rewards_posting (organisation_id, id, entry_id, account_id, source, target, amount)"
            " VALUES (%s, %s, %s, %s, 'programme', 'available', 5)", values,
        )  # fmt: skip
        cursor.execute("COMMIT")
    assert error.value.__cause__.pgcode == "23503"


def test_an_account_sums_to_nothing(at_acme, points):
    """Even the owner of the tables cannot write a balance that is not balanced."""
    with at_acme():
        balance = Balance.objects.get()
    with pytest.raises(DatabaseError) as error, connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE rewards_balance SET available = available + 1 WHERE id = %s", [str(balance.id)])
    assert error.value.__cause__.diag.constraint_name == "account_sums_to_nothing"


@pytest.mark.parametrize(
    ("source", "target", "amount", "rule"),
    [("programme", "pending", 0, "posting_positive"), ("programme", "programme", 5, "posting_two_sides")],
)
def test_an_arrow_has_a_length_and_two_ends(at_acme, ann, source, target, amount, rule):
    with at_acme():
        unit = operations.ensure_units()["POINT"]
        arrow = ledger.Arrow(ann.id, unit.id, source, target, amount)
        with pytest.raises(DatabaseError) as error, transaction.atomic():
            ledger.post([ledger.Entry("adjustment", "x", (arrow,))])
        assert error.value.__cause__.diag.constraint_name == rule
        assert not JournalEntry.objects.exists()


def test_pending_cannot_be_overdrawn(at_acme, promise, ann, has):
    with at_acme():
        [reward] = operations.accrue([promise(100)])
        arrow = ledger.Arrow(ann.id, reward.unit_id, "pending", "programme", 101)
        with pytest.raises(InsufficientBalance), transaction.atomic():
            ledger.post([ledger.Entry("reversal", "x", (arrow,))])
        assert has(ann) == (100, 0, 0)


def test_an_entry_is_written_whole_or_not_at_all(at_acme, points, ann, has):
    """The first arrow would do, the second is not covered: neither is there."""
    with at_acme():
        unit = Unit.objects.get(code="POINT")
        first = ledger.Arrow(ann.id, unit.id, "available", "redeemed", 30)
        second = ledger.Arrow(ann.id, unit.id, "available", "redeemed", 21)
        with pytest.raises(InsufficientBalance), transaction.atomic():
            ledger.post([ledger.Entry("redemption", "x", (first, second))])
        assert has(ann) == (0, 50, 0)


def test_strangers_see_nothing(at_acme, points, globex):
    with door.organisation(globex.id):
        with connection.cursor() as cursor:
            for table in JOURNAL + FIGURES:
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone() == (0,)
        assert not Balance.objects.exists()
