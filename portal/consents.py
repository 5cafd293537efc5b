"""The wording that people consent to, and the signed way to take a consent back."""

from uuid import UUID

from django.core import signing
from django.urls import reverse

from tenancy import door
from tenancy.models import Organisation

TEXT_VERSION = "referral-2026-11"  # change it with the words
_SALT = "portal.unsubscribe"


def unsubscribe_path(customer_id: UUID) -> str:
    """Give the address that ends offers to a customer; it works without signing in, for as long as the key lives."""
    slug = Organisation.objects.values_list("slug", flat=True).get(id=door.organisation_id())
    token = signing.dumps([str(door.organisation_id()), str(customer_id)], salt=_SALT)
    return reverse("portal:unsubscribe", args=[slug, token])


def customer_of(token: str) -> UUID:
    """Read a token; another organisation's is as wrong as an invented one (BadSignature)."""
    organisation_id, customer_id = signing.loads(token, salt=_SALT)
    if organisation_id != str(door.organisation_id()):
        raise signing.BadSignature
    return UUID(customer_id)
