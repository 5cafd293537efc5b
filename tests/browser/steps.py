"""What people do in more than one of these tests."""

import re

from messaging.models import Message
from tenancy import door


def sign_in(page, member) -> None:
    page.goto("/login/")
    page.fill("[name=email]", member.user.email)
    page.fill("[name=password]", "correct horse")
    page.click("form:has([name=password]) button")
    page.wait_for_selector("#main .tiles, #main .card")


def digits_sent_to(shop, address: str, kind: str) -> str:
    """Read the newest six digits, as the addressee does."""
    with door.organisation(shop.id):
        body = Message.objects.filter(kind=kind, address=address).latest("created_at").body
    return re.search(r"\b\d{6}\b", body, re.ASCII)[0]


def enter_member_centre(page, shop, address: str) -> None:
    page.goto(f"/o/{shop.slug}/member/")
    page.fill("[name=contact]", address)
    page.click("main form button")
    type_digits(page, digits_sent_to(shop, address, "member_login"))
    page.wait_for_selector(".wallet")


def ask_to_join(page, *, name: str, address: str) -> None:
    """Fill in the form of a landing page."""
    page.fill("[name=name]", name)
    page.fill("[name=contact]", address)
    page.check("[name=consent]")
    page.click("main form button[type=submit]")
    page.wait_for_selector("[name=digits]")


def type_digits(page, digits: str) -> None:
    page.fill("[name=digits]", digits)
    page.click("main form:has([name=digits]) button")
