"""Months are closed in order, for good, and sealed; what comes late is booked into the open one."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256

import pytest
from django.db import IntegrityError, connections, transaction

from rewards import ledger, operations, queries, tasks
from rewards.errors.closing import (
    BeforeTheBooks,
    EarlierMonthOpen,
    MonthBeingSealed,
    MonthNotOver,
    MonthStaysClosed,
    NothingBooked,
    SealBroken,
    UnknownClosing,
)
from rewards.models import Closing, JournalEntry, Posting, Seal, SealPage, Unit
from rewards.operations.books import sealing
from rewards.queries import seals
from rewards.queries.finance import books_months, month_figures
from rewards.rules.roll_forward import Held
from tenancy import door
from tenancy.models import AuditRecord, Job

SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)
IN_SEPTEMBER, IN_OCTOBER = datetime(2026, 9, 10, 12, tzinfo=UTC), datetime(2026, 10, 12, 12, tzinfo=UTC)


def earn(customer, amount, key):
    return operations.earn_points([operations.Grant(customer.id, amount, key, "order")])[0]


def earn_late(customer, amount, key, *, occurred_at=IN_OCTOBER):
    """Book what happened in a month that may be closed by now."""
    unit = operations.ensure_units()["POINT"]
    arrow = ledger.Arrow(customer.id, unit.id, "programme", "available", amount)
    entry = ledger.Entry(kind="earning", key=key, arrows=(arrow,), occurred_at=occurred_at)
    return ledger.post([entry])[0].entry_id


@pytest.fixture
def autumn(at_acme, ann, bea, books_are_whole):
    """Books from September 2026 on."""
    with at_acme(IN_SEPTEMBER):
        earn(ann, 500, "a")
        earn(bea, 80, "b")
    with at_acme(IN_OCTOBER):
        operations.redeem_points(ann.id, amount=350, reason="Mug: “blue”", key="1")


@pytest.fixture
def closed(at_acme, autumn):
    """September and October are closed."""
    with at_acme():
        operations.close_month(SEPTEMBER)
        operations.close_month(OCTOBER)


def test_a_closed_month_is_frozen_and_sealed(at_acme, autumn, gus):
    by_gus = door.Actor("user", gus.user_id)
    with door.organisation(gus.organisation_id, moment=datetime(2026, 11, 20, tzinfo=UTC), actor=by_gus):
        operations.close_month(SEPTEMBER)
        made = operations.close_month(OCTOBER)
    assert (made.closing.month, made.closing.actor_id) == (OCTOBER, gus.user_id)
    assert made.closing.ends_at == datetime(2026, 11, 1, tzinfo=UTC)
    assert (made.seal.entries, made.seal.postings) == (1, 1)
    [points] = made.seal.figures["units"]
    assert points["opening"]["total"] == 580
    [redeemed] = points["lines"]
    assert redeemed == {"line": "redemption", "pending": 0, "available": -350, "paying": 0, "arrears": 0, "total": -350}
    assert points["closing"]["total"] == 230
    with at_acme():
        assert set(AuditRecord.objects.filter(action__startswith="month.").values_list("action", flat=True)) == {
            "month.closed", "month.sealed",
        }  # fmt: skip


def test_months_are_closed_in_order(at_acme, autumn):
    with at_acme():
        with pytest.raises(EarlierMonthOpen) as refusal:
            operations.close_month(OCTOBER)
        assert refusal.value.facts == {"next": "2026-09"}
        with pytest.raises(BeforeTheBooks):
            operations.close_month(date(2026, 8, 1))
        assert Closing.objects.count() == 0


def test_the_current_month_is_never_closed(at_acme, closed):
    with at_acme(datetime(2026, 11, 30, 23, 59, tzinfo=UTC)):
        with pytest.raises(MonthNotOver):
            operations.close_month(NOVEMBER)
        assert Closing.objects.count() == 2
    with at_acme(datetime(2026, 12, 1, tzinfo=UTC)):
        assert operations.close_month(NOVEMBER).closing.month == NOVEMBER


def test_empty_books_have_nothing_to_close(at_acme, acme):
    with at_acme(), pytest.raises(NothingBooked):
        operations.close_month(OCTOBER)


def test_a_closed_month_is_never_opened_again(at_acme, closed):
    with at_acme():
        closing = Closing.objects.get(month=OCTOBER)
        with pytest.raises(MonthStaysClosed) as refusal:
            operations.reopen_month(closing.id)
        assert refusal.value.facts == {"open": "2026-11"}
        with pytest.raises(UnknownClosing):
            operations.reopen_month(door.organisation_id())


def test_what_comes_late_is_booked_into_the_open_month(at_acme, ann, closed):
    with at_acme():
        entry_id = earn_late(ann, 40, "late")
        entry = queries.entries().get(id=entry_id)
        assert (entry.occurred_at, entry.booked_at) == (IN_OCTOBER, datetime(2026, 11, 1, tzinfo=UTC))
        assert month_figures(OCTOBER).units[0].closing == Held(available=230)
        november = month_figures(NOVEMBER)
        assert november.units[0].lines == {"earning": Held(available=40)}
        assert november.late_entries == 1
        assert queries.verify_seals().is_whole


def test_a_late_entry_changes_no_statement_of_a_closed_month(at_acme, ann, closed):
    october = {"since": datetime(2026, 10, 1, tzinfo=UTC), "until": datetime(2026, 11, 1, tzinfo=UTC)}
    with at_acme():
        before = queries.statement(ann.id, "POINT", **october)
        earn_late(ann, 40, "late")
        after = queries.statement(ann.id, "POINT", **october)
        [line] = queries.statement(ann.id, "POINT", since=october["until"]).lines
    assert (after.lines, after.closing) == (before.lines, before.closing)
    assert (line.is_late, line.occurred_at) == (True, IN_OCTOBER)


def test_only_the_trial_balance_by_occurrence_sees_it_in_october(at_acme, ann, closed):
    with at_acme():
        earn_late(ann, 40, "late")
        end = datetime(2026, 11, 1, tzinfo=UTC)
        found = [queries.trial_balance(until=end, is_booked=is_booked) for is_booked in (False, True)]
    by_occurrence, by_booking = (next(one for one in lines if one.account == "available") for lines in found)
    assert (by_occurrence.amount, by_booking.amount) == (270, 230)


def test_closing_again_gives_the_same_bytes(at_acme, ann, closed):
    with at_acme():
        first = operations.close_month(OCTOBER)
    with at_acme(days=3):
        earn_late(ann, 40, "late")
        operations.value_unit(Unit.objects.get(code="POINT").id, Decimal("0.25"))
        again = operations.close_month(OCTOBER)
        assert json.dumps(again.seal.figures, sort_keys=True) == json.dumps(first.seal.figures, sort_keys=True)
        assert month_figures(OCTOBER).plain() == first.seal.figures
        assert (again.seal.digest, Closing.objects.count()) == (first.seal.digest, 2)


def test_the_closing_of_a_month_is_the_opening_of_the_next(at_acme, ann, closed):
    with at_acme():
        earn_late(ann, 40, "late")
    with at_acme(datetime(2026, 12, 2, tzinfo=UTC)):
        operations.close_month(NOVEMBER)
        figures = [month_figures(month).units[0] for month in (SEPTEMBER, OCTOBER, NOVEMBER)]
        [balance] = [queries.balances(customer)[0].available for customer in [ann.id]]
    assert figures[0].opening == Held()
    assert [one.closing for one in figures[:-1]] == [one.opening for one in figures[1:]]
    assert figures[-1].closing.available == balance + 80


def test_a_closing_goes_on_where_the_last_one_ended_though_the_clock_was_moved(at_acme, acme, closed):
    with at_acme():
        type(acme).objects.filter(id=acme.id).update(time_zone="Asia/Shanghai")
    with at_acme(datetime(2026, 12, 2, tzinfo=UTC)):
        november = operations.close_month(NOVEMBER).closing
    assert november.begins_at == datetime(2026, 11, 1, tzinfo=UTC)
    assert november.ends_at == datetime(2026, 11, 30, 16, tzinfo=UTC)


def test_months_are_listed_with_what_can_be_done(at_acme, autumn):
    with at_acme():
        operations.close_month(SEPTEMBER)
        listed = [(one.month, one.seal is not None, one.is_over, one.is_next) for one in books_months()]
    assert listed == [(NOVEMBER, False, False, False), (OCTOBER, False, True, True), (SEPTEMBER, True, True, False)]


def test_nobody_else_is_closed_or_listed(at_acme, globex, closed):
    with door.organisation(globex.id, moment=datetime(2026, 11, 20, tzinfo=UTC)):
        assert (books_months(), queries.verify_seals().months) == ([], 0)
        with pytest.raises(NothingBooked):
            operations.close_month(NOVEMBER)


def test_closings_cannot_fork_or_leave_a_gap(at_acme, closed):
    def closing(month, begins, ends):
        return Closing(month=month, begins_at=begins, ends_at=ends, closed_at=door.moment())

    first, middle, later = (datetime(2026, month, 1, tzinfo=UTC) for month in (10, 11, 12))
    with at_acme():
        for wrong in (
            closing(NOVEMBER, None, later),  # a second first one
            closing(NOVEMBER, first - timedelta(hours=1), later),  # one that follows none
            closing(NOVEMBER, middle + timedelta(days=1), later),  # one that leaves a day out
            closing(NOVEMBER, middle, middle),  # one without time
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                wrong.save()
        assert Closing.objects.count() == 2


# --- the seal ----------------------------------------------------------------------------------------------


def texts_of(closing) -> list[tuple[bytes, str]]:
    """Write every entry of a closing as an auditor would, from the tables alone."""

    def moment(at):
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if at else None

    found = []
    for entry in JournalEntry.objects.order_by("id"):
        booked_at = max(entry.occurred_at, entry.open_from or entry.occurred_at)
        if (closing.begins_at and booked_at < closing.begins_at) or booked_at >= closing.ends_at:
            continue
        facts = [
            str(entry.id), entry.kind, entry.key, entry.input_hash, moment(entry.occurred_at), moment(entry.recorded_at),
            moment(entry.open_from), str(entry.reverses_id) if entry.reverses_id else None, entry.reason,
        ]  # fmt: skip
        lines = [
            f"{arrow.id} {arrow.account_id} {arrow.source} {arrow.target} {arrow.amount} {arrow.reward_id or '-'}"
            for arrow in Posting.objects.filter(entry_id=entry.id).order_by("id")
        ]
        found.append((entry.id.bytes, "\n".join([json.dumps(facts, ensure_ascii=False), *lines])))
    return found


def test_a_seal_can_be_made_again_without_us(at_acme, acme, ann, closed):
    """The documented recipe, in Python, gives the digest that is in the books."""
    with at_acme():
        earn_late(ann, 40, "“late”\\ \t\n日本")
    with at_acme(datetime(2026, 12, 2, tzinfo=UTC)):
        operations.close_month(NOVEMBER)
        digest = sha256(str(acme.id).encode()).hexdigest()
        for closing in Closing.objects.order_by("month"):
            seal = Seal.objects.get(id=closing.id)
            page = b"".join(entry_id + sha256(text.encode()).digest() for entry_id, text in texts_of(closing))
            figures = json.dumps(seal.figures, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            assert seal.previous == digest
            digest = sha256("\n".join([digest, figures, sha256(page).hexdigest()]).encode()).hexdigest()
            assert seal.digest == digest


def plant(*statements: str) -> None:
    """Change the books as the owner of the tables, who can put the triggers to sleep."""
    tables = ["rewards_posting", "rewards_journalentry", "rewards_seal"]
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
        for statement in statements:
            cursor.execute(statement)
            assert cursor.rowcount == 1
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only")


def remove(entry_id) -> None:
    plant(
        f"DELETE FROM rewards_posting WHERE entry_id = '{entry_id}'",
        f"DELETE FROM rewards_journalentry WHERE id = '{entry_id}'",
    )


@pytest.fixture
def sealed(at_acme, ann, bea):
    """September with three entries and October with one, both closed; broken by the test, so nobody asks for whole books."""
    with at_acme(IN_SEPTEMBER):
        ids = [earn(ann, 500, "a"), earn(bea, 80, "b"), earn(ann, 7, "c")]
    with at_acme(IN_OCTOBER):
        ids.append(operations.redeem_points(ann.id, amount=350, reason="mug", key="1").id)
    with at_acme():
        operations.close_month(SEPTEMBER)
        operations.close_month(OCTOBER)
        assert queries.verify_seals().broken is None
    return ids


def broken(at_acme):
    with at_acme():
        found = queries.verify_seals().broken
    return found.month, found.what, found.how, found.entry_id


def test_a_changed_arrow_is_named(at_acme, sealed):
    plant(f"UPDATE rewards_posting SET amount = amount + 1 WHERE entry_id = '{sealed[1]}'")
    assert broken(at_acme) == (SEPTEMBER, "entry", "changed", sealed[1])


def test_a_changed_reason_is_named(at_acme, sealed):
    plant(f"UPDATE rewards_journalentry SET reason = 'another' WHERE id = '{sealed[3]}'")
    assert broken(at_acme) == (OCTOBER, "entry", "changed", sealed[3])


def test_a_removed_entry_is_named(at_acme, sealed):
    remove(sealed[0])
    assert broken(at_acme) == (SEPTEMBER, "entry", "missing", sealed[0])


def test_an_entry_slipped_into_a_closed_month_is_named(at_acme, ann, sealed):
    with at_acme():
        entry_id = earn_late(ann, 40, "late")
    plant(f"UPDATE rewards_journalentry SET open_from = NULL WHERE id = '{entry_id}'")
    assert broken(at_acme) == (OCTOBER, "entry", "added", entry_id)


def test_changed_figures_are_found(at_acme, sealed):
    with at_acme():
        closing = Closing.objects.get(month=SEPTEMBER)
    changed = "jsonb_set(figures, '{units,0,closing,total}', '1')"
    plant(f"UPDATE rewards_seal SET figures = {changed} WHERE id = '{closing.id}'")
    assert broken(at_acme) == (SEPTEMBER, "figures", "", None)


def test_a_changed_seal_is_found(at_acme, sealed):
    with at_acme():
        closing = Closing.objects.get(month=OCTOBER)
    plant(f"UPDATE rewards_seal SET previous = repeat('0', 64) WHERE id = '{closing.id}'")
    assert broken(at_acme) == (OCTOBER, "seal", "", None)


def test_the_proof_of_the_books_and_a_second_closing_see_it(at_acme, sealed):
    plant(f"UPDATE rewards_journalentry SET reason = 'another' WHERE id = '{sealed[3]}'")
    with at_acme():
        [row] = queries.verify_books().wrong
        assert (row.rule, row.row_id, row.expected, row.found) == (
            "a closed month is what was sealed", sealed[3], "2026-10", "entry changed",
        )  # fmt: skip
        with pytest.raises(SealBroken):
            operations.close_month(OCTOBER)


def test_the_first_difference_is_found_on_any_page(at_acme, ann, monkeypatch):
    monkeypatch.setattr(seals, "RECORDS", 2)
    with at_acme(IN_SEPTEMBER):
        ids = [earn(ann, 10, str(number)) for number in range(5)]
    with at_acme():
        made = operations.close_month(SEPTEMBER)
        pages = SealPage.objects.filter(closing_id=made.closing.id).order_by("number")
        assert [(page.number, len(page.content)) for page in pages] == [(0, 96), (1, 96), (2, 48)]
        assert queries.verify_seals().is_whole
    remove(ids[3])
    assert broken(at_acme) == (SEPTEMBER, "entry", "missing", ids[3])


# --- a large month -----------------------------------------------------------------------------------------


@pytest.fixture
def large(monkeypatch):
    """Everything over one entry is large, and is sealed two entries a step, two a page."""
    monkeypatch.setattr(sealing, "AT_ONCE", 1)
    monkeypatch.setattr(sealing, "CHUNK", 2)
    monkeypatch.setattr(seals, "RECORDS", 2)


@pytest.fixture
def five(at_acme, ann, books_are_whole):
    with at_acme(IN_SEPTEMBER):
        for number in range(5):
            earn(ann, 10, str(number))
    with at_acme(IN_OCTOBER):
        earn(ann, 10, "o")


def test_a_large_month_is_closed_at_once_and_sealed_by_a_job(acme, at_acme, ann, five, large):
    with at_acme():
        made = operations.close_month(SEPTEMBER)
        assert (made.seal, made.job.state, made.job.total) == (None, Job.State.QUEUED, 5)
        late = earn_late(ann, 3, "late", occurred_at=IN_SEPTEMBER)
        with pytest.raises(MonthBeingSealed):
            operations.close_month(OCTOBER)
    assert tasks.seal_month(str(acme.id), str(made.closing.id), str(made.job.id)) is True
    with at_acme():
        seal = Seal.objects.get(id=made.closing.id)
        job = Job.objects.get(id=made.job.id)
        assert (seal.entries, job.state, job.done, job.result["digest"]) == (5, Job.State.DONE, 5, seal.digest)
        assert queries.entries().get(id=late).booked_at == datetime(2026, 10, 1, tzinfo=UTC) - timedelta(hours=1)  # London
        assert queries.verify_seals().is_whole


def test_a_job_that_died_goes_on_where_it_was(acme, at_acme, five, large):
    with at_acme():
        made = operations.close_month(SEPTEMBER)
        assert sealing.add_pages(made.closing, at_most=2) == 2
    assert tasks.seal_month(str(acme.id), str(made.closing.id), str(made.job.id)) is True
    with at_acme():
        assert SealPage.objects.filter(closing_id=made.closing.id).count() == 3
        assert Job.objects.get(id=made.job.id).done == 5
        assert queries.verify_seals().is_whole


def test_the_nightly_run_seals_what_was_left(acme, at_acme, five, large):
    with at_acme():
        made = operations.close_month(SEPTEMBER)
    assert tasks.verify_books(str(acme.id)) is True
    with at_acme():
        assert Seal.objects.get(id=made.closing.id).entries == 5


def test_a_stopped_job_leaves_the_month_closed_and_can_be_begun_again(acme, at_acme, five, large):
    with at_acme():
        made = operations.close_month(SEPTEMBER)
        Job.objects.filter(id=made.job.id).update(is_cancel_requested=True)
    assert tasks.seal_month(str(acme.id), str(made.closing.id), str(made.job.id)) is False
    with at_acme():
        assert Seal.objects.count() == 0
        again = operations.close_month(SEPTEMBER)
        assert again.closing.id == made.closing.id
    assert tasks.seal_month(str(acme.id), str(again.closing.id), str(again.job.id)) is True
