"""Hashes that only this house can make: likeness can be seen by them, and nothing read."""

import hmac
import ipaddress
from datetime import datetime
from hashlib import sha256

from django.conf import settings

from tenancy import door

LENGTH = 32
_BITS = {4: 24, 6: 64}  # of a network: what one household, office or dormitory has


def keyed_hash(*parts: str) -> str:
    """Hash with the house's key: without it, six digits or a phone number could be found by trying."""
    text = "\x1f".join((str(door.organisation_id()), *parts))
    return hmac.new(settings.SECRET_KEY.encode(), b"referrals\x1f" + text.encode(), sha256).hexdigest()


def hash_of(kind: str, value: str) -> str:
    return keyed_hash("trait", kind, value)[:LENGTH] if value else ""


def address_hash(address: str, at: datetime) -> str:
    """Hash an internet address under a key that changes every month: nobody can be followed for longer."""
    return hash_of("address", f"{at:%Y-%m}:{address}") if address else ""


def network_hash(network: str, at: datetime) -> str:
    return hash_of("network", f"{at:%Y-%m}:{network}") if network else ""


def network_of(address: str) -> str:
    """Name the network an address lies in (/24, of IPv6 /64); nothing where it is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network(f"{parsed}/{_BITS[parsed.version]}", strict=False))
