"""Signs of abuse from the form to the verdict: held, never refused; cleared, nothing is lost."""

import pytest

from crm.models import Task
from crm.operations.cases import say_in_own_case
from foundation.contacts import canonical_email
from messaging.models import Message
from referrals import operations as referring
from referrals.errors import CaseDecided, ListingKnown, ReasonMissing, SignUpRefused
from referrals.models import (
    AbuseCase,
    AbuseVerdict,
    Assessment,
    Decision,
    Invitation,
    Referral,
    ReferralMove,
    SignUpTrace,
    Trait,
)
from referrals.operations.abuse.assessing import review
from referrals.operations.abuse.traces import Origin
from referrals.queries.abuse import precision, proofs_of
from rewards.models import DueReward, Reward
from rewards.operations import settle_due
from tenancy import door
from tenancy.models import AuditRecord
from tests.conftest import NOON

HOME = Origin(address="198.51.100.7", visitor="v" * 64)
ELSEWHERE = Origin(address="203.0.113.9", visitor="w" * 64)


@pytest.fixture
def live(at_acme):
    """Signs are acted upon, not only watched."""
    with at_acme():
        return referring.set_abuse_policy(is_shadow=False)


@pytest.fixture
def household(ann, anns_code, at_acme, refer, acme, drained):
    """Ann's sister, from Ann's own tablet and home: gives the referral."""
    with at_acme():
        referring.note_sighting(ann.id, HOME)
    referral = refer(anns_code, "cleo@example.com", trace=HOME)
    drained(acme)
    return referral


def keys(assessment: Assessment) -> list[str]:
    return [sign["key"] for sign in assessment.signals]


def test_a_new_organisation_only_watches(household, at_acme, buy):
    """What would have been held is said, and nothing is."""
    buy("A1", 5000, household.referee_id)
    with at_acme(days=1):
        household.refresh_from_db()
        found = Assessment.objects.filter(referral=household).latest("id")
        assert (found.action, found.would_be, found.score) == ("allow", "hold", 56)
        assert keys(found) == ["same_device", "same_address", "same_network", "no_touch"]
        assert household.risk == Referral.Risk.CLEAR
        assert set(Reward.objects.values_list("state", flat=True)) == {"accrued"}
        assert AbuseCase.objects.get().is_shadow


def test_a_household_is_held_and_settles_exactly_once_when_cleared(live, household, at_acme, buy, gus):
    buy("A1", 5000, household.referee_id)
    with at_acme(days=60):
        household.refresh_from_db()
        assert household.risk == Referral.Risk.HELD
        assert set(Reward.objects.exclude(state="lapsed").values_list("state", flat=True)) == {"held"}
        assert (DueReward.objects.count(), settle_due()) == (0, 0)  # long after the hold has ended
        case = AbuseCase.objects.get(state="open")
        referring.clear_case(case.id, reason="Her sister, I know both")
    with at_acme(days=60, minutes=1):
        household.refresh_from_db()
        assert household.risk == Referral.Risk.CLEARED
        assert settle_due() == 2
        assert settle_due() == 0
        assert set(Reward.objects.exclude(state="lapsed").values_list("state", flat=True)) == {"available"}


def test_what_was_cleared_is_not_held_again_for_the_same(live, household, at_acme, acme, buy):
    with at_acme():
        referring.clear_case(AbuseCase.objects.get(state="open").id, reason="sisters")
        review(None)
    buy("A1", 5000, household.referee_id)
    with at_acme(days=2):
        household.refresh_from_db()
        assert household.risk == Referral.Risk.CLEARED
        assert AbuseCase.objects.filter(state="open").count() == 0


def test_another_open_case_keeps_it_held(live, household, at_acme):
    with at_acme():
        record = household.referee
        record.address = "4 Salt Lane"
        record.save()
        record_ann = household.referrer
        record_ann.address = "4 salt lane"
        record_ann.save()
        review(None)
        device, home = AbuseCase.objects.order_by("kind")
        assert (device.kind, home.kind) == ("same_device", "same_home")
        referring.clear_case(device.id, reason="one tablet")
        household.refresh_from_db()
        assert household.risk == Referral.Risk.HELD
        referring.clear_case(home.id, reason="sisters")
        household.refresh_from_db()
        assert household.risk == Referral.Risk.CLEARED


def test_confirmed_abuse_takes_back_and_a_change_of_mind_gives_again(live, household, at_acme, buy):
    """First marked wrongly, later cleared: nothing is lost."""
    buy("A1", 5000, household.referee_id)
    with at_acme(days=2):
        case = AbuseCase.objects.get(state="open")
        referring.confirm_case(case.id, reason="one person")
        household.refresh_from_db()
        assert household.risk == Referral.Risk.CONFIRMED
        assert sum(Reward.objects.values_list("kept", flat=True)) == 0
        assert Decision.objects.filter(referral_id=household.id).latest("id").outcome != "earned"
    with at_acme(days=3):
        referring.reopen_case(case.id, reason="they came in together")
        household.refresh_from_db()
        assert household.risk == Referral.Risk.HELD
        referring.clear_case(case.id, reason="two people")
        household.refresh_from_db()
        assert household.risk == Referral.Risk.CLEARED
        assert sorted(Reward.objects.filter(kept__gt=0).values_list("role", flat=True)) == ["referee", "referrer"]
        verdicts = AbuseVerdict.objects.order_by("id").values_list("verdict", flat=True)
        assert list(verdicts) == ["confirm", "reopen", "clear"]
    with at_acme(days=90):
        assert settle_due() == 2


def test_who_was_held_by_hand_stays_held(household, at_acme):
    with at_acme():
        referring.flag_risk(household.id, "looks odd")
        referring.clear_case(AbuseCase.objects.get().id, reason="sisters")
        household.refresh_from_db()
        assert household.risk == Referral.Risk.HELD


def test_a_decision_on_the_referral_itself_ends_its_cases(live, household, at_acme):
    with at_acme():
        referring.clear_risk(household.id, "known")
        assert AbuseCase.objects.get().state == "cleared"
        with pytest.raises(CaseDecided):
            referring.clear_case(AbuseCase.objects.get().id, reason="again")


def test_a_decision_needs_a_reason(live, household, at_acme):
    with at_acme():
        with pytest.raises(ReasonMissing):
            referring.confirm_case(AbuseCase.objects.get().id, reason="  ")
        assert (AbuseCase.objects.get().state, AbuseVerdict.objects.count()) == ("open", 0)


def test_a_mild_score_lets_rewards_wait_longer_once(at_acme, household, buy):
    with at_acme():
        referring.set_abuse_policy(is_shadow=False, hold_from=60, delay_from=40, delay_days=14)
    buy("A1", 5000, household.referee_id)
    with at_acme(days=1):
        before = dict(Reward.objects.filter(state="accrued").values_list("id", "hold_until"))
        assert set(dict(DueReward.objects.values_list("id", "hold_until")).items()) == set(before.items())
        referring.assess_referrals([household.id], occasion="review")
        assert dict(Reward.objects.filter(state="accrued").values_list("id", "hold_until")) == before
        household.refresh_from_db()
        assert household.risk == Referral.Risk.CLEAR
        found = AuditRecord.objects.filter(action="reward.hold_lengthened")
        assert found.count() == len(before) > 0


def test_asking_for_proof_holds_asks_the_referrer_and_gives_a_task(household, ann, at_acme, acme, drained):
    with at_acme():
        case = AbuseCase.objects.get()
        referring.ask_for_proof(case.id, reason="Which school do they know each other from?")
        household.refresh_from_db()
        assert household.risk == Referral.Risk.HELD
        task = Task.objects.get(key__startswith=f"abuse_proof:{ann.id}")
        assert task.description.startswith("Which school") and task.case.customer_id == ann.id
        assert (task.case.status, task.case.subject) == ("waiting", "About the friends you brought")
    drained(acme)
    with at_acme():
        written = Message.objects.filter(customer_id=ann.id, kind__startswith="case_")
        assert sorted(written.values_list("kind", "channel")) == [("case_reply", "email"), ("case_reply", "in_app")]
        for message in written:
            assert message.link == f"/o/{acme.slug}/member/requests/{task.case_id}"
            assert "how you know the friends" in message.body and "by 27 November 2026" in message.body
            assert "school" not in message.body and "device" not in message.body
    with door.organisation(acme.id, actor=door.Actor("customer", ann.id), moment=NOON):
        say_in_own_case(task.case_id, "We are a family of four.")
        [asked] = proofs_of(ann.id)
        assert [answer.text for answer in asked.answers] == ["We are a family of four."]
    with at_acme():
        referring.clear_case(case.id, reason="a family")
        task.refresh_from_db()
        assert (task.state, task.case.status) == ("dropped", "closed")
    drained(acme)
    with at_acme():
        assert not Message.objects.filter(kind="case_rating").exists()


def test_who_is_in_several_cases_is_asked_once(household, at_acme, ann):
    with at_acme():
        case = AbuseCase.objects.get()
        other = AbuseCase.objects.create(referrer=ann, kind="star", opened_at=NOON)
        for each in (case, other):
            referring.ask_for_proof(each.id, reason="Who are they?")
        assert (len(proofs_of(ann.id)), Task.objects.filter(key__startswith="abuse_proof:").count()) == (1, 1)
        referring.clear_case(case.id, reason="a family")
        assert proofs_of(ann.id)[0].status == "waiting"  # the other case needs the answer yet
        referring.clear_case(other.id, reason="a family")
        assert proofs_of(ann.id)[0].status == "closed"


def test_a_strangers_form_shows_no_signs(live, ann, anns_code, at_acme, refer, acme, drained):
    with at_acme():
        referring.note_sighting(ann.id, HOME)
    refer(anns_code, "dora@gmail.com", trace=ELSEWHERE)
    drained(acme)
    with at_acme():
        assert Assessment.objects.count() == 1  # nobody had opened the link in this browser: noted, and no more
        assert keys(Assessment.objects.get()) == ["no_touch"]
        assert AbuseCase.objects.count() == 0


def test_the_same_mailbox_written_differently_is_one_person(live, anns_code, refer, at_acme, acme, drained):
    refer(anns_code, "bob.hill+1@gmail.com")
    refer(anns_code, "bobhill+2@googlemail.com", name="Bob Hill")
    drained(acme)
    with at_acme():
        review(None)
        assert AbuseCase.objects.get(kind="same_person").members.count() == 2
        assert set(Referral.objects.values_list("risk", flat=True)) == {"held"}


@pytest.mark.parametrize(
    ("written", "mailbox"),
    [
        ("a.nn+x@googlemail.com", "ann@gmail.com"), ("ann-shop@yahoo.com", "ann@yahoo.com"),
        ("ann+x@hotmail.com", "ann@hotmail.com"), ("ann+x@qq.com", "ann@qq.com"),
        ("ann+x@corp.example", "ann+x@corp.example"),
        ("a.nn@outlook.com", "a.nn@outlook.com"),
    ],
)  # fmt: skip
def test_aliases_are_read_as_each_provider_does(written, mailbox):
    assert canonical_email(written) == mailbox


def test_a_throw_away_mailbox_is_noted(live, anns_code, refer, at_acme, acme, drained):
    refer(anns_code, "x@mailinator.com", trace=ELSEWHERE)
    drained(acme)
    with at_acme():
        assert "disposable_email" in keys(Assessment.objects.latest("id"))
        assert Assessment.objects.latest("id").action == "delay"


def test_no_personal_data_is_kept_with_the_signs(live, household, at_acme, drained, acme):
    with at_acme():
        rows = [*Trait.objects.values_list("value"), *Assessment.objects.values_list("signals", "inputs"),
                *SignUpTrace.objects.values_list("device", "address", "network", "ads")]  # fmt: skip
        text = str(rows) + str(list(AuditRecord.objects.filter(action__startswith="abuse").values_list("changes")))
    for secret in ("cleo", "ann", "example.com", "198.51", "7700900", "v" * 20):
        assert secret not in text


def test_nothing_new_writes_nothing(live, household, at_acme):
    with at_acme():
        before = (Assessment.objects.count(), ReferralMove.objects.count(), AbuseCase.objects.count())
        review(None)
        referring.assess_referrals([household.id], occasion="review")
        assert (Assessment.objects.count(), ReferralMove.objects.count(), AbuseCase.objects.count()) == before


# --- lists ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value"), [("email_domain", "bad.example"), ("network", "203.0.113.0/24"), ("network", "203.0.113.9")]
)
def test_a_blocked_form_is_refused_before_anything_is_kept(kind, value, anns_code, submit, at_acme):
    with at_acme():
        referring.add_listing(side="block", kind=kind, value=value, reason="a wave of forms")
    with pytest.raises(SignUpRefused) as refusal:
        submit(anns_code, "eve@mail.bad.example", trace=ELSEWHERE)
    assert kind not in str(refusal.value)
    with at_acme():
        assert (Invitation.objects.count(), SignUpTrace.objects.count()) == (0, 0)


def test_a_score_blocks_only_where_the_organisation_wants_it(household, anns_code, submit, at_acme):
    with at_acme():
        referring.set_abuse_policy(is_shadow=False, block_from=50, proof_from=None)
        referring.assess_referrals([household.id], occasion="review")
        household.refresh_from_db()
        assert household.risk == Referral.Risk.HELD
    with pytest.raises(SignUpRefused):
        submit(anns_code, "fay@example.com")
    with at_acme():
        referring.clear_risk(household.id, "sisters")
    submit(anns_code, "fay@example.com")


def test_an_expired_or_removed_entry_blocks_nobody(anns_code, submit, at_acme):
    from tests.conftest import NOON

    with at_acme(days=-2):
        referring.add_listing(
            side="block", kind="email_domain", value="bad.example", reason="wave", expires_at=NOON.replace(day=19)
        )
    submit(anns_code, "eve@bad.example")
    with at_acme():
        row = referring.add_listing(side="block", kind="email_domain", value="bad.example", reason="again")
        with pytest.raises(ListingKnown):
            referring.add_listing(side="allow", kind="email_domain", value="bad.example", reason="no")
        referring.remove_listing(row.id)
    submit(anns_code, "fay@bad.example")


def test_an_allowed_device_is_never_held_against_anybody(live, ann, anns_code, at_acme, refer, acme, drained):
    """The tablet at the counter."""
    with at_acme():
        referring.add_listing(side="allow", kind="device", value=HOME.device, reason="the tablet at the counter")
        referring.note_sighting(ann.id, HOME)
    refer(anns_code, "cleo@example.com", trace=HOME)
    drained(acme)
    with at_acme():
        assert AbuseCase.objects.count() == 0
        assert "same_device" not in keys(Assessment.objects.latest("id"))


def test_a_list_can_be_filled_from_a_case(live, household, at_acme):
    with at_acme():
        case = AbuseCase.objects.get()
        row = referring.list_from_case(case.id, side="allow", kind="referrer", reason="known for years")
        assert row.referrer_id == household.referrer_id
        referring.assess_referrals([household.id], occasion="review")
        assert Assessment.objects.latest("id").score == 0


def test_precision_counts_what_was_decided(live, household, at_acme):
    with at_acme():
        referring.clear_case(AbuseCase.objects.get().id, reason="sisters")
        found = precision()["same_device"]
        assert (found.cleared, found.confirmed, found.share) == (1, 0, 0.0)


def test_another_organisations_signs_are_not_seen(live, household, globex):
    from tenancy import door

    with door.organisation(globex.id):
        assert (AbuseCase.objects.count(), Trait.objects.count(), review(None)) == (0, 0, None)


def test_staff_who_enter_their_own_customers_are_noted(live, gus, acme, ann, anns_code, submit, at_acme, drained):
    from crm.models import Customer
    from tenancy import door

    with at_acme():
        Customer.objects.filter(id=ann.id).update(owner=gus)
    invitation, digits = submit(anns_code, "cleo@gmail.com")
    with at_acme():
        door.act_as(door.Actor("user", gus.user_id))
        referring.confirm_invitation(invitation.id, digits)
    drained(acme)
    with at_acme():
        assert keys(Assessment.objects.get()) == ["staff_entry"]
