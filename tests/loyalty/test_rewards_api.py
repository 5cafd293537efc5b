"""Rewards by hand, badges and held tiers over the API."""

import pytest

from loyalty import queries
from loyalty.operations import save_badge
from rewards.models import Reward
from tenancy import door

GUIDE = {"zh-hans": "引路人", "en": "Guide"}
MUG = {"zh-hans": "马克杯", "en": "Mug"}


@pytest.fixture
def call(client, api_key):
    def send(method, path, body=None, key=None, idempotency="k1"):
        headers = {"HTTP_IDEMPOTENCY_KEY": idempotency, **(key or api_key())}
        return getattr(client, method)(f"/api/v1{path}", body, content_type="application/json", **headers)

    return send


@pytest.fixture
def honours(programme, at_acme):
    with at_acme():
        save_badge(code="guide", name=GUIDE, icon="medal")


@pytest.mark.parametrize(
    ("given", "unit", "title"),
    [
        ({"kind": "points", "amount": 200}, "POINT", {}),
        ({"kind": "cash", "amount": 500, "currency": "GBP"}, "GBP", {}),
        ({"kind": "gift", "title": MUG, "amount": 2}, "PIECE", MUG),
        ({"kind": "service_upgrade", "title": MUG}, "PIECE", MUG),
        ({"kind": "tier_upgrade", "details": {"tier": "gold", "days": 90}}, "PIECE", {"zh-hans": "金卡会员", "en": "Gold"}),
        ({"kind": "badge", "details": {"badge": "guide"}}, "PIECE", GUIDE),
        ({"kind": "event", "title": MUG, "details": {"starts_at": "2026-12-05T18:00:00Z"}}, "PIECE", MUG),
        ({"kind": "trial", "title": MUG, "details": {"days": 30}}, "PIECE", MUG),
    ],
)
def test_every_kind_can_be_promised(given, unit, title, call, honours, ann):
    answer = call("post", "/rewards/promise", {"customer_id": str(ann.id), **given})
    body = answer.json()
    assert (answer.status_code, body["kind"], body["unit"], body["title"]) == (201, given["kind"], unit, title)
    assert (body["state"], body["kept"]) == ("accrued", given.get("amount", 1))


def test_a_repetition_is_the_first_answer(call, ann, at_acme, api_key):
    key, body = api_key(), {"customer_id": str(ann.id), "kind": "points", "amount": 200}
    first, again = (call("post", "/rewards/promise", body, key=key) for _ in range(2))
    assert first.json()["id"] == again.json()["id"]
    with at_acme():
        assert Reward.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"kind": "gift"}, "reward_title_missing"),
        ({"kind": "badge", "details": {"badge": "unheard-of"}}, "unknown_badge"),
        ({"kind": "tier_upgrade", "details": {"tier": "copper", "days": 9}}, "unknown_tier"),
        ({"kind": "coupon", "coupon_kind": "NONE"}, "unknown_coupon_kind"),
        ({"kind": "cash", "amount": 5}, "unknown_unit"),
        ({"kind": "trial", "title": MUG, "details": {"weeks": 3}}, "reward_details_invalid"),
    ],
)
def test_what_makes_no_sense_is_refused(given, code, call, programme, ann, at_acme):
    answer = call("post", "/rewards/promise", {"customer_id": str(ann.id), **given})
    assert (answer.status_code in (404, 422), answer.json()["code"]) == (True, code)
    with at_acme():
        assert not Reward.objects.exists()


def test_a_choice_can_be_promised_and_made(call, ann):
    menu = [{"kind": "points", "amount": 200, "cost_minor": 200}, {"kind": "gift", "title": MUG, "cost_minor": 200}]
    body = {"customer_id": str(ann.id), "kind": "points", "amount": 200, "cost_minor": 200, "hold_days": 7, "options": menu}
    first = call("post", "/rewards/promise", body).json()
    assert [option["kind"] for option in first["options"]] == ["points", "gift"]
    chosen = call("post", f"/rewards/{first['id']}/choose", {"option": 1}, idempotency="k2").json()
    assert (chosen["kind"], chosen["option"], chosen["title"]) == ("gift", 1, MUG)
    assert call("get", f"/rewards/{first['id']}").json()["successor_id"] == chosen["id"]


def test_badges_are_made_given_and_taken(call, ann, at_acme):
    made = call("put", "/loyalty/badges", {"code": "guide", "name": GUIDE, "icon": "medal"})
    assert (made.status_code, made.json()["name"]) == (200, GUIDE)
    given = call("post", f"/customers/{ann.id}/badges", {"badge": "guide", "reason": "ten friends"})
    assert (given.status_code, given.json()["reason"]) == (201, "ten friends")
    assert [row["badge"] for row in call("get", f"/customers/{ann.id}/badges").json()["data"]] == ["guide"]
    taken = call("post", f"/customer-badges/{given.json()['id']}/take", {"reason": "a mistake"}, idempotency="k2")
    assert taken.json()["taken_at"]
    assert call("get", f"/customers/{ann.id}/badges").json()["data"] == []


def test_a_tier_is_held_and_let_go(call, programme, ann, acme):
    held = call("post", f"/customers/{ann.id}/tier-holds", {"tier": "gold", "reason": "a gift"})
    assert (held.status_code, held.json()["tier"], held.json()["until"]) == (201, "gold", None)
    with door.organisation(acme.id):
        assert queries.tier_codes([ann.id])[ann.id] == "gold"
    ended = call("post", f"/tier-holds/{held.json()['id']}/end", idempotency="k2")
    assert ended.json()["ended_at"]
    with door.organisation(acme.id):
        assert queries.tier_codes([ann.id])[ann.id] == "ordinary"
