"""An organisation's own wording."""

import pytest

from messaging import texts
from messaging.errors import EmptyWording, MissingPlace, UnknownKind, UnknownPlace, UnknownWording
from messaging.models import Message, Template
from messaging.operations import forget_template, notify, queue_confirmation, save_template, send_test
from tenancy import door

WELCOME = {"kind": "welcome", "channel": "email", "language": "en"}
FACTS = {"referrer": "Bea J.", "campaign": "Spring"}


def test_own_wording_replaces_the_house_wording(ann, at_acme):
    with at_acme():
        save_template(**WELCOME, subject="Hi {name}", body="{referrer} sent you to {organisation}.")
        email, in_app = notify(kind="welcome", key="k", customer_id=ann.id, context=FACTS)
        assert (email.subject, email.body) == ("Hi Ann Smith", "Bea J. sent you to Acme.")
        assert in_app.subject == "Welcome to Acme"


def test_saving_again_changes_it_and_forgetting_returns_to_the_house(ann, at_acme):
    with at_acme():
        save_template(**WELCOME, subject="One", body="One")
        save_template(**WELCOME, subject="Two", body="Two")
        assert Template.objects.get().subject == "Two"
        forget_template(**WELCOME)
        assert notify(kind="welcome", key="k", customer_id=ann.id, context=FACTS)[0].subject == "Welcome to Acme"


def test_own_wording_is_nobody_elses(globex, at_acme):
    with at_acme():
        save_template(**WELCOME, subject="Acme's", body="x")
    with door.organisation(globex.id):
        assert Template.objects.count() == 0


@pytest.mark.parametrize("place", ["{digits}", "{name.__class__}", "{}", "{", "{referer}"])
def test_a_place_that_nothing_fills_is_refused(place, at_acme):
    with pytest.raises(UnknownPlace) as refused, at_acme():
        save_template(**WELCOME, subject="Hi", body=f"Hi {place}")
    assert (refused.value.field, refused.value.facts["place"]) == ("body", place)
    assert "{referrer}" in refused.value.facts["known"]
    with at_acme():
        assert Template.objects.count() == 0


def test_the_code_cannot_be_left_out(at_acme):
    with pytest.raises(MissingPlace), at_acme():
        save_template(kind="confirmation", channel="email", language="en", subject="{digits}", body="Hello")


def test_a_strangers_name_is_not_mailed_to_whom_they_please():
    assert "name" not in texts.KINDS["confirmation"].places
    assert "name" not in texts.KINDS["referral_waiting"].places


@pytest.mark.parametrize(("subject", "body", "field"), [(" ", "x", "subject"), ("x", "\n", "body")])
def test_an_empty_wording_is_refused(subject, body, field, at_acme):
    with pytest.raises(EmptyWording) as refused, at_acme():
        save_template(**WELCOME, subject=subject, body=body)
    assert refused.value.field == field


def test_only_what_exists_can_be_worded(at_acme):
    with pytest.raises(UnknownKind), at_acme():
        save_template(kind="nothing", channel="email", language="en", subject="x", body="x")
    with pytest.raises(UnknownWording), at_acme():
        save_template(kind="confirmation", channel="in_app", language="en", subject="x", body="{digits}")
    with pytest.raises(UnknownWording), at_acme():
        save_template(kind="welcome", channel="email", language="fr", subject="x", body="x")


def test_own_wording_of_a_code_needs_only_the_digits(at_acme):
    with at_acme():
        save_template(
            kind="confirmation", channel="email", language="en", subject="Code", body="{digits} for {organisation}"
        )
        message = queue_confirmation(key="k", address="bo@example.com", language="en", digits="123456", context={})
        assert message.body == "123456 for Acme"


@pytest.mark.parametrize("kind", sorted(texts.KINDS))
def test_every_kind_can_be_tried_out(kind, gus, at_acme):
    with at_acme():
        messages = send_test(kind=kind, language="zh-hans", member_id=gus.id)
        assert [m.channel for m in messages] == [each for each in texts.KINDS[kind].channels if each != "sms"]
        assert {m.language for m in messages} == {"zh-hans"}
        assert messages[0].address == (gus.user.email if messages[0].channel == "email" else "")
        assert messages[0].state == (Message.State.QUEUED if messages[0].channel == "email" else Message.State.SENT)
