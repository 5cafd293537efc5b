"""Whether a phone can be reached by a text message, before anybody waits for one."""

import phonenumbers

from messaging.texting import objection_to
from referrals.errors import PhoneCountryNotServed, PhoneNotReachable, PhoneTakesNoTexts


def refuse_unreachable(phone: str, *, kind: str, otherwise: type[PhoneNotReachable] = PhoneNotReachable) -> None:
    """Refuse a phone to which no text of this kind would go; `otherwise` names the remedy where none go at all."""
    match objection_to(kind, phone):
        case "":
            return
        case "country":
            raise PhoneCountryNotServed(prefix=phonenumbers.parse(phone).country_code)
        case "number_wrong":
            raise PhoneTakesNoTexts
        case _:
            raise otherwise
