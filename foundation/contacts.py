"""Phone numbers, e-mail addresses and names in the form in which they are compared."""

import unicodedata

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from pypinyin import Style, lazy_pinyin

# Mailboxes that ignore everything behind a plus sign; gmail ignores dots as well.
_PLUS_TAGS = {
    "gmail.com", "outlook.com", "hotmail.com", "live.com", "icloud.com", "fastmail.com",
    "proton.me", "protonmail.com", "qq.com", "foxmail.com",
}  # fmt: skip
_ALIASES = {"googlemail.com": "gmail.com"}


def normalise_phone(text: str, country: str) -> str:
    """Write a phone number as E.164; `country` (ISO 3166) is assumed without a prefix."""
    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", text), country)
    except phonenumbers.NumberParseException:
        raise ValueError(f"not a phone number: {text!r}") from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError(f"not a phone number: {text!r}")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalise_email(text: str) -> str:
    """Check an address and write it in lower case."""
    try:
        checked = validate_email(unicodedata.normalize("NFKC", text).strip(), check_deliverability=False)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None
    return checked.normalized.lower()


def canonical_email(normalised: str) -> str:
    """Name the mailbox behind an address: aliases, dots and tags removed where they mean nothing."""
    local, _, domain = normalised.rpartition("@")
    domain = _ALIASES.get(domain, domain)
    if domain in _PLUS_TAGS:
        local = local.split("+", 1)[0]
    if domain == "gmail.com":
        local = local.replace(".", "")
    return f"{local}@{domain}"


def search_text(name: str) -> str:
    """Spell a name every way a person may type it: itself, pinyin, initials."""
    plain = " ".join(unicodedata.normalize("NFKC", name).lower().split())
    syllables = lazy_pinyin(plain)
    if "".join(syllables) == plain:
        return plain
    initials = "".join(lazy_pinyin(plain, style=Style.FIRST_LETTER))
    return f"{plain} {''.join(syllables)} {initials}"


def mask_name(name: str) -> str:
    """Show whose name it is to those who know: 张*, Ann S."""
    name = name.strip()
    if not name:
        return "*"
    if name.isascii() and " " in name:
        first, *_, last = name.split()
        return f"{first} {last[0]}."
    return name[0] + "*" * min(max(len(name) - 1, 1), 2)


def mask_phone(phone: str) -> str:
    """Show the ends of a number: +86138****1234."""
    return f"{phone[:-8]}****{phone[-4:]}" if len(phone) > 8 else "****"


def mask_email(email: str) -> str:
    """Show the first letter and the domain: a***@example.com."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}***@{domain}"
