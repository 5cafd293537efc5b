"""A segment built by hand, with the keyboard and the mouse, until its page says who is in it."""

from crm import operations as crm
from crm.models import Segment
from tenancy import door
from tests.browser.conftest import PHONE


def test_a_segment_is_built_counted_and_kept(acme, gus, browse, axe):
    with door.organisation(acme.id):
        crm.record_customer(name="Ann Smith", email="ann@example.com", city="York")
        crm.record_customer(name="Bea Jones", email="bea@example.com", city="Leeds")
    page = browse(PHONE, "en", member=gus)
    page.goto("/segments/new/")
    page.fill("input[name=name]", "In York")
    page.get_by_role("button", name="Add a condition").click()
    page.get_by_label("Fact", exact=True).select_option("city")
    page.get_by_label("Value", exact=True).fill("York")
    page.get_by_role("heading", name="1 customer now").wait_for()
    page.get_by_text("Customers in “York”").first.wait_for()
    assert axe(page) == []
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="1 customer", exact=True).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    with door.organisation(acme.id):
        assert Segment.objects.get().conditions["conditions"] == [{"fact": "city", "op": "is", "value": "York"}]
