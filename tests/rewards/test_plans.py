"""The books of a new organisation are read and written by the right indexes: whether the tables have no statistics yet,
or statistics that know other organisations and not this one.

The work is counted: rows that were read, blocks that were touched. Where autovacuum has been at the tables before, the
first case cannot be seen any more and is skipped.
"""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from crm.models import Customer
from foundation.ids import new_code, new_id
from rewards import operations, queries
from rewards.models import JournalEntry, Reward
from rewards.operations import ensure_units as units
from rewards.queries.payout_claims import paid_in_year
from rewards.queries.statements import first_booked
from tenancy import door
from tenancy.people import found_organisation
from tests.conftest import NOON

PEOPLE, EACH = 250, 20
DUE = NOON + timedelta(days=14)
FEW = 1000  # rows: the 250 accounts may be read where that is a page or two, their thousands of lots and arrows may not


@pytest.fixture(scope="module", params=["no statistics", "statistics of another"])
def crowd(request, house, django_db_blocker):
    """An organisation of 250 people with twenty rewards each, of which ten are settled; nobody has looked at it yet."""
    with django_db_blocker.unblock(), without_autovacuum() as tables:
        if request.param == "statistics of another":
            populate(2 * PEOPLE)
            with connections["owner"].cursor() as cursor:
                cursor.execute(f"ANALYZE {', '.join(tables)}")
        elif any(count >= 0 for count in tables.values()):
            pytest.skip("the tables have statistics by now")
        yield populate(PEOPLE)


def populate(count) -> tuple:
    """Found an organisation of so many people; give it and them."""
    organisation = found_organisation(slug=f"c-{new_code().lower()}", name="C", currency="GBP").id
    with door.organisation(organisation, moment=NOON):
        people = [Customer(id=new_id(), name="P", search_text="p", created_at=NOON) for _ in range(count)]
        Customer.objects.bulk_create(people)
        for start in (0, EACH // 2):
            operations.accrue(
                [
                    operations.Promise(
                        key=f"{n}:{person.id}", kind="points", customer_id=person.id, role="referrer", amount=10,
                        hold_until=DUE + timedelta(days=start),
                    )
                    for n in range(start, start + EACH // 2)
                    for person in people
                ]
            )  # fmt: skip
    with door.organisation(organisation, moment=DUE):
        assert operations.settle_due(limit=10_000) == count * EACH // 2
        operations.redeem_points(people[0].id, amount=5, reason="", key="first")
    return organisation, people


@contextmanager
def without_autovacuum():
    """Keep autovacuum off our tables; gives each with the rows that statistics count in it, -1 without statistics."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT relname, reltuples FROM pg_class WHERE relkind = 'r' AND relname LIKE 'rewards\\_%'")
        tables = dict(cursor.fetchall())
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
        yield tables
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} RESET (autovacuum_enabled)")


@pytest.fixture
def visit(crowd, database):
    """Enter the crowd and leave it as it was: with visit(days) as people."""

    @contextmanager
    def enter(days=15):
        with door.organisation(crowd[0], moment=NOON + timedelta(days=days)), transaction.atomic():
            yield crowd[1]
            transaction.set_rollback(True)

    return enter


def rows_read(work) -> int:
    """Count the rows of our tables that were read while `work` was done."""
    before = _rows_so_far()
    work()
    return _rows_so_far() - before


def _rows_so_far() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
            " WHERE relname LIKE 'rewards\\_%'"
        )
        return cursor.fetchone()[0]


def blocks(sql: str, arguments) -> int:
    """Run a statement and count the blocks it touched, those of the functions it calls with them."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {sql}", arguments)
        return _blocks(cursor)


def _blocks(cursor) -> int:
    [[plan]] = cursor.fetchone()
    return plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]


def statements_of(work) -> list[tuple]:
    """Do something and give the statements that it made of it."""
    seen = []

    def note(execute, sql, params, many, context):
        seen.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        work()
    return [(sql, params) for sql, params in seen if sql.lstrip().upper().startswith(("SELECT", "WITH"))]


def blocks_of(work) -> int:
    return sum(blocks(sql, params) for sql, params in statements_of(work))


READS = {
    "balances": lambda person: queries.balances(person.id),
    "a statement": lambda person: queries.statement(person.id, "POINT"),
    "points of a few": lambda person: queries.available_points([person.id]),
    "the first day of a statement": lambda person: first_booked(person.id, "POINT"),
    "what was paid out in a year": lambda person: paid_in_year(units()["POINT"].id, [person.id], 2026),
    "a reward's history": lambda person: queries.history(Reward.objects.filter(beneficiary_id=person.id)[0].id),
}


@pytest.mark.parametrize("what", READS)
def test_what_one_person_reads_does_not_touch_the_others(visit, what):
    with visit() as people:
        assert rows_read(lambda: READS[what](people[7])) < FEW
        assert blocks_of(lambda: READS[what](people[7])) < 400


def settle(at_most: int) -> str:
    return f"SELECT * FROM ledger_settle(%s, %s, {at_most}, '[]', 200)"


def test_one_reward_is_settled_without_looking_at_the_others(visit):
    with visit(days=30):
        assert blocks(settle(1), [str(door.organisation_id()), door.moment()]) < 400


def test_the_work_of_a_settlement_grows_with_its_rewards_and_not_faster(visit):
    """Nested loops over them would be millions of blocks; a reward costs some sixty, most of them of indexes it enters."""
    per_reward = {}
    for at_most in (250, 2500):
        with visit(days=30):
            per_reward[at_most] = blocks(settle(at_most), [str(door.organisation_id()), door.moment()]) / at_most
    assert per_reward[2500] < 120
    assert per_reward[2500] < per_reward[250] * 1.5


def test_a_few_due_rewards_among_thousands_are_found_by_their_hour(visit):
    with visit(days=30) as people:
        operations.accrue(
            [
                operations.Promise(
                    key=f"soon {n}", kind="points", customer_id=people[n].id, role="referrer", amount=10, hold_until=NOON
                )
                for n in range(3)
            ]
        )  # fmt: skip
        assert blocks(settle(3), [str(door.organisation_id()), door.moment()]) < 900


WRITES = {
    "earning": lambda person: operations.earn_points([operations.Grant(person.id, 5, "k", "order")]),
    "redeeming": lambda person: operations.redeem_points(person.id, amount=45, reason="", key="k"),
    "holding": lambda person: operations.put_on_hold(theirs(person, "accrued").id, cause="review"),
    "taking back what waits": lambda person: operations.keep_only(theirs(person, "accrued").id, keep=1, cause="r", key="k"),
    "taking back what is there": lambda person: operations.keep_only(
        theirs(person, "available").id, keep=0, cause="r", key="k"
    ),
    "taking back what was used": lambda person: use_all_and_cut(person),
    "giving back": lambda person: use_all_and_return(person),
    "expiring nothing": lambda person: operations.expire_lots(),
}


def theirs(person, state) -> Reward:
    return Reward.objects.filter(beneficiary_id=person.id, state=state).order_by("id")[0]


def use_all_and_cut(person) -> None:
    operations.redeem_points(person.id, amount=EACH * 5, reason="", key="all")
    operations.keep_only(theirs(person, "available").id, keep=0, cause="r", key="k")


def use_all_and_return(person) -> None:
    entry = operations.redeem_points(person.id, amount=EACH * 5, reason="", key="all")
    operations.return_redemption(entry.id, amount=30, reason="broken", key="k")


@pytest.mark.parametrize("what", WRITES)
def test_what_is_done_for_one_person_does_not_touch_the_others(visit, what):
    with visit() as people:
        assert rows_read(lambda: WRITES[what](people[7])) < FEW


def test_thousands_of_lots_expire_at_once_in_linear_work(visit):
    """2,500 lots of 250 people; a nested loop would be six million."""
    with visit(days=500) as people:
        sql = "SELECT count(*) FROM ledger_expire(%s, %s, 5000)"
        assert blocks(sql, [str(door.organisation_id()), door.moment()]) < 2500 * 120
        assert JournalEntry.objects.filter(kind="expiry").count() == PEOPLE * EACH // 2
        assert queries.balances(people[7].id)[0].available == 0


def test_the_proof_reads_everything_a_few_times_and_not_more(visit):
    with visit():
        rows = sum(queries.verify_books().checked.values())
        assert rows_read(queries.verify_books) < 40 * rows


def test_the_count_of_work_can_go_wrong(visit):
    """Negative control: a look-up without an index reads thousands of rows."""
    with visit():
        sql = "SELECT count(*) FROM rewards_lot WHERE organisation_id = %s AND amount = 11"
        with connection.cursor() as cursor:
            assert rows_read(lambda: cursor.execute(sql, [str(door.organisation_id())])) >= PEOPLE * EACH // 2
