"""Writing messages: languages, channels, consent, once only."""

from datetime import timedelta

import pytest

from crm.models import Consent, Customer
from foundation.ids import new_id
from messaging.errors import UnknownKind
from messaging.models import Message
from messaging.operations import Notice, notify, notify_many, queue_confirmation, queue_login_code
from messaging.rules import Amount
from tenancy import door

POINTS = {"points": Amount("points", "POINT", 350), "expires_on": "31 December 2026"}
OFFER = {"campaign": "Bring a friend"}


def _expiring(customer, key="k1"):
    return notify(kind="points_expiring", key=key, customer_id=customer.id, context=POINTS, link="/o/acme/member/")


def _consent(customer, is_granted, **earlier):
    Consent.objects.create(
        customer=customer, purpose="marketing", channel="email", is_granted=is_granted, text_version="1",
        language="en", source="test", occurred_at=door.moment() - timedelta(**earlier),
    )  # fmt: skip


def _offer(customer, key="offer"):
    return {m.channel: m for m in notify(kind="offer_waiting", key=key, customer_id=customer.id, context=OFFER)}


def test_a_customer_is_told_by_email_and_in_the_member_centre(ann, at_acme):
    with at_acme():
        email, in_app = _expiring(ann)
        assert (email.channel, email.address, email.state, email.sent_at) == ("email", "ann@example.com", "queued", None)
        assert (in_app.channel, in_app.address, in_app.state, in_app.sent_at) == ("in_app", "", "sent", door.moment())
        assert email.subject == in_app.subject == "350 points will expire soon"
        assert email.body.startswith("Hello Ann Smith,\n\n350 points in your account at Acme will expire at the end of")
        assert email.link == "/o/acme/member/"


def test_the_same_key_is_told_once(ann, at_acme):
    with at_acme():
        first = _expiring(ann)
        assert [m.id for m in _expiring(ann)] == [m.id for m in first]
        assert Message.objects.count() == 2


def test_one_batch_with_a_key_twice_writes_it_once(ann, at_acme):
    notice = Notice(kind="offer_waiting", key="twice", customer_id=ann.id, context=OFFER)
    with at_acme():
        notify_many([notice, notice])
        assert Message.objects.filter(key="twice").count() == 2  # one a channel


def test_the_customers_language_comes_before_the_organisations(ann, at_acme):
    with at_acme():
        Customer.objects.filter(id=ann.id).update(language="zh-hans")
        email, _ = _expiring(ann)
        assert (email.language, email.subject) == ("zh-hans", "您有350 积分即将到期")


def test_a_customer_without_email_is_told_in_the_member_centre_only(at_acme, acme):
    with at_acme():
        cat = Customer.objects.create(name="Cat", search_text="cat", created_at=door.moment())
        email, in_app = _expiring(cat)
        assert (email.state, email.reason) == ("skipped", "no_address")
        assert in_app.state == "sent"


def test_offers_go_to_those_who_said_yes_last(ann, at_acme):
    with at_acme():
        assert (_offer(ann, "never asked")["email"].state, _offer(ann, "never asked")["email"].reason) == (
            "skipped",
            "no_consent",
        )
        _consent(ann, True, days=2)
        assert _offer(ann, "said yes")["email"].state == "queued"
        _consent(ann, False, days=1)
        after = _offer(ann, "took it back")
        assert (after["email"].state, after["email"].reason, after["in_app"].state) == ("skipped", "no_consent", "sent")


def test_a_newer_yes_counts_though_it_was_written_first(ann, at_acme):
    with at_acme():
        _consent(ann, True, days=1)
        _consent(ann, False, days=2)
        assert _offer(ann)["email"].state == "queued"


def test_consent_to_being_referred_is_none_to_offers(ann, at_acme):
    with at_acme():
        Consent.objects.create(
            customer=ann, purpose="referral", channel="email", is_granted=True, text_version="1", language="en",
            source="test", occurred_at=door.moment(),
        )  # fmt: skip
        assert _offer(ann)["email"].reason == "no_consent"


def test_staff_are_told_in_their_own_language(gus, at_acme):
    gus.user.language = "zh-hans"
    gus.user.save()
    context = {"task": "Call", "customer": "Bea J.", "due_on": "today", "due_time": "15:00"}
    with at_acme():
        email, _ = notify(kind="follow_up_due", key="t", member_id=gus.id, context=context)
        assert (email.subject, email.address) == ("即将到期：Call", gus.user.email)


def test_nobody_is_told_of_what_another_organisation_knows(ann, globex):
    with door.organisation(globex.id):
        assert _expiring(ann) == []
        assert Message.objects.count() == 0


def test_an_unknown_kind_is_refused(ann, at_acme):
    with pytest.raises(UnknownKind), at_acme():
        notify(kind="telegram", key="k", customer_id=ann.id, context={})
    with at_acme():
        assert Message.objects.count() == 0


def test_a_name_cannot_begin_a_header(ann, at_acme):
    with at_acme():
        context = {"friend": "Eve\r\nBcc: all@example.com", "campaign": "x"}
        email, _ = notify(kind="referral_confirmed", key="k", customer_id=ann.id, context=context)
        assert email.subject == "Eve Bcc: all@example.com has accepted your invitation"


def test_a_confirmation_goes_to_the_address_in_the_friends_language(at_acme):
    key = f"invitation:{new_id()}"
    sent = {"key": key, "address": "bo@example.com", "language": "zh-hans", "context": {}}
    with at_acme():
        first = queue_confirmation(digits="123456", **sent)
        assert (first.address, first.subject, first.state) == ("bo@example.com", "您的验证码：123456", "queued")
        assert queue_confirmation(digits="654321", **sent).id == first.id
        assert Message.objects.count() == 1


def test_without_a_gateway_a_phone_number_cannot_be_written_to(at_acme):
    with at_acme():
        message = queue_confirmation(key="k", address="+447700900009", language="en", digits="123456", context={})
        assert (message.state, message.reason) == ("skipped", "no_gateway")


def test_every_asking_for_a_sign_in_code_is_a_message(ann, at_acme):
    with at_acme():
        for digits in ("111111", "222222"):
            queue_login_code(address="ann@example.com", language="en", digits=digits, customer_id=ann.id)
        subjects = Message.objects.order_by("id").values_list("subject", flat=True)
        assert list(subjects) == ["111111 is your sign-in code", "222222 is your sign-in code"]


def test_many_are_told_in_few_statements(at_acme, django_assert_max_num_queries, acme):
    with at_acme():
        people = Customer.objects.bulk_create(
            Customer(name=f"C{n}", search_text=f"c{n}", created_at=door.moment()) for n in range(200)
        )
        notices = [Notice(kind="offer_waiting", key=f"n{n}", customer_id=c.id, context=OFFER) for n, c in enumerate(people)]
        with django_assert_max_num_queries(9):
            assert notify_many(notices) == 400
