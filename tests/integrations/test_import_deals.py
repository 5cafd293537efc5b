"""Deals of another system: each once, where it stands there, with its buyer, own fields and end; and taken back."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.models import Customer, Deal, DealMove, LossReason
from crm.operations import create_custom_field, deals, record_customer
from integrations.models import Import
from integrations.operations import preview, run_undo, undo, upload
from integrations.queries import issues
from tenancy import door
from tenancy.models import Organisation

HEAD = "Deal name,Contact,Contact email,Amount,Stage,Create date,Close date,Closed lost reason,Record ID,Budget holder\n"
ROWS = (
    'Office coffee,Ann,ann@example.com,"4,200.50",Proposal,2026-01-10,2027-03-01,,1,Bob\n'
    "Tasting,Zoe,zoe@example.com,300,Closed Won,2026-01-10,2026-02-20,,2,\n"
    "Machine,Zoe,zoe@example.com,900,Lost,2026-01-10,2026-02-10,Price,3,\n"
)


@pytest.fixture
def shop(acme):
    with door.organisation(acme.id):
        record_customer(name="Ann", email="ann@example.com")
        create_custom_field(subject="deal", key="budget_holder", label={"en": "Budget holder"}, kind="text")
        deals.ensure_pipeline()
    return acme


def test_deals_stand_where_they_stood(shop, taken_in):
    done = taken_in("deals", HEAD + ROWS)
    with door.organisation(shop.id):
        assert list(issues(done.id)) == []
        office, tasting, machine = [Deal.objects.get(title=title) for title in ("Office coffee", "Tasting", "Machine")]
        assert (office.amount_minor, office.stage.name["en"], office.state) == (420_050, "Proposal", "open")
        assert (office.customer.name, office.custom) == ("Ann", {"budget_holder": "Bob"})
        assert f"{office.opened_at:%Y-%m-%d} {office.expected_close}" == "2026-01-10 2027-03-01"
        assert (tasting.state, f"{tasting.closed_at:%Y-%m-%d}", tasting.open_seconds // 86400) == ("won", "2026-02-20", 41)
        assert tasting.customer.stage == Customer.Stage.CUSTOMER
        assert (machine.state, machine.loss_reason.name["en"]) == ("lost", "Price")
        assert machine.customer_id == tasting.customer_id
    assert done.counts["created"] == 3
    assert done.counts["customers_created"] == 1


def test_the_same_file_again_changes_nothing(shop, taken_in):
    taken_in("deals", HEAD + ROWS)
    done = taken_in("deals", HEAD + ROWS.replace("Proposal", "New"))
    with door.organisation(shop.id):
        assert Deal.objects.count() == 3
        assert Deal.objects.get(title="Office coffee").stage.name["en"] == "Proposal"
    assert done.counts["unchanged"] == 3


def test_rows_say_what_is_wrong_with_them(shop, taken_in):
    rows = (
        "A,Ann,,1,Proposal,,,,1,\n"  # by her name alone
        "B,Nobody,,1,Proposal,,,,2,\nC,Ann,,1,Somewhere,,,,3,\nD,Ann,,-1,New,,,,4,\nE,Ann,,1,Lost,,,weather,5,\n"
        "F,New One,new@example.com,1,Elsewhere,,,,6,\n,Ann,,1,New,,,,7,\nG,,,1,New,,,,8,\nH,Ann,,1,New,,,,1,\n"
    )
    done = taken_in("deals", HEAD + rows)
    with door.organisation(shop.id):
        said = {issue.row: (issue.code, issue.column) for issue in issues(done.id)}
        assert said == {
            3: ("buyer_unknown", "Contact"), 4: ("no_such_stage", "Stage"), 5: ("negative_amount", "Amount"),
            6: ("no_such_reason", "Closed lost reason"), 7: ("no_such_stage", "Stage"), 8: ("missing", "Deal name"),
            9: ("no_identity", ""), 10: ("repeated", "Record ID"),
        }  # fmt: skip
        assert "Proposal" in next(issue.message for issue in issues(done.id) if issue.row == 4)
        assert list(Deal.objects.values_list("title", flat=True)) == ["A"]
        assert not Customer.objects.filter(name="New One").exists()


def test_of_two_customers_of_a_name_none_is_taken(shop, taken_in):
    with door.organisation(shop.id):
        record_customer(name="Ann", email="other@example.com")
    done = taken_in("deals", "Deal,Customer\nOffice coffee,Ann\n")
    with door.organisation(shop.id):
        assert [issue.code for issue in issues(done.id)] == ["buyer_unsure"]


def test_companies_are_found_or_made(shop, taken_in):
    with door.organisation(shop.id):
        known = record_customer(name="Harbour Ltd", kind="company")
    taken_in("deals", "Deal,Customer,Company\nA,Ann,harbour ltd\nB,Ann,Elm School\nC,Ann,Elm School\n")
    with door.organisation(shop.id):
        assert Deal.objects.get(title="A").company_id == known.id
        assert Customer.objects.get(name="Elm School", kind="company").company_deals.count() == 2


def test_a_dry_run_leaves_nothing(shop, taken_in):
    done = taken_in("deals", HEAD + ROWS, is_dry_run=True)
    with door.organisation(shop.id):
        assert (Deal.objects.count(), Customer.objects.count(), DealMove.objects.count()) == (0, 1, 0)
    assert done.counts["created"] == 3


def test_an_undone_import_takes_deals_and_buyers_back_unless_worked_on(shop, taken_in):
    done = taken_in("deals", HEAD + ROWS)
    with door.organisation(shop.id):
        deals.change_deal(Deal.objects.get(title="Office coffee").id, next_step="Call")
        undo(done.id)
    assert run_undo(shop.id, done.id)
    with door.organisation(shop.id):
        assert list(Deal.objects.values_list("title", flat=True)) == ["Office coffee"]
        assert list(Customer.objects.values_list("name", flat=True)) == ["Ann"]
        assert Import.objects.select_related("undo_job").get(id=done.id).undo_job.result["changed_since"] == 1


def test_names_in_problems_are_in_the_language_of_the_house(shop, taken_in):
    with door.organisation(shop.id):
        Organisation.objects.filter(id=shop.id).update(language="zh-hans")
    done = taken_in("deals", "Deal,Customer,Stage\nA,Ann,Somewhere\n")
    with door.organisation(shop.id):
        assert "方案报价" in issues(done.id).get().facts["known"]


def test_who_may_not_write_deals_may_not_import_them(client, api_key, shop):
    body = {"kind": "deals", "file": SimpleUploadedFile("deals.csv", (HEAD + ROWS).encode())}
    refused = client.post("/api/v1/imports", body, **api_key("imports:write"))
    assert (refused.status_code, "deals:write" in refused.content.decode()) == (403, True)
    body["file"].seek(0)
    assert client.post("/api/v1/imports", body, **api_key("imports:write", "deals:write")).status_code == 201


def test_chinese_columns_and_names_are_understood(shop, taken_in):
    with door.organisation(shop.id):
        assert LossReason.objects.exists()
        made = upload(
            kind="deals", file_name="d.csv",
            content=(
                "商机名称,客户姓名,手机,商机金额,销售阶段,预计成交日期\n采购,王五,07700 900111,100,方案报价,2027/3/1\n"
            ).encode("gb18030"),
        )  # fmt: skip
        shown = preview(made)
        assert set(shown.mapping) == {"title", "customer_name", "customer_phone", "amount", "stage", "expected_close"}
        assert [one.verdict for one in shown.verdicts] == ["created"]
