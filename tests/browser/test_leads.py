"""A form from the builder to the visitor's phone, and the lead it makes, with its clock."""

from crm.models import Lead, LeadForm
from crm.operations import leads as leading
from tenancy import door
from tests.browser.conftest import DESK, PHONE


def test_a_form_is_built_filled_in_and_becomes_somebodys_lead(acme, gus, browse, axe, until):
    with door.organisation(acme.id):
        leading.save_rule(name="All", how="round_robin", members=[gus.id])
    desk = browse(DESK, "en", member=gus)
    desk.goto("/leads/forms/")
    desk.click("main [data-bs-target='#new-form'] >> nth=0")
    desk.fill("#new-form [name=name]", "Office coffee")
    desk.click("#new-form button.btn-primary")
    desk.wait_for_selector("#lead-builder")
    desk.fill("[name=title_en]", "Coffee for your office")
    desk.click("[data-question-add]")
    desk.locator("[data-question]").nth(3).locator("select").select_option("choice")
    desk.locator("[data-question]").nth(3).locator("[name$=label_en]").fill("How many are you?")
    desk.locator("[data-question]").nth(3).locator("[name$=options_en]").fill("Ten\nForty")
    preview = desk.frame_locator("#preview")
    preview.locator("text=How many are you?").wait_for()
    assert preview.locator("h1").inner_text() == "Coffee for your office"
    assert axe(desk) == []
    desk.click("button[name=publish] >> nth=0")
    desk.wait_for_selector(".qr-picture")
    with door.organisation(acme.id):
        code = LeadForm.objects.get().code
    phone = browse(PHONE, "en", scripts=False)
    phone.goto(f"/o/{acme.slug}/f/{code}")
    phone.fill("[name=name]", "Dora Hill")
    phone.fill("[name=phone]", "07700 900123")
    phone.locator("select").select_option("Forty")
    phone.check("[name=consent]")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.wait_for_timeout(2100)  # people take longer than that
    phone.click("main form button")
    phone.wait_for_selector("text=Thank you")
    desk.goto("/leads/")
    desk.click("text=Dora Hill")
    desk.wait_for_selector("text=Answer by")
    assert "Assigned to Gus by rule 1" in desk.inner_text("main")
    assert axe(desk) == []
    with door.organisation(acme.id):
        assert Lead.objects.get().response_due_at is not None
