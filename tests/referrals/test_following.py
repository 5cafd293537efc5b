"""Clocks in working time, escalation, reasons by time stamps, owners of stages, hand-overs."""

from datetime import UTC, date, datetime, timedelta

import pytest

from crm.models import Interaction, Task
from crm.operations import complete_task, hand_over_all
from messaging.models import Message
from referrals import errors
from referrals import operations as referrals
from referrals.models import Closing, FollowUp, Referral, ReferralHandOver, SourceRule
from referrals.operations.profiles import set_source_rule
from referrals.queries import failures_of, line_of, path_of, promptness_of, stage_owner, stages_without_owner
from referrals.rules.lateness import primary_reason
from tenancy import door
from tenancy.models import Event, Membership, Team
from tests.conftest import NOON

# NOON is a Friday; 24 working hours later: 6 on Friday, 9 on Monday, 9 on Tuesday.
DUE = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


@pytest.fixture
def sam(acme, staff_of):
    return staff_of(acme, "sales")


@pytest.fixture
def brought(anns_code, refer, at_acme, sam):
    """A confirmed referral in Sam's hands."""
    with at_acme():
        referrals.update_campaign(anns_code.campaign_id, responsible_id=sam.id, follow_up_hours=24)
    return refer(anns_code)


def follow_up(referral) -> FollowUp:
    return FollowUp.objects.get(referral_id=referral.id)


def test_the_first_contact_is_due_in_working_time(brought, at_acme, sam):
    with at_acme():
        row = follow_up(brought)
        assert (row.holder_id, row.contact_due_at, row.due_at, row.stage) == (sam.id, DUE, DUE, "confirmed")


def test_late_goes_up_step_by_step_and_each_hears_of_it_once(brought, acme, at_acme, sam, staff_of, gus, drained):
    lead = staff_of(acme, "marketer")
    with at_acme():
        Membership.objects.filter(id=sam.id).update(team=Team.objects.create(name="Sales", lead=lead))
    for moment, woken in ((NOON, 0), (DUE - timedelta(hours=5), 1), (DUE, 1), (DUE, 0), (DUE + timedelta(days=1), 1)):
        with at_acme(moment=moment):
            assert referrals.wake_follow_ups() == woken
    drained(acme)
    with at_acme():
        row = follow_up(brought)
        assert (row.step, row.escalated_to_id) == (2, gus.id)
        told = Message.objects.filter(kind__startswith="referral_due") | Message.objects.filter(kind="referral_overdue")
        said = set(told.filter(channel="in_app").values_list("kind", "member_id"))
        assert said == {
            ("referral_due_soon", sam.id), ("referral_overdue", sam.id), ("referral_overdue", lead.id),
            ("referral_overdue", gus.id),
        }  # fmt: skip


def test_a_contact_stops_the_clock_and_closes_the_task(brought, acme, at_acme, drained):
    drained(acme)
    with at_acme(days=1):
        assert Task.objects.get(key=f"referral:{brought.id}:follow_up").due_at == DUE
        referrals.move_stage(brought.id, "contacted")
        row = follow_up(brought)
        assert (row.contacted_at, row.due_at) == (NOON + timedelta(days=1), None)
        assert Task.objects.get(key=f"referral:{brought.id}:follow_up").state == "done"
    with at_acme(moment=DUE + timedelta(days=1)):
        referrals.wake_follow_ups()
        assert not Event.objects.filter(kind="referral.overdue").exists()


def test_a_finished_task_is_a_contact(brought, acme, at_acme, drained):
    drained(acme)
    with at_acme(days=1):
        complete_task(Task.objects.get(key=f"referral:{brought.id}:follow_up").id, "rang")
    drained(acme)
    with at_acme(days=1):
        assert Referral.objects.get(id=brought.id).stage == "contacted"


def test_a_noted_conversation_is_a_contact_when_it_was_written_down_in_time(brought, at_acme, sam):
    with at_acme(days=1):
        Interaction.objects.create(
            customer_id=brought.referee_id, kind="call", text="rang", author=sam, occurred_at=door.moment(),
            recorded_at=door.moment(),
        )  # fmt: skip
    with at_acme(moment=DUE + timedelta(hours=1)):
        referrals.wake_follow_ups()
        assert Referral.objects.get(id=brought.id).stage == "contacted"
        assert follow_up(brought).contacted_at == NOON + timedelta(days=1)


@pytest.mark.parametrize(
    ("stated", "contacted", "now", "counts"),
    [
        ("price", None, DUE + timedelta(hours=1), "no_follow_up"),
        ("price", DUE + timedelta(minutes=1), DUE + timedelta(days=9), "late_follow_up"),
        ("price", DUE, DUE + timedelta(days=9), "price"),
        ("price", None, DUE, "price"),
        ("wrong_number", None, DUE + timedelta(days=9), "wrong_number"),
        ("fraud_confirmed", None, DUE + timedelta(days=9), "fraud_confirmed"),
    ],
)
def test_time_stamps_say_what_counts(stated, contacted, now, counts):
    assert primary_reason(stated, due_at=DUE, contacted_at=contacted, now=now) == counts


def test_nobody_hides_lateness_behind_the_price(brought, at_acme):
    with at_acme(moment=DUE + timedelta(days=1)):
        referral = referrals.close_referral(brought.id, "price", note="too dear", revisit_on=date(2027, 1, 15))
        assert referral.close_reason == "no_follow_up"
        row = Closing.objects.get()
        assert (row.reason, row.stated, row.note, row.contact_due_at) == ("no_follow_up", "price", "too dear", DUE)
        assert Task.objects.get(key=f"referral:{brought.id}:revisit:2027-01-15").is_all_day
        (side,) = failures_of(brought.campaign_id)
        assert [(side.who, one.reason, one.count, one.stated) for one in side.failures] == [
            ("staff", "no_follow_up", 1, (("Too expensive", 1),))
        ]  # fmt: skip


@pytest.mark.parametrize("reason", ["no_follow_up", "late_follow_up", "past_relation"])
def test_reasons_of_the_system_cannot_be_chosen(reason, brought, at_acme):
    with at_acme(), pytest.raises(errors.ReasonSetBySystem):
        referrals.close_referral(brought.id, reason)
    with at_acme():
        assert Referral.objects.get(id=brought.id).stage == "confirmed" and not Closing.objects.exists()


def test_time_runs_out_and_an_order_told_late_still_counts(brought, buy, at_acme):
    with at_acme(days=100):
        referrals.wake_follow_ups()
        assert Referral.objects.get(id=brought.id).stage == "expired"
    buy("A1", 5000, brought.referee_id, days=3)
    with at_acme(days=100):
        referral = Referral.objects.get(id=brought.id)
        assert (referral.stage, referral.close_reason) == ("converted", "")


# --- owners and hand-overs --------------------------------------------------------------------------------------


def test_without_a_map_every_stage_has_an_owner(campaign, at_acme, gus):
    with at_acme():
        assert stages_without_owner(campaign.id) == []


def test_a_stage_whose_owner_left_is_nobodys(campaign, at_acme, gus, sam):
    with at_acme():
        referrals.set_responsibility(campaign.id, "contacted", member_id=sam.id, hours=8)
        referrals.set_responsibility(campaign.id, "qualified", role="finance")
        assert stages_without_owner(campaign.id) == ["qualified"]
        Membership.objects.filter(id=sam.id).update(is_active=False)
        assert stages_without_owner(campaign.id) == ["contacted", "qualified"]
        referrals.forget_responsibility(campaign.id, "contacted")
        assert stages_without_owner(campaign.id) == ["qualified"]


def test_a_campaign_like_another_has_its_owners_and_its_rules_of_sources(campaign, at_acme, sam):
    with at_acme():
        referrals.set_responsibility(campaign.id, "contacted", member_id=sam.id, hours=8, checklist=["Say hello"])
        set_source_rule(campaign.id, "employee", limit_30_days=5, needs_approval=True)
        copied = referrals.copy_campaign(campaign.id, name="Again", starts_at=NOON)
        begun = referrals.begin_campaign(name="Anew", starts_at=NOON)
        referrals.set_responsibility(begun.id, "qualified", role="finance")
        taken = referrals.take_over(begun.id, campaign.id)
        for other in (copied, taken):
            owner = stage_owner(other, "contacted")
            assert (owner.member, owner.hours, owner.checklist) == (sam, 8, ("Say hello",))
            rule = SourceRule.objects.get(campaign=other)
            assert (rule.source, rule.limit_30_days, rule.needs_approval) == ("employee", 5, True)
        assert stage_owner(taken, "qualified").role == "finance"


def test_the_next_stage_goes_to_its_owner_with_a_checklist_and_a_limit(brought, acme, at_acme, sam, staff_of):
    eve = staff_of(acme, "service")
    with at_acme():
        referrals.set_responsibility(brought.campaign_id, "confirmed", member_id=sam.id, checklist=["Say hello"])
        referrals.set_responsibility(brought.campaign_id, "contacted", role="service", hours=3)
        referrals.move_stage(brought.id, "contacted")
        row = follow_up(brought)
        assert (row.holder_id, row.stage, row.due_at) == (eve.id, "contacted", NOON + timedelta(hours=3))
        asked = ReferralHandOver.objects.get()
        assert (asked.giver_id, asked.receiver_id, asked.state) == (sam.id, eve.id, "waiting")
        assert asked.checklist == [{"text": "Say hello", "is_done": False}]
        assert Task.objects.get(key=f"referral:{brought.id}:contacted").assignee_id == eve.id


def test_a_hand_over_asks_the_checklist_and_is_acknowledged(brought, acme, at_acme, sam, gus):
    with at_acme():
        referrals.set_responsibility(brought.campaign_id, "confirmed", member_id=sam.id, checklist=["Say hello", "Ask"])
    as_sam = door.Actor("user", sam.user_id)
    with door.organisation(acme.id, actor=as_sam, moment=NOON), pytest.raises(errors.ChecklistNotDone):
        referrals.hand_over_referral(brought.id, gus.id, done=[0])
    with door.organisation(acme.id, actor=as_sam, moment=NOON):
        assert follow_up(brought).holder_id == sam.id
        referrals.hand_over_referral(brought.id, gus.id, done=[0, 1], note="yours")
    with door.organisation(acme.id, actor=as_sam, moment=NOON), pytest.raises(errors.NoHandOver):
        referrals.accept_referral(brought.id)
    with door.organisation(acme.id, actor=door.Actor("user", gus.user_id), moment=NOON):
        assert referrals.decline_referral(brought.id, "on leave").state == "declined"
        assert follow_up(brought).holder_id == sam.id
        referrals.hand_over_referral(brought.id, gus.id, done=[0, 1])
        assert referrals.accept_referral(brought.id).state == "accepted"
        assert follow_up(brought).holder_id == gus.id


def test_a_hand_over_that_nobody_answered_does_not_stop_the_way(brought, acme, at_acme, sam, gus, staff_of):
    eve = staff_of(acme, "service")
    with at_acme():
        referrals.set_responsibility(brought.campaign_id, "contacted", role="service", hours=3)
        referrals.hand_over_referral(brought.id, gus.id)
        assert referrals.move_stage(brought.id, "contacted").stage == "contacted"
        rows = ReferralHandOver.objects.order_by("id").values_list("receiver_id", "state")
        assert list(rows) == [(gus.id, "lapsed"), (eve.id, "waiting")]


def test_what_waits_for_somebody_is_on_their_page_and_goes_to_their_heir(
    brought, acme, at_acme, sam, gus, staff_of, signed_in, drained
):
    eve = staff_of(acme, "sales")
    drained(acme)
    with door.organisation(acme.id, actor=door.Actor("user", sam.user_id), moment=NOON):
        referrals.hand_over_referral(brought.id, gus.id, note="on leave soon")
    page = signed_in(gus).get("/hand-overs/").content.decode()
    assert "Cleo Brown" in page and "on leave soon" in page
    assert "Cleo Brown" not in signed_in(sam).get("/hand-overs/").content.decode()
    with at_acme():
        hand_over_all(gus.id, eve.id)
    drained(acme)
    with at_acme():
        assert follow_up(brought).holder_id == eve.id
        assert ReferralHandOver.objects.get().state == "lapsed"
        assert Task.objects.get(key=f"referral:{brought.id}:follow_up").assignee_id == eve.id
    assert "Cleo Brown" not in signed_in(gus).get("/hand-overs/").content.decode()


# --- the way, the notices -----------------------------------------------------------------------------------------


def test_one_statement_tells_the_whole_way(
    anns_code, submit, at_acme, acme, drained, django_assert_num_queries, buy, database
):
    with at_acme():
        referrals.record_touch(anns_code.code, channel="qr", visitor="v1")
        referrals.record_touch(anns_code.code, channel="qr", visitor="v1")
    invitation, digits = submit(anns_code, "cleo@example.com", visitor="v1")
    with at_acme(hours=1):
        referral = referrals.confirm_invitation(invitation.id, digits)
        referrals.move_stage(referral.id, "contacted", "rang her")
    with at_acme(hours=2):
        with django_assert_num_queries(1):
            way = path_of(referral.id)
        assert [(step.step, step.why, step.times) for step in way] == [
            ("clicked", "qr", 2), ("submitted", "form", 1), ("confirmed", "confirmed_by_friend", 1),
            ("contacted", "rang her", 1),
        ]  # fmt: skip
        line = line_of(way, Referral.objects.get(id=referral.id))
        assert [dot.key for dot in line if dot.is_done] == ["clicked", "submitted", "confirmed", "contacted"]


def test_referrers_hear_of_each_step_once_by_a_masked_name_and_may_switch_it_off(brought, acme, at_acme, ann, drained):
    from crm.operations import record_consent

    with at_acme(hours=1):
        referrals.move_stage(brought.id, "contacted")
    drained(acme)
    with at_acme(hours=1):
        told = {row.channel: row for row in Message.objects.filter(kind="referral_contacted")}
        assert told.keys() == {"email", "in_app"} and told["email"].state != "skipped"
        assert "Cleo B." in told["email"].body and "Brown" not in told["email"].body
        record_consent(ann.id, purpose="progress", channel="email", is_granted=False, text_version="1", language="en",
                       source="member centre")  # fmt: skip
        referrals.close_referral(brought.id, "price")
    drained(acme)
    with at_acme(hours=1):
        row = Message.objects.get(kind="referral_closed", channel="email")
        assert (row.state, row.reason) == ("skipped", "switched_off")
        assert "expensive" not in row.body and "price" not in row.body


def test_of_abuse_the_referrer_hears_nothing_here(brought, acme, at_acme, drained):
    with at_acme(hours=1):
        referrals.close_referral(brought.id, "fraud_confirmed")
    drained(acme)
    with at_acme(hours=1):
        assert not Message.objects.filter(kind="referral_closed").exists()


def test_promptness_counts_in_time_late_and_overdue(brought, at_acme):
    with at_acme(hours=1):
        assert promptness_of(brought.campaign_id, door.moment()).waiting == 1
    with at_acme(moment=DUE + timedelta(hours=1)):
        assert promptness_of(brought.campaign_id, door.moment()).overdue == 1
        referrals.move_stage(brought.id, "contacted")
        told = promptness_of(brought.campaign_id, door.moment())
        assert (told.late, told.overdue, told.share) == (1, 0, 0.0)
