"""The board and the page of a deal, without scripts: forms that ask for what a stage needs, and conflicts that are told."""

import pytest

from crm.models import Deal, DealStage, LossReason
from crm.operations import deals as selling
from crm.operations import record_customer
from crm.queries.deals import stages_of
from tenancy import door


@pytest.fixture
def stages(acme) -> list[DealStage]:
    with door.organisation(acme.id):
        return stages_of(selling.ensure_pipeline().id)


@pytest.fixture
def deal(acme, stages) -> Deal:
    with door.organisation(acme.id):
        ann = record_customer(name="Ann Smith", email="ann@example.com")
        return selling.create_deal(title="Office coffee", customer_id=ann.id, amount_minor=500_000)


def state(acme, deal) -> tuple[str, int]:
    with door.organisation(acme.id):
        found = Deal.objects.get(id=deal.id)
        return found.state, found.version


def test_a_lost_deal_is_asked_for_its_reason_first(acme, gus, signed_in, deal, stages):
    browser, address = signed_in(gus), f"/deals/{deal.id}/move/"
    asked = browser.post(address, {"stage": stages[5].id})
    assert (asked.status_code, state(acme, deal)[0]) == (422, "open")
    assert 'name="reason"' in asked.content.decode()
    refused = browser.post(address, {"stage": stages[5].id, "is_asked": "1", "closed_on": "2026-01-01", "reason": ""})
    assert (refused.status_code, state(acme, deal)[0]) == (422, "open")
    with door.organisation(acme.id):
        reason = LossReason.objects.exclude(parent=None).first()
    today = browser.get(f"/deals/{deal.id}/").context["clock"].date()
    told = {"stage": stages[5].id, "is_asked": "1", "closed_on": today, "reason": reason.id, "competitor": "Bean & Co"}
    assert browser.post(address, told).status_code == 302
    assert state(acme, deal)[0] == "lost"
    again = browser.post(address, {"stage": stages[0].id, "is_asked": "1", "note": ""})
    assert (again.status_code, state(acme, deal)[0]) == (422, "lost")


def test_a_move_of_what_somebody_else_moved_is_a_toast(acme, gus, signed_in, deal, stages):
    with door.organisation(acme.id):
        selling.move_deal(deal.id, stages[2].id)
    told = {"stage": stages[1].id, "version": 1}
    answer = signed_in(gus).post(f"/deals/{deal.id}/move/", told, HTTP_HX_REQUEST="true")
    assert (answer.status_code, "toast" in answer["HX-Trigger"], state(acme, deal)) == (409, True, ("open", 2))


def test_columns_go_on_with_the_filters_they_had(acme, gus, signed_in, deal, stages):
    with door.organisation(acme.id):
        for number in range(25):
            selling.create_deal(title=f"Small {number}", customer_id=deal.customer_id, amount_minor=100)
    browser = signed_in(gus)
    board = browser.get("/deals/", {"q": "Small"})
    first = board.context["columns"][0]
    assert (first["count"], len(first["deals"]), first["sums"]) == (25, 20, (("GBP", 2_500),))
    rest = browser.get(first["more"])
    assert rest.content.decode().count("data-card=") == 5
    assert "Office coffee" not in rest.content.decode()
    assert browser.get(first["more"] + "x").status_code == 404


def test_money_sent_twice_is_noted_once(acme, gus, signed_in, deal):
    browser = signed_in(gus)
    today = browser.get(f"/deals/{deal.id}/").context["clock"].date()
    told = {"amount_minor": "100.00", "received_on": today, "reference": "abc"}
    assert [browser.post(f"/deals/{deal.id}/receipts/", told).status_code for _ in range(2)] == [302, 302]
    page = browser.get(f"/deals/{deal.id}/")
    assert page.context["money"].kept_minor == 10_000
    too_much = browser.post(f"/deals/{deal.id}/receipts/", told | {"reference": "d", "amount_minor": "4900.01"})
    assert (too_much.status_code, "Raise the amount" in too_much.content.decode()) == (422, True)


def test_lines_are_written_and_the_amount_follows(acme, gus, signed_in, deal):
    told = {
        "lines-TOTAL_FORMS": 2, "lines-INITIAL_FORMS": 0, "lines-MIN_NUM_FORMS": 0, "lines-MAX_NUM_FORMS": 50,
        "lines-0-name": "Machine", "lines-0-quantity": 2, "lines-0-unit_minor": "10.00", "lines-0-discount": "50",
        "lines-1-name": "", "lines-1-quantity": 1, "follows": "on",
    }  # fmt: skip
    assert signed_in(gus).post(f"/deals/{deal.id}/products/", told).status_code == 302
    with door.organisation(acme.id):
        assert Deal.objects.get(id=deal.id).amount_minor == 1_000


def test_a_stage_is_archived_with_a_place_for_its_deals(acme, gus, signed_in, deal, stages):
    browser, address = signed_in(gus), f"/settings/stages/{stages[0].id}/archive/"
    browser.post(address)
    with door.organisation(acme.id):
        assert DealStage.objects.get(id=stages[0].id).archived_at is None
    browser.post(address, {"move_to": stages[1].id})
    with door.organisation(acme.id):
        assert Deal.objects.get(id=deal.id).stage_id == stages[1].id
