"""REST: kept views: whose they are, who may share and change them, what is refused."""

import json

import pytest
from django.urls import reverse

from crm.models import SavedView
from crm.operations.lists.views import keep_view
from tenancy import door
from tenancy.models import Membership, Team


@pytest.fixture
def people(acme, staff_of):
    """Lea leads the north, Nan works there, Sid works nowhere."""
    lea, nan, sid = (staff_of(acme, "sales") for _ in range(3))
    with door.organisation(acme.id):
        north = Team.objects.create(name="North", lead=lea)
        Membership.objects.filter(id=nan.id).update(team=north)
        nan.refresh_from_db()
    return lea, nan, sid, north


@pytest.fixture
def call(client, signed_in):
    """Call as a member of staff, or with the headers of a key: (status, answer)."""

    def send(who, method, path, body=None, idempotency="k1"):
        headers = who if isinstance(who, dict) else {}
        browser = client if headers else signed_in(who)
        told = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        more = {"HTTP_IDEMPOTENCY_KEY": idempotency} if method == "post" else {}
        answer = getattr(browser, method)(f"/api/v1{path}", **told, **more, **headers)
        return answer.status_code, answer.json() if answer.content else None

    return send


def names(answer) -> list[str]:
    return sorted(row["name"] for row in answer[1]["data"])


def test_a_view_is_kept_for_oneself_and_once(acme, call, people):
    _lea, nan, sid, _north = people
    told = {"list": "customers", "name": "Tea", "query": "?stage=loyal&sort=-created&cols=city,stage&after=x"}
    status, made = call(nan, "post", "/views", told)
    assert (status, made["share"], made["query"]) == (201, "own", "stage=loyal&sort=-created&cols=city%2Cstage")
    assert made["url"].endswith(reverse("dashboard:view", args=[made["id"]]))
    assert call(nan, "post", "/views", told)[1]["id"] == made["id"]
    with door.organisation(acme.id):
        assert SavedView.objects.get().owner_id == nan.id
    assert (names(call(nan, "get", "/views?list=customers")), names(call(sid, "get", "/views"))) == (["Tea"], [])
    assert call(sid, "get", f"/views/{made['id']}")[0] == 404
    assert call(sid, "delete", f"/views/{made['id']}")[0] == 404


def test_a_team_is_shared_with_by_who_is_in_it_and_changed_by_its_lead(acme, call, people):
    lea, nan, sid, north = people
    told = {"list": "orders", "name": "Paid", "query": "status=paid", "team_id": str(north.id)}
    assert call(sid, "post", "/views", told, "k2")[1]["code"] == "team_is_not_yours"
    with door.organisation(acme.id):
        assert not SavedView.objects.exists()
    status, made = call(nan, "post", "/views", told, "k3")
    assert (status, made["share"], made["team_id"]) == (201, "team", str(north.id))
    assert (names(call(lea, "get", "/views?list=orders")), names(call(lea, "get", "/views?list=leads"))) == (["Paid"], [])
    assert call(lea, "patch", f"/views/{made['id']}", {"name": "North's"})[1]["name"] == "North's"
    status, shared = call(lea, "patch", f"/views/{made['id']}", {"share": "everybody"})
    assert (status, shared["share"], shared["team_id"], shared["query"]) == (200, "everybody", None, "status=paid")
    assert names(call(sid, "get", "/views")) == ["North's"]
    assert call(sid, "patch", f"/views/{made['id']}", {"name": "Mine"})[1]["code"] == "view_is_somebody_elses"
    assert call(sid, "get", f"/views/{made['id']}")[1]["may_change"] is False
    assert call(nan, "delete", f"/views/{made['id']}")[0] == 204
    with door.organisation(acme.id):
        assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"list": "customers", "name": " ", "query": ""}, "invalid"),
        ({"list": "gifts", "name": "x"}, "invalid"),
        ({"list": "customers", "name": "x", "query": "stge=loyal"}, "view_query_unknown"),
        ({"list": "customers", "name": "x", "query": "stage=king"}, "view_query_unknown"),
        ({"list": "customers", "name": "x", "query": "cols=city,nothing"}, "view_query_unknown"),
        ({"list": "customers", "name": "x", "query": "sort=owner"}, "view_query_unknown"),
        ({"list": "rewards", "name": "x", "query": "where={"}, "invalid_conditions"),
        ({"list": "rewards", "name": "x", "query": 'where={"fact":"spent","op":"is","value":1}'}, "unknown_fact"),
        ({"list": "customers", "name": "x", "share": "team"}, "view_team_missing"),
    ],
)
def test_what_no_list_knows_is_refused(acme, gus, call, body, code):
    status, answer = call(gus, "post", "/views", body)
    assert (status, answer["code"]) == (422, code)
    with door.organisation(acme.id):
        assert not SavedView.objects.exists()


def test_a_key_keeps_views_for_others_only_and_sees_nobodys_own(acme, gus, call, api_key):
    with door.organisation(acme.id):
        own = keep_view(gus, "customers", name="Gus's", query="")
    reader, keeper = api_key("customers:read"), api_key("customers:read", "leads:read", "settings:write")
    told = {"list": "leads", "name": "Hot", "query": "view=all&source=phone"}
    assert call(reader, "post", "/views", told | {"list": "customers", "query": "", "share": "everybody"})[0] == 403
    assert call(keeper, "post", "/views", told)[1]["code"] == "view_has_no_owner"
    status, made = call(keeper, "post", "/views", told | {"share": "everybody"}, "k2")
    assert (status, made["owner_id"], made["may_change"]) == (201, None, True)
    assert (names(call(keeper, "get", "/views")), names(call(reader, "get", "/views"))) == (["Hot"], [])
    assert call(reader, "get", f"/views/{made['id']}")[0] == 404
    assert call(keeper, "get", f"/views/{own.id}")[0] == 404
    assert call(keeper, "get", "/views?lst=leads")[0] == 422
    assert call(keeper, "delete", f"/views/{made['id']}")[0] == 204


def test_about_me_is_whoever_opens_it(acme, call, api_key):
    where = '{"fact": "owner", "op": "me"}'
    told = {"list": "customers", "name": "Mine", "query": f"where={where}", "share": "everybody"}
    assert call(api_key("customers:read", "settings:write"), "post", "/views", told)[0] == 201
