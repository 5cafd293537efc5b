"""Views of lists: shared with a team, opened with, changed by whom, and found by their address."""

from dataclasses import dataclass

import pytest
from django.test import Client

from crm.models import SavedView, TeamOpening
from crm.operations import record_customer
from crm.operations.lists import views
from tenancy import door
from tenancy.models import Membership, Team
from tenancy.people import remove_team


@dataclass
class Staff:
    """Two teams: Lea leads the north, Nan works there; Sid works in the south."""

    lea: Client
    nan: Client
    sid: Client
    lea_is: Membership
    nan_is: Membership
    north: Team
    south: Team


@pytest.fixture
def shop(acme, staff_of, as_staff) -> Staff:
    lea, nan, sid = (staff_of(acme, "sales") for _ in range(3))
    with door.organisation(acme.id):
        north, south = Team.objects.create(name="North", lead=lea), Team.objects.create(name="South")
        Membership.objects.filter(id=nan.id).update(team=north)
        Membership.objects.filter(id=sid.id).update(team=south)
        record_customer(name="Loyal Lou", email="lou@example.com", stage="loyal")
        record_customer(name="Plain Pat", email="pat@example.com")
        nan.refresh_from_db()
    return Staff(as_staff(lea), as_staff(nan), as_staff(sid), lea, nan, north, south)


def kept(acme, shop, *, share="", query="stage=loyal", by="nan", name="Ours") -> SavedView:
    getattr(shop, by).post("/customers/views/new/", {"name": name, "share": share or str(shop.north.id), "query": query})
    with door.organisation(acme.id):
        return SavedView.objects.get(name=name)


def tabs(client) -> list[str]:
    return [view.name for view, _link in client.get("/customers/", {"saved": "all"}).context["views"]]


def test_a_team_view_is_seen_by_the_team_and_its_lead_and_shared_by_nobody_else(acme, shop):
    told = {"name": "Spy", "share": str(shop.south.id), "query": ""}
    assert shop.nan.post("/customers/views/new/", told).status_code == 422
    with door.organisation(acme.id):
        assert not SavedView.objects.exists()
    view = kept(acme, shop)
    assert (view.team_id, view.is_shared) == (shop.north.id, False)
    assert (tabs(shop.nan), tabs(shop.lea), tabs(shop.sid)) == (["Ours"], ["Ours"], [])
    assert shop.sid.post(f"/views/{view.id}/copy/").status_code == 404


def test_a_team_view_is_changed_by_its_author_its_lead_and_the_owner_only(acme, shop, gus, as_staff):
    view = kept(acme, shop, by="lea")
    shop.nan.post(f"/views/{view.id}/edit/", {"name": "Mine now", "share": str(shop.north.id)})
    shop.nan.post(f"/views/{view.id}/delete/")
    with door.organisation(acme.id):
        assert SavedView.objects.get().name == "Ours"
    by_nan = kept(acme, shop, name="Nan's")
    shop.lea.post(f"/views/{by_nan.id}/edit/", {"name": "North's", "share": str(shop.north.id)})
    as_staff(gus).post(f"/views/{by_nan.id}/save/", {"query": "stage=lead"})
    with door.organisation(acme.id):
        changed = SavedView.objects.get(id=by_nan.id)
        assert (changed.name, changed.query, changed.owner_id) == ("North's", "stage=lead", shop.nan_is.id)
    as_staff(gus).post(f"/views/{by_nan.id}/delete/")
    with door.organisation(acme.id):
        assert not SavedView.objects.filter(id=by_nan.id).exists()


def test_mine_comes_before_the_teams_before_everybodys(acme, shop, gus, as_staff):
    everybodys = kept(acme, shop, share="everybody", name="All", query="stage=lead")
    teams, mine = kept(acme, shop, name="Team"), kept(acme, shop, share="own", name="Mine", query="sort=name")
    opens = "/customers/views/opens/"
    as_staff(gus).post(opens, {"view": str(everybodys.id), "for": "everybody"})
    shop.lea.post(opens, {"view": str(teams.id), "for": str(shop.north.id)})
    assert shop.sid.get("/customers/")["Location"] == f"/customers/?stage=lead&saved={everybodys.id}"
    assert shop.nan.get("/customers/")["Location"] == f"/customers/?stage=loyal&saved={teams.id}"
    assert shop.lea.get("/customers/")["Location"] == f"/customers/?stage=loyal&saved={teams.id}"
    assert "As my team: Team" in shop.lea.get("/customers/views/opening/").content.decode()
    shop.nan.post(opens, {"view": str(mine.id)})
    assert shop.nan.get("/customers/")["Location"] == f"/customers/?sort=name&saved={mine.id}"
    shop.nan.post(opens, {"view": ""})
    shop.lea.post(opens, {"view": "", "for": str(shop.north.id)})
    assert shop.nan.get("/customers/")["Location"] == f"/customers/?stage=lead&saved={everybodys.id}"


def test_what_a_team_opens_with_is_its_leads_to_say_while_it_is_the_teams(acme, shop):
    view = kept(acme, shop)
    told = {"view": str(view.id), "for": str(shop.north.id)}
    assert shop.nan.post("/customers/views/opens/", told).status_code == 404
    assert shop.sid.post("/customers/views/opens/", told).status_code == 404
    with door.organisation(acme.id):
        assert not TeamOpening.objects.exists()
    assert "Ours" in shop.lea.get("/customers/views/opening/").content.decode()
    shop.lea.post("/customers/views/opens/", told)
    with door.organisation(acme.id):
        assert TeamOpening.objects.get().view_id == view.id
    shop.nan.post(f"/views/{view.id}/edit/", {"name": "Ours", "share": "own"})
    with door.organisation(acme.id):
        assert not TeamOpening.objects.exists()


def test_who_may_not_see_a_view_gets_the_plain_list_and_is_told(acme, shop, globex, mallory, as_staff):
    view = kept(acme, shop)
    assert shop.nan.get(f"/views/{view.id}/")["Location"] == f"/customers/?stage=loyal&saved={view.id}"
    assert shop.nan.get(f"/customers/?saved={view.id}")["Location"] == f"/customers/?stage=loyal&saved={view.id}"
    assert shop.sid.get(f"/views/{view.id}/")["Location"] == f"/customers/?saved={view.id}"
    plain = shop.sid.get("/customers/", {"stage": "loyal", "saved": str(view.id)})
    assert plain.context["is_kept_from"] and len(plain.context["customers"]) == 2
    assert "not shared with you" in plain.content.decode()
    assert as_staff(mallory).get(f"/views/{view.id}/").status_code == 404


def test_without_its_team_a_view_is_its_authors_and_opens_nothing(acme, shop, gus):
    view = kept(acme, shop)
    with door.organisation(acme.id):
        views.open_with_for_team(shop.north.id, "customers", view)
        remove_team(shop.north.id)
        left = SavedView.objects.get()
        assert (left.team_id, left.is_shared, TeamOpening.objects.count()) == (None, False, 0)
    assert (tabs(shop.nan), tabs(shop.lea)) == (["Ours"], [])
