"""The main story as people live it: in a browser, in both languages, with a real web server, worker and beat."""

import re
from dataclasses import dataclass

import pytest
import requests
from django.utils import timezone, translation

from crm.operations import record_customer
from foundation.ids import new_code
from loyalty.operations import set_up_default_tiers, set_up_programme
from tenancy import door
from tenancy.people import found_organisation
from tests.browser.conftest import DESK, PHONE
from tests.browser.steps import ask_to_join, digits_sent_to, enter_member_centre, sign_in, type_digits

pytestmark = pytest.mark.timeout(600)


@dataclass(frozen=True)
class Telling:
    """The story's words in one language."""

    language: str
    shop: dict
    referrer: str
    referrer_for_strangers: str
    referee: str
    campaign: str
    gifts: tuple[str, str]  # what the friend gets, what the referrer gets
    total_minor: int
    refund: str

    def say(self, text: str) -> str:
        """Give a text of the pages in the story's language."""
        with translation.override(self.language):
            return translation.gettext(text)


ENGLISH = Telling(
    language="en", shop={"name": "Acme", "language": "en", "country": "GB", "currency": "GBP", "time_zone": "Europe/London"},
    referrer="Ann Smith", referrer_for_strangers="Ann S.", referee="Bea Jones", campaign="Bring a friend",
    gifts=("£4", "200 points"), total_minor=8_000, refund="20.00",
)  # fmt: skip
CHINESE = Telling(
    language="zh-hans",
    shop={"name": "春熙", "language": "zh-hans", "country": "CN", "currency": "CNY", "time_zone": "Asia/Shanghai"},
    referrer="林晓梅", referrer_for_strangers="林**", referee="周明", campaign="好友同行", gifts=("¥20", "200 积分"),
    total_minor=40_000, refund="100.00",
)  # fmt: skip


@pytest.fixture(params=[ENGLISH, CHINESE], ids=["English", "Chinese"])
def told(request) -> Telling:
    return request.param


@pytest.fixture
def shop(database, told):
    shop = found_organisation(slug=f"story-{new_code().lower()}", **told.shop)
    with door.organisation(shop.id):
        set_up_programme()
        set_up_default_tiers(shop.currency)
        record_customer(name=told.referrer, email="ann@example.com")
    return shop


def test_from_a_template_to_a_settled_reward_and_a_refund(told, shop, staff_of, api_key, browse, server, worker, until):
    marketer, owner = staff_of(shop, "marketer"), staff_of(shop, "owner")

    office = browse(DESK, told.language)
    sign_in(office, marketer)
    campaign = draft_campaign_from_template(office, told, responsible=marketer)
    start(office)
    link = give_code(office, "ann@example.com", told)

    ann = browse(DESK, told.language)
    enter_member_centre(ann, shop, "ann@example.com")
    share_page_shows_link_qr_and_poster(ann, shop, link)

    bea = browse(PHONE, told.language)
    landing_page_says_who_invites_and_what_both_get(bea, link, told)
    accept_invitation(bea, shop, told)

    office.goto("/referrals/")
    assert told.referee in office.locator("#rows").inner_text()
    until(lambda: told.referee in text_of(office, "/tasks/?view=mine"), "the task to call the friend")

    order_arrives_over_the_api(server, api_key("orders:write", organisation=shop), told)
    manager = browse(DESK, told.language)
    sign_in(manager, owner)
    order = find_order(manager)
    until(lambda: order_is_judged(manager, order), "the decision")
    assert told.say("This order earned a reward") in why(manager, order)

    ann.goto(f"/o/{shop.slug}/member/")
    assert points(ann) == 0
    let_days_pass(manager, 14, 1)
    until(lambda: points_now(ann, shop) == 200, "the worker to settle", seconds=200)
    reason_is_told_to_the_member(ann, shop)
    assert funnel(office, campaign) == [1, 1, 1, 1, 1, 1]

    give_money_back(manager, order, told.refund)
    until(lambda: points_now(ann, shop) == 150, "the part to be taken back")
    books_are_whole(manager, told)


# --- staff -----------------------------------------------------------------------------------------------


def step(page, following: str) -> None:
    """Save a step of the builder and go on."""
    page.click("#step [value=next]:not([aria-hidden])")
    page.wait_for_url(re.compile(rf"/build/{following}/$"))


def draft_campaign_from_template(page, told, *, responsible) -> str:
    page.goto("/campaigns/")
    page.locator("a[href='/campaigns/new/']").first.click()
    page.fill("[name=name]", told.campaign)
    step(page, "template")
    page.check("[name=template][value=friend_coupon]")
    for following in ("counts", "rewards", "limits"):
        step(page, following)
    page.wait_for_selector("#beside .said")  # the rule is said in words beside the form
    page.fill("[name=budget_limit_minor]", "1000")
    for following in ("texts", "people"):
        step(page, following)
    page.select_option("[name=responsible]", str(responsible.id))
    page.click("#step [value=leave]")
    page.wait_for_url(re.compile(r"/campaigns/[0-9a-f-]{36}/$"))
    assert page.inner_text("h1").startswith(told.campaign)
    return page.url


def start(page) -> None:
    page.click("form[action$='/turn/start/'] button")
    page.click("#confirm-yes")
    page.wait_for_selector("#code-find")


def give_code(page, search: str, told) -> str:
    page.locator("#code-find").press_sequentially(search)
    page.click("#code-picks button")
    page.wait_for_selector("#code-picks .given")
    assert told.referrer in page.inner_text("#code-picks")
    return page.get_attribute("#code-picks .given-link a", "href")


def text_of(page, address: str) -> str:
    page.goto(address)
    return page.inner_text("main")


def find_order(page) -> str:
    page.goto("/orders/")
    page.locator("#rows th a").first.click()
    page.wait_for_url(re.compile(r"/orders/[0-9a-f-]{36}/$"))
    return page.url


def order_is_judged(page, order: str) -> bool:
    page.goto(order)
    return page.locator(".why").count() > 0


def why(page, order: str) -> str:
    """Read why the order earned what it earned, as staff see it; the reward leads to the same decision."""
    page.goto(order)
    said = page.inner_text(".why")
    page.locator("main a[href^='/rewards/']").first.click()
    page.locator("main a[href^='/decisions/']").first.click()
    page.wait_for_url(re.compile(r"/decisions/"))
    assert page.locator("main .ti-circle-x").count() == 0  # each check passed
    return said


def let_days_pass(page, *jumps: int) -> None:
    for days in jumps:
        page.goto("/clock/")
        page.click(f"button[name=days][value='{days}']")
        page.wait_for_selector(".clock-pill")


def funnel(page, campaign: str) -> list[int]:
    page.goto(campaign)
    page.locator(".chart-table summary").first.click()
    return [int(cell) for cell in page.locator(".chart-table").first.locator("td").all_inner_texts()]


def give_money_back(page, order: str, amount: str) -> None:
    page.goto(order)
    page.click("[data-bs-target='#refund']")
    page.fill("#refund [name=amount_minor]", amount)
    page.click("#refund .btn-primary")
    page.wait_for_selector("tfoot .tone-orange")


def books_are_whole(page, told) -> None:
    page.goto("/books/")
    page.click("form[action='/books/'] button")
    page.wait_for_selector(".verdict")
    assert told.say("The books balance") in page.inner_text(".verdict")
    assert page.locator(".verdict .ti-shield-check").count() == 1


# --- the referrer ------------------------------------------------------------------------------------------


def share_page_shows_link_qr_and_poster(page, shop, link: str) -> None:
    page.click("a[href*='/member/share/']")
    page.wait_for_selector("#share-link")
    assert page.input_value("#share-link") == link
    page.locator("img.poster").scroll_into_view_if_needed()
    page.wait_for_function("[...document.querySelectorAll('.qr img, img.poster')].every((each) => each.naturalWidth > 100)")


def points(page) -> int:
    return int(re.sub(r"\D", "", page.inner_text(".wallet .balance")))


def points_now(page, shop) -> int:
    page.goto(f"/o/{shop.slug}/member/")
    return points(page)


def reason_is_told_to_the_member(page, shop) -> None:
    page.goto(f"/o/{shop.slug}/member/rewards")
    assert "200" in page.inner_text("main .list")
    page.locator("a.why").first.click()
    page.wait_for_selector("ul.lines li.yes")
    assert page.locator("ul.lines li.no").count() == 0


# --- the friend --------------------------------------------------------------------------------------------


def landing_page_says_who_invites_and_what_both_get(page, link: str, told) -> None:
    page.goto(link)
    said = page.inner_text("main")
    assert told.referrer_for_strangers in said
    assert told.referrer not in said  # a stranger reads the short name only
    assert all(gift in said for gift in told.gifts)


def accept_invitation(page, shop, told) -> None:
    ask_to_join(page, name=told.referee, address="bea@example.com")
    type_digits(page, digits_sent_to(shop, "bea@example.com", "confirmation"))
    page.wait_for_selector(".done-mark")
    assert told.referee in page.inner_text("h1")


# --- what comes from outside -------------------------------------------------------------------------------


def order_arrives_over_the_api(server, key, told) -> None:
    order = {
        "source": "shop", "external_id": "1001", "status": "paid",
        "currency": told.shop["currency"], "total_minor": told.total_minor,
        "placed_at": timezone.now().isoformat(), "customer": {"email": "bea@example.com"},
    }  # fmt: skip
    headers = {"Authorization": key["HTTP_AUTHORIZATION"], "Idempotency-Key": "till-1001"}
    answer = requests.post(f"{server}/api/v1/orders", json=order, headers=headers, timeout=20)
    assert answer.status_code == 201, answer.text
