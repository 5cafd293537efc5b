import pytest

from crm import operations, queries
from crm.errors import UnknownMember
from crm.models import Consent, Customer, Interaction
from tenancy import door


def _say(customer, is_granted):
    return operations.record_consent(
        customer.id, purpose="marketing", channel="email", is_granted=is_granted, text_version="2026-11", language="en",
        source="staff",
    )  # fmt: skip


def test_the_newest_word_counts(at_acme, ann, audited):
    with at_acme():
        assert queries.has_consented(ann.id, purpose="marketing") is False
        _say(ann, True)
    with at_acme(days=1):
        assert queries.has_consented(ann.id, purpose="marketing") is True
        assert queries.has_consented(ann.id, purpose="referral") is False
        _say(ann, False)
        assert queries.has_consented(ann.id, purpose="marketing") is False
        assert Consent.objects.count() == 2
    assert [changes["is_granted"] for _, changes in audited("consent.recorded")] == [True, False]


def test_a_member_of_staff_is_the_author_of_what_they_write(acme, ann, gus):
    with door.organisation(acme.id, actor=door.Actor("user", gus.user_id)):
        interaction = operations.record_interaction(ann.id, kind="call", text=" Asked about tea ")
        assert (interaction.author_id, interaction.text) == (gus.id, "Asked about tea")


def test_mallory_cannot_be_an_author_at_acme(at_acme, ann, mallory):
    with at_acme():
        with pytest.raises(UnknownMember):
            operations.record_interaction(ann.id, kind="note", text="hm", author_id=mallory.id)
        assert Interaction.objects.count() == 0


def test_at_globex_there_is_no_ann_to_speak_of(ann, globex):
    with door.organisation(globex.id):
        with pytest.raises(Customer.DoesNotExist):
            operations.record_interaction(ann.id, kind="note", text="hm")
        with pytest.raises(Customer.DoesNotExist):
            _say(ann, True)
