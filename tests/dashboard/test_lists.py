"""Lists: search with filters, every order and both ways, columns, views, values that change, the side panel."""

import json
import re
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import operations as crm
from crm.models import Customer, ListSetting, SavedView
from crm.operations.lists.values import change_value
from tenancy import door
from tenancy.models import AuditRecord

PEOPLE = ["Ada Ash", "Ben Birch", "Cy Cedar", "Dee Dogwood", "Eve Elm"]


@pytest.fixture
def people(acme, gus):
    with door.organisation(acme.id, actor=door.Actor("user", gus.user_id)):
        made = [crm.record_customer(name=name, email=f"{name.split()[0].lower()}@example.com") for name in PEOPLE]
        crm.set_tags(made[1], ["tea"])
        crm.set_tags(made[2], ["tea", "cake"])
        return made


@pytest.fixture
def browser(gus, people, as_staff):
    return as_staff(gus)


def names(browser, **query) -> list[str]:
    answer = browser.get("/customers/", query)
    assert answer.status_code == 200
    return [row.name for row in answer.context["customers"]]


def test_search_goes_with_filters(browser):
    assert names(browser, q="e") == names(browser, q="e", tag="")
    assert names(browser, q="be", tag="tea") == ["Ben Birch"]
    assert names(browser, q="be", tag="cake") == []


def test_conditions_narrow_and_are_said(browser):
    where = {"match": "all", "conditions": [{"fact": "tags", "op": "any_of", "value": ["cake"]}]}
    answer = browser.get("/customers/", {"where": json.dumps(where)})
    assert [row.name for row in answer.context["customers"]] == ["Cy Cedar"]
    assert answer.context["conditions_words"]
    broken = browser.get("/customers/", {"where": "{"})
    assert (len(broken.context["customers"]), broken.context["state"].problem) == (5, "These conditions are broken.")


@pytest.mark.parametrize(("sort", "first"), [("name", "Ada Ash"), ("-name", "Eve Elm"), ("created", "Ada Ash")])
def test_every_order_pages_forwards_and_back(browser, monkeypatch, sort, first):
    monkeypatch.setattr("dashboard.lists.paging.SIZE", 2)
    whole = PEOPLE if sort != "-name" else PEOPLE[::-1]
    pages, link = [], f"?sort={sort}"
    while link:
        answer = browser.get(f"/customers/{link}")
        pages.append([row.name for row in answer.context["customers"]])
        link, last = answer.context["page"].next_link, answer
    assert [name for page in pages for name in page] == whole and whole[0] == first
    back = browser.get(f"/customers/{last.context['page'].previous_link}")
    assert [row.name for row in back.context["customers"]] == pages[-2]


def test_no_page_skips_rows_of_one_moment(acme, browser):
    with door.organisation(acme.id):
        moment = door.moment()
        for n in range(120):
            Customer.objects.create(name=f"Same {n}", search_text=f"same {n}", created_at=moment)
    seen, link = [], "?sort=-created"
    while link:
        answer = browser.get(f"/customers/{link}")
        seen += [row.id for row in answer.context["customers"]]
        link = answer.context["page"].next_link
    assert len(seen) == len(set(seen)) == 125


def test_a_cursor_of_another_order_is_nothing(browser, monkeypatch):
    monkeypatch.setattr("dashboard.lists.paging.SIZE", 2)
    link = browser.get("/customers/?sort=name").context["page"].next_link
    assert browser.get("/customers/" + link.replace("sort=name", "sort=created")).status_code == 404


def test_columns_are_remembered_for_one_person(acme, gus, browser, staff_of, as_staff):
    answer = browser.post("/customers/columns/", {"columns": ["city", "stage"], "density": "compact", "back": "q=a"})
    assert (answer.status_code, answer["Location"]) == (302, "/customers/?q=a&cols=city%2Cstage")
    shown = browser.get("/customers/").context
    assert [head.key for head in shown["heads"]] == ["name", "city", "stage"]
    assert shown["state"].density == "compact"
    other = as_staff(staff_of(acme, "sales")).get("/customers/").context
    assert "contact" in [head.key for head in other["heads"]]


def test_the_address_says_columns_for_whoever_follows_it(acme, browser, staff_of, as_staff):
    shown = as_staff(staff_of(acme, "sales")).get("/customers/?cols=city,nothing,stage").context
    assert [head.key for head in shown["heads"]] == ["name", "city", "stage"]


# --- views ------------------------------------------------------------------------------------------------------


def test_a_view_is_kept_shared_and_opened_with(acme, gus, browser, staff_of, as_staff):
    told = {"name": "Tea", "share": "everybody", "query": "tag=tea&sort=name&after=x"}
    assert browser.post("/customers/views/new/", told).status_code == 302
    with door.organisation(acme.id):
        view = SavedView.objects.get()
    assert view.query == "tag=tea&sort=name"
    assert names(browser, tag="tea", sort="name", saved=str(view.id)) == ["Ben Birch", "Cy Cedar"]
    seller = as_staff(staff_of(acme, "sales"))
    assert "Tea" in seller.get("/customers/").content.decode()
    assert seller.post("/customers/views/opens/", {"view": str(view.id), "for": "everybody"}).status_code == 403
    assert seller.get("/customers/").status_code == 200
    browser.post("/customers/views/opens/", {"view": str(view.id), "for": "everybody"})
    opened = seller.get("/customers/")
    assert (opened.status_code, opened["Location"]) == (302, f"/customers/?tag=tea&sort=name&saved={view.id}")
    seller.post("/customers/views/opens/", {"view": "all"})
    assert seller.get("/customers/").status_code == 200


def test_a_view_of_ones_own_is_nobody_elses(acme, browser, staff_of, as_staff):
    browser.post("/customers/views/new/", {"name": "Mine", "query": ""})
    with door.organisation(acme.id):
        view = SavedView.objects.get()
    seller = as_staff(staff_of(acme, "sales"))
    assert "Mine" not in seller.get("/customers/").content.decode()
    for verb in ("edit", "save", "copy", "delete"):
        assert seller.post(f"/views/{view.id}/{verb}/", {"name": "Stolen"}).status_code == 404
    with door.organisation(acme.id):
        assert SavedView.objects.get().name == "Mine"


def test_a_shared_view_is_changed_by_its_owner_only_and_copied_by_anybody(acme, browser, staff_of, as_staff):
    browser.post("/customers/views/new/", {"name": "Ours", "share": "everybody", "query": "stage=lead"})
    with door.organisation(acme.id):
        view = SavedView.objects.get()
    seller = as_staff(staff_of(acme, "sales"))
    seller.post(f"/views/{view.id}/delete/")
    seller.post(f"/views/{view.id}/copy/")
    browser.post(f"/views/{view.id}/edit/", {"name": "All ours", "share": "everybody"})
    with door.organisation(acme.id):
        assert sorted(SavedView.objects.values_list("name", "query")) == [
            ("All ours", "stage=lead"), ("Copy of Ours", "stage=lead"),
        ]  # fmt: skip
    browser.post(f"/views/{view.id}/delete/")
    with door.organisation(acme.id):
        assert list(SavedView.objects.values_list("name", flat=True)) == ["Copy of Ours"]
        assert not ListSetting.objects.filter(opens_with=str(view.id)).exists()


# --- values --------------------------------------------------------------------------------------------------------


def test_a_value_changes_where_it_stands_and_is_put_back(acme, browser, people):
    link = f"/customers/{people[0].id}/cells/stage/"
    assert 'name="value"' in browser.get(link).content.decode()
    told = browser.post(link, {"before": "prospect", "value": "lead"}).json()
    assert (told["before"], told["value"], told["said"]) == ("prospect", "lead", "Stage of Ada Ash changed.")
    browser.post(link, {"before": told["value"], "value": told["before"]})
    with door.organisation(acme.id):
        assert Customer.objects.get(id=people[0].id).stage == "prospect"
        moves = AuditRecord.objects.filter(action="customer.updated").order_by("id")
        assert [each.changes["stage"] for each in moves] == [["prospect", "lead"], ["lead", "prospect"]]


def test_a_value_somebody_else_has_changed_is_not_overwritten(acme, browser, people):
    with door.organisation(acme.id):
        change_value(people[0].id, "city", before="", after="Leeds")
    answer = browser.post(
        f"/customers/{people[0].id}/cells/city/", {"before": "", "value": "York"}, headers={"HX-Request": "true"}
    )
    assert (answer.status_code, "Somebody has changed this" in answer["HX-Trigger"]) == (409, True)
    with door.organisation(acme.id):
        assert Customer.objects.get(id=people[0].id).city == "Leeds"


def test_tags_and_owner_change_too(acme, gus, browser, people):
    base = f"/customers/{people[2].id}/cells"
    told = browser.post(f"{base}/tags/", {"before": "cake, tea", "value": "tea, new"}).json()
    assert told["value"] == "new, tea"
    browser.post(f"{base}/owner/", {"before": "", "value": str(gus.id)})
    with door.organisation(acme.id):
        assert Customer.objects.get(id=people[2].id).owner_id == gus.id


def test_nonsense_is_refused(acme, browser, people):
    base = f"/customers/{people[0].id}/cells"
    assert browser.post(f"{base}/owner/", {"before": "", "value": "me"}).status_code == 422
    king = browser.post(f"{base}/stage/", {"before": "prospect", "value": "king"}, headers={"HX-Request": "true"})
    assert king.status_code == 409
    with door.organisation(acme.id):
        assert Customer.objects.get(id=people[0].id).stage == "prospect"


def test_the_panel_shows_key_facts(browser, people):
    page = browser.get(f"/customers/{people[2].id}/peek/").content.decode()
    assert "Cy Cedar" in page and "cake" in page and "cy@example.com" not in page


def test_counts_are_exact_up_to_ten_thousand(browser, monkeypatch):
    assert "5 rows" in browser.get("/customers/count/").content.decode()
    assert "2 rows" in browser.get("/customers/count/?tag=tea&after=x").content.decode()
    monkeypatch.setattr("dashboard.lists.state.COUNTED_TO", 3)
    monkeypatch.setattr("dashboard.views.lists.COUNTED_TO", 3)
    assert "more than 3" in browser.get("/customers/count/").content.decode()


def test_pages_begin_in_an_index(acme, people):
    """The plan of a page in every order begins where the last one ended."""
    from dashboard.lists.paging import cursor, cut
    from dashboard.lists.registry import LISTS

    with door.organisation(acme.id), connection.cursor() as cursor_:
        cursor_.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
        kind = LISTS["customers"]
        for column in kind.columns:
            if column.sort:
                row = kind.rows().first()
                with CaptureQueriesContext(connection) as captured:
                    cut(kind.bare(), column.sort, is_down=column.sort.is_down, after=cursor(column.sort, row))
                cursor_.execute("EXPLAIN " + captured[0]["sql"])
                plan = "\n".join(line for (line,) in cursor_.fetchall())
                assert re.search(r"Index Cond: .*ROW\(", plan), plan
                assert "Sort" not in plan, plan


def test_unknown_parts_of_an_address_do_no_harm(browser):
    assert browser.get("/customers/?" + urlencode({"sort": "owner", "saved": "x", "density": "huge"})).status_code == 200


def test_what_people_write_is_text_and_what_we_write_is_markup(acme, browser):
    with door.organisation(acme.id):
        crm.record_customer(name="<b>Mallory</b>", email="m@example.com", city="<i>Here</i>")
    page = browser.get("/customers/?cols=city,stage&sort=name").content.decode()
    assert "&lt;b&gt;Mallory" in page and "&lt;i&gt;Here" in page
    assert "<b>Mallory" not in page and "&lt;span" not in page
