"""URL × role: nobody signs in, strangers find nothing, too little is refused, enough opens. Over all addresses there are."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve

from dashboard import access
from tenancy.rules import ROLES, permissions_of
from tests.untranslated import english_in

# Open to everybody, or guarded by hand: they come before an organisation is chosen.
BEFORE_THE_DOOR = {"login", "logout", "choose_organisation", "language", "theme", "healthz", "readyz"}
PASSES_ON = {"view", "segment_of_list"}  # to the list or the form that shows what they stand for


def guarded(addresses):
    return [each for each in addresses if each.name not in BEFORE_THE_DOOR]


def opens(addresses):
    return [each for each in guarded(addresses) if each.view.permission is not None]


def changes(addresses):
    return [each for each in guarded(addresses) if each.view.post_permission is not None]


def status_of(response) -> int:
    if response.streaming:
        b"".join(response.streaming_content)
    return response.status_code


def expected(name: str) -> int:
    return 302 if name in PASSES_ON else 200


def test_every_view_is_guarded(addresses):
    unguarded = {each.name for each in addresses if not hasattr(each.view, "permission")}
    assert unguarded == BEFORE_THE_DOOR


def test_nobody_is_sent_to_sign_in(addresses):
    nobody = Client()
    answers = [(each.name, nobody.get(each.link)) for each in guarded(addresses)]
    answers += [(each.name, nobody.post(each.link)) for each in guarded(addresses)]
    assert {name: answer.status_code for name, answer in answers if answer.status_code != 302} == {}
    assert {name for name, answer in answers if not answer.url.startswith("/login/")} == set()


def test_strangers_find_nothing(addresses, mallory, as_staff):
    stranger = as_staff(mallory)
    seen = {each.name: status_of(stranger.get(each.link)) for each in opens(addresses) if each.has_record}
    done = {each.name: status_of(stranger.post(each.link)) for each in changes(addresses) if each.has_record}
    assert {name: status for name, status in seen.items() if status != 404} == {}
    assert {name: status for name, status in done.items() if status != 404} == {}


def lacking(needed: str) -> list[str]:
    """Roles that may not, the mightiest first."""
    return sorted(
        (role for role in ROLES if needed not in permissions_of(role)), key=lambda role: -len(permissions_of(role))
    )


def sufficing(*needed: str) -> list[str]:
    """Roles that may, the humblest first."""
    return sorted(
        (role for role in ROLES if {*needed} - {""} <= permissions_of(role)), key=lambda role: len(permissions_of(role))
    )


@pytest.fixture
def shown_once(monkeypatch):
    """Show the page that refuses once for each permission: five hundred alike took a fifth of this file's time."""
    render, shown = access.render, set()

    def light(request, template, context, status):
        if context["needed"] in shown:
            return HttpResponse(status=status)
        shown.add(context["needed"])
        return render(request, template, context, status=status)

    monkeypatch.setattr(access, "render", light)


def test_too_little_is_refused(acme, addresses, staff_of, as_staff, shown_once):
    refuse_too_little(acme, addresses, staff_of, as_staff, roles=1)


def test_enough_opens(acme, addresses, staff_of, as_staff):
    let_in(acme, addresses, staff_of, as_staff, roles=1)


@pytest.mark.slow
def test_every_role_at_every_address(acme, addresses, staff_of, as_staff):
    refuse_too_little(acme, addresses, staff_of, as_staff, roles=len(ROLES))
    let_in(acme, addresses, staff_of, as_staff, roles=len(ROLES))


def refuse_too_little(acme, addresses, staff_of, as_staff, *, roles: int) -> None:
    browsers = {role: as_staff(staff_of(acme, role)) for role in ROLES}
    asked = [
        (role, "GET", each)
        for each in opens(addresses)
        if (needed := each.view.permission)
        for role in lacking(needed)[:roles]
    ]
    asked += [
        (role, "POST", each)
        for each in changes(addresses)
        if (needed := each.view.post_permission)
        for role in lacking(needed)[:roles]
    ]
    answers = {(role, verb, each.name): status_of(browsers[role].generic(verb, each.link)) for role, verb, each in asked}
    assert {place: status for place, status in answers.items() if status != 403} == {}


def let_in(acme, addresses, staff_of, as_staff, *, roles: int) -> None:
    browsers = {role: as_staff(staff_of(acme, role)) for role in ROLES}
    asked = [(role, each) for each in opens(addresses) for role in sufficing(each.view.permission, each.view.also)[:roles]]
    answers = {(role, each.name): status_of(browsers[role].get(each.link)) for role, each in asked}
    assert {place: status for place, status in answers.items() if status != expected(place[1])} == {}


def test_a_button_cannot_be_followed_as_a_link(addresses, gus, as_staff):
    browser = as_staff(gus)
    buttons = [each for each in guarded(addresses) if each.view.permission is None]
    assert {each.name: status for each in buttons if (status := status_of(browser.get(each.link))) != 405} == {}


@pytest.fixture
def chinese(addresses, gus, as_staff) -> tuple[Client, dict[str, str]]:
    """A browser that reads Chinese, and every page in it by name: fetched once, each test finds the same house."""
    browser = as_staff(gus)
    browser.post("/language/", {"language": "zh-hans"})
    if gus.organisation_id not in _CHINESE:
        _CHINESE.clear()
        _CHINESE[gus.organisation_id] = dict(pages_in(browser, addresses))
    return browser, _CHINESE[gus.organisation_id]


_CHINESE: dict = {}


def pages_in(browser, addresses):
    for each in opens(addresses):
        answer = browser.get(each.link)
        assert status_of(answer) == expected(each.name), each.name
        if "text/html" in answer["Content-Type"] and answer.status_code == 200:
            yield each.name, answer.content.decode()


def test_no_chinese_page_speaks_english(chinese):
    _browser, pages = chinese
    assert 'lang="zh-Hans"' in pages["home"]
    assert {name: left for name, html in pages.items() if (left := english_in(html))} == {}


def test_no_link_is_dead(chinese):
    """Every kind of address that a page of ours links to answers: one of each view with the same arguments in its query."""
    browser, pages = chinese
    links = {}
    for html in pages.values():
        for link in re.findall(r'(?:href|data-href|hx-get)="(/[^"#]*)"', html):
            links.setdefault(kind_of(link := link.replace("&amp;", "&")), link)
    ours = [link for link in links.values() if not link.startswith(("/static/", "/api/"))]
    assert len(ours) > 40
    assert {link: status for link in sorted(ours) if (status := status_of(browser.get(link))) not in (200, 302)} == {}


def kind_of(link: str) -> tuple:
    """What is asked, without of which record: a view and the names in its query."""
    place = urlsplit(link)
    try:
        view = resolve(place.path).view_name
    except Resolver404:
        view = place.path  # which then answers 404 and is found
    return view, *sorted({name for name, _value in parse_qsl(place.query, keep_blank_values=True)})
