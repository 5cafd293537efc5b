"""Evidence: what is handed in, who decides, what comes of it."""

import pytest

from referrals import errors
from referrals import operations as referrals
from referrals.models import Evidence, Referral
from tenancy import door
from tests.conftest import NOON


@pytest.fixture
def as_staff_of_acme(acme):
    return lambda member: door.organisation(acme.id, actor=door.Actor("user", member.user_id), moment=NOON)


def test_evidence_counts_once_another_has_agreed(anns_code, refer, gus, staff_of, acme, as_staff_of_acme):
    referral, sam = refer(anns_code), staff_of(acme, "sales")
    with as_staff_of_acme(sam):
        row = referrals.hand_in_evidence(referral.id, "qualified", text="She wants two kilos a month.")
    with as_staff_of_acme(sam), pytest.raises(errors.EvidenceOwn):
        referrals.accept_evidence(row.id)
    with as_staff_of_acme(gus):
        assert Referral.objects.get(id=referral.id).stage == "confirmed"
        referrals.accept_evidence(row.id)
        assert Referral.objects.get(id=referral.id).stage == "qualified"
    with as_staff_of_acme(gus), pytest.raises(errors.EvidenceDecided):
        referrals.refuse_evidence(row.id, "no")


def test_a_refusal_needs_a_reason_and_moves_nothing(anns_code, refer, at_acme):
    referral = refer(anns_code)
    with at_acme():
        row = referrals.hand_in_evidence(referral.id, "visit", text="seen")
    with at_acme(), pytest.raises(errors.AnswerMissing):
        referrals.refuse_evidence(row.id, " ")
    with at_acme():
        assert referrals.refuse_evidence(row.id, "nothing to see").state == "refused"
        assert Referral.objects.get(id=referral.id).stage == "confirmed"


def test_files_are_looked_at_and_kept_once(anns_code, refer, at_acme, ann):
    referral = refer(anns_code)
    with at_acme(), pytest.raises(errors.EvidenceFileRefused):
        referrals.hand_in_evidence(referral.id, "visit", file_name="x.exe", content=b"MZ")
    with at_acme(), pytest.raises(errors.EvidenceEmpty):
        referrals.hand_in_evidence(referral.id, "visit")
    with at_acme(), pytest.raises(errors.EvidenceNotTheirs):
        referrals.hand_in_evidence(referral.id, "order", order_id=ann.id)
    with at_acme():
        first = referrals.hand_in_evidence(referral.id, "visit", file_name="a.txt", content=b"seen")
        assert referrals.hand_in_evidence(referral.id, "visit", file_name="b.txt", content=b"seen").id == first.id
        assert Evidence.objects.count() == 1
