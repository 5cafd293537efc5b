"""From points to parcel in a real browser: ordered on a phone without scripts, packed and sent at the desk."""

import contextlib
import re

import pytest
from playwright.sync_api import TimeoutError

from crm.operations import record_customer
from rewards import operations
from rewards.models import CatalogueItem, GiftOrder
from tenancy import door
from tests.browser.conftest import DESK, PHONE
from tests.browser.steps import enter_member_centre


@pytest.fixture
def ann(acme):
    """A customer with 200 points."""
    with door.organisation(acme.id):
        customer = record_customer(name="Ann Smith", email="ann@example.com", phone="+447700900001")
        operations.earn_points([operations.Grant(customer.id, 200, "plenty", "order")])
    return customer


@pytest.fixture
def shelf(acme) -> list[CatalogueItem]:
    """A mug, a bag and a bicycle."""
    with door.organisation(acme.id):
        return [
            operations.create_item(
                kind="gift", name={"en": name}, points=points, stock=7, can_be_sent=True, can_be_fetched=True
            )
            for name, points in (("Mug", 100), ("Bag", 50), ("Bicycle", 2000))
        ]


@pytest.fixture
def parcels(acme, ann, shelf) -> list[GiftOrder]:
    home = {"name": "Ann Smith", "phone": "07700 900001", "street": "4 Salt Lane", "city": "York"}
    with door.organisation(acme.id):
        return [operations.order_gift(shelf[1].id, ann.id, key=str(n), way="send", address=home) for n in range(3)]


def states(acme) -> list[str]:
    with door.organisation(acme.id):
        return list(GiftOrder.objects.order_by("id").values_list("state", flat=True))


def test_a_member_orders_and_cancels_without_scripts(acme, ann, shelf, browse):
    page = browse(PHONE, "en", scripts=False)
    enter_member_centre(page, acme, "ann@example.com")
    page.click("text=Use points")
    page.locator("main", has_text="1,800 points to go").wait_for()
    page.click("text=Mug")
    page.check("[value=fetch]")
    assert not page.is_visible("[name=street]")
    page.check("[value=send]")
    page.fill("[name=phone]", "07700 900001")
    page.fill("[name=city]", "York")
    page.watch.allowed = {422}
    page.click("main form button")
    page.locator("main", has_text="Enter street and number.").wait_for()
    page.fill("[name=street]", "4 Salt Lane")
    page.check("[name=consent]")
    page.click("main form button")
    page.locator("main", has_text="Ordered. We tell you about every step.").wait_for()
    page.click("text=Cancel this order")
    page.click("text=Yes, cancel it")
    page.locator("main", has_text=re.compile("Cancelled")).wait_for()
    assert states(acme) == ["cancelled"]


def test_the_desk_packs_and_sends_what_is_ticked(acme, gus, parcels, browse, until):
    page = browse(DESK, "en", member=gus)
    page.goto("/gift-orders/")
    assert page.is_disabled("button[value=pack]")
    page.check("[aria-label=Ordered] [data-check-all]")
    assert page.inner_text("[data-chosen-count]") == "Chosen: 3"
    page.uncheck(f"[value='{parcels[2].id}']")
    page.click("button[value=pack]")
    page.wait_for_selector("text=2 orders packed.")
    page.check("[aria-label=Packed] [data-check-all]")
    page.fill("[name=carrier]", "Royal Mail")
    page.click("button[value=ship]")
    page.wait_for_selector("text=2 orders sent.")
    assert states(acme) == ["shipped", "shipped", "ordered"]


def test_an_address_is_shown_once_and_printed(acme, gus, parcels, browse):
    page = browse(DESK, "en", member=gus)
    page.goto(f"/gift-orders/{parcels[0].id}/")
    assert "Salt Lane" not in page.content()
    page.click("text=Show it in full")
    page.wait_for_selector("text=4 Salt Lane")
    page.goto("/gift-orders/")
    page.check("[aria-label=Ordered] [data-check-all]")
    page.click("text=Packing list")
    page.wait_for_selector(".slip")
    assert page.inner_text("main").count("4 Salt Lane") == 3


def test_items_are_dragged_to_another_place(acme, gus, shelf, browse, until):
    page = browse(DESK, "en", member=gus)
    page.goto("/catalogue/")
    page.wait_for_function("() => window.Sortable && window.htmx")
    _drag_to_the_top(page, "Bicycle")

    def order() -> list[str]:
        with door.organisation(acme.id):
            return [item.name["en"] for item in CatalogueItem.objects.order_by("position")]

    until(lambda: order() == ["Bicycle", "Mug", "Bag"], "the dragged order to be kept", 15)
    page.reload()
    page.click("[aria-label='Move Bag up']")
    until(lambda: order() == ["Bicycle", "Bag", "Mug"], "the bag to move up", 15)


def _drag_to_the_top(page, name: str) -> None:
    """Drag a row above the first one; a machine that is busy may swallow moves of the mouse, so a hand tries again."""
    rows = page.locator("#rows > tr")
    for _ in range(3):
        end = rows.nth(0).locator("[data-drag]").bounding_box()
        rows.filter(has_text=name).locator("[data-drag]").hover()
        page.mouse.down()
        page.wait_for_selector(".sortable-chosen")
        page.mouse.move(end["x"] + 8, end["y"] + 12, steps=12)
        page.mouse.move(end["x"] + 8, end["y"] - 6, steps=6)
        page.mouse.up()
        with contextlib.suppress(TimeoutError):
            return page.locator("#rows > tr:first-child", has_text=name).wait_for(timeout=2_000)
    raise AssertionError(f"{name} would not be dragged")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_everybody_can_use_the_pages(acme, gus, ann, shelf, parcels, browse, axe, language, theme):
    page, wrong = browse(DESK, language, member=gus, theme=theme), []
    staff = ["catalogue/", "catalogue/new/", f"catalogue/{shelf[0].id}/", f"catalogue/{shelf[0].id}/edit/", "gift-orders/"]
    staff += ["gift-orders/all/", "gift-orders/new/", f"gift-orders/{parcels[0].id}/"]
    for address in staff:
        page.goto(f"/{address}")
        wrong += [f"{address}: {each}" for each in axe(page)]
    page = browse(PHONE, language, theme=theme)
    enter_member_centre(page, acme, "ann@example.com")
    public = ["catalogue", "catalogue?now=1", f"catalogue/{shelf[1].id}", f"catalogue/{shelf[2].id}", "gifts"]
    for address in [*public, f"gifts/{parcels[0].id}"]:
        page.goto(f"/o/{acme.slug}/member/{address}")
        is_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        wrong += [f"{address}: {each}" for each in axe(page)] + ([f"{address}: too wide"] if is_wide else [])
    assert wrong == []
