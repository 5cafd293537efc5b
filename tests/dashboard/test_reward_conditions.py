"""Conditions over rewards: money is never compared with points, what a role may not see cannot be asked."""

import json
from datetime import timedelta

import pytest

from crm import operations as crm
from crm.models import Customer
from crm.queries.conditions import facts_for, in_words, read_tree
from foundation.ids import new_id
from rewards import operations
from rewards.models import Reward
from tenancy import door
from tenancy.operations import change_access

OPEN_CAMPAIGN = new_id()


@pytest.fixture
def promised(acme, ann, bea):
    """Ann is promised 500 pounds' pence in cash and 500 points, bea 90 points; only the cash is of a campaign."""

    def one(customer, kind, amount, **facts):
        return operations.Promise(
            key=f"{kind}:{customer.id}", kind=kind, customer_id=customer.id, role="referrer", amount=amount,
            hold_until=door.moment() + timedelta(days=9), **facts,
        )  # fmt: skip

    with door.organisation(acme.id):
        crm.set_tags(ann, ["tea"])
        Customer.objects.filter(id=ann.id).update(city="York")
        told = {"currency": "GBP", "campaign_id": OPEN_CAMPAIGN}
        return operations.accrue([one(ann, "cash", 500, **told), one(ann, "points", 500), one(bea, "points", 90)])


def asked(fact, op, value=None):
    leaf = {"fact": fact, "op": op} | ({} if value is None else {"value": value})
    return json.dumps({"match": "all", "conditions": [leaf]})


@pytest.mark.parametrize(
    ("condition", "kinds"),
    [
        (("money", "at_least", 100), ["cash"]),
        (("points", "at_least", 100), ["points"]),
        (("points", "is_not_empty"), ["points", "points"]),
        (("unit", "one_of", ["GBP"]), ["cash"]),
        (("campaign", "one_of", [str(OPEN_CAMPAIGN)]), ["cash"]),
        (("customer_tags", "any_of", ["tea"]), ["cash", "points"]),
        (("customer_tags", "none_of", ["tea"]), ["points"]),
        (("customer_city", "is", "york"), ["cash", "points"]),
        (("is_late", "is", True), []),
        (("settled_at", "is_empty"), ["cash", "points", "points"]),
    ],
)
def test_rewards_are_narrowed_by_what_is_known_of_them(promised, gus, signed_in, condition, kinds):
    answer = signed_in(gus).get("/rewards/", {"where": asked(*condition)})
    assert sorted(row.kind for row in answer.context["rewards"]) == kinds
    assert answer.context["conditions_words"].startswith("Rewards ")


def test_who_sees_no_amounts_cannot_ask_for_them(acme, promised, staff_of, signed_in):
    seller = staff_of(acme, "sales")
    with door.organisation(acme.id):
        change_access("fields", {"sales": {"money": "hidden", "address": "hidden"}})
        seller.organisation.refresh_from_db()
        facts = facts_for("reward", seller)
        assert {"money", "money_kept", "cost", "customer_city"}.isdisjoint(facts) and "points" in facts
    answer = signed_in(seller).get("/rewards/", {"where": asked("money", "at_least", 100)})
    assert (len(answer.context["rewards"]), bool(answer.context["state"].problem)) == (3, True)


def test_the_builder_and_the_api_offer_them(acme, promised, gus, signed_in, client, api_key):
    assert "money_kept" in signed_in(gus).get("/rewards/conditions/").content.decode()
    told = client.get("/api/v1/conditions/facts", {"subject": "reward"}, **api_key("rewards:read", "customers:read")).json()
    assert {"kind", "money", "campaign", "customer_tags"} <= {each["key"] for each in told["data"]}
    where = {"where": asked("points", "at_most", 90)}
    [row] = client.get("/api/v1/rewards", where, **api_key("rewards:read")).json()["data"]
    assert (row["kind"], row["amount"]) == ("points", 90)
    refused = client.get("/api/v1/rewards", {"where": asked("customer_city", "is", "York")}, **api_key("rewards:read"))
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_fact")


def test_they_are_said_in_words(acme, promised, gus):
    with door.organisation(acme.id):
        tree = read_tree(json.loads(asked("money", "at_least", 100)), subject="reward", principal=gus)
        assert in_words(tree, "reward") == "Rewards whose money promised is at least 1 GBP"
        assert Reward.objects.count() == 3
