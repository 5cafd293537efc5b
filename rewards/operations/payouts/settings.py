"""How an organisation pays out."""

import base64
import secrets
from typing import Any
from uuid import UUID

from django.conf import settings as installation
from django.core.signing import BadSignature, Signer

from rewards.errors.payouts import PayoutSettingsInvalid
from rewards.models import PayoutProvider, PayoutSettings
from tenancy import audit, door
from tenancy.outbound import check_address

CHANGEABLE = {
    "provider", "web_address", "minimum_minor", "payday", "arrival_days", "tax_threshold_minor", "tax_note",
}  # fmt: skip

_BOUNDS = {"payday": (1, 28), "arrival_days": (0, 30), "minimum_minor": (0, 10**12), "tax_threshold_minor": (1, 10**12)}
LONGEST_NOTE = 2000
_SALT = "payout-callback"


def change_payout_settings(**changes: Any) -> PayoutSettings:
    """Change what is given; the first change makes the row, and a secret for the provider."""
    assert changes.keys() <= CHANGEABLE, changes.keys() - CHANGEABLE
    _refuse_what_cannot_be(changes)
    found, _ = PayoutSettings.objects.select_for_update().get_or_create(defaults={"web_secret": new_web_secret()})
    changed = sorted(name for name, value in changes.items() if getattr(found, name) != value)
    if changed:
        for name in changed:
            setattr(found, name, changes[name])
        found.save(update_fields=changed)
        audit.record("payout_settings.changed", found, {"fields": changed})
    return found


def renew_web_secret() -> str:
    """Make another secret to share with the provider; the former one is worth nothing from now on."""
    found = change_payout_settings()
    found.web_secret = new_web_secret()
    found.save(update_fields=["web_secret"])
    audit.record("payout_settings.secret_renewed", found)
    return found.web_secret


def callback_token() -> str:
    """Name this organisation in the address that its provider posts to; nobody can make one up."""
    return Signer(salt=_SALT).sign(str(door.organisation_id()))


def organisation_of(token: str) -> UUID | None:
    """Read a callback token, before any door is open."""
    try:
        return UUID(Signer(salt=_SALT).unsign(token))
    except (BadSignature, ValueError):
        return None


def new_web_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


def providers_here() -> list[tuple[str, str]]:
    """List the providers that can be chosen; the demo's bank pays nobody, and is for demo and tests only."""
    hidden = {PayoutProvider.DEMO} if installation.IS_PRODUCTION else set()
    return [(each.value, each.label) for each in PayoutProvider if each not in hidden]


def _refuse_what_cannot_be(changes: dict[str, Any]) -> None:
    if changes.get("web_address"):
        check_address(changes["web_address"])
    if "provider" in changes and changes["provider"] not in dict(providers_here()):
        raise PayoutSettingsInvalid(field="provider")
    for name, (lowest, highest) in _BOUNDS.items():
        value = changes.get(name)
        if value is not None and not lowest <= value <= highest:
            raise PayoutSettingsInvalid(field=name)
    if len(changes.get("tax_note") or "") > LONGEST_NOTE:
        raise PayoutSettingsInvalid(field="tax_note")
