"""What else is configuration: hours, stores and teams, leads, care; it travels whole and without people."""

from datetime import date
from uuid import uuid4

import pytest

from crm import operations as crm
from crm.models import ContactPlan, LeadForm, LeadPool, LeadRule, Tag
from crm.operations import leads as leading
from crm.operations import plans as visiting
from dashboard.configuration_words import written
from integrations.errors import EntryMalformed, EntryRefused
from integrations.operations.configuration import apply_bundle, go_back, keep_configuration, read_bundle, try_bundle
from tenancy import calendar, configuration, door
from tenancy.models import CalendarDay, Membership, Store, Team
from tenancy.people import save_store, save_team

MORNINGS = [((540, 720),)] * 5 + [(), ()]
HOLIDAY = date(2026, 10, 1)
FORM = {
    "title": {"en": "Test drive"}, "consent": {"en": "Yes"},
    "fields": [{"kind": "name", "label": {"en": "Name"}}, {"kind": "field:model", "label": {"en": "Model"}}],
}  # fmt: skip


@pytest.fixture
def furnished_office(at_acme, gus) -> None:
    with at_acme():
        calendar.set_week(MORNINGS)
        calendar.set_day(HOLIDAY, name="National Day")
        save_store(None, name="High Street", city="Leeds")
        save_team(None, name="North", lead_id=gus.id, member_ids=[gus.id])
        crm.create_custom_field(subject="lead", key="model", label={"en": "Model"}, kind="text")
        form = leading.create_form("Test drive", FORM)
        pool = leading.add_pool("Fleet", [gus.id])
        asks = [{"fact": "form", "values": [form.code], "is_negated": False}]
        leading.save_rule(name="Ours", how="person", members=[gus.id])
        leading.save_rule(name="Fleet first", how="pool", pool_id=pool.id, criteria=asks)
        leading.save_rule(name="By owner", how="customer_owner")
        leading.set_policy(response_minutes=60)
        crm.set_care_policy(escalate_hours=8, escalate_to_id=gus.id, case_hours={"1": [2, 16]})
        crm.create_category("topic", "Roasting")
        tag = Tag.objects.create(name="VIP")
        steps = [visiting.StepReport(day=3, title="Ask how it went", questions=("Grind?",))]
        visiting.create_plan(name="After an order", trigger="order_paid", tag_id=tag.id, steps=steps)
        by_hand = [visiting.StepReport(day=1, title="Call", assignee_rule="member", assignee_id=gus.id)]
        visiting.create_plan(name="Gus calls", trigger="deal_won", steps=by_hand)


def test_it_comes_back_the_same_elsewhere_and_names_nobody(furnished_office, globex, at_acme, gus):
    with at_acme():
        text = configuration.text_of(configuration.present())
    assert str(gus.id) not in text
    with door.organisation(globex.id):
        apply_bundle(read_bundle(text), cause="file", is_whole=True)
        assert configuration.text_of(configuration.present()) == text
        rules = LeadRule.objects.order_by("position")
        form, pool = LeadForm.objects.get(), LeadPool.objects.get(name="Fleet")
        assert [(row.name, row.pool_id) for row in rules] == [("Fleet first", pool.id), ("By owner", None)]
        assert rules[0].criteria[0]["values"] == [form.code]
        assert (form.version, form.is_on, pool.members) == (0, False, [])  # a person publishes it
        assert [row.name for row in ContactPlan.objects.all()] == ["After an order"]
        assert calendar.working_hours().week[0] == ((540, 720),)
        assert not Membership.objects.filter(team__name="North").exists()


def test_going_back_leaves_people_where_they_are(furnished_office, at_acme, gus):
    with at_acme():
        version = keep_configuration()
        before = configuration.text_of(configuration.present())
        calendar.forget_week()
        CalendarDay.objects.all().delete()
        calendar.set_day(date(2026, 12, 24), name="Christmas Eve", spans=((540, 720),))
        save_team(None, name="South", lead_id=None)
        save_store(None, name="Mill Lane")
        leading.delete_rule(LeadRule.objects.get(name="By owner").id)
        visiting.switch_plan(ContactPlan.objects.get(name="After an order").id, is_active=False)
        crm.set_care_policy(escalate_hours=99)
        go_back(version.number)
        after = configuration.present()
        assert after["teams"].pop("South") == {}  # who is in a team sees its customers: no team goes by the way
        assert configuration.text_of(after) == before
        assert Team.objects.get(name="North").lead_id == gus.id
        assert Membership.objects.get(id=gus.id).team.name == "North"
        assert LeadPool.objects.get(name="Fleet").members == [str(gus.id)]
        assert LeadRule.objects.filter(name="Ours", members=[str(gus.id)]).exists()
        assert ContactPlan.objects.get(name="Gus calls").is_active
        assert not Store.objects.get(name="Mill Lane").is_open


def test_a_version_from_before_a_section_says_nothing_about_it(furnished_office, at_acme):
    with at_acme():
        bundle = {n: rows for n, rows in configuration.present().items() if n not in ("contact_plans", "lead_rules")}
        assert try_bundle(bundle, is_whole=True).changes == []
        assert len(try_bundle(bundle | {"lead_rules": {}}, is_whole=True).changes) == 2


@pytest.mark.parametrize(
    ("section", "key", "entry"),
    [
        ("working_week", "week", {"days": [[[600, 540]]] * 7}),
        ("working_week", "week", {"days": [[]] * 7}),
        ("calendar_days", "someday", {"name": "x", "spans": []}),
        ("teams", "North", {"lead": "gus"}),
        ("lead_forms", "F", {"definition": {"fields": [{"kind": "shoe_size", "label": {}}]}}),
        ("lead_forms", "F", {"definition": {"title": {"en": 3}, "fields": []}}),
        ("lead_rules", "R", {"how": "person", "criteria": []}),
        ("lead_rules", "R", {"how": "pool", "pool": "Unheard of", "criteria": []}),
        ("lead_rules", "R", {"how": "customer_owner", "criteria": [{"fact": "form", "values": ["Unheard of"]}]}),
        ("lead_rules", "R", {"how": "customer_owner", "criteria": [{"fact": "shoe_size", "values": ["9"]}]}),
        ("lead_policy", "leads", {"in_hand": -1}),
        ("care_policy", "care", {"case_hours": {"9": [1, 2]}}),
        ("care_policy", "care", {"escalate_to_id": str(uuid4())}),
        ("case_categories", "colour/Red", {"kind": "colour", "name": "Red"}),
        ("contact_plans", "P", {"trigger": "full_moon", "steps": [{"day": 1, "title": "Call"}]}),
        ("contact_plans", "P", {"trigger": "order_paid", "steps": []}),
        ("contact_plans", "P", {"trigger": "order_paid", "steps": [{"day": 1, "title": "Call", "assignee_rule": "member"}]}),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(section, key, entry, at_acme):
    with at_acme():
        before = configuration.present()
        with pytest.raises((EntryMalformed, EntryRefused)) as refusal:
            apply_bundle({section: {key: entry}}, cause="file")
        assert refusal.value.facts["key"] == key
        assert configuration.present() == before


@pytest.mark.parametrize(
    ("section", "field", "value", "words"),
    [
        ("working_week", "days", [[[540, 720], [780, 1080]], [], [], [], [], [[540, 720]], []],
         "Mon 09:00-12:00, 13:00-18:00; Sat 09:00-12:00"),
        ("calendar_days", "spans", [], "Closed"),
        ("lead_rules", "how", "customer_owner", "To the customer's owner"),
        ("lead_rules", "criteria", [{"fact": "city", "values": ["Leeds", "York"]}], "city is Leeds or York"),
        ("lead_rules", "pool", "", "Everybody's pool"),
        ("care_policy", "case_hours", {"1": [2, 16]}, "Urgent: answer within 2 h, solution within 16 h"),
        ("contact_plans", "trigger", "order_paid", "An order is paid"),
        ("contact_plans", "trigger", "full_moon", "full_moon"),
        ("lead_forms", "definition", FORM, "Name, Model"),
        ("custom_fields", "kind", "yes_no", "Yes or no"),
    ],
)  # fmt: skip
def test_it_is_said_in_words(section, field, value, words):
    assert written(section, field, value, "GBP") == words
