"""Two records of one person in a real browser: hinted at, compared, merged, and taken apart again."""

from crm.models import Customer
from crm.operations import find_duplicates, record_customer
from tenancy import door
from tests.browser.conftest import PHONE
from tests.browser.steps import sign_in


def test_compare_merge_and_undo_on_a_phone(acme, gus, browse):
    with door.organisation(acme.id):
        record_customer(name="Ann Smith", email="ann@example.com", phone="+447700900001", city="York")
        record_customer(name="Ann Smith", email="ann.s@example.com", phone="+447811900001", city="Leeds")
        find_duplicates()
    page = browse(PHONE, "en")
    sign_in(page, gus)
    page.goto("/customers/new/")
    page.fill("[name=phone]", "07700 900001")
    page.wait_for_selector(".hint-list a:has-text('Ann Smith')")

    page.goto("/duplicates/")
    page.click("text=Compare and merge")
    page.check("[name=f_city][value=loser]")
    page.click("main form button:has-text('Merge')")
    page.wait_for_selector("text=What was done")
    with door.organisation(acme.id):
        assert [(one.name, one.city) for one in Customer.objects.all()] == [("Ann Smith", "Leeds")]

    page.click("text=Undo the merge")
    page.click(".modal.show button:has-text('Undo the merge')")
    page.wait_for_selector("text=They are two customers again.")
    with door.organisation(acme.id):
        assert sorted(one.city for one in Customer.objects.all()) == ["Leeds", "York"]
