"""A real Chromium at real servers, watched: no console error, no failed request, nobody else's host."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

PHONE, DESK = (390, 844), (1400, 900)
_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing in a test leaves this machine
]  # fmt: skip

# htmx says these of a request that a newer one replaced; of one that failed it also says sendError or responseError.
_REPLACED = ("htmx:afterRequest", "htmx:sendAbort")


def _program() -> str:
    wanted = os.environ.get("CHROMIUM", "")
    found = wanted or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
    if found and Path(found).exists():
        return found
    missing = f"there is no Chromium at {wanted or 'any usual place'}: install it, or name it in CHROMIUM"
    if os.environ.get("CI"):
        pytest.fail(missing)  # a pipeline must not be green because nothing was looked at
    return pytest.skip(missing)


@pytest.fixture(scope="module")
def chromium(house):
    """One browser for a file; each test opens contexts of its own in it."""
    program = _program()
    from playwright.sync_api import sync_playwright

    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps an event loop in this thread; we read beside it
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        yield browser
        browser.close()
        connections.close_all()  # beside an event loop Django opens connections of their own, which nobody else would close
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Watch:
    """What went wrong in a browser, in the order it went wrong."""

    def __init__(self, host: str):
        self.host, self.complaints, self.allowed, self.bytes = host, [], set(), 0

    def over(self, page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)
        page.on("requestfailed", self._failed)

    def _console(self, message) -> None:
        is_told_better = message.text.startswith("Failed to load resource")  # by the response, with its address
        is_told_better |= message.text.startswith(_REPLACED)
        if message.type == "error" and not is_told_better:
            self.complaints.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _request(self, request) -> None:
        place = urlsplit(request.url)
        if place.scheme in ("http", "https", "ws", "wss") and place.netloc != self.host:
            self.complaints.append(f"asked another host: {request.url}")

    def _response(self, response) -> None:
        if response.status >= 400 and response.status not in self.allowed:
            self.complaints.append(f"{response.status}: {response.request.method} {response.url}")

    def _failed(self, request) -> None:
        if "ERR_ABORTED" not in (request.failure or ""):  # left behind when a page is left early
            self.complaints.append(f"{request.failure}: {request.url}")


@pytest.fixture
def browse(chromium, server):
    """Open a page in a browser of its own: browse(PHONE, "en"). What goes wrong in it fails the test at its end."""
    contexts, watches = [], []

    def open_browser(size=DESK, language="en", *, member=None, scripts=True, theme="light"):
        context = chromium.new_context(
            base_url=server, viewport={"width": size[0], "height": size[1]}, is_mobile=size == PHONE,
            has_touch=size == PHONE, locale="zh-CN" if language == "zh-hans" else "en-GB", color_scheme=theme,
            java_script_enabled=scripts, reduced_motion="reduce",
        )  # fmt: skip
        contexts.append(context)
        context.set_default_timeout(60_000)  # a busy machine is no fault
        context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": server}])
        if member:
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": _session_of(member), "url": server}])
        watch = Watch(urlsplit(server).netloc)
        watches.append(watch)
        context.on("page", watch.over)
        page = context.new_page()
        page.watch = watch
        return page

    yield open_browser
    for context in contexts:
        context.close()
    assert [each for watch in watches for each in watch.complaints] == []


def _session_of(member) -> str:
    """Sign a member of staff in without the form; gives the cookie."""
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["organisation"] = str(member.organisation_id)
    session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME].value


# A piece that is being fetched or moved is paler until it has come; only what stays is judged.
_IS_AT_REST = "() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling, .is-moving, .sortable-ghost')"
_AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
# Never more than moderate, whatever they find, so what they find is not judged; they took a fifth of axe's time.
_NEVER_SERIOUS = (
    "empty-heading", "heading-order", "image-redundant-alt", "landmark-banner-is-top-level",
    "landmark-contentinfo-is-top-level", "landmark-main-is-top-level", "landmark-no-duplicate-banner",
    "landmark-no-duplicate-contentinfo", "landmark-no-duplicate-main", "landmark-one-main", "landmark-unique",
    "page-has-heading-one", "region", "skip-link",
)  # fmt: skip
_AXE_OPTIONS = {
    "resultTypes": ["violations"], "runOnly": _AXE_RULES, "rules": {rule: {"enabled": False} for rule in _NEVER_SERIOUS},
}  # fmt: skip


@pytest.fixture
def axe() -> Callable:
    """Find what people with other senses trip over: axe(page) gives rule and place of each serious one."""
    from axe_playwright_python.sync_playwright import Axe

    def look(page) -> list[str]:
        page.wait_for_function(_IS_AT_REST)
        found = Axe().run(page, options=_AXE_OPTIONS)
        serious = [each for each in found.response["violations"] if each["impact"] in ("serious", "critical")]
        return [f"{each['id']}: {node['target']}" for each in serious for node in each["nodes"][:3]]

    return look
