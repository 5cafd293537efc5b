"""Every page, in both languages, on a phone and at a desk: it opens, it fits, nothing is missing, nobody is kept out."""

import json
import re
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Error, TimeoutError

from dashboard.urls import urlpatterns
from referrals.models import ReferralCode
from rewards.models import Reward
from tenancy import door
from tests.browser.conftest import DESK, PHONE
from tests.browser.steps import ask_to_join, digits_sent_to, enter_member_centre, type_digits
from tests.untranslated import english_in

LANGUAGES = ["en", "zh-hans"]
SETTLED = 3_000  # milliseconds after which a page that was opened or made narrow has to fit
HEAVIEST = 100_000  # bytes of a public page with all that it loads, without the pictures made for it


@pytest.fixture
def world(acme, furnished) -> dict:
    """Acme with one of everything; what addresses need, by argument name."""
    with door.organisation(acme.id):
        code = ReferralCode.objects.get(referrer_id=furnished["customer_id"])
        reward = Reward.objects.filter(beneficiary_id=furnished["customer_id"]).first()
        return furnished | {"code": code.code, "reward_id": reward.id, "r": 3, "value": 3, "key": "champions"}


def staff_addresses(world) -> list[str]:
    """Every address of the dashboard that can be opened."""
    open_ones = [each for each in urlpatterns if getattr(each.callback, "permission", None) is not None]
    names = {each.name: {name: world[name] for name in each.pattern.converters if name in world} for each in open_ones}
    return [reverse(f"dashboard:{name}", kwargs=arguments) for name, arguments in names.items()]


def is_whole(text: str) -> bool:
    """Tell a page from files and pieces of pages."""
    return "<!doctype html" in text[:200].lower()


_WIDE = "Math.max(0, document.documentElement.scrollWidth - innerWidth)"
_UNFILLED = r"%\(|{{|{%|None(?! of|\.)|undefined|NaN|\[object"


def faults(page, address: str = "") -> list[str]:
    """Open a page and say what is wrong with it."""
    if address and (answer := page.goto(address)).status != 200:
        return [f"{address}: {answer.status}"]
    found = page.evaluate(
        """() => {
          const copy = document.body.cloneNode(true);
          copy.querySelectorAll("select, script, style").forEach((each) => each.remove());
          return {
            headings: document.querySelectorAll("h1").length,
            title: document.title, text: copy.textContent,
            blank: [...document.images].filter((each) => each.complete && !each.naturalWidth).map((each) => each.src),
          };
        }"""
    )
    where = urlsplit(page.url).path
    unfilled = re.findall(rf".{{0,30}}(?:{_UNFILLED}).{{0,20}}", found["text"])
    checks = {
        f"{found['headings']} headings of the first order": found["headings"] != 1,
        "no title": len(found["title"].split("·")[0].strip()) < 2,
        f"pictures are missing: {found['blank']}": bool(found["blank"]),
        f"a place of a text was not filled: {unfilled}": bool(unfilled),
    }
    return [f"{where}: {fault}" for fault, is_so in checks.items() if is_so] + too_wide(page)


def too_wide(page) -> list[str]:
    """Say what sticks out, and still does once tables and charts have had time to follow the window."""
    if not (wide := page.evaluate(_WIDE)):
        return []
    try:
        page.wait_for_function(f"!({_WIDE})", timeout=SETTLED)
        return []
    except TimeoutError:
        return [f"{urlsplit(page.url).path}: {wide} px too wide for a window of {page.viewport_size['width']} px"]


def kept_out(axe, page) -> list[str]:
    return [f"{urlsplit(page.url).path}: {each}" for each in axe(page)]


@pytest.mark.parametrize("quarter", range(4))  # each within the time that a test has on a slow machine
@pytest.mark.parametrize("language", ["en", pytest.param("zh-hans", marks=pytest.mark.slow)])
def test_staff_pages(world, gus, browse, server, axe, language, quarter):
    """Each is opened in one size, then made the other, which the next one is opened in; in Chinese with --slow."""
    page, wrong, size, other = browse(DESK, language, member=gus), [], DESK, PHONE
    for address in staff_addresses(world)[quarter::4]:
        if not opens_whole(page, address):
            continue
        wrong += faults(page) + judged_at_a_desk(axe, page, size, language)
        page.set_viewport_size(dict(zip(("width", "height"), other, strict=True)))
        wrong += too_wide(page) + judged_at_a_desk(axe, page, other, language)
        size, other = other, size
    assert not wrong, "\n".join(wrong)


def opens_whole(page, address: str) -> bool:
    try:
        answer = page.goto(address)
    except Error as error:
        if "Download is starting" in str(error):
            return False
        raise
    assert answer.ok, f"{address}: {answer.status}"
    return is_whole(answer.text())


def judged_at_a_desk(axe, page, size, language: str) -> list[str]:
    return kept_out(axe, page) if (size, language) == (DESK, "en") else []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_public_pages(acme, world, browse, axe, language, size):
    page, wrong = browse(size, language), []

    def look(address: str = "") -> None:
        nonlocal wrong
        wrong += faults(page, address) + (kept_out(axe, page) if size == DESK else [])

    look(f"/o/{acme.slug}/r/{world['code']}")
    ask_to_join(page, name="Dora Hill", address="dora@example.com")
    look()
    type_digits(page, digits_sent_to(acme, "dora@example.com", "confirmation"))
    page.wait_for_selector(".done-mark")
    look()
    for address in ("member/login", "privacy"):
        look(f"/o/{acme.slug}/{address}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_member_pages(acme, world, browse, axe, language, size):
    page, wrong = browse(size, language), []
    enter_member_centre(page, acme, "ann@example.com")
    for address in member_addresses(acme, world):
        wrong += faults(page, address) + (kept_out(axe, page) if size == DESK else [])
    assert not wrong, "\n".join(wrong)


def member_addresses(shop, world) -> list[str]:
    pages = ["", "rewards", "referrals", "history", "coupons", "preferences"]
    pages += ["catalogue", "gifts", f"catalogue/{world['item_id']}", f"gifts/{world['gift_order_id']}"]
    pages += [f"share/{world['campaign_id']}", f"rewards/{world['reward_id']}"]
    return [f"/o/{shop.slug}/member/{page}" for page in pages]


def test_the_main_pages_in_the_dark(acme, world, gus, browse, axe):
    page, wrong = browse(DESK, "en", member=gus, theme="dark"), []
    names = ("home", "customers", "orders", "tasks", "campaigns", "referrals", "rewards", "ledger", "reports")
    addresses = [reverse(f"dashboard:{name}") for name in names]
    addresses += [reverse(f"dashboard:{name}", args=[world[f"{name}_id"]]) for name in ("customer", "decision")]
    addresses += [f"/o/{acme.slug}/r/{world['code']}", f"/o/{acme.slug}/member/login"]
    for address in addresses:
        wrong += faults(page, address) + kept_out(axe, page)
    assert not wrong, "\n".join(wrong)


def test_strangers_see_a_page_that_says_what_to_do(acme, browse):
    page = browse(PHONE, "en")
    page.watch.allowed = {404}
    answer = page.goto(f"/o/{acme.slug}/r/NOSUCHCD")
    assert answer.status == 404
    assert faults(page) == []
    assert page.goto("/no/such/page").status == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_friend_joins_without_scripts(acme, world, browse, language):
    page = browse(PHONE, language, scripts=False)
    page.goto(f"/o/{acme.slug}/r/{world['code']}")
    ask_to_join(page, name="Dora Hill", address="dora@example.com")
    type_digits(page, digits_sent_to(acme, "dora@example.com", "confirmation"))
    page.wait_for_selector(".done-mark")
    enter_member_centre(browse(PHONE, language, scripts=False), acme, "ann@example.com")


def test_public_pages_are_light(acme, world, browse):
    heavy = {}
    for address in [f"/o/{acme.slug}/r/{world['code']}", f"/o/{acme.slug}/member/login", f"/o/{acme.slug}/privacy"]:
        if (weight := _weight(browse(PHONE, "zh-hans"), address)) > HEAVIEST:
            heavy[address] = weight
    member = browse(PHONE, "zh-hans")
    enter_member_centre(member, acme, "ann@example.com")
    session = cookies_of(member)
    for address in member_addresses(acme, world):
        page = browse(PHONE, "zh-hans")
        page.context.add_cookies([{"name": name, "value": value, "url": member.url} for name, value in session.items()])
        if (weight := _weight(page, address)) > HEAVIEST:
            heavy[address] = weight
    assert heavy == {}


def _weight(page, address: str) -> int:
    """Bytes that a first visit loads, without pictures."""
    loaded = []
    page.on("requestfinished", lambda request: loaded.append(request))
    page.goto(address, wait_until="load")
    sizes = [request.sizes() for request in loaded if request.resource_type != "image"]
    assert sizes
    return sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)


def cookies_of(page) -> dict[str, str]:
    """Give session and language, for a request without a browser."""
    ours = (settings.SESSION_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME)
    return {each["name"]: each["value"] for each in page.context.cookies() if each["name"] in ours}


def test_no_chinese_public_page_speaks_english(acme, world, browse, server):
    member = browse(DESK, "zh-hans")
    enter_member_centre(member, acme, "ann@example.com")
    addresses = [*member_addresses(acme, world), f"/o/{acme.slug}/r/{world['code']}", f"/o/{acme.slug}/privacy"]
    left = {address: _english_at(server + address, cookies_of(member)) for address in addresses}
    assert not (found := {address: texts for address, texts in left.items() if texts}), json.dumps(found, indent=1)


def _english_at(address: str, cookies: dict[str, str]) -> list[str]:
    answer = requests.get(address, cookies=cookies, timeout=20)
    assert answer.ok, f"{address}: {answer.status_code}"
    return english_in(answer.text)
