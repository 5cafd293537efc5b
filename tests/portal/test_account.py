"""A member's own statement: accounts, years, the file."""

import csv
from io import StringIO

import pytest
from django.utils import timezone

from rewards import ledger, operations
from tenancy import door


@pytest.fixture
def years(acme, here, ann):
    """Points two years ago and now, a correction that staff explained to themselves, and some money."""
    with here():
        now = timezone.now()
        units = operations.ensure_units()
        old = ledger.Arrow(ann.id, units["POINT"].id, "programme", "available", 70)
        entry = ledger.Entry("earning", "old", (old,), occurred_at=now.replace(year=now.year - 2, month=6, day=15))
        ledger.post([entry])
        operations.earn_points([operations.Grant(ann.id, 30, "=1+1", "order")])
        operations.adjust_points(ann.id, amount=-20, reason="=HYPERLINK(secret of staff)", key="1")
        money = ledger.Arrow(ann.id, units["GBP"].id, "programme", "available", 1250)
        ledger.post([ledger.Entry("adjustment", "m", (money,))])
        return now.year


def page(member, acme, **asked):
    return member("ann@example.com").get(f"/o/{acme.slug}/member/history", asked).content.decode()


def table(member, acme, **asked):
    answer = member("ann@example.com").get(f"/o/{acme.slug}/member/history.csv", asked)
    text = b"".join(answer.streaming_content).decode("utf-8")
    return answer, text, list(csv.reader(StringIO(text.removeprefix("\ufeff"))))


def test_all_time_goes_from_nothing_to_now(acme, member, years):
    text = page(member, acme)
    assert "Balance at the beginning" in text and "Balance at the end" in text
    assert [f">{shown}<" in text for shown in ("+70", "+30", "−20", "80", "0")] == [True] * 5


def test_a_year_begins_with_what_the_years_before_left(acme, member, years):
    text = page(member, acme, year=str(years))
    assert "+70" not in text
    assert ">70<" in text and ">80<" in text
    assert f"year={years - 2}" in text


def test_money_is_an_account_of_its_own(acme, member, years):
    text = page(member, acme, unit="GBP")
    assert "Money (GBP)" in text and "+£12.50" in text and "+30" not in text


def test_nonsense_shows_what_there_is(acme, member, years):
    assert "+30" in page(member, acme, unit="XXX", year="'; DROP", page="-1")


def test_the_file_opens_safely_and_tells_no_words_of_staff(acme, member, years):
    answer, text, rows = table(member, acme)
    assert answer["Content-Disposition"] == 'attachment; filename="statement-POINT-all.csv"'
    assert text.startswith("\ufeff")
    assert [row[1] for row in rows] == [
        "What", "Opening balance", "From your order", "From your order", "Corrected by our team", "Closing balance",
    ]  # fmt: skip
    assert [row[-1] for row in rows] == ["Balance", "0", "70", "100", "80", "80"]
    assert "secret of staff" not in text


def test_another_member_gets_their_own(acme, here, bea, member, years):
    answer = member("bea@example.com").get(f"/o/{acme.slug}/member/history.csv")
    assert answer.status_code == 404
    assert "+30" not in member("bea@example.com").get(f"/o/{acme.slug}/member/history").content.decode()


def test_nobody_gets_nothing(acme, phone, years):
    answer = phone().get(f"/o/{acme.slug}/member/history.csv")
    assert (answer.status_code, "login" in answer["Location"]) == (302, True)


def test_a_member_of_another_house_is_nobody_here(acme, globex, member, years):
    assert member("ann@example.com").get(f"/o/{globex.slug}/member/history.csv").status_code == 302


def test_the_books_are_whole_afterwards(acme, here, years):
    from rewards.queries import verify_books

    with door.organisation(acme.id):
        assert verify_books().wrong == ()
