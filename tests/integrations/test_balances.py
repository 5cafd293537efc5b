"""Balances from another system: preview with the total, dry run, rows that do not fit, the same file again."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.operations import record_customer
from integrations import queries
from integrations.models import Import
from integrations.operations import preview, upload
from rewards.models import JournalEntry, Lot
from rewards.queries import balances, verify_books
from tenancy import door
from tenancy.models import AuditRecord
from tests.integrations.conftest import DATA

KIND = Import.Kind.OPENING_BALANCES


@pytest.fixture
def people(acme):
    """A shop in China with three members."""
    with door.organisation(acme.id):
        type(acme).objects.filter(id=acme.id).update(country="CN", currency="CNY", time_zone="Asia/Shanghai")
        return [
            record_customer(name="张伟", phone="13800138000", external_id="K1"),
            record_customer(name="李娜", phone="13900139000", external_id="K2"),
            record_customer(name="王芳", phone="13700137000"),
        ]


@pytest.fixture
def members() -> bytes:
    return (DATA / "opening_balances.csv").read_bytes()


def held(customer) -> dict[str, int]:
    return {line.unit: line.available for line in balances(customer.id) if line.available}


def brief(imported) -> tuple[int, ...]:
    return tuple(imported.counts.get(name, 0) for name in ("rows", "taken", "skipped", "failed", "created", "unchanged"))


def test_the_preview_reads_the_columns_and_sums_the_whole_file(acme, people, members):
    with door.organisation(acme.id):
        shown = preview(upload(kind=KIND, file_name="members.csv", content=members, source="oldcrm"))
        assert shown.mapping == {
            "external_id": "会员号", "phone": "手机", "amount": "积分余额", "expires_at": "有效期至", "unit": "币种",
        }  # fmt: skip
        assert shown.totals == {"POINT": 2035, "CNY": 2550}
        assert (shown.read, shown.readable) == (11, 5)
        assert [trouble.example.code for trouble in shown.troubles] == [
            "negative_amount", "nothing_left", "expired", "bad_number", "unknown_customer", "contact_points_differ",
        ]  # fmt: skip


def test_a_dry_run_changes_nothing_and_tells_the_sum(taken_in, acme, people, members):
    imported = taken_in(KIND, members, is_dry_run=True, source="oldcrm")
    assert (imported.counts["amount_POINT"], imported.counts["amount_CNY"]) == (1930, 2550)
    with door.organisation(acme.id):
        assert not JournalEntry.objects.exists()


def test_balances_are_taken_over_and_the_rest_is_told_by_row(taken_in, acme, people, members):
    imported = taken_in(KIND, members, source="oldcrm")
    assert brief(imported) == (11, 5, 2, 4, 5, 0)
    zhang, li, wang = people
    with door.organisation(acme.id):
        assert (held(zhang), held(li), held(wang)) == ({"POINT": 1500}, {"POINT": 350, "CNY": 2550}, {"POINT": 80})
        dated = Lot.objects.exclude(amount=350).filter(expires_at__isnull=False)
        ends = sorted(f"{lot.amount} {lot.expires_at:%Y-%m-%dT%H:%M}" for lot in dated)
        assert ends == ["1200 2027-06-30T15:59", "300 2027-12-31T15:59", "80 2027-12-31T15:59"]
        told = {issue.row: (issue.code, issue.is_skip) for issue in queries.issues(imported.id)}
        assert told == {
            7: ("unknown_customer", False), 8: ("contact_points_differ", False), 9: ("negative_amount", False),
            10: ("nothing_left", True), 11: ("expired", True), 12: ("bad_number", False),
        }  # fmt: skip
        keys = set(JournalEntry.objects.values_list("key", flat=True))
        assert not any("138" in key and "13800138000" in key for key in keys)
        assert AuditRecord.objects.filter(action="balance.opened").count() == 5
        assert verify_books().wrong == ()


def test_the_same_file_again_changes_nothing(taken_in, acme, people, members):
    taken_in(KIND, members, source="oldcrm")
    again = taken_in(KIND, members, source="oldcrm")
    assert brief(again) == (11, 5, 2, 4, 0, 5)
    assert "amount_POINT" not in again.counts
    with door.organisation(acme.id):
        assert JournalEntry.objects.count() == 5


def test_another_amount_is_a_conflict_and_another_source_another_balance(taken_in, acme, people):
    first = "Member id,Balance,Reference\nK1,100,r-1\n"
    taken_in(KIND, first, source="oldcrm")
    changed = taken_in(KIND, first.replace("100", "120"), source="oldcrm")
    with door.organisation(acme.id):
        [issue] = queries.issues(changed.id)
        assert (issue.code, issue.column, issue.facts) == ("balance_differs", "Balance", {"reference": "r-1", "amount": 100})
        assert held(people[0]) == {"POINT": 100}
    taken_in(KIND, first, source="anothercrm")
    with door.organisation(acme.id):
        assert held(people[0]) == {"POINT": 200}


def test_a_reference_twice_in_a_file_counts_once(taken_in, acme, people):
    imported = taken_in(KIND, "Member id,Balance,Reference\nK1,100,r-1\nK2,7,r-1\n")
    assert brief(imported) == (2, 1, 1, 0, 1, 0)
    with door.organisation(acme.id):
        assert (held(people[0]), held(people[1])) == ({"POINT": 100}, {})


def test_who_may_not_write_the_books_may_not_take_balances_over(client, api_key, acme, people, members):
    def send(*scopes):
        body = {"kind": KIND, "file": SimpleUploadedFile("members.csv", members), "source": "oldcrm"}
        return client.post("/api/v1/imports", body, **api_key(*scopes))

    assert send("imports:write").status_code == 403
    uploaded = send("imports:write", "ledger:write")
    assert uploaded.status_code == 201
    shown = client.get(f"/api/v1/imports/{uploaded.json()['id']}/preview", **api_key("imports:write")).json()
    assert shown["totals"] == {"POINT": 2035, "CNY": 2550}
    start = {"mapping": shown["mapping"], "is_dry_run": False}
    path = f"/api/v1/imports/{uploaded.json()['id']}/start"
    assert client.post(path, start, "application/json", **api_key("imports:write")).status_code == 403
    with door.organisation(acme.id):
        assert not JournalEntry.objects.exists()
