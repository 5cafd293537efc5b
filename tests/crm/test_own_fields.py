"""Own fields of deals, leads and cases: cleaned, asked for, carried along, kept apart."""

import pytest

from crm import errors
from crm import operations as crm
from crm.models import Case, CustomField, Deal, DealStage, Lead
from crm.operations import deals as selling
from crm.operations import leads as leading
from tenancy import door
from tenancy.models import AuditRecord

EN = {"en": "Course"}
COURSES = [{"value": "piano", "en": "Piano"}, {"value": "violin", "en": "Violin"}]


@pytest.fixture
def field(at_acme):
    """Make a field: `field("deal", "course", kind="choice", …)`."""

    def make(subject: str, key: str, kind: str = "text", **more) -> CustomField:
        with at_acme():
            return crm.create_custom_field(subject=subject, key=key, label={"en": key.capitalize()}, kind=kind, **more)

    return make


@pytest.fixture
def course(field) -> CustomField:
    return field("deal", "course", "choice", choices=COURSES)


@pytest.fixture
def deal(at_acme, ann) -> Deal:
    with at_acme():
        return selling.create_deal(title="Lessons", customer_id=ann.id, amount_minor=100)


def last_audit(action: str) -> dict:
    return AuditRecord.objects.filter(action=action).order_by("-id").values_list("changes", flat=True).first()


def test_a_deal_keeps_what_fits_and_refuses_what_does_not(at_acme, ann, course):
    with at_acme():
        made = selling.create_deal(title="Lessons", customer_id=ann.id, custom={"course": "piano"})
        assert made.custom == {"course": "piano"}
        selling.change_deal(made.id, custom={"course": "violin"})
        assert last_audit("deal.changed") == {"fields": ["custom.course"]}
    with at_acme(), pytest.raises(errors.CustomValueInvalid) as refused:
        selling.change_deal(made.id, custom={"course": "drums"})
    assert refused.value.field == "custom.course"
    with at_acme(), pytest.raises(errors.UnknownCustomField):
        selling.create_deal(title="Other", customer_id=ann.id, custom={"made_up": 1})
    with at_acme():
        assert Deal.objects.get().custom == {"course": "violin"}


def test_a_field_belongs_to_one_kind_of_record(at_acme, ann, course):
    with at_acme(), pytest.raises(errors.UnknownCustomField):
        crm.update_customer(ann.id, custom={"course": "piano"})
    with at_acme(), pytest.raises(errors.UnknownCustomField):
        crm.open_case(subject="Late", customer_id=ann.id, custom={"course": "piano"})
    with at_acme():
        crm.create_custom_field(subject="case", key="course", label=EN, kind="text")  # the same key elsewhere is free
        assert crm.open_case(subject="Late", customer_id=ann.id, custom={"course": "any"}).custom == {"course": "any"}


def test_another_organisation_knows_nothing_of_it(globex, course):
    with door.organisation(globex.id):
        her = crm.record_customer(name="Hal", phone="+447700900999")
        assert not CustomField.objects.exists()
        with pytest.raises(errors.UnknownCustomField):
            selling.create_deal(title="Lessons", customer_id=her.id, custom={"course": "piano"})


def test_a_stage_asks_no_more_for_an_archived_field(at_acme, deal, course):
    with at_acme():
        stage = DealStage.objects.filter(pipeline_id=deal.pipeline_id, kind="open").order_by("position")[1]
        selling.change_stage(stage.id, required_fields=["custom:course"])
        stage = DealStage.objects.get(id=stage.id)
        assert selling.missing_at(deal, stage) == ["custom:course"]
        crm.archive_custom_field(course.id)
        assert selling.missing_at(deal, stage) == []
    with at_acme(), pytest.raises(errors.StageAsksUnknown):
        selling.change_stage(stage.id, required_fields=["custom:course"])


def test_a_field_is_asked_for_only_where_its_kind_of_record_has_steps(at_acme, field):
    with at_acme(), pytest.raises(errors.FieldStagesInvalid):
        crm.create_custom_field(subject="deal", key="term", label=EN, kind="text", required_stages=["new"])
    model = field("lead", "model")
    with at_acme(), pytest.raises(errors.FieldStagesInvalid):
        crm.update_custom_field(model.id, required_stages=["won"])
    with at_acme():
        assert not CustomField.objects.filter(key="term").exists()


# --- leads -------------------------------------------------------------------------------------------------


def test_a_lead_is_qualified_once_its_fields_are_filled_in(at_acme, field, gus):
    field("lead", "budget", "money", required_stages=["qualified"])
    with at_acme():
        told = leading.LeadReport(key="api:x:2", source="api", name="Lee", phone="+447700900124", owner_id=gus.id)
        made = leading.capture_lead(told).lead
    with at_acme(), pytest.raises(errors.RequiredMissing) as refused:
        leading.qualify_lead(made.id)
    assert (refused.value.field, refused.value.facts["names"]) == ("custom.budget", "Budget")
    with at_acme():
        assert Lead.objects.get().state == "assigned"
        leading.qualify_lead(made.id, custom={"budget": 250_000})
        assert last_audit("lead.changed") == {"fields": ["custom.budget"]}
        assert (Lead.objects.get().state, Lead.objects.get().custom) == ("qualified", {"budget": 250_000})


def test_conversion_takes_fields_along_where_nothing_is_known(at_acme, field, gus):
    for subject in ("lead", "deal", "customer"):
        field(subject, "model")
    field("lead", "horses", "number")
    field("deal", "horses", "choice", choices=COURSES)  # the same key, but nothing that fits
    field("customer", "size")
    with at_acme():
        told = leading.LeadReport(
            key="api:x:3", source="api", name="Mo", phone="+447700900125", owner_id=gus.id,
            custom={"model": "S1", "horses": 90},
        )  # fmt: skip
        made = leading.capture_lead(told).lead
        crm.update_customer(made.customer_id, custom={"size": "L"})
        leading.qualify_lead(made.id)
        done = leading.convert_lead(made.id, make_deal=True)
        assert Deal.objects.get().custom == {"model": "S1"}
        assert done.customer.custom == {"size": "L", "model": "S1"}


def test_conversion_overwrites_nothing(at_acme, field, gus):
    for subject in ("lead", "customer"):
        field(subject, "model")
    with at_acme():
        told = leading.LeadReport(
            key="api:x:4", source="api", name="Nia", phone="+447700900126", owner_id=gus.id, custom={"model": "S1"}
        )
        made = leading.capture_lead(told).lead
        crm.update_customer(made.customer_id, custom={"model": "old one"})
        leading.qualify_lead(made.id)
        assert leading.convert_lead(made.id).customer.custom == {"model": "old one"}


def test_a_public_form_fills_in_a_leads_fields(at_acme, field):
    field("lead", "model", "choice", choices=COURSES, required_stages=["new"])
    field("lead", "when", "date")
    with at_acme():
        form = leading.create_form("Test drive", {
            "title": {"en": "Test drive"}, "consent": {"en": "Yes"},
            "fields": [
                {"kind": "name", "label": {"en": "Name"}, "is_required": True},
                {"kind": "phone", "label": {"en": "Phone"}, "is_required": True},
                {"kind": "field:model", "label": {"en": "Model"}},
                {"kind": "field:when", "label": {"en": "When"}},
            ],
        })  # fmt: skip
        leading.publish_form(form.id)
        answers = {"name": "Pat", "phone": "07700 900127", "own_model": "piano", "own_when": "soon"}
        leading.submit_entry(form.id, leading.Submission(key="page:1", answers=answers, language="en"))
        made = Lead.objects.get()
        assert made.custom == {"model": "piano"}
        assert made.answers == {"own_when": {"label": {"en": "When"}, "kind": "field:when", "value": "soon"}}


# --- cases -------------------------------------------------------------------------------------------------


def test_a_case_is_solved_once_its_fields_are_filled_in(at_acme, ann, field):
    field("case", "serial", required_stages=["solved"])
    with at_acme():
        case = crm.open_case(subject="Broken", customer_id=ann.id)
    with at_acme(), pytest.raises(errors.RequiredMissing):
        crm.solve_case(case.id, resolution="Mended")
    with at_acme():
        assert Case.objects.get().status == "new"
        assert crm.solve_case(case.id, resolution="Mended", custom={"serial": "A-1"}).custom == {"serial": "A-1"}


def test_merging_cases_keeps_what_only_the_double_knew(at_acme, ann, field):
    field("case", "serial"), field("case", "colour")
    with at_acme():
        keep = crm.open_case(subject="One", customer_id=ann.id, custom={"serial": "A"})
        double = crm.open_case(subject="Two", customer_id=ann.id, custom={"serial": "B", "colour": "red"})
        assert crm.merge_cases(keep.id, double.id).custom == {"serial": "A", "colour": "red"}


# --- over the API --------------------------------------------------------------------------------------------


def test_the_api_reads_writes_and_names_the_field(api, ann, field):
    field("case", "serial", "number")
    field("lead", "model", required_stages=["new"])
    caller, body = api(), {"subject": "Broken", "customer_id": str(ann.id)}
    refused = caller.post("cases", body | {"custom": {"serial": "many"}})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/custom/serial")
    assert caller.post("cases", body | {"custom": {"serial": 7}}).json()["custom"] == {"serial": 7}
    told = {"source": "shop", "external_id": "1", "name": "Kim", "phone": "+447700900123"}
    lacks = caller.post("leads", told)
    assert (lacks.status_code, lacks.json()["errors"][0]["pointer"]) == (422, "/custom/model")
    lead = caller.post("leads", told | {"custom": {"model": "S1"}}).json()
    assert caller.patch(f"leads/{lead['id']}", {"custom": {"model": "S2"}}).json()["custom"] == {"model": "S2"}
