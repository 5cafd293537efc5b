"""What a role's mask hides is nowhere: unmistakable values are planted, and every page, file and endpoint is read.

Generated from the addresses there are, so a new page that leaks turns this red by itself.
"""

import json
import re
from datetime import date

import pytest
from django.urls import reverse

from crm.models import ContactPoint, Customer, Deal, DealLine, Instalment, Order, OrderLine, Receipt, Refund
from crm.rules import fields as rules
from dashboard.hidden_amounts import without_amounts
from dashboard.urls import urlpatterns
from foundation.contacts import mask_email, mask_phone
from foundation.ids import new_code
from tenancy import door
from tenancy.models import Membership, User
from tenancy.operations import change_access
from tests.dashboard.valued import valued
from tests.walls.endpoints import ENDPOINTS

PHONE, EMAIL = "+447700931777", "zqperson@zqmail.example"
COLUMNS = {
    "birth_date": date(1987, 3, 29), "occupation": "Zqoccupation", "province": "Zqprovince", "city": "Zqcity",
    "address": "7 Zqstreet", "postal_code": "ZQ9 7ZQ", "interests": "Zqinterests", "personal_values": "Zqvalues",
    "note": "Zqnote",
}  # fmt: skip
# Hidden contacts are not there in masked form either; a birth date in none of our ways to write it.
TOLD = (
    "7700931777", "7700 931777", mask_phone(PHONE), EMAIL, mask_email(EMAIL), "zqwechat", "Zqoccupation", "Zqprovince",
    "Zqcity", "Zqstreet", "ZQ9 7ZQ", "Zqinterests", "Zqvalues", "Zqnote", "Zqcustom", "1987-03-29", "29 Mar 1987",
    "29 March 1987", "1987年3月29日",
)  # fmt: skip
PLANTED = re.compile("|".join(re.escape(each) for each in TOLD))
# 73,519.13 and its kin: with and without separators, decimals, and in the smallest part.
AMOUNTS = {"order": "73519.13", "refund": "13547.11", "deal": "94628.17", "instalment": "81375.19", "receipt": "61729.31"}
MONEY = re.compile("|".join(rf"{each[:2]}[,. \u00a0]?{each[2:5]}(?:[.,]?{each[6:]}|\b(?!-))" for each in AMOUNTS.values()))
ANY_AMOUNT = re.compile(r"(?<!coupon worth )(?:£|€|¥|GBP|EUR|CNY)\s?[1-9]")
# Pages of what is nobody's: prices, terms, thresholds, budgets; a gift's price that is to be collected; the till.
OF_NOBODY = {
    "campaigns", "campaign", "campaign_new", "campaign_edit", "campaign_terms", "campaign_step",
    "campaign_copy", "catalogue", "item",
    "campaign_page",
    "item_edit", "gift_orders", "gift_order", "budgets", "budget", "coupon_kinds", "coupon_kind", "loyalty", "till",
    "checkout", "reward", "referral", "decision", "coupon_kind_edit", "simulations", "simulation", "golden_cases",
    "golden_case", "golden_case_new",
}  # fmt: skip


def minor(name: str) -> int:
    return int(AMOUNTS[name].replace(".", ""))


@pytest.fixture(scope="module")
def planted(scene):
    """Ann and her friends carry values that nobody could mistake."""
    facts, _keys = scene
    with door.organisation(facts["organisation_id"]):
        facts |= valued()
        Customer.objects.update(**COLUMNS, custom={"zq": "Zqcustom"})
        ann = facts["customer_id"]
        ContactPoint.objects.filter(customer_id=ann, kind="phone").update(value=PHONE, normalised=PHONE)
        ContactPoint.objects.filter(customer_id=ann, kind="email").update(value=EMAIL, normalised=EMAIL)
        Order.objects.update(total_minor=minor("order"))
        OrderLine.objects.update(amount_minor=minor("order"), unit_minor=minor("order"))
        Refund.objects.update(amount_minor=minor("refund"))
        Deal.objects.update(amount_minor=minor("deal"))
        DealLine.objects.update(unit_minor=minor("deal"))
        Instalment.objects.update(amount_minor=minor("instalment"))
        Receipt.objects.update(amount_minor=minor("receipt"))
    return facts


@pytest.fixture(scope="module")
def readers(planted):
    """One of each role, from which all fields of the table are kept."""
    people = {}
    with door.organisation(planted["organisation_id"]):
        hidden = dict.fromkeys(rules.FIELDS, rules.HIDDEN)
        change_access("fields", dict.fromkeys(("auditor", "marketer", "service", "sales", "finance"), hidden))
        for role in ("auditor", "marketer", "service", "sales", "finance"):
            user = User.objects.create_user(f"{new_code().lower()}@example.com", name=role)
            people[role] = Membership.objects.create(user=user, role=role)
    return people


_GUARD = re.compile(r'(?<="X-CSRFToken": ")\w+|(?<=name="csrfmiddlewaretoken" value=")\w+')


def _sign_in(client, member):
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["organisation"] = str(member.organisation_id)
    session.save()


def _body(answer) -> str:
    """The answer, without the letters drawn by lot that guard its forms: they may say anything."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return _GUARD.sub("", content.decode(errors="replace"))


def _pages(facts, member):
    for pattern in urlpatterns:
        view, names = pattern.callback, set(pattern.pattern.converters)
        if getattr(view, "permission", None) is None or names - set(facts):
            continue
        if all(member.may(each) for each in (view.permission, view.also) if each):
            yield pattern.name, reverse(f"dashboard:{pattern.name}", kwargs={name: facts[name] for name in names})


def _leaks(where: str, body: str) -> list[tuple[str, str]]:
    """What of the planted stands in a body, with some of its surroundings."""
    patterns = [PLANTED, MONEY] if where in OF_NOBODY else [PLANTED, MONEY, ANY_AMOUNT]
    hits = (pattern.search(body) for pattern in patterns)
    return [(where, body[max(0, hit.start() - 60) : hit.end() + 20]) for hit in hits if hit]


@pytest.mark.parametrize("role", ["auditor", "marketer"])
def test_no_page_shows_what_is_hidden(role, client, planted, readers):
    """Every page that the role opens, files of lists among them."""
    _sign_in(client, readers[role])
    answers = {name: _body(client.get(link)) for name, link in _pages(planted, readers[role])}
    assert len(answers) > 60
    assert [leak for name, body in answers.items() for leak in _leaks(name, body)] == []


@pytest.mark.parametrize("role", ["auditor", "marketer", "service", "finance"])
def test_no_endpoint_tells_what_is_hidden(role, client, planted, readers):
    member = readers[role]
    _sign_in(client, member)
    asked = [each for each in ENDPOINTS if each.method == "GET" and member.may(each.permission)]
    leaks = [_leaks(each.route, _body(client.get(each.at(planted)))) for each in asked]
    assert len(asked) > 30
    assert [leak for found in leaks for leak in found if not ANY_AMOUNT.search(leak[1])] == []


def test_whoever_sees_all_sees_the_planted(client, planted, readers, scene):
    """So that the test above cannot pass because nothing was planted."""
    told = {}
    for link in ("orders", "deals", f"orders/{planted['order_id']}", f"customers/{planted['customer_id']}"):
        told[link] = _body(client.get(f"/api/v1/{link}", **scene[1]["all"]))
    assert all(str(minor("order")) in told[link] for link in told if link.startswith("orders"))
    assert str(minor("deal")) in told["deals"]
    assert {EMAIL, "1987-03-29", "Zqnote"} <= {each for each in TOLD if each in told[f"customers/{planted['customer_id']}"]}


def test_what_is_hidden_cannot_be_asked_about(client, planted, readers):
    """A condition on a hidden field would tell it by who fits."""
    _sign_in(client, readers["marketer"])
    for fact, op, value in (("spent", "at_least", 100), ("birth_date", "is_after", "1980-01-01"), ("city", "is", "Zqcity")):
        where = json.dumps({"match": "all", "conditions": [{"fact": fact, "op": op, "value": value}]})
        answer = client.get("/api/v1/customers", {"where": where})
        assert answer.status_code == 422, (fact, answer.content)
    assert client.get("/deals/list/", {"at_least": "1"}).status_code == 200
    assert 'name="at_least"' not in _body(client.get("/deals/list/"))


def test_amounts_of_an_answer_are_left_out_by_unit():
    told = {
        "id": "x", "total_minor": 5, "version": 3, "lines": [{"amount_minor": 5, "quantity": 2}],
        "balances": [{"unit": "GBP", "available": 7, "closing": {"total": 9}}, {"unit": "POINT", "available": 7}],
        "figures": [{"unit": "money", "data": [1, 2]}, {"unit": "count", "data": [1, 2]}],
    }  # fmt: skip
    assert without_amounts(told) == {
        "id": "x", "version": 3, "lines": [{"quantity": 2}],
        "balances": [{"unit": "GBP", "closing": {}}, {"unit": "POINT", "available": 7}],
        "figures": [{"unit": "money"}, {"unit": "count", "data": [1, 2]}],
    }  # fmt: skip
