"""A Chinese list from upload to undo in a real browser: columns, try, import, error file, corrected, undone."""

import io

import pytest
from openpyxl import load_workbook

from crm.models import Customer
from integrations.models import Import
from integrations.operations import run, run_undo
from tenancy import door
from tests.browser.conftest import PHONE

LIST = "会员名单\n姓名,手机,生日\n张伟,13800138000,1988-05-01\n李娜,12,1990-02-01\n"


@pytest.fixture
def at_work(acme):
    """Do what a worker would do for the newest import."""

    def work() -> None:
        with door.organisation(acme.id):
            newest = Import.objects.defer("content").latest("created_at")
        (run_undo if newest.undo_job_id else run)(acme.id, newest.id)

    return work


def names(acme) -> set[str]:
    with door.organisation(acme.id):
        return set(Customer.objects.values_list("name", flat=True))


def test_a_chinese_list_comes_in_is_corrected_and_undone(acme, gus, browse, at_work, tmp_path):
    with door.organisation(acme.id):
        type(acme).objects.filter(id=acme.id).update(country="CN")
    page = browse(PHONE, "en", member=gus)
    page.goto("/imports/new/")
    page.set_input_files("[name=file]", {"name": "members.csv", "mimeType": "text/csv", "buffer": LIST.encode("gb18030")})
    page.click("main form button.btn-primary")
    page.wait_for_selector("text=1 of the first 2 rows can be taken in.")
    page.click("[value=dry]")
    at_work()
    page.wait_for_selector("text=This was a try")
    assert names(acme) == set()
    if not page.is_visible("[value=real]"):
        page.click("summary:has-text('Columns')")
    page.click("[value=real]")
    at_work()
    page.wait_for_selector("text=The file is imported.")
    assert names(acme) == {"张伟"}
    with page.expect_download() as download:
        page.click("text=Error file (Excel)")
    book = load_workbook(io.BytesIO(download.value.path().read_bytes()))
    book.active["B2"] = "13900139000"
    book.save(tmp_path / "corrected.xlsx")
    page.goto("/imports/new/")
    page.set_input_files("[name=file]", tmp_path / "corrected.xlsx")
    page.click("main form button.btn-primary")
    page.wait_for_selector("text=The columns are chosen as last time.")
    page.click("[value=real]")
    at_work()
    page.wait_for_selector("text=The file is imported.")
    assert names(acme) == {"张伟", "李娜"}
    page.click("text=Undo the import")
    page.click("#confirm-yes")
    page.wait_for_selector("text=Waiting for a worker")
    at_work()
    page.wait_for_selector("text=The import was undone. Everything is as it was before.")
    assert names(acme) == {"张伟"}
