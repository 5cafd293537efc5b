"""The board of cases: columns, moves, what a step asks for, and who sees what."""

import pytest

from crm import operations as crm
from crm.models import Case
from tenancy import door

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def case(at_acme, ann) -> Case:
    with at_acme():
        return crm.open_case(subject="Torn bag", customer_id=ann.id)


def status_of(acme, case) -> str:
    with door.organisation(acme.id):
        return Case.objects.get(id=case.id).status


def test_the_board_shows_each_case_in_its_column(signed_in, gus, at_acme, ann, case):
    with at_acme():
        urgent = crm.open_case(subject="Urgent", customer_id=ann.id, priority=1)
        old = crm.open_case(subject="Old", customer_id=ann.id)
        crm.merge_cases(case.id, old.id)
    columns = signed_in(gus).get("/cases/board/").context["columns"]
    assert [(each["key"], each["count"]) for each in columns] == [
        ("new", 2), ("open", 0), ("waiting", 0), ("solved", 0), ("closed", 0),
    ]  # fmt: skip
    assert [each.id for each in columns[0]["cards"]] == [urgent.id, case.id]  # what is due first


def test_a_move_that_asks_nothing_is_done_at_once(signed_in, gus, acme, case):
    browser = signed_in(gus)
    answer = browser.post(f"/cases/{case.id}/move/", {"stage": "waiting", "version": "new"}, **HTMX)
    assert (answer.status_code, answer.json()["stage"], answer.json()["card"]) == (200, "waiting", str(case.id))
    assert status_of(acme, case) == "waiting"


def test_solving_asks_what_was_done_and_for_own_fields(signed_in, gus, acme, at_acme, case):
    with at_acme():
        crm.create_custom_field(
            subject="case", key="serial", label={"en": "Serial number"}, kind="text", required_stages=["solved"]
        )
    browser, link = signed_in(gus), f"/cases/{case.id}/move/"
    asked = browser.post(link, {"stage": "closed", "version": "new"}, **HTMX)
    assert (asked.status_code, "Serial number" in asked.content.decode()) == (422, True)
    told = {"stage": "closed", "version": "new", "is_asked": "1", "resolution": "Sent again"}
    assert browser.post(link, told, **HTMX).status_code == 422
    assert status_of(acme, case) == "new"
    assert browser.post(link, told | {"custom_serial": "A-1"}, **HTMX).json()["stage"] == "closed"
    with at_acme():
        found = Case.objects.get(id=case.id)
        assert (found.resolution, found.custom, found.solved_at is None) == ("Sent again", {"serial": "A-1"}, False)


def test_where_no_step_leads_nothing_goes(signed_in, gus, acme, at_acme, case):
    with at_acme():
        crm.wait_for_customer(case.id)
    answer = signed_in(gus).post(f"/cases/{case.id}/move/", {"stage": "new", "version": "waiting"}, **HTMX)
    assert (answer.status_code, "not new again" in answer.headers["HX-Trigger"]) == (409, True)
    assert status_of(acme, case) == "waiting"
    card = signed_in(gus).get("/cases/columns/waiting/").content.decode()
    assert 'data-reach="closed open solved waiting"' in card


def test_whoever_saw_another_status_moves_nothing(signed_in, gus, acme, case):
    answer = signed_in(gus).post(f"/cases/{case.id}/move/", {"stage": "open", "version": "waiting"}, **HTMX)
    assert answer.status_code == 409
    assert status_of(acme, case) == "new"


def test_a_case_that_is_not_seen_is_not_there(signed_in, staff_of, acme, globex, case):
    stranger = staff_of(globex, "owner")
    assert signed_in(stranger).get(f"/cases/{case.id}/move/").status_code == 404
    assert signed_in(stranger).get("/cases/board/").context["columns"][0]["count"] == 0
    assert signed_in(stranger).post(f"/cases/{case.id}/move/", {"stage": "waiting"}).status_code == 404
    assert status_of(acme, case) == "new"
