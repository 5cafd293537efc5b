"""Pages of leads: what is clicked is done, what is refused is said, drafts are kept, nobody claims twice."""

from datetime import timedelta

import pytest

from crm.models import Lead, LeadForm, LeadRule
from crm.operations import leads as leading
from tenancy import calendar, door
from tenancy.models import AuditRecord

CAPTURED = {"name": "Zoe Park", "phone": "+447700900155", "source": "phone"}


@pytest.fixture
def here(acme, gus):
    return lambda: door.organisation(acme.id, actor=door.Actor("user", gus.user_id))


@pytest.fixture
def lead(here, gus) -> Lead:
    """A lead of Gus."""
    with here():
        return leading.capture_lead(leading.LeadReport(key="staff:1", owner_id=gus.id, **CAPTURED)).lead


def test_a_lead_is_entered_answered_and_converted(acme, here, gus, signed_in):
    page = signed_in(gus)
    answer = page.post("/leads/new/", CAPTURED | {"owner": str(gus.id), "message": "A kilo, please"})
    with here():
        found = Lead.objects.get()
    assert answer.url == f"/leads/{found.id}/"
    shown = page.get(answer.url).content.decode()
    assert "Answer by" in shown and "A kilo, please" in shown and "07700900155" not in shown.replace(" ", "")
    bad = page.post(f"{answer.url}contact/", {"kind": "call", "result": "reached", "next_title": "Call again"})
    assert bad.status_code == 422 and "A next step needs both" in bad.content.decode()
    page.post(f"{answer.url}contact/", {"kind": "call", "result": "reached"})
    page.post(f"{answer.url}qualify/", {"note": "Big office"})
    page.post(f"{answer.url}convert/", {"note": ""})
    with here():
        assert Lead.objects.get().state == "converted"


def test_no_fit_needs_a_reason(here, gus, lead, signed_in):
    page = signed_in(gus)
    assert page.post(f"/leads/{lead.id}/disqualify/", {"why": "bad weather"}).status_code == 422
    page.post(f"/leads/{lead.id}/disqualify/", {"why": "no_need:later", "note": "May"})
    with here():
        found = Lead.objects.get()
        assert (found.state, found.reason, found.detail, found.note) == ("unqualified", "no_need", "later", "May")
    assert "No need · Perhaps later" in page.get(f"/leads/{lead.id}/").content.decode()


def test_the_pool_shows_who_had_it_and_gives_it_to_who_takes_it(acme, here, gus, lead, signed_in, staff_of):
    with here():
        leading.release_lead(lead.id)
    page = signed_in(staff_of(acme, "sales"))
    assert "Gus" in page.get("/leads/pool/").content.decode()
    assert page.post(f"/leads/{lead.id}/claim/").url == f"/leads/{lead.id}/"
    page.post(f"/leads/{lead.id}/claim/")
    assert "Somebody else was faster" in page.get("/leads/").content.decode()


def test_a_rule_is_made_of_what_is_filled_in(here, gus, signed_in):
    told = {"name": "North", "city": "Leeds, York", "source": ["form", "qr"], "how": "round_robin", "members": [str(gus.id)]}
    page = signed_in(gus)
    assert page.post("/leads/rules/new/", told | {"members": []}).status_code == 422
    page.post("/leads/rules/new/", told)
    with here():
        rule = LeadRule.objects.get()
        assert [(each["fact"], each["values"]) for each in rule.criteria] == [
            ("source", ["form", "qr"]), ("city", ["Leeds", "York"]),
        ]  # fmt: skip
    assert "source is Form or QR code; city is Leeds or York" in page.get("/leads/rules/").content.decode()
    tried = page.get("/leads/rules/try/?source=form&city=York").content.decode()
    assert "Assigned to Gus by rule 1" in tried
    assert page.get(f"/leads/rules/{rule.id}/").context["form"].initial["city"] == "Leeds, York"


def question(number: int, kind: str, label: str, **more) -> dict:
    facts = {"kind": kind, "label_en": label, "ORDER": number + 1} | more
    return {f"questions-{number}-{name}": value for name, value in facts.items()}


def built(*questions: dict, **more) -> dict:
    told = {"name": "Fair", "title_en": "Hello", "consent_en": "Yes.", "questions-TOTAL_FORMS": len(questions),
            "questions-INITIAL_FORMS": 0}  # fmt: skip
    for each in questions:
        told |= each
    return told | more


def test_a_form_is_built_published_and_versioned(acme, here, gus, signed_in):
    page = signed_in(gus)
    edit = page.post("/leads/forms/new/", {"name": "Fair"}).url
    assert page.get(edit).status_code == 200
    name, phone = question(0, "name", "Name", is_required="on"), question(1, "phone", "Phone")
    lost = page.post(edit, built(name, publish="1"))
    assert lost.status_code == 422 and "Ask for at least one of phone" in lost.content.decode()
    assert page.post(edit, built(name, phone, autosave="1")).json() == {"saved": True}
    choice = question(2, "choice", "Size", options_en="S\nL", options_zh="小\n大", label_zh="尺码", key="size")
    page.post(edit, built(name, phone, choice, publish="1", origins="https://Shop.example.com"))
    page.post(edit, built(name, phone, choice, publish="1", origins="https://shop.example.com"))
    with here():
        form = LeadForm.objects.get()
        assert (form.version, form.is_on, form.origins) == (1, True, ["https://shop.example.com"])
        asked = form.versions.get().definition["fields"]
        assert [each["kind"] for each in asked] == ["name", "phone", "choice"]
        assert asked[2]["options"] == [{"en": "S", "zh-hans": "小"}, {"en": "L", "zh-hans": "大"}]
        assert AuditRecord.objects.filter(action="lead_form.saved").count() == 2  # what is kept while typing is not noted
    away = page.post(edit, built(name, phone, redirect_to="https://evil.example/", origins="https://shop.example.com"))
    assert away.status_code == 422
    shown = page.get(f"/leads/forms/{form.id}/").content.decode()
    assert f"/o/{acme.slug}/f/{form.code}/embed" in shown


def test_the_week_and_its_exceptions(here, gus, signed_in):
    page = signed_in(gus)
    week = {f"day{n}": "9-12, 13-17" for n in range(5)} | {"day5": "", "day6": ""}
    assert page.post("/settings/calendar/", week | {"day0": "17-9"}).status_code == 422
    page.post("/settings/calendar/", week)
    page.post("/settings/calendar/load/", {"year": "2026"})
    with here():
        hours = calendar.working_hours()
        assert hours.week[0] == ((540, 720), (780, 1020)) and hours.week[6] == ()
        assert len(hours.days) == 8
        assert calendar.load_holidays("GB", 2026, language="en") == 0
    assert page.post("/settings/calendar/", dict.fromkeys(week, "")).status_code == 422


def test_people_enter_their_own_absence_only(acme, here, gus, staff_of, signed_in):
    sales = staff_of(acme, "sales")
    with here():
        first = calendar.today()
    days = {"first_day": first.isoformat(), "last_day": (first + timedelta(days=2)).isoformat()}
    page = signed_in(sales)
    assert page.post("/absences/", days | {"member": str(gus.id)}).status_code == 422
    page.post("/absences/", days | {"member": str(sales.id), "deputy": str(gus.id)})
    with here():
        assert calendar.away_on(first) == {sales.id: gus.id}
