"""Make an e-mail of a message: text, HTML, and the headers that mail programs look for."""

from email.utils import formataddr, parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from messaging import texts
from messaging.models import Message
from messaging.unsubscribing import unsubscribe_path
from tenancy.models import Organisation

_OPEN = {"zh-hans": "点击查看", "en": "Open"}
_UNSUBSCRIBE = {"zh-hans": "不想再收到此类邮件？点此退订", "en": "Rather not have e-mails like this one? Unsubscribe"}
_HTML_LANGUAGE = {"zh-hans": "zh-CN", "en": "en"}


def compose(organisation: Organisation, message: Message, connection=None) -> EmailMultiAlternatives:
    """Build the e-mail; its Message-ID is the message's own, the same at every attempt."""
    link, unsubscribe = absolute(message.link), _unsubscribe(organisation, message)
    open_label, unsubscribe_label = _OPEN[message.language], _UNSUBSCRIBE[message.language]
    email = EmailMultiAlternatives(
        subject=message.subject,
        body=_plain(message.body, _foot(link, open_label), _foot(unsubscribe, unsubscribe_label)),
        from_email=formataddr((organisation.name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1])),
        to=[message.address],
        headers=_headers(message, unsubscribe),
        connection=connection,
    )
    facts = {
        "organisation": organisation, "message": message, "language": _HTML_LANGUAGE[message.language],
        "link": link, "open_label": open_label, "unsubscribe": unsubscribe, "unsubscribe_label": unsubscribe_label,
    }  # fmt: skip
    email.attach_alternative(render_to_string("messaging/email.html", facts), "text/html")
    return email


def absolute(path: str) -> str:
    return f"{settings.PUBLIC_URL}{path}" if path else ""


def _unsubscribe(organisation: Organisation, message: Message) -> str:
    is_offer = message.kind in texts.KINDS and texts.KINDS[message.kind].is_marketing
    return absolute(unsubscribe_path(organisation, message.customer_id)) if is_offer and message.customer_id else ""


def _headers(message: Message, unsubscribe: str) -> dict[str, str]:
    headers = {
        "Message-ID": f"<{message.id}@{urlsplit(settings.PUBLIC_URL).hostname}>",
        "Auto-Submitted": "auto-generated",
    }
    if unsubscribe:
        headers |= {"List-Unsubscribe": f"<{unsubscribe}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return headers


def _foot(url: str, label: str) -> str:
    return f"{label}: {url}" if url else ""


def _plain(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"
