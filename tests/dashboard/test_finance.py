"""What finance sees and may do, and what an auditor may only see."""

from datetime import timedelta

import pytest
from django.db import connections

from rewards import ledger, operations
from rewards.models import Balance, Closing, ProofRun, Unit
from tenancy import door
from tenancy.models import AuditRecord


@pytest.fixture
def books(acme, ann):
    """Two months ago Ann earned 500, last month she spent 200; now she has 300."""
    with door.organisation(acme.id):
        unit = operations.ensure_units()["POINT"]
        now = door.moment().replace(hour=12)  # far from midnight, whatever the summer time
        last_month = now.replace(day=1) - timedelta(days=1)
        before = last_month.replace(day=1) - timedelta(days=1)
        for at, key, source, target, amount in (
            (before, "a", "programme", "available", 500), (last_month, "b", "available", "redeemed", 200),
        ):  # fmt: skip
            arrow = ledger.Arrow(ann.id, unit.id, source, target, amount)
            kind = "earning" if source == "programme" else "redemption"
            ledger.post([ledger.Entry(kind, key, (arrow,), reason="mug", occurred_at=at)])
        return before.strftime("%Y-%m"), last_month.strftime("%Y-%m")


@pytest.fixture
def finance(acme, staff_of, as_staff, books):
    return as_staff(staff_of(acme, "finance"))


@pytest.fixture
def auditor(acme, staff_of, as_staff, books):
    return as_staff(staff_of(acme, "auditor"))


def text_of(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_month_is_shown_from_opening_to_closing(finance, books):
    text = text_of(finance.get("/finance/", {"month": books[1]}))
    assert [f">{shown}<" in text for shown in ("500", "−200", "300")] == [True, True, True]
    assert text.count("circle-check") == 2  # follows the month before, adds up
    assert "alert-circle" not in text


def test_the_present_month_agrees_with_the_balances(finance, books):
    text = text_of(finance.get("/finance/"))
    assert text.count("circle-check") == 3
    assert "alert-circle" not in text


def test_months_are_closed_in_order_and_stay_closed(acme, finance, books):
    refused = finance.post("/finance/closings/new/", {"month": books[1]}, follow=True)
    assert f"{books[0]} comes first" in refused.content.decode()
    for month in books:
        text = text_of(finance.post("/finance/closings/new/", {"month": month}, follow=True))
        assert "is closed and sealed" in text and "Nothing yet." in text
    assert "Under way" in text_of(finance.get("/finance/closings/"))
    with door.organisation(acme.id):
        assert Closing.objects.count() == 2
        assert AuditRecord.objects.filter(action="month.closed").count() == 2


def test_the_present_month_cannot_be_closed(acme, finance, books):
    for month in books:
        finance.post("/finance/closings/new/", {"month": month})
    with door.organisation(acme.id):
        present = door.moment().strftime("%Y-%m")
    assert "is not over yet" in finance.post("/finance/closings/new/", {"month": present}, follow=True).content.decode()
    assert "Write the month like" in finance.post("/finance/closings/new/", {"month": "x"}, follow=True).content.decode()
    with door.organisation(acme.id):
        assert Closing.objects.count() == 2


def test_a_late_correction_is_named_where_it_belongs_and_where_it_is_booked(acme, ann, finance, books):
    for month in books:
        finance.post("/finance/closings/new/", {"month": month})
    with door.organisation(acme.id):
        closing = Closing.objects.order_by("-month").first()
        unit = Unit.objects.get(code="POINT")
        arrow = ledger.Arrow(ann.id, unit.id, "programme", "available", 7)
        late = closing.ends_at - timedelta(days=2)
        ledger.post([ledger.Entry("adjustment", "late", (arrow,), reason="forgotten", occurred_at=late)])
    assert "booked in" in text_of(finance.get(f"/finance/closings/{closing.id}/"))
    assert "Late corrections" in text_of(finance.get("/finance/"))
    journal = text_of(finance.get("/ledger/", {"late": "1"}))
    assert "forgotten" in journal and "mug" not in journal
    assert "(late, of" in text_of(finance.get(f"/customers/{ann.id}/statement/"))


def test_a_figure_of_the_trial_balance_leads_to_its_entries(finance, books):
    text = text_of(finance.get("/ledger/trial-balance/"))
    link = "/ledger/?unit=POINT&amp;compartment=redeemed"
    assert link in text
    journal = text_of(finance.get(link.replace("&amp;", "&")))
    assert "Redeemed" in journal and "Points earned</th>" not in journal


def test_the_journal_is_narrowed_by_customer_month_and_id(acme, ann, bea, finance, books):
    assert "mug" in text_of(finance.get("/ledger/", {"customer": str(ann.id)}))
    assert "No entry fits" in text_of(finance.get("/ledger/", {"customer": str(bea.id)}))
    assert "Redeemed</th>" not in text_of(finance.get("/ledger/", {"month": books[0]}))
    assert "Redeemed</th>" in text_of(finance.get("/ledger/", {"month": books[1]}))


def test_a_statement_has_opening_lines_and_closing_of_the_period(acme, ann, finance, books):
    text = text_of(finance.get(f"/customers/{ann.id}/statement/", {"since": f"{books[1]}-01"}))
    assert "Opening balance" in text and "Closing balance" in text
    assert [f"<strong>{shown}<" in text for shown in ("500", "300")] == [False, True]
    assert ">500<" in text  # the opening


def test_files_are_sent_and_noted(acme, ann, finance, books):
    for link in (
        f"/ledger/journal.csv?month={books[1]}", "/ledger/trial-balance.csv", f"/finance/roll-forward.csv?month={books[1]}",
        "/finance/ageing.csv", f"/customers/{ann.id}/statement.csv",
    ):  # fmt: skip
        answer = finance.get(link)
        text = b"".join(answer.streaming_content).decode()
        assert text.startswith("\ufeff") and answer["Content-Disposition"].startswith("attachment"), link
    with door.organisation(acme.id):
        noted = AuditRecord.objects.filter(action="books.exported").order_by("id")
        assert [one.changes["list"] for one in noted] == ["journal", "trial_balance", "roll_forward", "ageing", "statement"]


def test_points_are_valued_as_people_write_it(acme, finance, books):
    with door.organisation(acme.id):
        unit = Unit.objects.get(code="POINT")
    assert finance.post(f"/finance/units/{unit.id}/value/", {"POINT-value": "-1"}).status_code == 422
    assert finance.post(f"/finance/units/{unit.id}/value/", {"POINT-value": "0.0000001"}).status_code == 422
    unit.value_minor = None
    text = text_of(finance.post(f"/finance/units/{unit.id}/value/", {"POINT-value": "0.005"}, follow=True))
    assert "one is worth £0.005" in text and "£1.50" in text


def test_a_proof_is_run_kept_and_shown(acme, finance, books):
    assert "rules are checked every night" in text_of(finance.get("/books/"))
    assert "The books balance" in text_of(finance.post("/books/", follow=True))
    with door.organisation(acme.id):
        run = ProofRun.objects.get()
    assert "by Finance" in text_of(finance.get(f"/books/runs/{run.id}/"))


def test_a_broken_rule_is_explained_with_a_way_to_its_row(acme, ann, finance, books):
    with door.organisation(acme.id):
        account = Balance.objects.get().id
    sql = "UPDATE rewards_balance SET available = available {0} 1, redeemed = redeemed {1} 1 WHERE id = %s"
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql.format("-", "+"), [str(account)])
        text = text_of(finance.post("/books/", follow=True))
        cursor.execute(sql.format("+", "-"), [str(account)])
    assert "The books do not balance" in text
    assert "A balance is the sum of its postings" in text and "the journal is what counts" in text
    assert f"/customers/{ann.id}/statement/?unit=POINT" in text


def test_an_auditor_reads_everything_and_changes_nothing(acme, ann, auditor, books):
    pages = (
        "/finance/", "/finance/ageing/", "/finance/closings/", "/ledger/", "/ledger/trial-balance/", "/books/",
        f"/customers/{ann.id}/statement/",
    )  # fmt: skip
    assert {page: auditor.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)
    assert "Close " not in text_of(auditor.get("/finance/closings/"))
    with door.organisation(acme.id):
        unit = Unit.objects.get(code="POINT")
    for link, body in (
        ("/finance/closings/new/", {"month": books[0]}), (f"/finance/units/{unit.id}/value/", {"POINT-value": "1"}),
    ):  # fmt: skip
        assert auditor.post(link, body).status_code == 403
    with door.organisation(acme.id):
        assert (Closing.objects.count(), Unit.objects.get(code="POINT").value_minor) == (0, None)


def test_progress_of_a_file_is_shown(finance, books):
    watch = "0198c1de-0000-7000-8000-000000000001"
    assert text_of(finance.get(f"/ledger/export-progress/{watch}/")).strip() == ""
    b"".join(finance.get(f"/ledger/journal.csv?month={books[1]}&watch={watch}").streaming_content)
    assert "1 arrow sent" in text_of(finance.get(f"/ledger/export-progress/{watch}/"))
