"""Organisations that send text messages: nothing leaves the house, the mailbox keeps them."""

from messaging.operations import GatewayAsked, save_template, set_gateway
from messaging.queries import wording
from tenancy import door


def give_gateway(organisation, *, countries=("GB",), vendor="twilio", **asked) -> None:
    """Enter an account with a vendor; by default one that takes any words."""
    with door.organisation(organisation.id):
        set_gateway(
            GatewayAsked(vendor=vendor, key_id="key", secret="secret", sender="+15005550006", countries=countries, **asked)
        )


def file_text(organisation, kind: str, *, language: str = "en", code: str = "SMS_1") -> None:
    """Note that the vendor has filed the house text of a kind."""
    with door.organisation(organisation.id):
        body = wording(kind=kind, channel="sms", language=language).body
        save_template(kind=kind, channel="sms", language=language, body=body, vendor_template=code)
