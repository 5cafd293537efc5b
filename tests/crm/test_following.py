"""Segments that are followed: who enters and leaves is noted once, told by events, and acted on."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import operations as crm
from crm.errors import RelativeConditions, SegmentInUse, SegmentIsRelative, SegmentMissing
from crm.models import ContactPlan, ContactVisit, Customer, Enrolment, Segment, SegmentCount, SegmentStay
from crm.operations import StepReport
from crm.operations import leads as leading
from crm.operations.segments.following import _take
from crm.queries.following import days_of, followed
from crm.queries.segments import members, uses
from crm.rules.explaining import explain
from integrations.models import WebhookEndpoint
from referrals.operations import create_campaign
from tenancy import door
from tenancy.models import Event, Membership, Team
from tests.crm.test_conditions import NOON, group, leaf

LEEDS = group("all", leaf("city", "is", "Leeds"))
MINE = group("all", leaf("owner", "me"))
STEPS = [StepReport(day=3, title="Call them")]


def moves() -> list[tuple[str, str]]:
    rows = Event.objects.filter(kind__startswith="segment.").order_by("id")
    names = dict(Customer.objects.values_list("id", "name"))
    return [(event.kind, names[event.subject_id]) for event in rows]


@pytest.fixture
def leeds(at_acme, ann, bea):
    """A followed segment of Leeds, in which Ann was from the beginning."""
    with at_acme():
        crm.update_customer(ann.id, city="Leeds")
        kept = crm.create_segment(name="Leeds", conditions=LEEDS)
        return crm.follow_segment(kept.id, is_followed=True)


def test_who_was_there_has_not_entered_and_a_segment_is_one_statement(at_acme, leeds, ann):
    with at_acme(hours=1):
        with CaptureQueriesContext(connection) as asked:
            _take(leeds.id)
        assert sum("crm_segmentstay" in each["sql"] for each in asked) == 1
        assert (crm.follow_segments(), moves()) == (0, [])
        assert list(SegmentStay.objects.values_list("customer_id", "was_there", "left_at")) == [(ann.id, True, None)]


def test_entering_and_leaving_are_told_once(at_acme, leeds, ann, bea, globex):
    with at_acme(hours=1):
        crm.update_customer(bea.id, city="Leeds")
        crm.update_customer(ann.id, city="York")
    with door.organisation(globex.id, moment=NOON + timedelta(hours=1)):
        crm.record_customer(name="Leeds Lou", email="lou@globex.example", city="Leeds")
        assert (crm.follow_segments(), SegmentStay.objects.count()) == (0, 0)
    with at_acme(hours=1):
        assert (crm.follow_segments(), crm.follow_segments()) == (2, 0)
        assert moves() == [("segment.left", "Ann Smith"), ("segment.entered", "Bea Jones")]
        told = Event.objects.filter(kind="segment.entered").get().payload
        assert told == {"segment_id": str(leeds.id), "customer_id": str(bea.id)}
    with at_acme(hours=2):
        crm.update_customer(ann.id, city="Leeds")
        assert crm.follow_segments() == 1
        assert SegmentStay.objects.filter(customer=ann).count() == 2


def test_other_conditions_make_nobody_enter(at_acme, leeds, ann, bea):
    with at_acme(hours=1):
        crm.update_segment(leeds.id, conditions=group("all", leaf("name", "contains", "Bea")))
        assert (crm.follow_segments(), moves()) == (0, [])
        assert list(SegmentStay.objects.filter(left_at=None).values_list("customer_id", flat=True)) == [bea.id]


def test_only_what_somebody_follows_is_taken(at_acme, ann, bea):
    with at_acme():
        kept = crm.create_segment(name="Leeds", conditions=LEEDS)
        private = crm.create_segment(name="Private", conditions=LEEDS, is_shared=False)
        assert followed() == []
        endpoint = WebhookEndpoint.objects.create(
            url="https://x.example/", secret="s", kinds=["segment.left"], created_at=NOON
        )
        assert followed() == [kept]
        WebhookEndpoint.objects.filter(id=endpoint.id).update(is_active=False)
        plan = crm.create_plan(name="P", trigger="segment", segment_id=private.id, steps=STEPS)
        assert followed() == [private]
        crm.switch_plan(plan.id, is_active=False)
        crm.create_rule(name="R", conditions={}, segment_id=kept.id, stage="loyal")
        assert followed() == [kept]


def test_days_add_up_from_stays(at_acme, leeds, ann, bea):
    for days, (who, city) in enumerate([(bea, "Leeds"), (ann, "York"), (bea, "York")], 1):
        with at_acme(days=days):
            crm.update_customer(who.id, city=city)
            crm.follow_segments()
    with at_acme(days=4):
        told = [(each.customers, each.entered, each.left) for each in days_of(leeds.id)]
        assert told == [(1, 0, 0), (2, 1, 0), (1, 0, 1), (0, 0, 1), (0, 0, 0)]
        assert [each.customers for each in days_of(leeds.id, days=2)] == [0, 0]


# --- what acts on it ---------------------------------------------------------------------------------------------


def test_a_plan_begins_for_whoever_enters_and_not_twice_at_a_time(acme, at_acme, leeds, ann, bea, drained):
    with at_acme():
        plan = crm.create_plan(name="Welcome to Leeds", trigger="segment", segment_id=leeds.id, steps=STEPS)
        with pytest.raises(SegmentMissing):
            crm.create_plan(name="Nowhere", trigger="segment", steps=STEPS)
        with pytest.raises(SegmentInUse):
            crm.delete_segment(leeds.id)
    for city in ("Leeds", "York", "Leeds"):
        with door.organisation(acme.id):
            crm.update_customer(bea.id, city=city)
            crm.follow_segments()
        drained(acme)
    with door.organisation(acme.id):
        assert list(Enrolment.objects.values_list("plan_id", "customer_id")) == [(plan.id, bea.id)]
        assert ContactVisit.objects.count() == 1


def test_a_segment_narrows_any_plan(acme, at_acme, leeds, ann, bea):
    with at_acme():
        plan = crm.create_plan(name="Monthly", trigger="every", every_days=30, segment_id=leeds.id, steps=STEPS)
        assert (crm.enrol_by_calendar(), Enrolment.objects.get().customer_id) == (1, ann.id)
        assert crm.enrol(plan, bea, cause="hand", started_at=NOON) is None


def test_a_lifecycle_rule_moves_whoever_enters(acme, at_acme, leeds, bea, drained):
    with door.organisation(acme.id):
        crm.create_rule(name="Local", conditions={}, segment_id=leeds.id, stage="loyal")
        crm.follow_segments()
        crm.update_customer(bea.id, city="Leeds")
        crm.follow_segments()
    drained(acme)
    with door.organisation(acme.id):
        assert Customer.objects.get(id=bea.id).stage == "loyal"


def test_a_lead_rule_asks_for_the_segment_of_who_was_known(at_acme, leeds, ann, gus, acme):
    known = leading.LeadReport(key="1", name="Ann Smith", email="ann@example.com", source="api")
    new = leading.LeadReport(key="2", name="Lee New", email="new@example.com", source="api", city="Leeds")
    with at_acme(days=1):
        criteria = [{"fact": "segment", "values": [str(leeds.id)], "shown": ["Leeds"]}]
        leading.save_rule(name="Locals", how="person", criteria=criteria, members=[gus.id])
        lead, stranger = leading.capture_lead(known).lead, leading.capture_lead(new).lead
        move = lead.moves.order_by("-id").filter(kind="assigned").get()
        assert (lead.owner_id, stranger.owner_id) == (gus.id, None)
        assert explain(move.facts) == "Assigned to Gus by rule 1: customer's segment is Leeds; the one person it names"
        assert [use.kind for use in uses(leeds.id)] == ["Rule for leads"]


# --- me and my team ------------------------------------------------------------------------------------------


@pytest.fixture
def colleagues(acme, at_acme, ann, bea, staff_of):
    lea, nan, sid = (staff_of(acme, "sales") for _ in range(3))
    with at_acme():
        team = Team.objects.create(name="North", lead=lea)
        Membership.objects.filter(id=nan.id).update(team=team)
        Customer.objects.filter(id=ann.id).update(owner=nan)
        Customer.objects.filter(id=bea.id).update(owner=sid)
    return lea, nan, sid


def test_me_and_my_team_are_the_readers(acme, colleagues):
    lea, nan, sid = colleagues
    with door.organisation(acme.id):
        me = crm.create_segment(name="Mine", conditions=MINE)
        team = crm.create_segment(name="Ours", conditions=group("all", leaf("owner", "my_team")))
    for who, kept, found in (
        (lea, me, set()), (lea, team, {"Ann Smith"}), (nan, me, {"Ann Smith"}), (nan, team, {"Ann Smith"}),
        (sid, team, {"Bea Jones"}),
    ):  # fmt: skip
        with door.organisation(acme.id, actor=door.Actor("user", who.user_id)):
            assert {row.name for row in members(kept.id)} == found
    with door.organisation(acme.id):
        assert not members(me.id).exists() and not members(team.id).exists()


def test_machines_refuse_what_depends_on_who_looks(at_acme, leeds, gus):
    with at_acme():
        mine = crm.create_segment(name="Mine", conditions=MINE)
        told = {"starts_at": NOON, "segment_id": mine.id}
        for use in (
            lambda: crm.follow_segment(mine.id, is_followed=True),
            lambda: crm.create_plan(name="P", trigger="segment", segment_id=mine.id, steps=STEPS),
            lambda: crm.create_rule(name="R", conditions={}, segment_id=mine.id, stage="loyal"),
            lambda: leading.save_rule(
                name="L", how="person", criteria=[{"fact": "segment", "values": [str(mine.id)]}], members=[gus.id]
            ),
            lambda: create_campaign(template="friend_coupon", name="C", **told),
        ):
            with pytest.raises(SegmentIsRelative):
                use()
        with pytest.raises(SegmentIsRelative):
            crm.update_segment(leeds.id, conditions=MINE)
        assert Segment.objects.get(id=leeds.id).conditions == LEEDS
        with pytest.raises(RelativeConditions):
            crm.create_rule(name="R", conditions=group("all", leaf("owner", "my_team")), stage="loyal")
        crm.count_segments()
        assert not SegmentCount.objects.filter(segment=mine).exists()
        assert not ContactPlan.objects.exists()


def test_a_key_is_nobody(acme, client, api_key, at_acme, leeds):
    with door.organisation(acme.id):
        mine = crm.create_segment(name="Mine", conditions=MINE)
    key = api_key("customers:read", "segments:write", "reports:read")
    for path in (f"segments/{mine.id}/count", f"segments/{mine.id}/members", f"analytics/cohorts?in_segment={mine.id}"):
        answer = client.get(f"/api/v1/{path}", **key)
        assert (answer.status_code, answer.json()["code"]) == (409, "segment_is_relative")
    told = {"conditions": MINE}
    answer = client.post("/api/v1/segments/preview", told, content_type="application/json", **key)
    assert (answer.status_code, answer.json()["code"]) == (422, "relative_conditions")
    answer = client.patch(f"/api/v1/segments/{leeds.id}", {"is_followed": False}, content_type="application/json", **key)
    assert (answer.status_code, answer.json()["is_followed"]) == (200, False)
    days = client.get(f"/api/v1/segments/{leeds.id}/history", **key).json()["data"]
    assert (days[0]["day"], days[0]["customers"]) == ("2026-11-20", 1)


def test_the_api_says_who_was_in_it_from_when_to_when(at_acme, leeds, ann, bea, client, api_key):
    with at_acme(hours=1):
        crm.update_customer(bea.id, city="Leeds")
        crm.update_customer(ann.id, city="York")
        crm.follow_segments()
    address, key = f"/api/v1/segments/{leeds.id}/stays", api_key("customers:read")
    rows = client.get(address, **key).json()["data"]
    assert [(row["customer_id"], row["was_there"], row["left_at"] is None) for row in rows] == [
        (str(bea.id), False, True), (str(ann.id), True, False),
    ]  # fmt: skip
    for is_over, who in (("true", ann), ("false", bea)):
        found = client.get(address, {"is_over": is_over}, **key).json()["data"]
        assert [row["customer_id"] for row in found] == [str(who.id)]
