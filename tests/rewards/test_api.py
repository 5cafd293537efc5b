import pytest

from foundation.ids import new_id
from rewards import operations
from rewards.models import Budget, Coupon, JournalEntry
from tenancy import door


@pytest.fixture
def story(acme, promise, welcome):
    """Ann has a settled reward of 100 points, a coupon, and 50 points that wait; on the clock of the wall."""
    with door.organisation(acme.id):
        rewards = operations.accrue(
            [
                promise(100, key="a", days=0, campaign_id=new_id()),
                promise(1, key="b", days=0, kind="coupon", coupon_kind_id=welcome.id),
                promise(50, key="c", days=10),
            ]
        )
        operations.settle_due(limit=10)
    return rewards


@pytest.fixture
def get(client, api_key):
    def fetch(path, key=None, **parameters):
        return client.get(f"/api/v1{path}", parameters, **(key or api_key()))

    return fetch


@pytest.fixture
def post(client, api_key):
    def send(path, body, key=None, idempotency=None):
        headers = {"HTTP_IDEMPOTENCY_KEY": idempotency} if idempotency else {}
        return client.post(f"/api/v1{path}", body, content_type="application/json", **(key or api_key()), **headers)

    return send


def test_rewards_are_listed_and_filtered(get, story, ann, bea):
    assert [row["key"] for row in get("/rewards").json()["data"]] == ["c", "b", "a"]
    assert [row["key"] for row in get("/rewards", state="accrued").json()["data"]] == ["c"]
    assert [row["key"] for row in get("/rewards", customer=ann.id, kind="coupon").json()["data"]] == ["b"]
    assert [row["key"] for row in get("/rewards", campaign=story[0].campaign_id).json()["data"]] == ["a"]
    assert get("/rewards", customer=bea.id).json()["data"] == []
    assert get("/rewards", colour="red").status_code == 422


def test_a_reward_shows_its_history(get, story):
    body = get(f"/rewards/{story[0].id}").json()
    assert (body["state"], body["amount"], body["kept"], body["unit"]) == ("available", 100, 100, "POINT")
    assert [(move["before"], move["after"]) for move in body["history"]] == [("", "accrued"), ("accrued", "available")]


def test_a_strangers_reward_is_not_found(get, globex, api_key, story):
    theirs = api_key(organisation=globex)
    assert get(f"/rewards/{story[0].id}", key=theirs).status_code == 404
    assert get("/rewards", key=theirs).json()["data"] == []


def test_hold_and_release(post, story):
    held = post(f"/rewards/{story[2].id}/hold", {"cause": "review"})
    assert (held.status_code, held.json()["state"], held.json()["hold_cause"]) == (200, "held", "review")
    assert post(f"/rewards/{story[2].id}/release", {}).json()["state"] == "accrued"
    again = post(f"/rewards/{story[2].id}/release", {})
    assert (again.status_code, again.json()["code"]) == (409, "reward_not_on_hold")


def test_balances_and_statement(get, story, ann):
    rows = {row["unit"]: row for row in get(f"/customers/{ann.id}/balances").json()["data"]}
    assert (rows["POINT"]["available"], rows["POINT"]["pending"], rows["COUPON"]["available"]) == (100, 50, 1)
    lines = get(f"/customers/{ann.id}/statement").json()["data"]
    assert [line["kind"] for line in lines] == ["settlement", "accrual", "accrual"]
    unknown = get(f"/customers/{ann.id}/statement", unit="SHELL")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_unit")
    assert get(f"/customers/{new_id()}/balances").status_code == 404


def test_points_are_redeemed_once_however_often_it_is_sent(post, acme, story, ann):
    path = f"/customers/{ann.id}/points/redeem"
    assert post(path, {"amount": 30}).json()["code"] == "idempotency_key_missing"
    first = post(path, {"amount": 30}, idempotency="k1")
    assert (first.status_code, first.json()["available"]) == (201, 70)
    refused = post(path, {"amount": 71}, idempotency="k2")
    assert (refused.status_code, refused.json()["code"], refused.json()["facts"]) == (
        409, "insufficient_balance", {"available": 70},
    )  # fmt: skip
    with door.organisation(acme.id):
        assert JournalEntry.objects.filter(kind="redemption").count() == 1


def test_the_same_key_of_one_caller_redeems_once(client, api_key, acme, story, ann):
    headers = api_key() | {"HTTP_IDEMPOTENCY_KEY": "k1"}
    path = f"/api/v1/customers/{ann.id}/points/redeem"
    answers = [client.post(path, {"amount": 30}, content_type="application/json", **headers).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0]["available"] == 70


def test_long_keys_that_begin_alike_redeem_twice_and_one_that_is_too_long_is_refused(post, api_key, acme, story, ann):
    path, me = f"/customers/{ann.id}/points/redeem", api_key()
    for end, left in {"a": 70, "b": 40}.items():
        for _ in range(2):
            assert post(path, {"amount": 30}, key=me, idempotency="k" * 250 + end).json()["available"] == left
    refused = post(path, {"amount": 30}, key=me, idempotency="k" * 256)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_too_long")
    with door.organisation(acme.id):
        assert JournalEntry.objects.filter(kind="redemption").count() == 2


def test_points_are_adjusted_with_a_reason(post, story, ann):
    path = f"/customers/{ann.id}/points/adjust"
    assert post(path, {"amount": -40, "reason": "Typed twice"}, idempotency="a").json()["available"] == 60
    assert post(path, {"amount": 5, "reason": ""}, idempotency="b").status_code == 422
    assert post(path, {"amount": 0, "reason": "x"}, idempotency="c").json()["code"] == "nothing_to_adjust"


def test_a_coupon_is_found_and_used(get, post, acme, story):
    with door.organisation(acme.id):
        code = Coupon.objects.get().code
    assert get("/coupons", code=code.lower()).json()["data"][0]["value_minor"] == 500
    body = {"code": code, "source": "shop", "external_id": "9", "order_minor": 4000, "currency": "GBP"}
    used = post("/coupons/redeem", body, idempotency="a")
    assert (used.status_code, used.json()["discount_minor"], used.json()["coupon"]["state"]) == (200, 500, "redeemed")
    other = post("/coupons/redeem", body | {"external_id": "10"}, idempotency="b")
    assert (other.status_code, other.json()["code"]) == (409, "coupon_used")
    unknown = post("/coupons/redeem", body | {"code": "NOSUCH"}, idempotency="c")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "coupon_unknown")


def test_budgets_are_opened_and_listed(get, post, acme):
    body = {"name": "Spring", "currency": "GBP", "limit_minor": 5000}
    assert post("/budgets", body, idempotency="a").status_code == 201
    assert post("/budgets", body | {"limit_minor": 0}, idempotency="b").status_code == 422
    [budget] = get("/budgets").json()["data"]
    assert (budget["limit_minor"], budget["reserved_minor"]) == (5000, 0)
    with door.organisation(acme.id):
        assert Budget.objects.count() == 1


def test_the_books_are_open_to_who_may_read_them(get, api_key, story):
    entries = get("/ledger/entries", kind="settlement").json()["data"]
    assert {(p["source"], p["target"]) for entry in entries for p in entry["postings"]} == {("pending", "available")}
    lines = get("/ledger/trial-balance").json()["data"]
    assert sum(line["amount"] for line in lines if line["unit"] == "POINT") == 0
    assert get("/ledger/verify").json()["is_whole"] is True
    assert get("/ledger/entries", key=api_key("rewards:read")).status_code == 403


@pytest.mark.parametrize(
    ("path", "body"),
    [("/customers/{}/points/adjust", {"amount": 5, "reason": "x"}), ("/customers/{}/points/redeem", {"amount": 5})],
)
def test_reading_is_not_writing(post, api_key, story, ann, path, body):
    assert post(path.format(ann.id), body, key=api_key("rewards:read"), idempotency="a").status_code == 403
