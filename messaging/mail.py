"""Make an e-mail of a message: text, HTML, and the headers that mail programs look for."""

from email.utils import formataddr, parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from messaging import texts
from messaging.models import Message
from tenancy.models import Organisation

_OPEN = {"zh-hans": "点击查看", "en": "Open"}
_PREFERENCES = {
    "zh-hans": "不想再收到此类邮件？修改偏好设置",
    "en": "Rather not have e-mails like this one? Change your preferences",
}


def compose(organisation: Organisation, message: Message, connection=None) -> EmailMultiAlternatives:
    """Build the e-mail; its Message-ID is the message's own, the same at every attempt."""
    language = "zh-hans" if message.language == "zh-hans" else "en"
    link = absolute(message.link)
    preferences = _preferences(organisation, message)
    email = EmailMultiAlternatives(
        subject=message.subject,
        body=_plain(message.body, _foot(link, _OPEN[language]), _foot(preferences, _PREFERENCES[language])),
        from_email=formataddr((organisation.name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1])),
        to=[message.address],
        headers=_headers(message, preferences),
        connection=connection,
    )
    email.attach_alternative(_html(organisation, message, language, link, preferences), "text/html")
    return email


def absolute(path: str) -> str:
    return f"{settings.PUBLIC_URL}{path}" if path else ""


def _preferences(organisation: Organisation, message: Message) -> str:
    is_marketing = message.kind in texts.KINDS and texts.KINDS[message.kind].is_marketing
    return absolute(f"/o/{organisation.slug}/member/preferences") if is_marketing else ""


def _headers(message: Message, preferences: str) -> dict[str, str]:
    headers = {
        "Message-ID": f"<{message.id}@{urlsplit(settings.PUBLIC_URL).hostname}>",
        "Auto-Submitted": "auto-generated",
    }
    return headers | ({"List-Unsubscribe": f"<{preferences}>"} if preferences else {})


def _foot(url: str, label: str) -> str:
    return f"{label}: {url}" if url else ""


def _plain(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def _html(organisation: Organisation, message: Message, language: str, link: str, preferences: str) -> str:
    with translation.override(language):
        return render_to_string(
            "messaging/email.html",
            {
                "organisation": organisation, "message": message, "language": "zh-CN" if language == "zh-hans" else "en",
                "link": link, "open": _OPEN[language],
                "preferences": preferences, "preferences_label": _PREFERENCES[language],
            },
        )  # fmt: skip
