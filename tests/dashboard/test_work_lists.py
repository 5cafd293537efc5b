"""The lists of leads and cases: tabs, own fields as columns, conditions, and files of exactly what is seen."""

import csv
import io
import json
import zipfile
from urllib.parse import quote

import pytest

from crm import operations as crm
from crm.operations import leads as leading
from foundation.contacts import mask_phone
from tenancy import door
from tenancy.models import AuditRecord
from tenancy.operations import change_access


@pytest.fixture
def shop(acme, gus, ann):
    """Two leads, one of Gus; two cases of ann's, one of Gus's; each with own fields, amounts among them."""
    with door.organisation(acme.id, actor=door.Actor("user", gus.user_id)):
        for subject in ("lead", "case"):
            kinds = [("model", "text", "Model"), ("worth", "money", "Worth"), ("secret", "text", "Secret")]
            for key, kind, label in kinds:
                crm.create_custom_field(
                    subject=subject, key=key, kind=kind, label={"en": label}, is_in_lists=key != "secret"
                )
        own = {"model": "=S1", "worth": 12_500, "secret": "x"}
        for name, phone, owner, custom in [("Zoe", "55", gus.id, own), ("Yan", "56", None, {})]:
            told = {"name": name, "phone": f"+4477009001{phone}", "source": "phone", "custom": custom}
            leading.capture_lead(leading.LeadReport(key=f"staff:{name}", owner_id=owner, **told))
        crm.open_case(customer_id=ann.id, subject="Lid broken", owner_id=gus.id, custom=own, key="1")
        crm.open_case(customer_id=ann.id, subject="Late parcel", key="2")


@pytest.fixture
def browser(shop, gus, signed_in):
    return signed_in(gus)


def file_of(browser, address) -> list[list[str]]:
    answer = browser.get(address)
    assert answer.status_code == 200, answer
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_tabs_part_leads_and_cases(browser):
    def found(address: str, name: str) -> list[str]:
        return [str(row.id) for row in browser.get(address).context[name]]

    assert [len(found(f"/leads/?view={view}", "leads")) for view in ("mine", "all", "overdue")] == [1, 2, 0]
    assert found("/leads/", "leads") == found("/leads/?view=mine", "leads")
    assert [len(found(f"/cases/?view={view}", "cases")) for view in ("open", "mine", "queue", "closed")] == [2, 1, 1, 0]
    assert found("/cases/", "cases") == found("/cases/?view=open", "cases")
    assert "Everybody was answered in time" in browser.get("/leads/?view=overdue").content.decode()


def in_file(labels: list[str]) -> list[str]:
    """The heads of a file: contacts by kind, and who took them out."""
    if "Contact" not in labels:
        return labels
    at = labels.index("Contact")
    return [*labels[:at], "Phone", "E-mail", *labels[at + 1 :], "Taken out by"]


@pytest.mark.parametrize(("name", "view"), [("leads", "mine"), ("cases", "mine")])
def test_own_fields_are_columns_and_leave_with_the_file(acme, browser, name, view):
    page = browser.get(f"/{name}/?view={view}")
    assert [head.label for head in page.context["heads"]][-2:] == ["Model", "Worth"]
    assert "£125.00" in page.content.decode() and "Secret" not in page.content.decode()
    heads, row = file_of(browser, f"/{name}/export/?view={view}")
    told = dict(zip(heads, row, strict=True))
    assert list(told) == in_file([head.label for head in page.context["heads"]])
    assert told["Model"] == "'=S1" and float(told["Worth"]) == 125
    few = file_of(browser, f"/{name}/export/?view=all&cols=custom.model&format=csv&raw=1")
    assert (len(few), few[0][1], sorted(line[1] for line in few[1:])) == (3, "custom.model", ["", "=S1"])
    with door.organisation(acme.id):
        assert AuditRecord.objects.filter(action="list.exported").count() == 2


def test_a_workbook_holds_the_same(browser):
    body = b"".join(browser.get("/cases/export/?view=mine&format=xlsx&cols=custom.model,status").streaming_content)
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert ">Lid broken<" in sheet and "=S1" in sheet and "<f>" not in sheet and "Late parcel" not in sheet


def test_conditions_narrow_them_by_own_fields_too(browser):
    where = {"match": "all", "conditions": [{"fact": "custom.worth", "op": "at_least", "value": 10_000}]}
    for name in ("leads", "cases"):
        address = f"/{name}/?view=all&where={quote(json.dumps(where))}"
        assert len(browser.get(address).context[name]) == 1
        assert "custom.worth" in browser.get(f"/{name}/conditions/").content.decode()


def test_a_role_without_amounts_or_own_fields_takes_none_out(acme, shop, staff_of, signed_in):
    seller = staff_of(acme, "marketer")
    with door.organisation(acme.id):
        change_access("fields", {"marketer": {"money": "hidden"}})
    browser = signed_in(seller)
    heads, *_rows = file_of(browser, "/leads/export/?view=all")
    assert "Model" in heads and "Worth" not in heads
    with door.organisation(acme.id):
        change_access("fields", {"marketer": {"custom": "hidden"}})
    heads, *_rows = file_of(browser, "/leads/export/?view=all")
    assert "Model" not in heads


def test_files_are_for_who_may_export(acme, shop, staff_of, signed_in):
    assert signed_in(staff_of(acme, "sales")).get("/leads/export/").status_code == 403


def test_views_of_leads_are_kept(acme, browser):
    browser.post("/leads/views/new/", {"name": "Hot", "share": "everybody", "query": "view=all&source=phone"})
    opened = browser.get("/leads/?saved=all")
    assert [view.name for view, _link in opened.context["views"]] == ["Hot"]


def test_leads_leave_with_their_contacts_as_far_as_a_role_sees_them(acme, shop, gus, staff_of, signed_in):
    """In full to whoever may reveal, masked to the others, not at all where the organisation hides them."""

    def phones(member) -> list[str]:
        heads, *rows = file_of(signed_in(member), "/leads/export/?view=all")
        return sorted(row[heads.index("Phone")].lstrip("'") for row in rows) if "Phone" in heads else []

    page = signed_in(gus).get("/leads/?view=all").content.decode()
    assert mask_phone("+447700900155") in page and "+447700900155" not in page
    assert phones(gus) == ["+447700900155", "+447700900156"]
    body = b"".join(signed_in(gus).get("/leads/export/?view=all&format=xlsx").streaming_content)
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        assert "+447700900155" in book.read("xl/worksheets/sheet1.xml").decode()
    seller = staff_of(acme, "marketer")
    for level, seen in (("masked", [mask_phone("+447700900155"), mask_phone("+447700900156")]), ("hidden", [])):
        with door.organisation(acme.id):
            change_access("fields", {"marketer": {"phone": level}})
        assert phones(seller) == seen
    assert "7700900155" not in signed_in(seller).get("/leads/?view=all&cols=contact,email").content.decode()
