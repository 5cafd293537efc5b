"""How many texts strangers may cause."""

import pytest
from limits import RateLimitItemPerHour, RateLimitItemPerMinute

from crm.operations import record_customer
from messaging.models import Message
from portal import text_limits
from tenancy import door
from tests.gateways import give_gateway

OFTEN = RateLimitItemPerMinute(1000, namespace="often")


@pytest.fixture(autouse=True)
def texting(acme, globex):
    for shop in (acme, globex):
        give_gateway(shop)


@pytest.fixture
def sign_in(acme, phone):
    """Ask for digits to a number: sign_in("07700 900001", REMOTE_ADDR=…) gives the status."""

    def ask(number, client=None, shop=acme, **headers):
        client = client or phone(**headers)
        return client.post(f"/o/{shop.slug}/member/login", {"contact": number}).status_code

    return ask


def at_most(monkeypatch, name: str, count: int) -> None:
    monkeypatch.setattr(text_limits, name, RateLimitItemPerHour(count, namespace=f"few_{name}"))


def texts(organisation) -> int:
    with door.organisation(organisation.id):
        return Message.objects.filter(channel="sms").count()


def numbers(count: int) -> list[str]:
    return [f"07700 9006{each:02}" for each in range(count)]


def test_the_house_allows_what_vendors_take_for_a_number():
    limits = [text_limits.A_MINUTE, text_limits.AN_HOUR, text_limits.A_DAY]
    assert [(each.amount, each.get_expiry()) for each in limits] == [(1, 60), (5, 3600), (10, 86_400)]


def test_a_number_gets_one_text_a_minute_whoever_asks(acme, globex, ann, sign_in):
    assert [sign_in("07700 900001"), sign_in("+44 7700 900001"), sign_in("07700 900002")] == [302, 429, 302]
    assert sign_in("07700 900001", shop=globex) == 302  # which counts for itself
    assert texts(acme) == 1 and texts(globex) == 0


def test_a_number_gets_five_texts_an_hour_and_ten_a_day(acme, ann, sign_in, monkeypatch):
    monkeypatch.setattr(text_limits, "A_MINUTE", OFTEN)
    assert [sign_in("07700 900001") for _ in range(6)] == [302] * 5 + [429]
    monkeypatch.setattr(text_limits, "AN_HOUR", OFTEN)
    assert [sign_in("07700 900001") for _ in range(6)] == [302] * 5 + [429]
    assert texts(acme) == 10


def test_form_and_sign_in_count_together(acme, ann, code, join, phone, sign_in):
    assert join(phone(), contact="07700 900555").status_code == 302
    assert sign_in("07700 900555") == 429
    assert texts(acme) == 1


def test_an_address_may_ask_for_fewer_texts_than_e_mails(acme, ann, join, code, phone, sign_in, monkeypatch):
    at_most(monkeypatch, "ADDRESSES", 3)
    assert [sign_in(each, REMOTE_ADDR="10.1.1.1") for each in numbers(4)] == [302] * 3 + [429]
    assert sign_in("07700 900701", REMOTE_ADDR="10.1.1.2") == 302
    by_mail = [join(phone(REMOTE_ADDR="10.1.1.1"), contact=f"friend{each}@example.com") for each in range(4)]
    assert [answer.status_code for answer in by_mail] == [302] * 4


def test_a_whole_ipv6_line_is_one_address(acme, sign_in, monkeypatch):
    at_most(monkeypatch, "ADDRESSES", 2)
    lines = ["2001:db8:1:1::1", "2001:db8:1:1::2", "2001:db8:1:1:ffff::3", "2001:db8:1:2::1"]
    assert [sign_in(each, REMOTE_ADDR=line) for each, line in zip(numbers(4), lines, strict=True)] == [302, 302, 429, 302]


def test_a_network_is_limited_too(acme, sign_in, monkeypatch):
    at_most(monkeypatch, "NETWORKS", 2)
    hosts = ["10.2.2.1", "10.2.2.77", "10.2.2.200", "10.2.3.1"]
    assert [sign_in(each, REMOTE_ADDR=host) for each, host in zip(numbers(4), hosts, strict=True)] == [302, 302, 429, 302]


def test_a_browser_is_limited_wherever_it_is(acme, code, phone, sign_in, monkeypatch):
    at_most(monkeypatch, "BROWSERS", 2)
    client = phone()
    client.get(f"/o/{acme.slug}/r/{code}")
    statuses = []
    for number, host in zip(numbers(3), ("10.3.1.1", "10.3.2.1", "10.3.3.1"), strict=True):
        client.defaults["REMOTE_ADDR"] = host
        statuses.append(sign_in(number, client))
    assert statuses == [302, 302, 429]


def test_all_together_may_cause_so_many_texts_and_guesses_do_not_count(acme, globex, sign_in, phone, monkeypatch, here):
    at_most(monkeypatch, "EVERYBODY", 2)
    with here():
        for each in numbers(3):
            record_customer(name="Bo Reed", phone=f"+44{each[1:].replace(' ', '')}")
    unknown = [sign_in(f"07700 9008{each:02}") for each in range(4)]
    known = [sign_in(each) for each in numbers(3)]

    assert (unknown, known) == ([302] * 4, [302, 302, 429])
    assert texts(acme) == 2
    assert sign_in("07700 900001", shop=globex) == 302
    refused = phone().post(f"/o/{acme.slug}/member/login", {"contact": "07700 900899"})
    assert "use your e-mail address" in refused.content.decode()
    assert sign_in("ann@example.com") == 302
