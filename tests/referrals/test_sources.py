"""Profiles, rules of a source, conflicts of interest, printed batches and whose a code was."""

from datetime import date, timedelta

import pytest

from crm.models import Task
from crm.operations import record_customer
from referrals import errors
from referrals import operations as referring
from referrals.models import CodeOwner, MaterialBatch, MaterialSheets, Referral, ReferralCode, ReferrerProfile
from referrals.operations.material import order_material
from referrals.operations.owners import repoint_batch, repoint_code
from referrals.operations.payroll import payroll_table, run_payroll
from referrals.operations.profiles import close_profile, enrol_employee, enrol_referrer, house_profile, set_source_rule
from referrals.queries import find_code, rewards_of_referral, usable_code
from referrals.queries.sources import conflicts_of, figures_by_batch, figures_by_source, owner_at, source_of
from referrals.tasks import print_materials
from rewards.models import Approval, Reward
from rewards.queries import available_points
from tenancy import door
from tenancy.models import Job, Membership
from tenancy.people import change_role
from tests.conftest import NOON


@pytest.fixture
def sue(acme, staff_of) -> Membership:
    """A colleague who sells."""
    return staff_of(acme, "sales")


@pytest.fixture
def sues_profile(sue, at_acme) -> ReferrerProfile:
    with at_acme():
        return enrol_employee(sue.id)


@pytest.fixture
def pat(at_acme) -> ReferrerProfile:
    """A partner."""
    with at_acme():
        return enrol_referrer(kind="partner", name="Pat Parker", email="pat@partner.example", organisation_name="Parker Ltd")


@pytest.fixture
def sues_code(campaign, sues_profile, at_acme) -> ReferralCode:
    with at_acme():
        return referring.code_for(campaign.id, sues_profile.customer_id)


# --- profiles ------------------------------------------------------------------------------------------------


def test_an_employee_is_enrolled_once_with_a_customer_record(sue, sues_profile, at_acme):
    with at_acme():
        assert (sues_profile.kind, sues_profile.customer.name) == ("employee", "Sales")
        assert source_of(sues_profile.customer_id) == "employee"
        with pytest.raises(errors.ProfileTaken):
            enrol_employee(sue.id)
        assert ReferrerProfile.objects.count() == 1


def test_a_referral_says_of_what_source_it_is(refer, sues_code, anns_code):
    assert refer(sues_code, "one@example.com").source == "employee"
    assert refer(anns_code, "two@example.com").source == "customer"


def test_a_source_that_is_not_allowed_gets_no_code_and_takes_no_form(campaign, pat, submit, at_acme):
    with at_acme():
        code = referring.code_for(campaign.id, pat.customer_id)
        set_source_rule(campaign.id, "partner", is_allowed=False)
    with pytest.raises(errors.SourceNotAllowed):
        submit(code, "cleo@example.com")
    with at_acme():
        other = enrol_referrer(kind="partner", name="Other")
        with pytest.raises(errors.SourceNotAllowed):
            referring.code_for(campaign.id, other.customer_id)


def test_what_an_employee_earns_waits_for_a_second_person(refer, buy, sues_code, at_acme):
    referral = refer(sues_code)
    buy("A1", 5000, referral.referee_id)
    with at_acme(days=1):
        mine = rewards_of_referral(referral.id).get(role="referrer")
        assert (mine.state, mine.hold_cause) == ("held", "approval")
        assert Approval.objects.get(reward=mine).reasons == ["source"]
        assert rewards_of_referral(referral.id).get(role="referee").state == "accrued"


def test_extra_hold_days_are_the_referrers_alone(refer, buy, anns_code, campaign, at_acme):
    with at_acme():
        set_source_rule(campaign.id, "customer", hold_days=30)
    referral = refer(anns_code)
    buy("A1", 5000, referral.referee_id)
    with at_acme(days=1):
        mine, theirs = (rewards_of_referral(referral.id).get(role=role) for role in ("referrer", "referee"))
        assert mine.hold_until - theirs.hold_until == timedelta(days=30)


def test_more_than_a_source_may_bring_in_a_month_is_looked_at(refer, anns_code, campaign, at_acme):
    with at_acme():
        set_source_rule(campaign.id, "customer", limit_30_days=1)
    assert refer(anns_code, "one@example.com").id
    second = refer(anns_code, "two@example.com")
    with at_acme():
        assert [one.code for one in conflicts_of(second.id)] == ["source_limit"]
        assert Referral.objects.get(id=second.id).risk == "held"


# --- conflicts of interest -----------------------------------------------------------------------------------


def test_a_customer_who_was_a_colleagues_already_is_held(refer, sue, sues_code, at_acme):
    with at_acme(days=-3):
        cleo = record_customer(name="Cleo Brown", email="cleo@example.com", owner_id=sue.id)
    referral = refer(sues_code)
    with at_acme():
        assert referral.referee_id == cleo.id
        now = Referral.objects.get(id=referral.id)
        assert (now.risk, [one.code for one in conflicts_of(referral.id)]) == ("held", ["own_customer"])


def test_a_customer_entered_by_the_colleague_is_held(acme, refer, sue, sues_code, at_acme):
    with door.organisation(acme.id, moment=NOON - timedelta(days=3), actor=door.Actor("user", sue.user_id)):
        record_customer(name="Cleo Brown", email="cleo@example.com")
    referral = refer(sues_code)
    with at_acme():
        assert [one.code for one in conflicts_of(referral.id)] == ["own_entry"]


def test_a_colleagues_second_mailbox_is_held(refer, sues_code, at_acme):
    referral = refer(sues_code, name="Sales")
    with at_acme():
        assert [one.code for one in conflicts_of(referral.id)] == ["own_contact"]
        assert Referral.objects.get(id=referral.id).risk == "held"


def test_a_stranger_brought_by_a_colleague_goes_straight_on(refer, sues_code, at_acme):
    referral = refer(sues_code)
    with at_acme():
        assert (Referral.objects.get(id=referral.id).risk, conflicts_of(referral.id).count()) == ("clear", 0)


def test_partner_and_employee_who_both_claim_are_left_to_people(refer, campaign, pat, sues_code, at_acme):
    with at_acme():
        theirs = referring.code_for(campaign.id, pat.customer_id)
        referring.record_touch(theirs.code, visitor="v" * 64)
    referral = refer(sues_code, visitor="v" * 64)
    with at_acme():
        now = Referral.objects.get(id=referral.id)
        assert (now.attribution, now.risk) == ("contested", "clear")
        assert [one.code for one in conflicts_of(referral.id)] == ["two_claims"]


# --- printed material ----------------------------------------------------------------------------------------


def test_serials_and_codes_of_batches_are_unique(campaign, pat, globex, at_acme):
    with at_acme():
        first = order_material(campaign_id=campaign.id, profile_id=pat.id, name="Cards", kind="card", size=30)
        second = order_material(campaign_id=campaign.id, profile_id=pat.id, name="Flyers", kind="flyer", size=12)
        serials = list(ReferralCode.objects.filter(batch__isnull=False).order_by("serial").values_list("serial", "batch_id"))
        assert [serial for serial, _ in serials] == list(range(1, 43))
        assert (first.serial_to, second.serial_from) == (30, 31)
        assert ReferralCode.objects.values("code").distinct().count() == 42
        sheets = MaterialSheets.objects.get(batch=first)
        assert (sheets.pieces, bytes(sheets.content)[:5], first.state) == (30, b"%PDF-", "ready")
    with door.organisation(globex.id, moment=NOON):
        assert not MaterialBatch.objects.exists() and not ReferralCode.objects.exists()


def test_one_code_may_serve_a_whole_batch(campaign, pat, at_acme):
    with at_acme():
        batch = order_material(
            campaign_id=campaign.id, profile_id=pat.id, name="Poster", kind="poster", size=5, has_own_codes=False
        )
        assert ReferralCode.objects.filter(batch=batch).count() == 1


def test_many_pieces_are_drawn_by_a_worker_in_parts(campaign, pat, acme, at_acme, monkeypatch):
    from referrals.operations import material

    monkeypatch.setattr(material, "AT_ONCE", 5)
    monkeypatch.setattr(material, "PART", 20)
    with at_acme():
        batch = order_material(campaign_id=campaign.id, profile_id=pat.id, name="Cards", kind="card", size=50)
        assert batch.state == "making"
    assert print_materials(str(acme.id)) == 3
    assert print_materials(str(acme.id)) == 0
    with at_acme():
        batch = MaterialBatch.objects.get(id=batch.id)
        assert (batch.state, batch.job.state, batch.job.done) == ("ready", Job.State.DONE, 50)
        assert list(batch.sheets.order_by("part").values_list("pieces", flat=True)) == [20, 20, 10]


def test_a_piece_outside_its_time_is_refused_by_name(campaign, pat, at_acme):
    with at_acme():
        batch = order_material(
            campaign_id=campaign.id, profile_id=pat.id, name="Cards", kind="card", size=1,
            valid_from=NOON + timedelta(days=2), valid_to=NOON + timedelta(days=5),
        )  # fmt: skip
        code = batch.codes.get().code
        with pytest.raises(errors.MaterialNotYetValid):
            usable_code(code)
    with at_acme(days=3):
        assert usable_code(code).batch_id == batch.id
    with at_acme(days=5), pytest.raises(errors.MaterialExpired):
        usable_code(code)


@pytest.mark.parametrize("size", [0, 50_001])
def test_a_batch_of_no_or_too_many_pieces_is_refused(size, campaign, pat, at_acme):
    with at_acme(), pytest.raises(errors.BatchSize):
        order_material(campaign_id=campaign.id, profile_id=pat.id, name="Cards", kind="card", size=size)
    with at_acme():
        assert not MaterialBatch.objects.exists() and not ReferralCode.objects.exists()


# --- whose a code is -----------------------------------------------------------------------------------------


def test_a_new_owner_is_credited_only_for_what_comes_after_the_change(campaign, sues_profile, pat, refer, submit, at_acme):
    with at_acme():
        batch = order_material(campaign_id=campaign.id, profile_id=sues_profile.id, name="Cards", kind="card", size=2)
        code = batch.codes.order_by("serial").first()
        referring.record_touch(code.code, visitor="a" * 64)
    with at_acme(days=1):
        repoint_batch(batch.id, profile_id=pat.id)
    early = refer(code, "early@example.com", days=2, visitor="a" * 64)
    with at_acme(days=2):
        referring.record_touch(code.code, visitor="b" * 64)
    late = refer(code, "late@example.com", days=2, visitor="b" * 64)
    assert (early.referrer_id, early.source) == (sues_profile.customer_id, "employee")
    assert (late.referrer_id, late.source) == (pat.customer_id, "partner")
    with at_acme(days=3):
        assert figures_by_source()["employee"].touches == figures_by_source()["partner"].touches == 1
        assert figures_by_batch([batch.id])[batch.id].touches == 2


def test_a_personal_code_given_to_who_has_one_goes_on_as_a_second(campaign, sues_code, pat, at_acme):
    with at_acme(days=1):
        own = referring.code_for(campaign.id, pat.customer_id)
        moved = repoint_code(sues_code.id, profile_id=pat.id)
        assert (moved.referrer_id, moved.is_inherited) == (pat.customer_id, True)
        assert referring.code_for(campaign.id, pat.customer_id).id == own.id
        assert owner_at(moved, NOON) == sues_code.referrer_id
        assert CodeOwner.objects.filter(code_id=moved.id).count() == 2
        with pytest.raises(errors.SameOwner):
            repoint_code(sues_code.id, profile_id=pat.id)


def test_codes_of_who_leaves_go_on_for_the_house_and_somebody_is_asked_to_take_them(
    campaign, gus, sue, sues_profile, sues_code, acme, at_acme, drained
):
    with at_acme(days=1):
        change_role(sue.id, role="sales", is_active=False)
    drained(acme)
    with at_acme(days=2):
        profile = ReferrerProfile.objects.get(id=sues_profile.id)
        assert not profile.is_active and profile.left_at
        assert find_code(sues_code.code).referrer_id == house_profile().customer_id
        assert Task.objects.get(customer_id=profile.customer_id).assignee_id == gus.id
        with pytest.raises(errors.HouseStays):
            close_profile(house_profile().id)


# --- payroll -------------------------------------------------------------------------------------------------


def test_what_staff_earn_is_paid_with_the_salary_once(campaign, refer, buy, sues_code, at_acme):
    with at_acme():
        set_source_rule(campaign.id, "employee", by_payroll=True)
    referral = refer(sues_code)
    buy("A1", 5000, referral.referee_id)
    with at_acme(days=60):
        mine = rewards_of_referral(referral.id).get(role="referrer")
        assert (mine.state, mine.hold_cause) == ("held", "payroll")
        run = run_payroll(date(2026, 11, 1), date(2027, 1, 18))
        assert [(row["points"], row["rewards"]) for row in payroll_table(run)] == [(mine.amount, 1)]
        assert Reward.objects.get(id=mine.id).state == "available"
        assert available_points([sues_code.referrer_id]).get(sues_code.referrer_id, 0) == 0
        with pytest.raises(errors.NothingToPay):
            run_payroll(date(2026, 11, 1), date(2027, 1, 18))
