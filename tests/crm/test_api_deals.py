"""The API of deals: one story over HTTP, and what it refuses."""

import pytest

from crm.models import Deal, DealStage, LossReason
from crm.operations import deals as selling
from crm.queries.deals import stages_of


@pytest.fixture
def stages(at_acme) -> list[DealStage]:
    with at_acme():
        return stages_of(selling.ensure_pipeline().id)


@pytest.fixture
def deal(api, ann, stages) -> dict:
    body = {
        "title": "Office coffee", "customer_id": str(ann.id),
        "lines": [{"name": "Machine", "quantity": 2, "unit_minor": 150_000, "discount_percent": "10"}],
    }  # fmt: skip
    answer = api().post("deals", body)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_a_deal_from_beginning_to_money(api, deal, stages):
    assert (deal["amount_minor"], deal["currency"], deal["source"], deal["state"]) == (270_000, "GBP", "api", "open")
    path = f"deals/{deal['id']}"
    moved = api().post(f"{path}/move", {"stage_id": str(stages[1].id), "expected_version": deal["version"]}).json()
    assert moved["stage_id"] == str(stages[1].id)
    stale = api().post(f"{path}/move", {"stage_id": str(stages[2].id), "expected_version": deal["version"]})
    assert (stale.status_code, stale.json()["code"]) == (409, "deal_changed")
    receipt = {"source": "bank", "external_id": "1", "amount_minor": 70_000}
    first, again = (api().post(f"{path}/receipts", receipt) for _ in range(2))
    assert (first.status_code, again.status_code, first.json()["id"]) == (201, 200, again.json()["id"])
    refund = {"source": "bank", "external_id": "1", "amount_minor": 70_001}
    refused = api().post(f"receipts/{first.json()['id']}/refunds", refund)
    assert (refused.status_code, refused.json()["code"]) == (409, "receipt_refund_too_large")
    assert api().post(f"{path}/win").json()["state"] == "won"
    found = api().get(path).json()
    assert (found["kept_minor"], found["sales_cycle_days"]) == (70_000, 0)
    assert [move["kind"] for move in api().get(f"{path}/moves").json()["data"]] == ["won", "moved", "created"]


def test_losing_asks_for_a_reason_and_reopening_for_a_note(api, at_acme, deal):
    path = f"deals/{deal['id']}"
    assert api().post(f"{path}/lose").status_code == 422
    with at_acme():
        reason = LossReason.objects.exclude(parent=None).first()
    assert api().post(f"{path}/lose", {"reason_id": str(reason.id), "competitor": "Bean & Co"}).json()["state"] == "lost"
    assert api().post(f"{path}/reopen").status_code == 422
    assert api().post(f"{path}/reopen", {"note": "A budget"}).json()["loss_reason_id"] is None


def test_a_column_goes_on_where_it_stopped_and_keeps_filters(api, at_acme, ann, deal, stages):
    with at_acme():
        for number in range(4):
            selling.create_deal(title=f"Small {number}", customer_id=ann.id, amount_minor=100, currency="EUR")
    path = f"deal-stages/{stages[0].id}/column"
    first = api().get(path, limit=3, q="small").json()
    assert (first["count"], first["sums"]) == (4, [{"currency": "EUR", "amount_minor": 400}])
    assert [row["title"] for row in first["data"]] == ["Small 3", "Small 2", "Small 1"]
    rest = api().get(path, limit=3, q="small", after=first["next_cursor"]).json()
    assert ([row["title"] for row in rest["data"]], rest["next_cursor"]) == (["Small 0"], None)
    assert api().get(path).json()["sums"] == [
        {"currency": "EUR", "amount_minor": 400},
        {"currency": "GBP", "amount_minor": 270_000},
    ]


def test_lists_are_narrowed_and_nonsense_is_refused(api, deal):
    assert len(api().get("deals", attention="no_step", at_least=270_000).json()["data"]) == 1
    assert api().get("deals", at_least=270_001).json()["data"] == []
    assert api().get("deals", nonsense="1").status_code == 422


def test_the_report_weighs_what_is_open(api, deal, stages):
    found = api().get(f"pipelines/{stages[0].pipeline_id}/report").json()
    assert found["forecast"] == [
        {"month": None, "kind": "undated", "deals": 1, "amount_minor": 270_000, "weighted_minor": 27_000}
    ]
    assert [step["reached"] for step in found["steps"]] == [1, 0, 0, 0, 0]


def test_another_organisation_finds_nothing(api, globex, deal, stages):
    theirs = api(organisation=globex)
    assert theirs.get("deals").json()["data"] == []
    for answer in (
        theirs.get(f"deals/{deal['id']}"), theirs.patch(f"deals/{deal['id']}", {"title": "Mine"}),
        theirs.post(f"deals/{deal['id']}/win"), theirs.get(f"deal-stages/{stages[0].id}/column"),
        theirs.get(f"pipelines/{stages[0].pipeline_id}/report"),
    ):  # fmt: skip
        assert answer.status_code == 404


def test_a_deal_with_money_is_not_deleted(api, at_acme, deal, client, api_key):
    api().post(f"deals/{deal['id']}/receipts", {"source": "bank", "external_id": "1", "amount_minor": 1})
    assert client.delete(f"/api/v1/deals/{deal['id']}", **api_key()).status_code == 409
    with at_acme():
        assert Deal.objects.count() == 1
