"""A list in a real browser: search, filter, select, tag many, change and undo, keep the view."""

import pytest

from crm import operations as crm
from crm.models import Customer, CustomerTag, ListWork, SavedView
from dashboard.lists.working import run
from tenancy import door
from tests.browser.conftest import PHONE


@pytest.fixture
def shop(acme):
    with door.organisation(acme.id):
        for n in range(12):
            crm.record_customer(name=f"Hana Reed {n}", email=f"hana{n}@example.com", city="Leeds" if n % 2 else "York")
        crm.record_customer(name="Zoe Quill", email="zoe@example.com")
    return acme


def test_from_the_search_to_the_kept_view(shop, gus, browse):
    page = browse(member=gus)
    page.goto("/customers/")
    page.locator("#list-count >> text=13 rows").wait_for()
    page.keyboard.press("/")
    page.keyboard.type("hana")
    page.locator("#list-count >> text=12 rows").wait_for()
    page.select_option("[name=stage]", "prospect")
    page.wait_for_url("**stage=prospect**")
    page.locator("[data-tick-page]").check()
    page.locator("#list-bar >> text=12 selected").wait_for()
    page.locator("#list-bar button", has_text="Add a tag").click()
    page.locator("#list-dialog.show [name=tag]").fill("tea")
    page.locator("#list-dialog button.btn-primary").click()
    page.wait_for_url("**/work/**")
    with door.organisation(shop.id):
        work = ListWork.objects.get()
    run(shop.id, work.id)
    with door.organisation(shop.id):
        assert CustomerTag.objects.count() == 12
    page.goto("/customers/?q=hana&sort=name")
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.locator(".list-editor select").select_option("lead")
    page.locator(".toast-note [data-undo]").click()
    page.locator(".toast-note >> text=Put back.").wait_for()
    with door.organisation(shop.id):
        assert set(Customer.objects.values_list("stage", flat=True)) == {"prospect"}
    page.keyboard.press("o")
    page.locator("#list-panel.show >> text=Hana Reed 0").first.wait_for()
    page.keyboard.press("Escape")
    page.locator("#list-panel.show").wait_for(state="hidden")
    page.locator(".list-tabs-more > button", has_text="Views").click()
    page.locator("[data-ask$='views/new/']").click()
    page.locator("#list-dialog.show [name=name]").fill("Hanas")
    page.locator("#list-dialog button.btn-primary").click()
    page.locator(".list-tabs [aria-current]", has_text="Hanas").wait_for()
    with door.organisation(shop.id):
        assert SavedView.objects.get().query == "q=hana&sort=name"


def test_keys_go_on_after_a_search_that_was_left(shop, gus, browse):
    page = browse(member=gus)
    page.goto("/customers/?sort=name")
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.locator("#list-bar >> text=1 selected").wait_for()
    assert page.locator("[data-pair]").is_hidden()
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.locator("[data-pair]").click()
    page.wait_for_url("**/merge/**")
    assert page.locator("main", has_text="Hana Reed 0").is_visible()


def test_on_a_phone_rows_come_before_the_filters(shop, gus, browse):
    page = browse(PHONE, member=gus)
    page.goto("/customers/?stage=prospect")
    assert page.locator("[name=stage]").is_hidden()
    more = page.locator("[data-filters-more]")
    assert more.inner_text().split() == ["Filters", "1"]
    more.click()
    page.select_option("[name=stage]", "lead")
    page.wait_for_url("**stage=lead**")
    assert page.locator("#rows >> text=Nothing fits").is_visible()
