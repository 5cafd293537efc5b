"""Campaigns, codes, invitations, referrals and decisions over the API."""

import json
from uuid import uuid4

import pytest

from crm.operations import record_customer
from referrals.configuration import CAMPAIGNS
from referrals.models import Campaign, Decision, Invitation, Referral
from tenancy import door
from tests.gateways import give_gateway
from tests.referrals.conftest import CONSENTS, digits_of

CAMPAIGN = {
    "template": "friend_coupon", "name": "Bring a friend", "starts_at": "2026-01-01T00:00:00Z",
    "budget_limit_minor": 100_000,
}  # fmt: skip


@pytest.fixture
def call(client, api_key):
    """call("POST", "/campaigns", {…}) gives (status, body)."""
    header = api_key()

    def send(method, path, body=None, *, as_=None, **extra):
        options = {"content_type": "application/json", "HTTP_IDEMPOTENCY_KEY": str(uuid4()), **(as_ or header), **extra}
        data = json.dumps(body) if body is not None else ""
        response = client.generic(method, f"/api/v1{path}", data, **options)
        return response.status_code, response.json()

    return send


@pytest.fixture
def running(call, ann):
    """A running campaign and Ann's code, made over the API."""
    status, campaign = call("POST", "/campaigns", CAMPAIGN)
    assert status == 201, campaign
    assert call("POST", f"/campaigns/{campaign['id']}/start")[1]["state"] == "running"
    status, code = call("POST", f"/campaigns/{campaign['id']}/codes", {"customer_id": str(ann.id)})
    assert status == 201, code
    return campaign, code


def form(code, **changes):
    return {"code": code["code"], "name": "Cleo Brown", "contact": "cleo@example.com", "consents": CONSENTS, **changes}


@pytest.fixture
def confirmed(call, running, acme):
    _, invitation = call("POST", "/invitations", form(running[1]))
    with door.organisation(acme.id):
        digits = digits_of(Invitation.objects.get(id=invitation["id"]))
    status, referral = call("POST", f"/invitations/{invitation['id']}/confirm", {"digits": digits})
    assert status == 201, referral
    return referral


def test_a_campaign_is_made_from_a_template(running, call):
    campaign, code = running
    assert campaign["version"]["number"] == 1 and campaign["version"]["terms"]["hold"] == {"days": 14}
    assert campaign["version"]["sentence"]["en"].startswith("When a friend's first order of £20")
    assert code["addresses"]["link"].endswith(f"/r/{code['code']}")
    assert call("GET", "/campaigns?state=running")[1]["data"][0]["id"] == campaign["id"]
    assert call("GET", "/campaigns?state=draft")[1]["data"] == []
    status, templates = call("GET", "/campaigns/templates")
    assert status == 200 and len(templates) >= 5 and templates[0]["terms"]["currency"] == "GBP"


def test_a_campaign_made_twice_under_one_key_is_made_once(call, acme):
    key = {"HTTP_IDEMPOTENCY_KEY": "one"}
    first, again = call("POST", "/campaigns", CAMPAIGN, **key), call("POST", "/campaigns", CAMPAIGN, **key)
    assert first == again
    with door.organisation(acme.id):
        assert Campaign.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"template": "pyramid"}, "/template"),
        ({"terms": {"hold": {"percent": "5"}}}, "/terms/hold"),
        ({"terms": {"rewards": [{"to": "referrer", "kind": "points", "amount": {"days": 5}}]}}, "/terms/rewards/0/amount"),
        ({"colour": "red"}, "/colour"),
        ({"ends_at": "2025-01-01T00:00:00Z"}, "/ends_at"),
    ],
)
def test_a_malformed_campaign_is_a_problem_that_points_to_it(changes, pointer, call, acme):
    status, problem = call("POST", "/campaigns", {**CAMPAIGN, **changes})
    assert status == 422 and problem["errors"][0]["pointer"] == pointer
    with door.organisation(acme.id):
        assert not Campaign.objects.exists()


def test_texts_and_terms_are_changed(running, call):
    path = f"/campaigns/{running[0]['id']}"
    status, campaign = call("PATCH", path, {"texts": {"en": {"headline": "Hello"}}})
    assert status == 200 and campaign["texts"]["en"]["headline"] == "Hello" and campaign["texts"]["zh-hans"]["headline"]
    status, version = call("POST", f"{path}/terms", {"terms": {**running[0]["version"]["terms"], "hold": {"days": 7}}})
    assert status == 201 and version["number"] == 2
    assert [v["number"] for v in call("GET", f"{path}/terms")[1]] == [2, 1]


def test_a_campaign_is_paused_resumed_and_ended(running, call):
    path = f"/campaigns/{running[0]['id']}"
    states = [call("POST", f"{path}/{verb}")[1]["state"] for verb in ("pause", "resume", "end")]
    assert states == ["paused", "running", "ended"]
    status, problem = call("POST", f"{path}/pause")
    assert (status, problem["code"]) == (409, "wrong_campaign_state")


def test_bad_codes_have_clear_answers(running, call, globex, api_key):
    campaign, code = running
    touch = {"code": code["code"], "channel": "poster", "visitor": "device-1"}
    assert call("POST", "/touches", touch)[0] == 201
    assert call("GET", f"/codes/{code['code'].lower()}")[1]["referrer_name"] == "Ann S."
    assert call("POST", "/touches", {"code": "NOPE"})[1]["code"] == "unknown_code"
    foreign = api_key(organisation=globex)
    assert call("POST", "/touches", touch, as_=foreign)[0] == 404
    assert call("GET", f"/codes/{code['code']}", as_=foreign)[0] == 404
    assert call("GET", f"/campaigns/{campaign['id']}", as_=foreign)[0] == 404
    call("POST", f"/campaigns/{campaign['id']}/pause")
    assert call("POST", "/touches", touch)[1]["code"] == "campaign_paused"
    call("POST", f"/campaigns/{campaign['id']}/end")
    status, problem = call("POST", "/invitations", form(code))
    assert (status, problem["code"]) == (410, "campaign_ended")


def test_a_form_gives_nothing_away(running, call, acme):
    status, invitation = call("POST", "/invitations", form(running[1]))
    assert status == 201 and set(invitation) == {"id", "campaign_id", "state", "submitted_at", "expires_at"}
    status, problem = call("POST", "/invitations", form(running[1], contact="ann@example.com"))
    assert (status, problem["code"]) == (409, "self_referral")
    status, problem = call("POST", "/invitations", form(running[1], consents={"referral": False}))
    assert (status, problem["code"]) == (422, "consent_missing")


def test_a_friend_is_handed_in_by_phone_where_texts_are_sent(running, call, acme):
    by_phone = form(running[1], contact="07700 900555")
    status, problem = call("POST", "/invitations", by_phone)
    assert (status, problem["code"], problem["errors"][0]["pointer"]) == (422, "phone_not_reachable", "/contact")
    give_gateway(acme)
    status, problem = call("POST", "/invitations", by_phone | {"contact": "+86 138 0013 8000"})
    assert (status, problem["code"]) == (422, "phone_country_not_served")
    status, invitation = call("POST", "/invitations", by_phone)
    assert status == 201
    with door.organisation(acme.id):
        digits = digits_of(Invitation.objects.get(id=invitation["id"]))
    status, referral = call("POST", f"/invitations/{invitation['id']}/confirm", {"digits": digits})
    assert (status, referral["stage"]) == (201, "confirmed")


def test_wrong_digits_are_counted_although_nothing_is_committed(running, call, acme):
    _, invitation = call("POST", "/invitations", form(running[1]))
    with door.organisation(acme.id):
        digits = digits_of(Invitation.objects.get(id=invitation["id"]))
    wrong = "000000" if digits != "000000" else "111111"
    path = f"/invitations/{invitation['id']}/confirm"
    assert [call("POST", path, {"digits": wrong})[1]["code"] for _ in range(6)] == ["wrong_digits"] * 5 + ["too_many_tries"]
    assert call("POST", path, {"digits": digits})[0] == 429
    with door.organisation(acme.id):
        assert not Referral.objects.exists()


def test_a_referral_shows_its_axes_history_and_rewards(confirmed, call, client, acme, drained):
    order = {"source": "shop", "external_id": "A1", "currency": "GBP", "total_minor": 5000, "status": "paid",
             "customer": {"customer_id": confirmed["referee_id"]}}  # fmt: skip
    status, answer = call("POST", "/orders", order)
    assert status == 201, answer
    drained(acme)
    status, referral = call("GET", f"/referrals/{confirmed['id']}")
    assert status == 200
    assert (referral["stage"], referral["attribution"], referral["risk"]) == ("converted", "accepted", "clear")
    assert [(reward["role"], reward["amount"], reward["state"]) for reward in referral["rewards"]] == [
        ("referrer", 200, "accrued"), ("referee", 1, "accrued"),
    ]  # fmt: skip
    assert len(referral["history"]) == 4 and [d["outcome"] for d in referral["decisions"]] == ["earned"]
    status, listed = call("GET", f"/decisions?order={answer['id']}")
    decision = call("GET", f"/decisions/{listed['data'][0]['id']}")[1]
    assert decision["explanation"]["en"]["title"] == "This order earned a reward"
    assert decision["explanation"]["zh-hans"]["next_at"]
    assert call("GET", f"/decisions?customer={referral['referrer_id']}")[1]["data"][0]["id"] == decision["id"]
    assert call("POST", "/decisions", {"order_id": answer["id"]})[1]["id"] == decision["id"]


def test_a_parameter_that_is_not_known_is_refused_by_name(confirmed, call):
    for path, name in (
        ("/leaderboard?period=week", "period"),
        (f"/referrals/{confirmed['id']}/why?lang=fr", "lang"),
        ("/asks?state=x", "state"),
    ):
        status, problem = call("GET", path)
        assert (status, [each["pointer"].split("/")[1] for each in problem["errors"]]) == (422, [name])
    chinese = call("GET", f"/referrals/{confirmed['id']}/why?lang=zh-hans")[1]["title"]
    assert chinese != call("GET", f"/referrals/{confirmed['id']}/why")[1]["title"]


def test_a_refusal_names_the_field_as_the_caller_wrote_it(confirmed, call):
    nobody, campaign = str(uuid4()), f"/campaigns/{confirmed['campaign_id']}"
    for method, path, body, pointer in (
        ("PATCH", campaign, {"segment_id": nobody}, "/segment_id"),
        ("PATCH", campaign, {"responsible_id": nobody}, "/responsible_id"),
        ("POST", f"{campaign}/terms", {"terms": {"currency": "GBP", "surprise": 1}}, "/terms/surprise"),
        ("PUT", f"{campaign}/attribution", {"policy": {"model": "best"}}, "/policy/model"),
        ("POST", f"{campaign}/codes", {"customer_id": nobody}, "/customer_id"),
        ("POST", f"/referrals/{confirmed['id']}/hand-over", {"receiver_id": nobody}, "/receiver_id"),
        (
            "PUT",
            f"{campaign}/page",
            {"definition": {"variants": {"a": {"blocks": ["hero"]}}}},
            "/definition/variants/a/blocks",
        ),
        ("PUT", f"{campaign}/page", {"definition": {"share_b": "half"}}, "/definition/share_b"),
        ("POST", "/referrers", {"kind": "partner", "name": "Pat", "store_id": nobody}, "/store_id"),
        ("POST", "/claims", {"claimant_id": nobody, "text": "Me.", "friend": "Foo"}, "/claimant_id"),
        ("POST", "/claims", {"claimant_id": confirmed["referrer_id"], "text": "Me.", "order_id": nobody}, "/order_id"),
    ):
        status, problem = call(method, path, body)
        assert status in (404, 422) and [each["pointer"] for each in problem["errors"]] == [pointer], (path, problem)


def test_a_claim_made_in_words_is_linked_and_decided(confirmed, call):
    told = {"claimant_id": confirmed["referrer_id"], "text": "I told her.", "friend": "Somebody"}
    claim = call("POST", "/claims", told)[1]
    status, problem = call("POST", f"/claims/{claim['id']}/link", {"referee_id": confirmed["referee_id"]})
    assert (status, problem["code"]) == (409, "claim_own_already")
    status, closed = call("POST", f"/claims/{claim['id']}/withdraw", {"reason": "She is there already."})
    assert (status, closed["state"]) == (200, "closed")


def test_a_referral_is_moved_held_cleared_and_closed(confirmed, call):
    path = f"/referrals/{confirmed['id']}"
    assert call("POST", f"{path}/move", {"stage": "contacted"})[1]["stage"] == "contacted"
    assert call("POST", f"{path}/hold", {"reason": "same device"})[1]["risk"] == "held"
    assert call("POST", f"{path}/clear", {})[1]["risk"] == "cleared"
    assert call("POST", f"{path}/close", {"reason": "whim"})[0] == 422
    assert call("POST", f"{path}/close", {"reason": "price"})[1]["close_reason"] == "price"
    assert call("GET", "/referrals?stage=closed")[1]["data"][0]["id"] == confirmed["id"]
    assert call("GET", "/referrals?colour=red")[0] == 422


def test_another_organisation_sees_none_of_it(confirmed, call, api_key, globex):
    foreign = api_key(organisation=globex)
    assert call("GET", f"/referrals/{confirmed['id']}", as_=foreign)[0] == 404
    assert call("POST", f"/referrals/{confirmed['id']}/close", {"reason": "price"}, as_=foreign)[0] == 404
    assert call("GET", "/referrals", as_=foreign)[1]["data"] == []


def test_reading_does_not_permit_writing(running, call, api_key):
    reader = api_key("campaigns:read", "referrals:read")
    assert call("GET", "/campaigns", as_=reader)[0] == 200
    assert call("POST", f"/campaigns/{running[0]['id']}/pause", as_=reader)[0] == 403
    assert call("POST", "/invitations", form(running[1]), as_=reader)[0] == 403


def test_an_unknown_order_cannot_be_judged(call, acme):
    assert call("POST", "/decisions", {"order_id": str(uuid4())})[0] == 404
    with door.organisation(acme.id):
        assert not Decision.objects.exists()


def test_a_customer_nobody_knows_gets_no_code(running, call, globex):
    with door.organisation(globex.id):
        foreign = record_customer(name="Zed", email="zed@example.com")
    assert call("POST", f"/campaigns/{running[0]['id']}/codes", {"customer_id": str(foreign.id)})[0] == 404


def test_milestones_are_taken_shown_and_explained_and_copied_as_configuration(running, call, acme):
    campaign, _ = running
    goal = {"key": "goal", "trigger": "amount_reached", "amount": {"minor": 10_000, "currency": "GBP"},
            "rewards": [{"to": "referrer", "kind": "points", "amount": {"points": 100}}]}  # fmt: skip
    scheme = {"key": "store", "when": {"fact": "order.channel", "is": "is", "value": "store"},
              "rewards": [{"to": "referrer", "kind": "points", "amount": {"points": 9}}]}  # fmt: skip
    terms = campaign["version"]["terms"] | {"milestones": [goal], "schemes": [scheme]}
    path = f"/campaigns/{campaign['id']}/terms"
    status, version = call("POST", path, {"terms": terms, "honour": "better_of_both"})
    assert (status, version["number"], version["honour"], version["terms"]) == (201, 2, "better_of_both", terms)
    assert "When a friend's orders come to £100 together, the referrer gets 100 points" in version["sentence"]["en"]
    assert "Instead, where this holds (sales channel: store): the referrer gets 9 points." in version["sentence"]["en"]
    assert [row["honour"] for row in call("GET", path)[1]] == ["better_of_both", "honour_old"]
    wrong = terms | {"milestones": [goal | {"amount": {"minor": 10_000, "currency": "CNY"}}]}
    status, problem = call("POST", path, {"terms": wrong})
    assert status == 422 and problem["code"] == "currencies_mixed"
    assert "milestones/0/amount" in str(problem)
    unknown = terms | {
        "milestones": [{"key": "v", "trigger": "deal_stage", "stage": str(uuid4()), "rewards": goal["rewards"]}]
    }
    assert call("POST", path, {"terms": unknown})[1]["code"] == "unknown_place_in_terms"
    facts = {row["name"]: row for row in call("GET", "/campaigns/facts")[1]}
    assert facts["order.kept"] == {
        "name": "order.kept", "type": "money", "known_of": "order",
        "operators": ["at_least", "at_most", "more_than", "less_than", "equals"],
    }  # fmt: skip
    with door.organisation(acme.id):
        entry = CAMPAIGNS.read()["Bring a friend"]
        assert entry["terms"] == terms
        CAMPAIGNS.write("A copy", entry)
        assert CAMPAIGNS.read()["A copy"]["terms"] == terms
