"""The list of deals: filters shared with the board, sums, values that change where they stand, work on many, files."""

import csv
import io
import json
import re
import zipfile
from datetime import date
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Customer, Deal, DealMove, DealStage, ListProblem, ListWork, LossReason, SavedView
from crm.operations import create_custom_field, record_customer
from crm.operations import deals as selling
from crm.queries.deals import stages_of
from dashboard.lists import working
from dashboard.lists.paging import cursor, cut
from dashboard.lists.registry import LISTS
from tenancy import door
from tenancy.models import AuditRecord, Membership
from tenancy.operations import change_access


@pytest.fixture
def deals(acme, gus) -> dict[str, Deal]:
    """Three open ones, one of them in euros and one worth the sum of its products; one that is won."""
    with door.organisation(acme.id, actor=door.Actor("user", gus.user_id)):
        for key, kind, label in (("model", "text", "Model"), ("worth", "money", "Worth")):
            create_custom_field(subject="deal", key=key, kind=kind, label={"en": label}, is_in_lists=True)
        ann, bob = (record_customer(name=name, email=f"{name[:3]}@example.com") for name in ("Ann Smith", "Bob Brown"))
        made = {
            "coffee": selling.create_deal(title="Office coffee", customer_id=ann.id, amount_minor=500_000,
                                          owner_id=gus.id, expected_close=date(2026, 12, 24), next_step="Call",
                                          custom={"model": "=S1", "worth": 12_500}),
            "tea": selling.create_deal(title="Tea for all", customer_id=bob.id, amount_minor=30_000, currency="EUR"),
            "lines": selling.create_deal(title="Grinders", customer_id=bob.id, expected_close=date(2026, 12, 1),
                                         lines=[selling.LineReport("Grinder", quantity=2, unit_minor=10_000)]),
            "won": selling.create_deal(title="Beans", customer_id=ann.id, amount_minor=70_000),
        }  # fmt: skip
        selling.win_deal(made["won"].id)
        return made


@pytest.fixture
def stages(acme, deals) -> list[DealStage]:
    with door.organisation(acme.id):
        return stages_of(deals["tea"].pipeline_id)


@pytest.fixture
def browser(deals, gus, as_staff):
    return as_staff(gus)


def titles(browser, query: str = "") -> list[str]:
    answer = browser.get(f"/deals/list/?{query}")
    assert answer.status_code == 200
    return [row.title for row in answer.context["deals"]]


def of(acme, deal: Deal) -> Deal:
    with door.organisation(acme.id):
        return Deal.objects.get(id=deal.id)


def change(browser, deal: Deal, column: str, before: str, value: str):
    return browser.post(f"/deals/{deal.id}/cells/{column}/", {"before": before, "value": value}, HTTP_HX_REQUEST="true")


# --- which, in which order ---------------------------------------------------------------------------------------


def test_search_filters_and_conditions_narrow_together(browser, deals, stages):
    assert titles(browser, "q=office") == ["Office coffee"]
    assert titles(browser, "q=bob&state=open") == ["Grinders", "Tea for all"]
    assert titles(browser, f"stage={stages[0].id}&owner=none") == ["Grinders", "Tea for all"]
    assert titles(browser, f"pipeline={deals['tea'].pipeline_id}&state=won") == ["Beans"]
    where = {"match": "all", "conditions": [{"fact": "custom.worth", "op": "at_least", "value": 10_000}]}
    assert titles(browser, f"where={quote(json.dumps(where))}") == ["Office coffee"]
    assert "custom.worth" in browser.get("/deals/conditions/").content.decode()
    assert "2 rows" in browser.get("/deals/count/?owner=none&state=open").content.decode()


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("-amount", ["Office coffee", "Beans", "Tea for all", "Grinders"]),
        ("expected_close", ["Grinders", "Office coffee", "Tea for all", "Beans"]),
    ],
)
def test_orders_go_on_from_page_to_page(browser, monkeypatch, sort, order):
    monkeypatch.setattr("dashboard.lists.paging.SIZE", 1)
    found, link = [], f"?sort={sort}"
    while link:
        answer = browser.get(f"/deals/list/{link}")
        found += [row.title for row in answer.context["deals"]]
        link = answer.context["page"].next_link
    assert found == order


def test_every_order_begins_in_an_index(acme, deals):
    kind = LISTS["deals"]
    with door.organisation(acme.id), connection.cursor() as asked:
        asked.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
        for column in (each for each in kind.columns if each.sort):
            after = cursor(column.sort, kind.rows().first())
            with CaptureQueriesContext(connection) as captured:
                cut(kind.bare(), column.sort, is_down=column.sort.is_down, after=after)
            asked.execute("EXPLAIN " + captured[0]["sql"])
            plan = "\n".join(line for (line,) in asked.fetchall())
            assert re.search(r"Index Cond: .*ROW\(", plan) and "Sort" not in plan, plan


def test_board_and_list_keep_each_others_filters(acme, gus, browser, deals):
    with door.organisation(acme.id):
        other = selling.make_pipeline({"en": "Courses"})
        stage = stages_of(other.id)[0]
    asked = f"q=tea&owner=none&stage={stage.id}&state=open"
    board, listed = (f"/deals/?{asked}", f"/deals/list/?{asked}")
    for here in (board, listed):
        links = {key: urlsplit(link) for key, _label, link, _is_kept in browser.get(here).context["rooms"]}
        assert [parse_qs(links[key].query) for key in ("board", "list")] == [parse_qs(asked)] * 2
        assert links["reports"].query == ""
    shown = browser.get(board)
    assert (shown.context["pipeline"].id, dict(shown.context["kept"])) == (
        other.id,
        {"stage": str(stage.id), "state": "open"},
    )
    assert all("stage=" not in link for _each, link in shown.context["pipeline_links"])


def test_sums_are_of_all_that_match_and_of_one_currency_each(browser, monkeypatch):
    monkeypatch.setattr("dashboard.lists.paging.SIZE", 2)
    first = browser.get("/deals/list/")
    said = " ".join(first.context["sums"].split())
    assert "3 deals in GBP" in said and "<strong>£5,900.00</strong>" in said and "open £5,200.00, won £700.00" in said
    assert "1 deal in EUR" in said and "€300.00" in said
    assert browser.get(f"/deals/list/{first.context['page'].next_link}").context["sums"] == ""
    assert "2 deals in GBP" in browser.get("/deals/list/?state=open").context["sums"]


# --- values -------------------------------------------------------------------------------------------------------


def test_values_change_where_they_stand_and_are_put_back(acme, gus, browser, deals, stages):
    coffee = deals["coffee"]
    told = [
        ("title", "Office coffee", "Coffee & cake"), ("amount", "5000.00", "5250.50"), ("owner", str(gus.id), ""),
        ("expected_close", "2026-12-24", ""), ("next_step", "Call", "Write"),
        ("stage", str(stages[0].id), str(stages[1].id)),
    ]  # fmt: skip
    for column, before, after in told:
        answer = change(browser, coffee, column, before, after)
        assert (answer.status_code, answer.json()["before"], answer.json()["value"]) == (200, before, after), column
    now = of(acme, coffee)
    assert (now.title, now.amount_minor, now.owner_id, now.expected_close, now.next_step, now.stage_id) == (
        "Coffee & cake", 525_050, None, None, "Write", stages[1].id,
    )  # fmt: skip
    assert "Coffee &amp; cake" in change(browser, coffee, "title", now.title, now.title).json()["html"]
    for column, before, after in told:
        assert change(browser, coffee, column, after, before).status_code == 200, column
    now = of(acme, coffee)
    assert (now.title, now.amount_minor, now.owner_id, now.stage_id) == ("Office coffee", 500_000, gus.id, stages[0].id)
    with door.organisation(acme.id):
        kinds = list(DealMove.objects.filter(deal=now).order_by("id").values_list("kind", flat=True))
    assert kinds == ["created", "handed_over", "moved", "handed_over", "moved"]


def test_what_is_not_as_it_was_seen_stays(acme, browser, deals, stages):
    coffee = deals["coffee"]
    before = of(acme, coffee).version
    for column, seen, value in (
        ("amount", "4000.00", "1.00"), ("title", "Tea", "Cake"), ("stage", str(stages[1].id), str(stages[2].id)),
        ("title", "Office coffee", " "), ("amount", "5000.00", "lots"), ("amount", "5000.00", "-1"),
    ):  # fmt: skip
        answer = change(browser, coffee, column, seen, value)
        assert (answer.status_code, "toast" in answer["HX-Trigger"]) == (409, True), (column, value)
    assert of(acme, coffee).version == before


def test_a_stage_that_asks_for_more_is_not_entered_from_the_list(acme, browser, deals, stages):
    assert change(browser, deals["tea"], "stage", str(stages[0].id), str(stages[-1].id)).status_code == 409
    assert of(acme, deals["tea"]).state == "open"
    shown = browser.get(f"/deals/{deals['tea'].id}/cells/stage/").content.decode()
    assert str(stages[1].id) in shown and str(stages[-1].id) not in shown


def test_pencils_are_where_something_may_be_changed(acme, browser, deals, staff_of, as_staff):
    def pencils(browser, deal) -> set[str]:
        page = browser.get("/deals/list/").content.decode()
        columns = ("title", "stage", "amount", "owner", "expected_close")
        return {name for name in columns if f'data-cell="/deals/{deal.id}/cells/{name}/"' in page}

    assert pencils(browser, deals["coffee"]) == {"title", "stage", "amount", "owner", "expected_close"}
    assert pencils(browser, deals["lines"]) == {"title", "stage", "owner", "expected_close"}
    assert pencils(browser, deals["won"]) == {"title", "owner"}
    assert pencils(as_staff(staff_of(acme, "service")), deals["coffee"]) == set()


def test_whoever_sees_their_own_only_may_give_one_away(acme, deals, gus, staff_of, as_staff):
    """The answer tells what was done, though the deal is out of sight by then."""
    seller = staff_of(acme, "sales")
    with door.organisation(acme.id):
        Membership.objects.filter(id=seller.id).update(sight="own")
        Customer.objects.update(owner=gus)
        Deal.objects.filter(id=deals["tea"].id).update(owner=seller)
    browser = as_staff(seller)
    assert titles(browser) == ["Tea for all"]
    assert change(browser, deals["coffee"], "title", "Office coffee", "Mine").status_code == 404
    answer = change(browser, deals["tea"], "owner", str(seller.id), str(gus.id))
    assert (answer.status_code, answer.json()["value"]) == (200, str(gus.id))
    assert (of(acme, deals["tea"]).owner_id, titles(browser)) == (gus.id, [])


def test_the_panel_tells_what_counts_and_leads_to_the_move(browser, deals):
    page = browser.get(f"/deals/{deals['coffee'].id}/peek/").content.decode()
    for told in ("Ann Smith", "£5,000.00", "Call", "=S1", "£125.00", f"/deals/{deals['coffee'].id}/move/"):
        assert told in page, told


# --- many -----------------------------------------------------------------------------------------------------------


def done(acme, browser, verb: str, told: dict) -> ListWork:
    assert browser.post(f"/deals/work/{verb}/", told).status_code == 302
    with door.organisation(acme.id):
        work = ListWork.objects.latest("id")
    assert working.run(acme.id, work.id)
    with door.organisation(acme.id):
        return ListWork.objects.select_related("job").get(id=work.id)


def test_all_that_match_are_handed_over_with_a_word(acme, gus, browser, deals, staff_of):
    seller = staff_of(acme, "sales")
    told = {"owner": str(seller.id), "note": "Yours now", "all": "1", "query": "?state=open&sort=-amount"}
    assert done(acme, browser, "assign", told).counts == {"changed": 3, "unchanged": 0, "failed": 0}
    with door.organisation(acme.id):
        assert Deal.objects.filter(owner=seller).count() == 3
        assert DealMove.objects.filter(kind="handed_over", note="Yours now", actor_id=gus.user_id).count() == 3
    assert done(acme, browser, "assign", told).counts == {"changed": 0, "unchanged": 3, "failed": 0}


def test_many_are_moved_and_those_that_cannot_be_are_named(acme, browser, deals, stages):
    told = {"stage": str(stages[1].id), "all": "1", "query": ""}
    work = done(acme, browser, "move", told)
    assert work.counts == {"changed": 3, "unchanged": 0, "failed": 1}
    with door.organisation(acme.id):
        assert list(ListProblem.objects.values_list("label", flat=True)) == ["Beans"]
        assert Deal.objects.filter(stage=stages[1]).count() == 3
    assert "Beans" in browser.get(f"/work/{work.job_id}/").content.decode()


def test_many_are_lost_for_one_reason_and_expected_on_one_day(acme, browser, deals):
    ids = ",".join(str(deals[name].id) for name in ("tea", "lines"))
    assert done(acme, browser, "expect", {"expected_close": "2027-01-31", "ids": ids}).counts["changed"] == 2
    assert browser.post("/deals/work/lose/", {"reason": "", "ids": ids}).status_code == 422
    with door.organisation(acme.id):
        reason = LossReason.objects.exclude(parent=None).first()
    done(acme, browser, "lose", {"reason": str(reason.id), "competitor": "Bean & Co", "note": "", "ids": ids})
    lost = [of(acme, deals[name]) for name in ("tea", "lines")]
    assert {(each.state, each.loss_reason_id, each.competitor, each.expected_close) for each in lost} == {
        ("lost", reason.id, "Bean & Co", date(2027, 1, 31))
    }
    assert of(acme, deals["coffee"]).state == "open"


def test_whoever_only_reads_deals_is_offered_no_work_on_them(acme, deals, staff_of, as_staff):
    reader = as_staff(staff_of(acme, "service"))
    offered = {each["address"].split("/")[-2] for each in reader.get("/deals/list/").context["verbs"]}
    assert offered & {"assign", "move", "expect", "lose"} == set()
    assert reader.post("/deals/work/assign/", {"owner": "", "all": "1"}).status_code == 403


# --- files, views -----------------------------------------------------------------------------------------------------


def file_of(browser, address: str) -> list[list[str]]:
    answer = browser.get(address)
    assert answer.status_code == 200, answer
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_a_file_is_exactly_the_view_and_names_the_currency_of_amounts(acme, browser):
    heads, *rows = file_of(browser, "/deals/export/?state=open&sort=-amount&cols=stage,amount,custom.model")
    assert heads == ["Title", "Customer", "Company", "Stage", "Amount", "Currency", "Model"]
    assert [(row[0], float(row[4]), *row[5:]) for row in rows] == [
        ("Office coffee", 5000, "GBP", "'=S1"), ("Tea for all", 300, "EUR", ""), ("Grinders", 200, "GBP", ""),
    ]  # fmt: skip
    body = b"".join(browser.get("/deals/export/?q=office&format=xlsx").streaming_content)
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert ">Office coffee<" in sheet and "<f>" not in sheet and "Tea for all" not in sheet
    with door.organisation(acme.id):
        assert AuditRecord.objects.filter(action="list.exported", changes__list="deals").count() == 2


def test_a_role_without_amounts_sees_sums_and_takes_out_amounts_nowhere(acme, deals, staff_of, as_staff):
    with door.organisation(acme.id):
        change_access("fields", {"marketer": {"money": "hidden"}})
    browser = as_staff(staff_of(acme, "marketer"))
    page = browser.get("/deals/list/?sort=-amount").content.decode()
    assert "3 deals in GBP" in page and "£" not in page and 'name="at_least"' not in page
    heads, *_rows = file_of(browser, "/deals/export/?cols=amount,received,custom.worth")
    assert not {"Amount", "Received", "Worth", "Currency"} & set(heads)
    assert browser.get(f"/deals/{deals['coffee'].id}/cells/amount/").status_code in (403, 404)


def test_views_are_kept_here_and_by_the_api_and_open_the_list(acme, browser):
    browser.post("/deals/views/new/", {"name": "Big", "share": "everybody", "query": "state=open&sort=-amount"})
    with door.organisation(acme.id):
        view = SavedView.objects.get()
    assert browser.get(f"/views/{view.id}/")["Location"] == f"/deals/list/?state=open&sort=-amount&saved={view.id}"
    browser.post("/deals/views/opens/", {"view": str(view.id)})
    assert browser.get("/deals/list/")["Location"] == f"/deals/list/?state=open&sort=-amount&saved={view.id}"
    columns = browser.post("/deals/columns/", {"columns": ["amount", "stage"], "back": "q=a"})
    assert columns["Location"] == "/deals/list/?q=a&cols=amount%2Cstage"


def test_the_api_keeps_views_of_deals(acme, client, api_key):
    key = api_key("customers:read", "deals:read", "settings:write")

    def send(query: str, idempotency: str):
        told = {"list": "deals", "name": "Ours", "query": query, "share": "everybody"}
        return client.post("/api/v1/views", json.dumps(told), "application/json", HTTP_IDEMPOTENCY_KEY=idempotency, **key)

    made = send("state=open&owner=none&cols=amount,stage", "1")
    assert (made.status_code, made.json()["list"]) == (201, "deals")
    for number, wrong in enumerate(("state=dead", "cols=phone", "sort=stage", "view=mine")):
        assert send(wrong, f"w{number}").json()["code"] == "view_query_unknown", wrong
    assert [row["name"] for row in client.get("/api/v1/views?list=deals", **key).json()["data"]] == ["Ours"]
