"""Lists of the API as keys read them, by statements that were planned before: the same answers, for whoever asks."""

import pytest

from tenancy import api_pages, keys
from tenancy.postgresql import prepared
from tenancy.rules import PERMISSIONS
from tests.crm.test_api_orders import ORDER, REFUND

WITHOUT_REVEAL = sorted(set(PERMISSIONS) - {"contacts:reveal"})
ASKED = (
    ("customers", {}), ("customers", {"limit": "2"}), ("customers", {"sort": "name", "limit": "2"}),
    ("customers", {"sort": "-created_at", "limit": "2"}), ("customers", {"fields": "name,tags", "limit": "1"}),
    ("orders", {"limit": "2"}), ("orders", {"sort": "-total_minor", "limit": "1"}),
    ("orders", {"sort": "placed_at", "limit": "2", "fields": "id,kept_minor,refunds"}),
)  # fmt: skip


@pytest.fixture
def planned(monkeypatch):
    """The statements that were carried out, in order; they are made anew in each test."""
    monkeypatch.setattr(api_pages, "_plans", {})
    carried_out, fetch = [], prepared.fetch
    monkeypatch.setattr(prepared, "fetch", lambda wanted, values: carried_out.append(wanted) or fetch(wanted, values))
    return carried_out


def filled(caller, letter: str) -> None:
    """Give the organisation three customers and their orders, one with two refunds."""
    for n in range(3):
        customer = {"external_id": f"C{n}", "name": f"{letter} {n % 2}", "email": f"{letter}{n}@example.com"}
        number = f"{letter}-{n}"
        assert caller.post("orders", {**ORDER, "external_id": number, "customer": customer}).status_code == 201
    for n in range(2):
        caller.post("refunds", {**REFUND, "external_id": f"{letter}{n}", "order_external_id": f"{letter}-1"})


def walked(caller, path: str, asked: dict[str, str]) -> list[bytes]:
    """Read a list to its end."""
    pages, after = [], {}
    while after is not None:
        answer = caller.get(path, **asked, **after)
        assert answer.status_code == 200
        pages.append(answer.content)
        cursor = answer.json()["next_cursor"]
        after = {"after": cursor} if cursor else None
    return pages


@pytest.mark.parametrize("scopes", [(), WITHOUT_REVEAL], ids=["all", "masked"])
def test_planned_pages_are_what_unplanned_ones_are(api, planned, monkeypatch, scopes):
    filled(api(), "a")
    caller = api(*scopes)
    by_plan = [walked(caller, path, asked) for path, asked in ASKED]
    assert len(planned) == sum(map(len, by_plan)) > len(ASKED)
    monkeypatch.setattr(api_pages.Pages, "_by_plan", lambda self, request, asked: None)
    assert [walked(caller, path, asked) for path, asked in ASKED] == by_plan


def test_a_plan_holds_nothing_of_who_asked_first(api, globex, planned):
    """Not the organisation, not the key, not the moment, not the place: it serves whoever asks next."""
    made = []
    for caller, letter in ((api(), "a"), (api(organisation=globex), "g")):
        filled(caller, letter)
        api_pages._plans.clear()
        planned.clear()
        for path, asked in ASKED:
            walked(caller, path, asked)
        made.append(list(planned))
    assert made[0] == made[1]


def test_one_plan_serves_two_organisations_each_its_own(api, globex, planned):
    callers = [api(), api(organisation=globex)]
    for caller, letter in zip(callers, "ag", strict=True):
        filled(caller, letter)
    for path, _asked in ASKED:
        names = [[row.get("external_id") or row["name"] for row in c.get(path).json()["data"]] for c in callers * 2]
        assert names[0] == names[2] != names[1] == names[3]
        assert {name[0] for name in names[0] + names[1]} == {"a", "g"}
        assert {name[0] for name in names[0]} == {"a"}
    assert len(set(planned)) == 2


def test_keys_with_other_scopes_have_other_plans(api, planned):
    filled(api(), "a")
    whole, masked = api(), api(*WITHOUT_REVEAL)
    seen = [caller.get("customers").json()["data"][0]["contact_points"] for caller in (whole, masked, whole, masked)]
    assert seen[0] == seen[2] != seen[1] == seen[3]
    assert "a2@example.com" in [point["value"] for point in seen[0]]
    assert "a2@example.com" not in str(seen[1])


def test_a_narrowed_list_is_not_planned(api, planned):
    filled(api(), "a")
    assert [row["name"] for row in api().get("customers", q="a 1").json()["data"]] == ["a 1"]
    assert planned == []


def test_a_write_is_seen_by_the_next_page(api, planned):
    caller = api()
    filled(caller, "a")
    before = caller.get("customers").json()["data"]
    made = caller.post("customers", {"name": "a new one"}).json()
    assert caller.get("customers").json()["data"] == [made, *before]
    assert planned[0] == planned[1]


def test_a_revoked_key_is_refused_when_it_is_forgotten(api, acme, monkeypatch):
    monkeypatch.setattr(keys, "REMEMBERED", 1.0)
    caller = api()
    assert caller.get("customers").status_code == 200
    with api_pages.door.organisation(acme.id):
        keys.revoke(keys.ApiKey.objects.get())
    assert caller.get("customers").status_code == 401
