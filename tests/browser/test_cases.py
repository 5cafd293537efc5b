"""A case in a real browser: opened from the record, answered, solved, rated by the link of the letter."""

from crm.models import Case, CaseRating
from crm.operations import record_customer
from messaging.models import Message
from tenancy import door
from tests.browser.conftest import DESK, PHONE


def test_a_case_from_the_record_to_its_rating(acme, gus, browse, axe, drained):
    with door.organisation(acme.id):
        ann = record_customer(name="Ann Smith", email="ann@example.com", phone="+447700900001")
    page = browse(DESK, "en", member=gus)
    page.goto(f"/customers/{ann.id}/?tab=cases")
    page.click("text=New case >> nth=0")
    page.fill("[name=subject]", "Lid arrived broken")
    page.click("main form button.btn-primary")
    page.wait_for_selector("h1:has-text('Lid arrived broken')")
    page.fill("[name=text]", "A new one is on its way.")
    page.click(".composer button")
    page.wait_for_selector(".talk-out")
    page.click("[data-bs-target='#solve']")
    page.wait_for_selector("#solve.show")
    page.fill("#solve [name=resolution]", "Sent a new lid.")
    page.click("#solve [name=close]")
    page.wait_for_selector("text=The customer's rating", state="detached")
    page.wait_for_selector("h1 .state:has-text('Closed')")
    assert axe(page) == []
    drained(acme)
    with door.organisation(acme.id):
        link = Message.objects.get(kind="case_rating", channel="email").link
    phone = browse(PHONE, "zh-hans")
    phone.goto(link)
    assert axe(phone) == []
    phone.click("label[for=stars-4]")
    phone.click("main form button")
    phone.wait_for_selector(".done-mark")
    with door.organisation(acme.id):
        assert (CaseRating.objects.get().stars, Case.objects.get().rating) == (4, 4)
