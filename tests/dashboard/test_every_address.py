"""URL × role: nobody signs in, strangers find nothing, too little is refused, enough opens. Over all addresses there are."""

import re

from django.test import Client

from tenancy.rules import ROLES, permissions_of

# Open to everybody, or guarded by hand: they come before an organisation is chosen.
BEFORE_THE_DOOR = {"login", "logout", "choose_organisation", "language", "theme", "healthz", "readyz"}


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


def test_too_little_is_refused(acme, addresses, staff_of, as_staff):
    wrong = {}
    for role in ROLES:
        browser = as_staff(staff_of(acme, role))
        for each in opens(addresses):
            needed = each.view.permission
            if needed and needed not in permissions_of(role) and (status := status_of(browser.get(each.link))) != 403:
                wrong[role, "GET", each.name] = status
        for each in changes(addresses):
            needed = each.view.post_permission
            if needed and needed not in permissions_of(role) and (status := status_of(browser.post(each.link))) != 403:
                wrong[role, "POST", each.name] = status
    assert wrong == {}


def test_enough_opens(acme, addresses, staff_of, as_staff):
    wrong = {}
    for role in ROLES:
        browser = as_staff(staff_of(acme, role))
        for each in opens(addresses):
            needed = each.view.permission
            if {needed, each.view.also} - {""} - permissions_of(role):
                continue
            if (status := status_of(browser.get(each.link))) != 200:
                wrong[role, each.name] = status
    assert wrong == {}


def test_pages_speak_chinese(addresses, gus, as_staff):
    browser = as_staff(gus)
    browser.post("/language/", {"language": "zh-hans"})
    answers = {each.name: browser.get(each.link) for each in opens(addresses)}
    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code != 200} == {}
    assert 'lang="zh-Hans"' in answers["home"].content.decode()


def test_a_button_cannot_be_followed_as_a_link(addresses, gus, as_staff):
    browser = as_staff(gus)
    buttons = [each for each in guarded(addresses) if each.view.permission is None]
    assert {each.name: status for each in buttons if (status := status_of(browser.get(each.link))) != 405} == {}


def test_no_link_is_dead(addresses, gus, as_staff):
    """Every address that a page of ours links to answers."""
    browser = as_staff(gus)
    links = set()
    for each in opens(addresses):
        answer = browser.get(each.link)
        if "text/html" in answer["Content-Type"]:
            links |= set(re.findall(r'(?:href|data-href|hx-get)="(/[^"#]*)"', answer.content.decode()))
    ours = {link.replace("&amp;", "&") for link in links if not link.startswith(("/static/", "/api/"))}
    assert len(ours) > 40
    assert {link: status for link in sorted(ours) if (status := status_of(browser.get(link))) not in (200, 302)} == {}
