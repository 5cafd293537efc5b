"""The API of cases and return visits: the operations behind it, with its own shapes."""

from crm import operations
from crm.models import Case, ContactVisit
from tenancy import door


def test_a_case_goes_its_way(api, ann, gus):
    caller = api()
    body = {"key": "c1", "subject": "Torn bag", "customer_id": str(ann.id), "priority": 2}
    made, again = caller.post("cases", body), caller.post("cases", body)
    assert (made.status_code, made.json()["number"], again.json()["id"]) == (201, 1, made.json()["id"])
    case = f"cases/{made.json()['id']}"
    assert caller.post(f"{case}/assign", {"owner_id": str(gus.id)}).json()["status"] == "open"
    said = caller.post(f"{case}/messages", {"kind": "out", "text": "Which bag?", "waits": True})
    assert (said.status_code, caller.get(case).json()["status"]) == (201, "waiting")
    assert caller.post(f"{case}/messages", {"kind": "in", "text": "The big one"}).status_code == 201
    assert [each["kind"] for each in caller.get(f"{case}/messages").json()["data"]] == ["out", "in"]
    assert caller.post(f"{case}/close").json()["code"] == "case_moved"
    assert caller.post(f"{case}/solve", {"resolution": "Sent again"}).json()["status"] == "solved"
    assert caller.post(f"{case}/close").json()["status"] == "closed"
    reopened = caller.post(f"{case}/reopen", {"reason": "Torn again"}).json()
    assert (reopened["status"], reopened["reopened"], reopened["solved_at"]) == ("open", 1, None)
    figures = caller.get("cases/figures", by="owner").json()
    assert (figures["total"]["opened"], figures["data"][0]["label"], figures["data"][0]["reopened_rate"]) == (1, "Gus", 1.0)


def test_lists_are_narrowed_and_nonsense_is_refused(api, at_acme, ann, bea):
    with at_acme():
        operations.open_case(subject="One", customer_id=ann.id, priority=1)
        operations.open_case(subject="Two", customer_id=bea.id)
    caller = api()
    assert [row["subject"] for row in caller.get("cases", priority=1).json()["data"]] == ["One"]
    assert [row["subject"] for row in caller.get("cases", customer=str(bea.id)).json()["data"]] == ["Two"]
    assert caller.get("cases/figures", by="moon").status_code == 422
    assert caller.get("cases/figures", bye="owner").status_code == 422


def test_a_finding_is_written_down_over_the_api(api, acme, ann):
    with door.organisation(acme.id):
        step = operations.StepReport(day=0, title="Ask")
        plan = operations.create_plan(name="P", trigger="order_paid", steps=[step])
        operations.enrol(plan, ann, cause="x", started_at=door.moment())
        operations.turn_plans()
        visit = ContactVisit.objects.get()
    caller = api()
    assert caller.get("contact-plans").json()["data"][0]["steps"][0]["title"] == "Ask"
    found = caller.post(f"visits/{visit.id}/finding", {"satisfied": 4, "has_problem": True, "text": "Torn"})
    assert (found.status_code, found.json()["state"], found.json()["satisfied"]) == (200, "done", 4)
    assert caller.post(f"visits/{visit.id}/finding", {}).json()["code"] == "visit_is_closed"
    with door.organisation(acme.id):
        assert str(Case.objects.get().id) == found.json()["case_id"]
    figures = caller.get(f"contact-plans/{plan.id}/figures").json()
    assert (figures["done"], figures["problems"], figures["satisfied"]) == (1, 1, 4.0)


def test_a_task_is_changed_and_answered_over_the_api(api, ann, gus):
    caller = api()
    task = caller.post("tasks", {
        "key": "k", "title": "Call", "due_at": "2030-01-31T09:00:00Z", "repeats": "monthly", "checklist": ["Kettle"],
        "customer_id": str(ann.id),
    }).json()  # fmt: skip
    address = f"tasks/{task['id']}"
    changed = caller.patch(address, {"title": "Call Ann", "priority": 1}).json()
    assert (changed["title"], changed["priority"], changed["checklist"]) == (
        "Call Ann", 1, [{"text": "Kettle", "is_done": False}],
    )  # fmt: skip
    assert caller.post(f"{address}/assign", {"assignee_id": str(gus.id), "note": "Please"}).json()["hand_note"] == "Please"
    assert caller.post(f"{address}/put-off", {"until": "2030-02-02T09:00:00Z"}).json()["snoozed"] == 1
    assert caller.post(f"{address}/comments", {"text": "Mornings"}).status_code == 201
    assert len(caller.get(f"{address}/comments").json()["data"]) == 1
    done = caller.post(f"{address}/result", {"result": "reached", "outcome": "Fine"}).json()
    assert (done["state"], done["result"]) == ("done", "reached")
    assert caller.get("tasks", state="open").json()["data"][0]["due_at"] == "2030-02-28T09:00:00Z"
