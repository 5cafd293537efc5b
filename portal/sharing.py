"""Ways to pass a link on, each tagged with its channel."""

from dataclasses import dataclass
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Way:
    channel: str
    name: str
    href: str  # empty: by picture, as WeChat has no address for sharing


_NAMES = {
    "weibo": _("Weibo"), "qq": _("QQ"), "whatsapp": _("WhatsApp"), "x": _("X"), "facebook": _("Facebook"),
    "linkedin": _("LinkedIn"), "telegram": _("Telegram"), "email": pgettext_lazy("a way to send", "E-mail"),
    "sms": _("Text message"),
}  # fmt: skip
_ADDRESSES = {
    "weibo": "https://service.weibo.com/share/share.php?url={url}&title={text}&pic={poster}",
    "qq": "https://connect.qq.com/widget/shareqq/index.html?url={url}&title={title}&desc={text}&summary={text}&pics={poster}",
    "whatsapp": "https://wa.me/?text={text_and_url}",
    "x": "https://twitter.com/intent/tweet?text={text}&url={url}",
    "facebook": "https://www.facebook.com/sharer/sharer.php?u={url}",
    "linkedin": "https://www.linkedin.com/sharing/share-offsite/?url={url}",
    "telegram": "https://t.me/share/url?url={url}&text={text}",
    "email": "mailto:?subject={title}&body={text_and_url}",
    "sms": "sms:?&body={text_and_url}",
}
_CHINESE_FIRST = ("weibo", "qq", "email", "sms", "whatsapp", "telegram", "x", "facebook", "linkedin")
_WESTERN_FIRST = ("whatsapp", "email", "sms", "facebook", "x", "telegram", "linkedin", "weibo", "qq")


def ways(*, link: str, title: str, text: str, poster: str, language: str) -> list[Way]:
    """List the addresses that open each service's own share window; nobody's script runs on our page."""
    order = _CHINESE_FIRST if language == "zh-hans" else _WESTERN_FIRST
    return [Way(channel, _NAMES[channel], _address(channel, link, title, text, poster)) for channel in order]


def tagged(link: str, channel: str) -> str:
    return f"{link}?ch={channel}"


def _address(channel, link, title, text, poster):
    url = tagged(link, channel)
    parts = {"url": url, "title": title, "text": text, "poster": poster, "text_and_url": f"{text} {url}"}
    return _ADDRESSES[channel].format(**{name: quote(str(part), safe="") for name, part in parts.items()})
