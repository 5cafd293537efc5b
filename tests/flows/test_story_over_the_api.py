"""The main story as an integrator lives it: over HTTP, with a real web server, worker and beat."""

import json
import re
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests
from django.utils import timezone
from standardwebhooks import Webhook

from loyalty.operations import set_up_default_tiers, set_up_programme
from messaging.models import Message
from rewards.queries import verify_books
from tenancy import door
from tenancy.models import Organisation

pytestmark = pytest.mark.timeout(600)


class Api:
    """Talk to the server with a key; every POST carries an Idempotency-Key of its own."""

    def __init__(self, address: str, headers: dict[str, str]):
        self.address, self.headers, self.posts = f"{address}/api/v1/", {"Authorization": headers["HTTP_AUTHORIZATION"]}, 0

    def get(self, path: str, **parameters):
        answer = requests.get(self.address + path, params=parameters, headers=self.headers, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body=None, *, expect: int = 201):
        self.posts += 1
        headers = self.headers | {"Idempotency-Key": f"story-{self.posts}"}
        answer = requests.post(self.address + path, json=body or {}, headers=headers, timeout=20)
        assert answer.status_code == expect, answer.text
        return answer.json() if answer.content else None


@pytest.fixture
def receiver():
    """A shop's own server, which keeps the webhooks that it gets."""
    got: list[tuple[dict, bytes]] = []

    class Shop(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            pass

    shop = HTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=shop.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{shop.server_port}/hooks", got
    shop.shutdown()


def _digits_sent_to(organisation, address: str) -> str:
    with door.organisation(organisation.id):
        body = Message.objects.filter(kind="confirmation", address=address).latest("created_at").body
    return re.search(r"\b\d{6}\b", body)[0]


def _days_pass(organisation, days: int) -> None:
    with door.organisation(organisation.id):
        Organisation.objects.filter(id=organisation.id).update(clock_offset=timedelta(days=days))


def _books_are_whole(organisation) -> bool:
    with door.organisation(organisation.id):
        report = verify_books()
    assert report.is_whole, report
    return True


def test_from_a_code_to_a_settled_reward_and_a_refund(acme, gus, api_key, server, worker, receiver, until):
    with door.organisation(acme.id):
        set_up_programme()
        set_up_default_tiers("GBP")
    api = Api(server, api_key())
    address, got = receiver
    secret = api.post("webhook-endpoints", {"url": address, "kinds": ["reward.settled"]})["secret"]

    ann = api.post("customers", {"name": "Ann Smith", "email": "ann@example.com"})
    now = timezone.now()
    campaign = api.post("campaigns", {
        "template": "friend_coupon", "name": "Bring a friend", "starts_at": now.isoformat(),
        "ends_at": (now + timedelta(days=60)).isoformat(), "budget_limit_minor": 100_000, "responsible_id": str(gus.id),
    })  # fmt: skip
    api.post(f"campaigns/{campaign['id']}/start", expect=200)
    code = api.post(f"campaigns/{campaign['id']}/codes", {"customer_id": ann["id"]})["code"]

    page = requests.get(f"{server}/o/{acme.slug}/r/{code}", headers={"Accept-Language": "en"}, timeout=20)
    assert page.status_code == 200 and "Ann S." in page.text

    invitation = api.post("invitations", {
        "code": code, "name": "Bea Jones", "contact": "bea@example.com", "language": "en", "consents": {"referral": True},
    })  # fmt: skip
    digits = _digits_sent_to(acme, "bea@example.com")
    referral = api.post(f"invitations/{invitation['id']}/confirm", {"digits": digits})
    until(lambda: api.get("tasks")["data"], "the follow-up task")

    order = api.post("orders", {
        "source": "shop", "external_id": "1001", "currency": "GBP", "total_minor": 8000, "status": "paid",
        "placed_at": timezone.now().isoformat(), "customer": {"email": "bea@example.com"},
    })  # fmt: skip
    decision = until(lambda: api.get("decisions", order=order["id"])["data"], "a decision")[0]
    assert decision["outcome"] == "earned"
    rewards = {row["role"]: row for row in api.get("rewards", order=order["id"])["data"]}
    assert {role: row["state"] for role, row in rewards.items()} == {"referrer": "accrued", "referee": "accrued"}
    before = api.get(f"customers/{ann['id']}/balances")
    assert _points(before, "pending") == rewards["referrer"]["amount"]

    _days_pass(acme, 16)
    until(lambda: _states(api, order) == {"available"}, "the rewards to settle", seconds=200)
    assert _points(api.get(f"customers/{ann['id']}/balances"), "available") == rewards["referrer"]["amount"]
    coupons = api.get("coupons", customer=referral["referee_id"])["data"]
    assert [coupon["state"] for coupon in coupons] == ["issued"]

    until(lambda: len(got) >= 2, "two webhooks")
    for headers, body in got:
        Webhook(secret).verify(body, {name.lower(): value for name, value in headers.items()})
    assert {json.loads(body)["type"] for _, body in got} == {"reward.settled"}
    kinds = until(
        lambda: (
            _kinds(api, ann["id"]) >= {"referral_confirmed", "reward_accrued", "reward_settled"} and _kinds(api, ann["id"])
        ),
        "notices",
    )
    assert "reward_settled" in kinds

    api.post(f"orders/{order['id']}/refunds", {"external_id": "R1", "amount_minor": 2000, "currency": "GBP"})
    until(lambda: _kept(api, order, "referrer") == rewards["referrer"]["amount"] * 3 // 4, "the part to be taken back")
    assert _books_are_whole(acme)


def test_an_order_that_earns_nothing_says_why(acme, api_key, server, worker, until):
    api = Api(server, api_key())
    order = api.post("orders", {
        "source": "shop", "external_id": "1", "currency": "GBP", "total_minor": 5000, "status": "paid",
        "customer": {"email": "cal@example.com", "name": "Cal Reed"},
    })  # fmt: skip
    decision = until(lambda: api.get("decisions", order=order["id"])["data"], "a decision")[0]
    whole = api.get(f"decisions/{decision['id']}")
    assert whole["outcome"] == "declined"
    assert [check["check"] for check in whole["checks"] if not check["passed"]] == ["came_by_referral"]


def _points(balances, account: str) -> int:
    rows = balances["data"] if isinstance(balances, dict) and "data" in balances else balances
    rows = rows if isinstance(rows, list) else [rows]
    return next(row[account] for row in rows if row.get("unit") == "POINT")


def _states(api, order) -> set[str]:
    return {row["state"] for row in api.get("rewards", order=order["id"])["data"]}


def _kept(api, order, role: str) -> int:
    return next(row["kept"] for row in api.get("rewards", order=order["id"])["data"] if row["role"] == role)


def _kinds(api, customer_id: str) -> set[str]:
    return {row["kind"] for row in api.get("messages", customer=customer_id)["data"]}
