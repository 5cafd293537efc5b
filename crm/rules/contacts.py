"""Whose contacts these are."""

import unicodedata
from dataclasses import dataclass

from crm.errors import InvalidContact, InvalidEmail, InvalidPhone
from crm.reports import CustomerReference, CustomerReport
from foundation.contacts import normalise_email, normalise_phone


@dataclass(frozen=True)
class Contact:
    kind: str  # phone, email, wechat, external
    value: str  # as typed
    normalised: str

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.normalised


def read_contact(kind: str, value: str, country: str) -> Contact:
    """Bring one contact into the form in which it is compared; `country` completes phone numbers."""
    value = value.strip()
    normalised = _normalise(kind, value, country)
    if not normalised or len(value) > 254 or len(normalised) > 254:
        raise InvalidContact
    return Contact(kind, value, normalised)


def _normalise(kind: str, value: str, country: str) -> str:
    if kind == "phone":
        try:
            return normalise_phone(value, country)
        except ValueError:
            raise InvalidPhone from None
    if kind == "email":
        try:
            return normalise_email(value)
        except ValueError:
            raise InvalidEmail from None
    plain = unicodedata.normalize("NFKC", value)
    return plain.lower() if kind == "wechat" else plain


def contacts_of(told: CustomerReport | CustomerReference, country: str) -> list[Contact]:
    """Read all contacts that were told, strongest evidence first."""
    values = {"external": told.external_id, "phone": told.phone, "email": told.email, "wechat": told.wechat}
    return [read_contact(kind, value, country) for kind, value in values.items() if value.strip()]


def phone_prefixes(text: str, calling_code: int) -> list[str]:
    """List how stored numbers may begin that a person means by these digits: 138…, 07700…, +44…, 0044…."""
    digits = "".join(c for c in unicodedata.normalize("NFKC", text) if c.isdigit())
    is_number = len(digits) >= 3 and not any(c.isalpha() for c in text)
    if not is_number:
        return []
    if text.strip().startswith("+"):
        return [f"+{digits}"]
    if digits.startswith("00"):
        return [f"+{digits[2:]}"]
    return [f"+{digits}", f"+{calling_code}{digits.lstrip('0')}"]
