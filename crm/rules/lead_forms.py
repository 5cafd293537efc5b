"""What a form asks: kinds of questions, what makes a form whole, and where it may send people."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.errors import (
    FormAsksNoContact,
    FormAsksNoName,
    FormConsentMissing,
    FormFieldEmpty,
    FormFieldTwice,
    InvalidOrigin,
    RedirectNotAllowed,
)

Texts = Mapping[str, str]  # {"en": …, "zh-hans": …}
KINDS: Mapping[str, str] = {
    "name": pgettext_lazy("a question of a form", "Name"), "phone": _("Phone"),
    "email": pgettext_lazy("a question of a form", "E-mail"), "wechat": _("WeChat"), "company": _("Company"),
    "city": _("City"), "product": pgettext_lazy("a question of a form", "Product"), "message": _("Message"),
    "choice": _("Choice of one"), "choices": _("Choice of several"), "yes_no": _("Yes or no"), "date": _("Date"),
    "number": pgettext_lazy("a question of a form", "Number"), "text": _("Own question"),
}  # fmt: skip
ONCE = ("name", "phone", "email", "wechat", "company", "city", "product", "message")
CONTACTS = ("phone", "email", "wechat")
WITH_OPTIONS = ("choice", "choices", "product")
MOST_FIELDS = 30
OWN = "field:"  # a question of this kind fills in a lead's own field: field:<key>


@dataclass(frozen=True)
class Field:
    kind: str
    label: Texts
    help: Texts = field(default_factory=dict)
    is_required: bool = False
    options: tuple[Texts, ...] = ()
    key: str = ""  # name of the control: the kind, or q3 for a question of one's own

    @property
    def own_key(self) -> str:
        """The lead's own field that the answer is for; empty for all other questions."""
        return self.kind.removeprefix(OWN) if self.kind.startswith(OWN) else ""

    @property
    def plain_label(self) -> str:
        return said(self.label) or self.key or self.kind


@dataclass(frozen=True)
class Definition:
    """A form as people see it, in both languages."""

    title: Texts
    intro: Texts
    fields: tuple[Field, ...]
    consent: Texts
    button: Texts
    thanks_title: Texts
    thanks: Texts

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Definition":
        fields = tuple(_field(number, each) for number, each in enumerate(stored.get("fields", []), 1))
        texts = {name: stored.get(name) or {} for name in ("title", "intro", "consent", "button", "thanks_title", "thanks")}
        return cls(fields=fields, **texts)

    def stored(self) -> dict[str, Any]:
        return asdict(self) | {"fields": [asdict(each) | {"options": list(each.options)} for each in self.fields]}

    def check(self) -> None:
        """Refuse a form that could not be answered, or that nobody could answer."""
        for each in self.fields:
            if not said(each.label) or (each.kind in ("choice", "choices") and len(each.options) < 2):
                raise FormFieldEmpty(label=each.plain_label)
        kinds = [each.kind for each in self.fields]
        for kind in (*ONCE, *(kind for kind in kinds if kind.startswith(OWN))):
            if kinds.count(kind) > 1:
                raise FormFieldTwice(label=next(each.plain_label for each in self.fields if each.kind == kind))
        if "name" not in kinds:
            raise FormAsksNoName
        if not set(kinds) & set(CONTACTS):
            raise FormAsksNoContact
        if not said(self.consent):
            raise FormConsentMissing


def _field(number: int, stored: Mapping[str, Any]) -> Field:
    kind = stored["kind"]
    return Field(
        kind, stored.get("label") or {}, stored.get("help") or {}, bool(stored.get("is_required")),
        tuple(stored.get("options") or ()), stored.get("key") or control_of(kind) or f"q{number}",
    )  # fmt: skip


def control_of(kind: str) -> str:
    """Name the control of a kind that is asked once; empty for an own question, which is numbered."""
    return kind if kind in ONCE else f"own_{kind.removeprefix(OWN)}" if kind.startswith(OWN) else ""


def said(texts: Texts) -> str:
    """Give any language in which something is said."""
    return next((text for text in texts.values() if text.strip()), "")


def in_language(texts: Texts, language: str) -> str:
    return texts.get(language) or said(texts)


def split_answers(fields: Sequence[Field], answers: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Part what belongs to the person (name, contacts, city, interest, message) from what was asked besides."""
    own = {each.key: str(answers.get(each.key) or "") for each in fields if each.kind in ONCE and each.kind != "company"}
    rest = {
        each.key: answers[each.key] for each in fields if each.key not in own and answers.get(each.key) not in (None, "", [])
    }
    return own, rest


_LINK = re.compile(r"https?://|www\.", re.I)


def looks_like_spam(message: str) -> bool:
    """Three links are an advertisement, not an enquiry."""
    return len(_LINK.findall(message)) >= 3


def read_origin(text: str) -> str:
    """Read a site as browsers name it: https://shop.example.com, with a port if it has one."""
    place = urlsplit(text.strip())
    is_local = place.hostname in ("localhost", "127.0.0.1")
    fits = place.scheme == "https" or (place.scheme == "http" and is_local)
    if not fits or not place.hostname or place.path not in ("", "/") or place.query or "*" in text or "@" in place.netloc:
        raise InvalidOrigin(origin=text.strip()[:80])
    return f"{place.scheme}://{place.netloc.lower()}"


def check_redirect(address: str, origins: Sequence[str]) -> None:
    """Refuse to send people anywhere but to the organisation's own sites."""
    place = urlsplit(address)
    if address and f"{place.scheme}://{place.netloc.lower()}" not in origins:
        raise RedirectNotAllowed
