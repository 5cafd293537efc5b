"""A customer's record in a real browser: written down with a colleague named, narrowed, revealed, handed over."""

from crm.models import HandOver, Interaction, Mention
from crm.operations import add_task
from tenancy import door
from tenancy.models import AuditRecord
from tests.browser.conftest import DESK, PHONE


def test_compose_narrow_reveal_and_hand_over(acme, gus, ann, staff_of, browse, axe):
    sam = staff_of(acme, "sales")
    with door.organisation(acme.id):
        add_task(key="t", title="Call Ann", due_at=door.moment(), customer_id=ann.id, assignee_id=gus.id)
    page = browse(DESK, "en", member=gus)
    page.goto(f"/customers/{ann.id}/")
    page.locator("[data-composer] textarea").press_sequentially("Wants a quote, @Sal")
    page.wait_for_selector(".mention-list li")
    page.keyboard.press("Enter")
    page.locator("[data-composer] textarea").press_sequentially("please")
    page.click("text=Write down")
    page.wait_for_selector(".story .mention")
    page.click(".story-filters label:has-text('Tasks')")
    page.wait_for_function("() => !document.querySelector('#story').innerText.includes('Wants a quote')")
    assert "Call Ann" in page.inner_text("#story")
    page.click(".contacts li:has-text('@example') .reveal > button")
    page.select_option(".reveal-form:visible select", "order")
    page.click(".reveal-form:visible button")
    page.wait_for_selector("a[href='mailto:ann@example.com']")
    assert axe(page) == []
    page.click("text=Hand over")
    page.select_option("#hand_receiver", label="Sales")
    page.fill("#hand_checklist", "Read the notes")
    page.click("#hand-over button:has-text('Ask to take over')")
    page.wait_for_selector(".hand-over:has-text('Waiting for Sales')")

    other = browse(PHONE, "en", member=sam)
    other.goto(f"/customers/{ann.id}/")
    assert axe(other) == []
    other.check("[name=checked]")
    other.click("text=Take over")
    other.wait_for_selector("text=The customer is yours now.")
    with door.organisation(acme.id):
        ann.refresh_from_db()
        assert (ann.owner_id, HandOver.objects.get().state) == (sam.id, "accepted")
        assert Interaction.objects.get().text == "Wants a quote, @Sales please"
        assert Mention.objects.get().member_id == sam.id
        assert AuditRecord.objects.get(action="contact_point.revealed").changes["purpose"] == "order"
