"""Segments: who is in them, who may see them, what keeps them from being deleted; fields, quality, lifecycle."""

from datetime import timedelta

import pytest

from crm import operations as crm
from crm.errors import (
    CustomValueInvalid,
    FieldHasValues,
    RequiredMissing,
    SegmentInUse,
    SegmentIsDynamic,
    SegmentNameTaken,
    UnknownCustomField,
    UnknownSegment,
)
from crm.models import Customer, CustomField, Segment, SegmentCount, SegmentMember
from crm.queries.conditions import narrow
from crm.queries.quality import behind, quality, records_behind, score_expression
from crm.queries.segments import is_member, last_counts, members, segment_for, segments_for
from crm.rules.custom_fields import Definition, read_value
from crm.rules.quality import completeness
from referrals.errors import NotInTarget
from referrals.operations import code_for, create_campaign, start_campaign, update_campaign
from tenancy import door
from tenancy.models import AuditRecord
from tests.crm.test_conditions import NOON, group, leaf

NAMED_ANN = group("all", leaf("name", "contains", "Ann"))


def test_a_dynamic_segment_holds_whoever_fits_now(at_acme, ann, bea):
    with at_acme():
        kept = crm.create_segment(name="Anns", conditions=NAMED_ANN)
        assert [row.id for row in members(kept.id)] == [ann.id]
        assert is_member(kept.id, ann.id) and not is_member(kept.id, bea.id)
        crm.update_customer(bea.id, name="Anna Bea")
        assert is_member(kept.id, bea.id)


def test_a_fixed_list_holds_whoever_was_put_on_it(at_acme, ann, bea):
    with at_acme():
        kept = crm.create_segment(name="Anns", conditions=NAMED_ANN)
        listed = crm.freeze_segment(kept.id, name="Listed")
        assert (crm.add_members(listed.id, [ann.id, bea.id]), crm.remove_members(listed.id, [ann.id])) == (1, 1)
        assert [row.id for row in members(listed.id)] == [bea.id]
        on_it = leaf("lists", "any_of", [str(listed.id)])
        assert [row.id for row in narrow(Customer.objects.all(), on_it, subject="customer")] == [bea.id]
        with pytest.raises(SegmentIsDynamic):
            crm.add_members(kept.id, [bea.id])


def test_another_organisation_is_never_in_a_segment(at_acme, globex, ann):
    with door.organisation(globex.id, moment=NOON):
        theirs = crm.record_customer(name="Ann Other", email="o@globex.example")
    with at_acme():
        listed = crm.create_segment(name="All", kind="static")
        assert crm.add_members(listed.id, [theirs.id, ann.id]) == 1
        everybody = crm.create_segment(name="Everybody")
        assert members(everybody.id).count() == 1
        assert not is_member(everybody.id, theirs.id)
    with door.organisation(globex.id, moment=NOON), pytest.raises(UnknownSegment):
        members(everybody.id)


def test_a_private_segment_is_its_owners(at_acme, acme, gus, staff_of):
    sam = staff_of(acme, "sales")
    with at_acme():
        kept = crm.create_segment(name="Mine", owner_id=gus.id, is_shared=False)
        assert segment_for(gus, kept.id) == kept
        assert list(segments_for(sam)) == []
        with pytest.raises(UnknownSegment):
            segment_for(sam, kept.id)


def test_a_segment_in_use_is_not_deleted(at_acme, ann, bea):
    with at_acme():
        kept = crm.create_segment(name="Anns", conditions=NAMED_ANN)
        campaign = create_campaign(template="friend_coupon", name="C", starts_at=door.moment(), segment_id=kept.id)
        with pytest.raises(SegmentInUse) as refused:
            crm.delete_segment(kept.id)
        assert refused.value.facts["uses"] == "C"
        assert Segment.objects.filter(id=kept.id).exists()
        update_campaign(campaign.id, segment_id=None)
        crm.delete_segment(kept.id)
        assert not Segment.objects.exists()


def test_only_members_of_the_segment_get_a_code(at_acme, ann, bea):
    with at_acme():
        kept = crm.create_segment(name="Anns", conditions=NAMED_ANN)
        campaign = create_campaign(
            template="friend_coupon", name="C", starts_at=door.moment(), segment_id=kept.id, budget_limit_minor=100_000
        )
        start_campaign(campaign.id)
        assert code_for(campaign.id, ann.id).code
        with pytest.raises(NotInTarget):
            code_for(campaign.id, bea.id)


def test_names_are_not_given_twice_and_a_copy_gets_its_own(at_acme, ann):
    with at_acme():
        kept = crm.create_segment(name="Anns", conditions=NAMED_ANN)
        with pytest.raises(SegmentNameTaken):
            crm.create_segment(name="Anns")
        assert crm.duplicate_segment(kept.id).name == "Anns (copy)"
        assert crm.duplicate_segment(crm.freeze_segment(kept.id, name="L").id).members.count() == 1


def test_the_daily_count_is_kept_once_a_day(at_acme, ann, bea):
    with at_acme():
        kept = crm.create_segment(name="Everybody")
        crm.count_segments()
        crm.record_customer(name="Carl", email="carl@example.com")
        crm.count_segments()
        assert last_counts([kept.id])[kept.id].customers == 3
    with at_acme(days=1):
        crm.count_segments()
        assert SegmentCount.objects.count() == 2


# --- fields of one's own -------------------------------------------------------------------------------------


def test_a_value_is_cleaned_by_its_kind():
    assert read_value(Definition("n", "number"), "1,200", country="GB") == 1200
    assert read_value(Definition("p", "phone"), "07700 900001", country="GB") == "+447700900001"
    assert read_value(Definition("l", "link"), "example.com/a", country="GB") == "https://example.com/a"
    assert read_value(Definition("c", "choices", ("a", "b")), "b; a", country="GB") == ["a", "b"]
    assert read_value(Definition("y", "yes_no"), "否", country="GB") is False
    assert read_value(Definition("t", "text"), "  ", country="GB") is None
    for definition, value in [
        (Definition("l", "link"), "javascript:alert(1)"), (Definition("d", "date"), "2026-02-30"),
        (Definition("c", "choice", ("a",)), "b"), (Definition("m", "money"), "1.5"), (Definition("n", "number"), "NaN"),
    ]:  # fmt: skip
        with pytest.raises(CustomValueInvalid):
            read_value(definition, value, country="GB")


def test_an_unknown_key_is_refused_and_old_data_stays(at_acme, ann):
    with at_acme():
        Customer.objects.filter(id=ann.id).update(custom={"old": "kept"})
        with pytest.raises(UnknownCustomField) as refused:
            crm.update_customer(ann.id, custom={"colour": "red"})
        assert refused.value.facts["name"] == "colour"
        crm.create_custom_field(subject="customer", key="size", label={"en": "Size"}, kind="number")
        crm.update_customer(ann.id, custom={"old": "kept", "size": "42"})
        assert Customer.objects.get(id=ann.id).custom == {"old": "kept", "size": 42}
        crm.update_customer(ann.id, custom={"size": None})
        assert Customer.objects.get(id=ann.id).custom == {"old": "kept"}


def test_fields_are_facts_of_conditions(at_acme, ann, bea):
    with at_acme():
        for key, kind, choices in (
            ("size", "number", ()), ("likes", "choices", ("a", "b")), ("since", "date", ()), ("vip", "yes_no", ()),
            ("roast", "choice", ("dark",)), ("word", "text", ()),
        ):  # fmt: skip
            crm.create_custom_field(
                subject="customer", key=key, label={"en": key}, kind=kind, choices=[{"value": c} for c in choices]
            )
        answers = {"size": 42, "likes": ["a", "b"], "since": "2026-11-10", "vip": True, "roast": "dark", "word": "Hello"}
        crm.update_customer(ann.id, custom=answers)
        Customer.objects.filter(id=bea.id).update(custom={"size": "a large one", "since": "2026-99-99"})
        for asked in (
            leaf("custom.size", "at_least", 40), leaf("custom.likes", "all_of", ["a", "b"]), leaf("custom.vip", "is", True),
            leaf("custom.since", "in_last_days", 30), leaf("custom.since", "anniversary_this_month"),
            leaf("custom.roast", "one_of", ["dark"]), leaf("custom.word", "contains", "ell"),
            leaf("custom.word", "is_not_empty"),
        ):  # fmt: skip
            assert [row.id for row in narrow(Customer.objects.all(), asked, subject="customer")] == [ann.id], asked


def test_the_kind_of_a_filled_field_stays(at_acme, ann):
    with at_acme():
        row = crm.create_custom_field(subject="customer", key="size", label={"en": "Size"}, kind="text")
        crm.update_customer(ann.id, custom={"size": "L"})
        with pytest.raises(FieldHasValues):
            crm.update_custom_field(row.id, kind="number")
        assert CustomField.objects.get(id=row.id).kind == "text"


# --- how good the records are --------------------------------------------------------------------------------


def test_the_score_in_sql_is_the_formula(at_acme, ann, gus):
    with at_acme():
        assert Customer.objects.annotate(score=score_expression()).get(id=ann.id).score == completeness(
            {"phone", "email"}, {}
        )
        crm.update_customer(ann.id, city="York", owner_id=gus.id, tags=["vip"])
        crm.set_standard(weights={"phone": 10, "wechat": 0})
        filled = {"phone", "email", "city", "owner_id", "tags"}
        scored = Customer.objects.annotate(score=score_expression()).get(id=ann.id).score
        assert scored == completeness(filled, {"phone": 10, "wechat": 0})


def test_each_figure_counts_the_records_it_opens(at_acme, ann, bea):
    with at_acme():
        crm.update_customer(ann.id, city="York")
        crm.set_standard(required={"prospect": ["city"]}, stale_days=7)
        told = quality()
        for figure in (*told.bands, *told.missing, *told.others):
            assert records_behind(Customer.objects.all(), behind(figure.key)).count() == figure.count, figure.key
        counted = {one.key: one.count for one in (*told.missing, *told.others)}
        assert (counted["missing_city"], counted["below_standard"], counted["stale"]) == (1, 1, 0)
    with at_acme(days=30):
        assert {one.key: one.count for one in quality().others}["stale"] == 2


def test_a_stage_asks_for_its_fields(at_acme, ann):
    with at_acme():
        crm.set_standard(required={"loyal": ["birth_date", "phone"]})
        with pytest.raises(RequiredMissing):
            crm.update_customer(ann.id, stage="loyal")
        assert Customer.objects.get(id=ann.id).stage == "prospect"
        crm.update_customer(ann.id, stage="loyal", birth_date="1990-01-02")
        assert Customer.objects.get(id=ann.id).stage == "loyal"


def test_a_new_customer_at_a_stage_brings_its_fields(at_acme, acme, api_key, client):
    with at_acme():
        crm.set_standard(required={"loyal": ["birth_date"]})
    told = {"name": "Carl", "email": "carl@example.com", "stage": "loyal"}
    asked = {"content_type": "application/json", "HTTP_IDEMPOTENCY_KEY": "k1", **api_key()}
    refused = client.post("/api/v1/customers", told, **asked)
    assert (refused.status_code, refused.json()["code"]) == (422, "required_missing")
    with at_acme():
        assert not Customer.objects.exists()


# --- stages by rules -----------------------------------------------------------------------------------------


def test_the_first_rule_that_holds_moves_and_a_second_run_moves_nobody(at_acme, ann, bea):
    with at_acme():
        crm.create_rule(name="A", conditions=NAMED_ANN, stage="lead")
        crm.create_rule(name="B", conditions=leaf("has_email", "is", True), stage="loyal")
        assert (crm.apply_rules(), crm.apply_rules()) == (2, 0)
        assert dict(Customer.objects.values_list("name", "stage")) == {"Ann Smith": "lead", "Bea Jones": "loyal"}
        noted = AuditRecord.objects.get(action="customer.stage", subject_id=str(ann.id))
        assert noted.changes == {"stage": ["prospect", "lead"], "rule": "A"}


def test_a_stage_set_by_hand_is_left_alone_for_a_while(acme, at_acme, ann, gus):
    with door.organisation(acme.id, actor=door.Actor("user", gus.user_id), moment=NOON):
        crm.update_customer(ann.id, stage="loyal")
        crm.create_rule(name="A", conditions=NAMED_ANN, stage="lead")
    with at_acme(days=29):
        assert crm.apply_rules() == 0
    with at_acme(days=31):
        assert crm.apply_rules() == 1


def test_an_order_makes_the_rules_look_at_the_buyer(acme, at_acme, ann, bea, drained):
    with at_acme():
        crm.create_rule(name="Loyal", conditions=leaf("order_count", "at_least", 2), stage="loyal")
        for number in ("1", "2"):
            crm.record_order(crm.OrderReport(
                source="shop", external_id=number, currency="GBP", total_minor=500, placed_at=NOON - timedelta(days=1),
                customer=crm.CustomerReference(customer_id=ann.id),
            ))  # fmt: skip
    drained(acme)
    with at_acme():
        assert dict(Customer.objects.values_list("name", "stage")) == {"Ann Smith": "loyal", "Bea Jones": "prospect"}
        assert SegmentMember.objects.count() == 0
