"""Phone numbers, e-mail addresses and names in the form in which they are compared."""

import re
import unicodedata
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT

# Mailboxes that ignore everything behind a plus sign; gmail ignores dots as well.
_PLUS_TAGS = {
    "gmail.com", "outlook.com", "hotmail.com", "live.com", "icloud.com", "fastmail.com",
    "proton.me", "protonmail.com", "qq.com", "foxmail.com",
}  # fmt: skip
# What most numbers and addresses look like: read without the libraries, with the same answer (a test compares them).
_USUAL_PHONES = {"CN": (re.compile(r"1[3-689]\d{9}"), "+86", 0), "GB": (re.compile(r"07[1-57-9]\d{8}"), "+44", 1)}
_USUAL_LOCAL_PART = re.compile(r"[a-z0-9_+-]+(\.[a-z0-9_+-]+)*")
_Type = phonenumbers.PhoneNumberType
_MOBILE = {_Type.MOBILE, _Type.FIXED_LINE_OR_MOBILE, _Type.VOIP}
_CHINESE = re.compile(r"[\u4e00-\u9fa5]+")
_USUAL_NAME = re.compile(r"[\u4e00-\u9fa5]{1,4}")
# Mailboxes whose tag stands behind a hyphen.
_HYPHEN_TAGS = {"yahoo.com", "yahoo.co.uk", "yahoo.co.jp", "ymail.com"}
_ALIASES = {"googlemail.com": "gmail.com"}


def normalise_phone(text: str, country: str) -> str:
    """Write a phone number as E.164; `country` (ISO 3166) is assumed without a prefix."""
    if country in _USUAL_PHONES:
        usual, prefix, cut = _USUAL_PHONES[country]
        if text.isascii() and usual.fullmatch(text):
            return prefix + text[cut:]
    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", text), country)
    except phonenumbers.NumberParseException:
        raise ValueError(f"not a phone number: {text!r}") from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError(f"not a phone number: {text!r}")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def calling_code(country: str) -> str:
    """Give what numbers of a country (ISO 3166) begin with: +86; some countries share theirs."""
    return f"+{phonenumbers.country_code_for_region(country)}"


def phone_country(phone: str) -> str:
    """Name the country (ISO 3166) of a number written as E.164; empty for numbers of none.

    One of a range that was opened lately, which the library does not know yet, is of the country with its prefix.
    """
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return ""
    country = phonenumbers.region_code_for_number(number) or phonenumbers.region_code_for_country_code(number.country_code)
    return country if country in phonenumbers.SUPPORTED_REGIONS else ""


def takes_texts(phone: str) -> bool:
    """Say whether text messages may reach a number: landlines, service and premium numbers get none.

    One of a range that nobody knows may, when it is as long as a mobile number is there.
    """
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return False
    kind = phonenumbers.number_type(number)
    return kind in _MOBILE or (kind == _Type.UNKNOWN and phonenumbers.is_possible_number_for_type(number, _Type.MOBILE))


def normalise_email(text: str) -> str:
    """Check an address and write it in lower case."""
    plain = unicodedata.normalize("NFKC", text).strip()
    local, _, domain = plain.lower().rpartition("@")
    if len(local) <= 64 and len(plain) <= 254 and _USUAL_LOCAL_PART.fullmatch(local) and _is_usual(domain):
        return f"{local}@{domain}"
    try:
        checked = validate_email(plain, check_deliverability=False)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None
    return checked.normalized.lower()


@lru_cache(maxsize=2048)  # a list's addresses share a few domains
def _is_usual(domain: str) -> bool:
    """Say whether any usual mailbox at this domain is an address as it is written."""
    try:
        return domain.isascii() and validate_email(f"a@{domain}", check_deliverability=False).domain == domain
    except EmailNotValidError:
        return False


def canonical_email(normalised: str) -> str:
    """Name the mailbox behind an address: aliases, dots and tags removed where they mean nothing."""
    local, _, domain = normalised.rpartition("@")
    domain = _ALIASES.get(domain, domain)
    if domain in _PLUS_TAGS:
        local = local.split("+", 1)[0]
    if domain in _HYPHEN_TAGS:
        local = local.split("-", 1)[0] or local
    if domain == "gmail.com":
        local = local.replace(".", "")
    return f"{local}@{domain}"


def search_text(name: str) -> str:
    """Spell a name every way a person may type it: itself, pinyin, initials."""
    plain = " ".join(unicodedata.normalize("NFKC", name).lower().split())
    if plain.isascii():
        return plain
    syllables = _syllables(plain)
    if "".join(syllables) == plain:
        return plain
    if _CHINESE.fullmatch(plain) and len(syllables) == len(plain):
        initials = "".join([syllable[0] for syllable in syllables])  # what the library would say, in half the time
    else:
        initials = "".join(lazy_pinyin(plain, style=Style.FIRST_LETTER))
    return f"{plain} {''.join(syllables)} {initials}"


def _syllables(plain: str) -> list[str]:
    """Spell characters by their sound: those of a name one by one, unless some of them make a word, which has its own."""
    if _USUAL_NAME.fullmatch(plain):
        count = len(plain)
        if not any(plain[start:end] in PHRASES_DICT for start in range(count) for end in range(start + 2, count + 1)):
            return [_sound(character) for character in plain]
    return lazy_pinyin(plain)


@lru_cache(maxsize=8192)  # most names are written with three thousand
def _sound(character: str) -> str:
    return lazy_pinyin(character)[0]


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


def mask_contact(contact: str) -> str:
    """Mask an e-mail address or a phone number."""
    return mask_email(contact) if "@" in contact else mask_phone(contact)


def mask_email(email: str) -> str:
    """Show the first letter and the domain: a***@example.com."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}***@{domain}"
