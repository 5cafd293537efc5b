"""The books as CSV: every arrow once, amounts as people count them, nothing that runs."""

import csv
from datetime import UTC, date, datetime
from io import StringIO
from uuid import uuid4

import pytest
from django.utils import translation

from integrations import finance_exports
from rewards import ledger, operations, queries
from rewards.queries import journal
from tenancy import door
from tenancy.models import AuditRecord

OCTOBER = date(2026, 10, 1)


@pytest.fixture
def october(at_acme, ann, bea):
    with at_acme(datetime(2026, 10, 12, 12, tzinfo=UTC)):
        units = operations.ensure_units()
        operations.earn_points([operations.Grant(one.id, 100, one.name, "order") for one in (ann, bea)])
        operations.redeem_points(ann.id, amount=40, reason="=cmd|' /C calc'!A1", key="1")
        money = ledger.Arrow(ann.id, units["GBP"].id, "programme", "available", 1250)
        ledger.post([ledger.Entry("adjustment", "m", (money,))])
    with at_acme(datetime(2026, 11, 2, tzinfo=UTC)):
        operations.redeem_points(bea.id, amount=1, reason="", key="2")


def read(lines) -> list[dict]:
    text = "".join(lines)
    assert text.startswith("\ufeff")
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))


def test_the_journal_of_a_month_has_every_arrow_once(at_acme, october):
    with at_acme():
        rows = read(finance_exports.journal_csv(OCTOBER))
        assert [(row["Kind"], row["Unit"], row["From"], row["To"], row["Amount"]) for row in rows] == [
            ("earning", "POINT", "programme", "available", "100"), ("earning", "POINT", "programme", "available", "100"),
            ("redemption", "POINT", "available", "redeemed", "40"), ("adjustment", "GBP", "programme", "available", "12.50"),
        ]  # fmt: skip
        noted = AuditRecord.objects.get(action="books.exported").changes
    assert noted == {"list": "journal", "month": "2026-10", "postings": 4}


def test_a_formula_is_shown_and_not_run(at_acme, october):
    with at_acme():
        rows = read(finance_exports.journal_csv(OCTOBER))
    assert rows[2]["Reason"] == "'=cmd|' /C calc'!A1"


def test_pages_of_the_journal_neither_lose_nor_repeat(at_acme, october, monkeypatch):
    with at_acme():
        whole = [row["posting_id"] for row in read(finance_exports.journal_csv(OCTOBER))]
        for size in (1, 2, 3):
            monkeypatch.setattr(journal, "_A_PAGE", size)
            assert [row["posting_id"] for row in read(finance_exports.journal_csv(OCTOBER))] == whole


def test_an_entry_larger_than_a_page_is_read_to_its_end(at_acme, ann, bea, monkeypatch):
    with at_acme(datetime(2026, 10, 12, 12, tzinfo=UTC)):
        unit = operations.ensure_units()["POINT"]
        arrows = tuple(ledger.Arrow(one.id, unit.id, "programme", "available", 5) for one in (ann, bea) for _ in range(4))
        ledger.post([ledger.Entry("adjustment", "many", arrows)])
        operations.redeem_points(ann.id, amount=1, reason="", key="1")
    monkeypatch.setattr(journal, "_A_PAGE", 3)
    with at_acme():
        rows = read(finance_exports.journal_csv(OCTOBER))
    assert [row["Amount"] for row in rows] == ["5"] * 8 + ["1"]
    assert len({row["posting_id"] for row in rows}) == 9


def test_progress_can_be_watched(at_acme, october, monkeypatch):
    monkeypatch.setattr(finance_exports, "_NOTED_EVERY", 2)
    watch = uuid4()
    with at_acme():
        lines = finance_exports.journal_csv(OCTOBER, watch=watch)
        assert finance_exports.progress_of(watch) is None
        next(lines), next(lines), next(lines)
        half = finance_exports.progress_of(watch)
        list(lines)
        whole = finance_exports.progress_of(watch)
    assert (half.done, half.total, half.percent, half.is_over) == (2, 4, 50, False)
    assert (whole.done, whole.percent, whole.is_over) == (4, 100, True)


def test_another_house_cannot_watch(at_acme, globex, october):
    watch = uuid4()
    with at_acme():
        list(finance_exports.journal_csv(OCTOBER, watch=watch))
    with door.organisation(globex.id):
        assert finance_exports.progress_of(watch) is None


def test_the_roll_forward_adds_up(at_acme, october):
    with at_acme():
        rows = read(finance_exports.roll_forward_csv(queries.month_figures(OCTOBER)))
    points = [row for row in rows if row["Unit"] == "POINT"]
    assert [(row["line"], row["Movement"], row["Total"]) for row in points] == [
        ("", "Opening balance", "0"), ("earning", "Points earned", "200"), ("redemption", "Redeemed", "-40"),
        ("", "Closing balance", "160"),
    ]  # fmt: skip
    assert [row["Total"] for row in rows if row["Unit"] == "GBP"] == ["0.00", "12.50", "12.50"]


def test_the_trial_balance_is_that_of_the_page(at_acme, october):
    with at_acme():
        rows = read(finance_exports.trial_balance_csv(until=datetime(2026, 11, 1, tzinfo=UTC), is_booked=False))
    assert [(row["Unit"], row["compartment"], row["Amount"]) for row in rows] == [
        ("POINT", "available", "160"), ("POINT", "programme", "-200"), ("POINT", "redeemed", "40"),
        ("GBP", "available", "12.50"), ("GBP", "programme", "-12.50"),
    ]  # fmt: skip


def test_ageing_names_the_month(at_acme, october):
    with at_acme():
        rows = read(finance_exports.ageing_csv())
    assert [(row["Unit"], row["Expires in"], row["Amount"]) for row in rows] == [
        ("POINT", "2027-10", "159"), ("GBP", "never", "12.50"),
    ]  # fmt: skip


def test_files_are_in_the_readers_language_though_read_later(at_acme, ann, october):
    with at_acme():
        with translation.override("zh-hans"):
            lines = finance_exports.roll_forward_csv(queries.month_figures(OCTOBER))
            expected = translation.gettext("Redeemed")
        assert expected in "".join(lines)


def test_a_statement_is_written_from_opening_to_closing(at_acme, ann, october):
    with at_acme():
        found = queries.statement(ann.id, "POINT")
        rows = read(finance_exports.statement_csv(found))
    assert [(row["What"], row["Available"], row["Balance"]) for row in rows] == [
        ("Opening balance", "0", "0"), ("Points earned: order", "100", "100"),
        ("Redeemed: =cmd|' /C calc'!A1", "-40", "60"), ("Closing balance", "60", "60"),
    ]  # fmt: skip
