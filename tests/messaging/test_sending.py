"""The outbox: retries, leases, giving up, and a real conversation with a mail server."""

import smtplib
import socketserver
import threading
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.signing import BadSignature
from django.utils import timezone

from crm.models import Consent
from messaging.errors import NotFailed
from messaging.models import Message
from messaging.operations import notify, queue_login_code, retry_failed, send_due, sending
from messaging.unsubscribing import customer_of
from tenancy import door
from tenancy.models import AuditRecord
from tests.conftest import NOON

LOCMEM = "django.core.mail.backends.locmem.EmailBackend"


class Angry(BaseEmailBackend):
    """A mail server that answers everything with `error`."""

    error: Exception = smtplib.SMTPServerDisconnected("gone")

    def open(self):
        return True

    def send_messages(self, messages):
        raise self.error


@pytest.fixture
def sends(settings):
    """Take e-mail out of the house, into Django's memory."""
    settings.KEEP_MAIL_IN_MAILBOX = False
    settings.EMAIL_BACKEND = LOCMEM
    settings.PUBLIC_URL = "https://crm.example.com"
    mail.outbox = []
    return mail


@pytest.fixture
def angry(sends, settings, monkeypatch):
    def answer(error):
        monkeypatch.setattr(Angry, "error", error)
        settings.EMAIL_BACKEND = f"{Angry.__module__}.Angry"
        monkeypatch.setattr("messaging.operations.sending.get_connection", lambda: Angry())

    return answer


@pytest.fixture
def letter(ann, at_acme):
    """An e-mail to Ann that is due."""
    with at_acme():
        context = {"friend": "Bea <b>J.</b>", "campaign": "Bring a friend"}
        return notify(
            kind="referral_confirmed", key="k", customer_id=ann.id, context=context, link="/o/acme/member/referrals"
        )[0]


def _now(at_acme, message):
    with at_acme():
        return Message.objects.get(id=message.id)


def _make_due(at_acme, message):
    with at_acme():
        Message.objects.filter(id=message.id).update(due_at=timezone.now())


def test_without_a_mail_server_mail_stays_in_the_mailbox(acme, at_acme, letter, settings):
    assert settings.KEEP_MAIL_IN_MAILBOX
    mail.outbox = []
    assert send_due(acme.id) == 1
    assert _now(at_acme, letter).state == "sent"
    assert mail.outbox == []


def test_an_email_has_both_forms_and_a_lasting_id(acme, letter, sends):
    assert send_due(acme.id) == 1
    (sent,) = sends.outbox
    assert sent.to == ["ann@example.com"]
    assert sent.from_email == "Acme <no-reply@localhost>"
    assert sent.extra_headers["Message-ID"] == f"<{letter.id}@crm.example.com>"
    assert "List-Unsubscribe" not in sent.extra_headers
    assert sent.body.endswith("Open: https://crm.example.com/o/acme/member/referrals\n")
    html = sent.alternatives[0].content
    assert 'lang="en"' in html and "https://crm.example.com/o/acme/member/referrals" in html
    assert "Bea &lt;b&gt;J.&lt;/b&gt;" in html and "<b>J." not in html


@pytest.fixture
def hour(monkeypatch):
    """Let an hour strike for whoever sends: hour(NOON + …)."""

    def strike(moment):
        real = door.organisation
        monkeypatch.setattr(sending.door, "organisation", lambda id, **kw: real(id, **{"moment": moment, **kw}))

    return strike


def test_an_offer_says_how_to_be_left_alone(acme, ann, globex, at_acme, sends, hour):
    hour(NOON)
    with at_acme():
        Consent.objects.create(
            customer=ann, purpose="marketing", is_granted=True, text_version="1", language="en", source="test",
            occurred_at=door.moment(),
        )  # fmt: skip
        notify(kind="offer_waiting", key="o", customer_id=ann.id, context={"campaign": "x"})
    send_due(acme.id)
    (sent,) = sends.outbox
    address = sent.extra_headers["List-Unsubscribe"].strip("<>")
    assert address.startswith(f"https://crm.example.com/o/{acme.slug}/unsubscribe/")
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address in sent.body and address in sent.alternatives[0].content
    with at_acme():
        assert customer_of(address.rpartition("/")[2]) == ann.id
    with pytest.raises(BadSignature), door.organisation(globex.id):
        customer_of(address.rpartition("/")[2])


def test_an_offer_waits_until_the_night_is_over_and_other_mail_does_not(acme, ann, letter, at_acme, sends, hour):
    with at_acme():
        Consent.objects.create(
            customer=ann, purpose="marketing", is_granted=True, text_version="1", language="en", source="test",
            occurred_at=door.moment(),
        )  # fmt: skip
        (offer, _) = notify(kind="offer_waiting", key="o", customer_id=ann.id, context={"campaign": "x"})
    hour(NOON + timedelta(hours=10))
    assert send_due(acme.id) == 1
    found = _now(at_acme, offer)
    assert (found.state, found.attempts) == ("queued", 0)
    assert timedelta(hours=9, minutes=59) < found.due_at - timezone.now() <= timedelta(hours=10)
    hour(NOON + timedelta(hours=20))
    _make_due(at_acme, offer)
    assert send_due(acme.id) == 1
    assert _now(at_acme, offer).state == "sent" and len(sends.outbox) == 2


def test_an_offer_is_not_sent_to_who_took_consent_back_while_it_waited(acme, ann, at_acme, sends, hour):
    facts = {"purpose": "marketing", "text_version": "1", "language": "en", "source": "test"}
    with at_acme():
        Consent.objects.create(customer=ann, is_granted=True, occurred_at=door.moment(), **facts)
        (offer, _) = notify(kind="offer_waiting", key="o", customer_id=ann.id, context={"campaign": "x"})
        assert offer.state == "queued"
    with at_acme(hours=1):
        Consent.objects.create(customer=ann, is_granted=False, occurred_at=door.moment(), **facts)
    hour(NOON + timedelta(hours=2))
    assert send_due(acme.id) == 0
    found = _now(at_acme, offer)
    assert (found.state, found.reason, found.attempts, sends.outbox) == ("skipped", "no_consent", 0, [])


def test_what_was_sent_is_not_sent_again(acme, letter, sends):
    assert (send_due(acme.id), send_due(acme.id)) == (1, 0)
    assert len(sends.outbox) == 1


def test_the_other_organisations_mail_stays(acme, globex, letter, sends):
    assert send_due(globex.id) == 0
    assert sends.outbox == []


def test_a_lost_server_is_tried_again_later(acme, at_acme, letter, angry):
    angry(smtplib.SMTPServerDisconnected("gone"))
    before = timezone.now()
    assert send_due(acme.id) == 0
    after = _now(at_acme, letter)
    assert (after.state, after.attempts, after.reason) == ("queued", 1, "SMTPServerDisconnected")
    assert before + timedelta(seconds=30) <= after.due_at <= timezone.now() + timedelta(seconds=30)
    assert send_due(acme.id) == 0
    assert _now(at_acme, letter).attempts == 1  # not due yet


def test_after_eight_attempts_it_has_failed_and_can_be_sent_again(acme, at_acme, letter, angry, sends, monkeypatch):
    angry(ConnectionRefusedError())
    for _ in range(8):
        _make_due(at_acme, letter)
        send_due(acme.id)
    failed = _now(at_acme, letter)
    assert (failed.state, failed.attempts, failed.reason) == ("failed", 8, "ConnectionRefusedError")
    monkeypatch.undo()
    with at_acme():
        retry_failed(letter.id)
        assert AuditRecord.objects.filter(action="message.retried").count() == 1
        assert Message.objects.get(id=letter.id).attempts == 0
    with pytest.raises(NotFailed), at_acme():
        retry_failed(letter.id)


def test_a_refused_address_fails_at_once_and_is_not_noted(acme, at_acme, letter, angry):
    angry(smtplib.SMTPRecipientsRefused({"ann@example.com": (550, b"no such user ann@example.com")}))
    send_due(acme.id)
    failed = _now(at_acme, letter)
    assert (failed.state, failed.attempts, failed.reason) == ("failed", 1, "refused 550")


def test_a_greylisted_address_is_tried_again(acme, at_acme, letter, angry):
    angry(smtplib.SMTPRecipientsRefused({"ann@example.com": (450, b"later")}))
    send_due(acme.id)
    assert _now(at_acme, letter).state == "queued"


def test_a_worker_that_died_leaves_the_message_to_the_next(acme, at_acme, letter, sends, monkeypatch):
    def die(*_):
        raise SystemExit

    monkeypatch.setattr("messaging.operations.sending._send_all", die)
    with pytest.raises(SystemExit):
        send_due(acme.id)
    monkeypatch.undo()
    leased = _now(at_acme, letter)
    assert (leased.state, leased.attempts) == ("queued", 1)
    assert leased.due_at > timezone.now() + timedelta(minutes=9)
    assert send_due(acme.id) == 0
    _make_due(at_acme, letter)  # ten minutes later
    assert send_due(acme.id) == 1
    assert [sent.to for sent in sends.outbox] == [["ann@example.com"]]


def test_an_overtaken_worker_notes_nothing(acme, at_acme, letter, sends, monkeypatch):
    from messaging.operations import sending

    def overtaken(organisation, messages):
        with at_acme():
            Message.objects.filter(id=letter.id).update(attempts=2)
        return [sending.Outcome(False, "late")]

    monkeypatch.setattr(sending, "_send_all", overtaken)
    assert send_due(acme.id, limit=1) == 0
    assert (_now(at_acme, letter).attempts, _now(at_acme, letter).reason) == (2, "")


def test_no_transaction_is_open_while_the_server_is_talked_to(acme, letter, sends, monkeypatch):
    from django.db import connection

    seen = []
    monkeypatch.setattr(
        "messaging.operations.sending._send",
        lambda *_: seen.append((connection.in_atomic_block, door.inside())) or (_ for _ in ()).throw(OSError),
    )
    send_due(acme.id)
    assert seen == [(False, False)]


def test_digits_are_hidden_once_they_are_on_their_way(acme, ann, at_acme, sends):
    with at_acme():
        code = queue_login_code(address="ann@example.com", language="en", digits="123456", customer_id=ann.id)
    send_due(acme.id)
    assert "123456" in sends.outbox[0].body
    kept = _now(at_acme, code)
    assert "123456" not in kept.subject + kept.body


class _Smtp(socketserver.StreamRequestHandler):
    """Just enough of RFC 5321."""

    def handle(self):
        self.wfile.write(b"220 test\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.server.letters.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
            if verb == b"QUIT":
                return


@pytest.fixture
def smtp_server():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Smtp) as server:
        server.letters = []
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_mail_server_gets_a_letter_it_can_read(acme, ann, at_acme, settings, smtp_server):
    settings.KEEP_MAIL_IN_MAILBOX = False
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = smtp_server.server_address
    settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER = False, ""
    with at_acme():
        message = queue_login_code(address="ann@example.com", language="zh-hans", digits="123456", customer_id=ann.id)
    assert send_due(acme.id) == 1
    (raw,) = smtp_server.letters
    letter = message_from_bytes(raw, policy=policy.default)
    assert (letter["Subject"], letter["To"]) == ("您的登录验证码：123456", "ann@example.com")
    assert letter["Message-ID"].startswith(f"<{message.id}@")
    assert "123456" in letter.get_body(("plain",)).get_content()
    assert 'lang="zh-CN"' in letter.get_body(("html",)).get_content()
    assert _now(at_acme, message).state == "sent"
