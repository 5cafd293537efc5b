"""Which text messages an organisation can send: through which gateway, to which phones, in which words."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from foundation.contacts import phone_country, takes_texts
from messaging import rules, texts, wording_sms
from messaging.mail import absolute
from messaging.models import SmsGateway, Template
from messaging.queries import Reader
from messaging.sms import counting
from messaging.sms.vendors import VENDORS
from tenancy import door
from tenancy.models import Organisation

MOST_CHARACTERS = 500  # the vendors take no more
_ADDRESSES = ("link", "page")


@dataclass(frozen=True)
class Texting:
    """An organisation's way to send texts, or that it has none."""

    gateway: SmsGateway | None

    def channels(self, kind: rules.Kind, reader: Reader) -> list[str]:
        """Name the ways a message takes: those of its kind, with a text where the organisation pays for one.

        Who has no e-mail address and gets a text is not noted as unreachable by e-mail.
        """
        usual = [channel for channel in kind.channels if channel != rules.SMS]
        if rules.SMS not in kind.channels or not self._goes_to(kind, reader):
            return usual
        return [*(channel for channel in usual if channel != rules.EMAIL or reader.address), rules.SMS]

    def _goes_to(self, kind: rules.Kind, reader: Reader) -> bool:
        if not reader.phone or (reader.is_staff and reader.address):
            return False
        if kind.secret or kind.audience == "friend":  # asked for at this address
            return not reader.address
        use = self.gateway.uses.get(kind.name) if self.gateway else None
        return use == SmsGateway.Use.ALWAYS or (use == SmsGateway.Use.WITHOUT_EMAIL and not reader.address)

    def objection(self, phone: str, vendor_template: str) -> str:
        """Say in a word why no text can go to this phone; empty: one can."""
        if self.gateway is None:
            return "no_gateway"
        if not takes_texts(phone):
            return "number_wrong"
        if phone_country(phone) not in self.gateway.countries:
            return "country"
        return "no_template" if self.needs_template and not vendor_template else ""

    @property
    def needs_template(self) -> bool:
        return self.gateway is not None and VENDORS[self.gateway.vendor].needs_template

    def language(self, wordings: Mapping[str, rules.Text], wished: str) -> str:
        """Choose the language: the wished one, unless only another is filed with the vendor."""
        if not self.needs_template or wordings[wished].vendor_template:
            return wished
        return next((each for each, text in wordings.items() if text.vendor_template), wished)


def present_texting(kinds: Collection[str] | None = None) -> Texting:
    """Look up the gateway; without a statement where none of these kinds is ever a text."""
    if kinds is not None and not any(rules.SMS in texts.kind_of(kind).channels for kind in kinds):
        return Texting(None)
    return Texting(present_gateway())


def present_gateway() -> SmsGateway | None:
    return SmsGateway.objects.filter(is_active=True).first()


def sends_texts(kind: str) -> bool:
    """Say whether texts of this kind go out from here at all."""
    texting = present_texting()
    return texting.gateway is not None and (not texting.needs_template or bool(_code_of(kind)))


def can_text(kind: str, phone: str) -> bool:
    """Say whether a text of this kind would go to this phone."""
    return not objection_to(kind, phone)


def objection_to(kind: str, phone: str) -> str:
    """Say in a word (messaging/sms/words.py) why no text of this kind would go to this phone; empty: one would."""
    texting = present_texting()
    return texting.objection(phone, _code_of(kind) if texting.needs_template else "")


def _code_of(kind: str) -> str:
    """Give the code under which a text of this kind is filed, in whichever language; empty: none is."""
    filed = Template.objects.filter(kind=kind, channel=rules.SMS).exclude(vendor_template="")
    return filed.values_list("vendor_template", flat=True).first() or ""


def as_text_message(body: str, kind: rules.Kind, language: str) -> str:
    """Write a text on one line; who gets an offer reads how to stop them."""
    text = " ".join(body.split())
    opt_out = wording_sms.OPT_OUT[language]
    return text + opt_out if kind.is_marketing and opt_out.strip() not in text else text


def filed_text(body: str, kind: rules.Kind, language: str) -> str:
    """Write a wording the way this organisation's vendor wants it to be filed; empty where nothing is filed."""
    texting = present_texting()
    return filed_with(texting, as_text_message(body, kind, language)) if texting.needs_template else ""


def filed_with(texting: Texting, text: str) -> str:
    """Write a text as its vendor wants it filed: of an address only what differs is a place, vendors take no whole one."""
    slug = Organisation.objects.values_list("slug", flat=True).get(id=door.organisation_id())
    for place in _ADDRESSES:
        text = text.replace(f"{{{place}}}", f"{home_address(slug)}{{{place}}}")
    return VENDORS[texting.gateway.vendor].filed_text(text, sender=texting.gateway.sender)


def as_filed(places: Sequence[Sequence[str]], slug: str) -> list[list[str]]:
    """Leave of addresses what differs; the rest is in the filed text."""
    home = home_address(slug)
    return [[name, value.removeprefix(home) if name in _ADDRESSES else value] for name, value in places]


def home_address(slug: str) -> str:
    """Give what all public addresses of an organisation begin with."""
    return absolute(f"/o/{slug}/")


@dataclass(frozen=True)
class Counted:
    """How a text counts: characters, and the texts that it is paid as."""

    length: int
    parts: int


def counted(body: str) -> Counted:
    """Count a text as this organisation's vendor does; without one as phones do."""
    gateway = present_gateway()
    vendor, sender = (gateway.vendor, gateway.sender) if gateway else (SmsGateway.Vendor.TWILIO, "")
    return Counted(counting.length(body, vendor=vendor, sender=sender), counting.parts(body, vendor=vendor, sender=sender))


def callback_address(organisation: Organisation, gateway: SmsGateway) -> str:
    """Give the address at which the vendor tells what became of texts, and what was written back."""
    return absolute(f"/o/{organisation.slug}/texts/{gateway.callback_token}")
