"""A deal in a real browser: begun, moved by keys and by hand on the board, won with its date."""

import contextlib

from playwright.sync_api import TimeoutError

from crm.models import Customer, Deal
from crm.operations import deals as selling
from crm.operations import record_customer
from tenancy import door
from tests.browser.conftest import DESK


def test_a_deal_is_begun_moved_and_won(acme, gus, browse, axe, until):
    with door.organisation(acme.id):
        ann = record_customer(name="Ann Smith", email="ann@example.com")
        selling.create_deal(title="Beans", customer_id=ann.id, amount_minor=90_000)
    page = browse(DESK, "en", member=gus)
    page.goto(f"/deals/new/?customer={ann.id}")
    page.fill("[name=title]", "Office coffee")
    page.fill("[name=amount_minor]", "5000")
    page.click("main form .btn-primary")
    page.wait_for_selector(".stage-bar")
    page.goto("/deals/")
    page.wait_for_function("() => window.Sortable && window.htmx && window.tabler")

    def where() -> tuple[str, str]:
        with door.organisation(acme.id):
            deal = Deal.objects.select_related("stage").get(title="Office coffee")
            return deal.stage.name["en"], deal.state

    page.focus("text=Office coffee")
    page.keyboard.press("]")
    page.wait_for_selector("section:has(h2:has-text('Qualified')) >> text=Office coffee")
    until(lambda: "is now in “Qualified”" in page.text_content("#board-said"), "the move to be announced")
    assert where() == ("Qualified", "open")
    page.wait_for_function("document.activeElement.textContent === 'Office coffee'")
    _drag(page, "Office coffee", "Proposal")
    until(lambda: where() == ("Proposal", "open"), "the dragged deal to be in Proposal")
    assert axe(page) == []
    page.watch.allowed = {422}
    _drag(page, "Office coffee", "Won")
    page.wait_for_selector("#board-dialog [name=closed_on]")
    page.click("#board-dialog .btn-primary")
    until(lambda: where() == ("Won", "won"), "the deal to be won")
    with door.organisation(acme.id):
        assert Customer.objects.get(id=ann.id).stage == "customer"


def _drag(page, title: str, stage: str) -> None:
    """Drag a card into a column; a machine that is busy may swallow moves of the mouse, so a hand tries again."""
    for _ in range(3):
        column = page.locator(f"section:has(h2:has-text('{stage}'))")
        end = column.locator(".board-cards").bounding_box()
        start = page.locator(".board-card", has_text=title).locator(".board-who").bounding_box()
        page.mouse.move(start["x"] + 8, start["y"] + 8)
        page.mouse.down()
        page.mouse.move(start["x"] + 30, start["y"] + 12, steps=5)
        page.mouse.move(end["x"] + 60, end["y"] + 15, steps=15)
        page.mouse.move(end["x"] + 66, end["y"] + 18, steps=3)
        page.mouse.up()
        arrived = column.locator(".board-card", has_text=title).or_(page.locator("#board-dialog.show"))
        with contextlib.suppress(TimeoutError):
            return arrived.first.wait_for(timeout=2_000)
    raise AssertionError(f"{title} would not be dragged")
