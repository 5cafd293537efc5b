"""The signed address that ends offers to a customer, without signing in (RFC 8058)."""

from uuid import UUID

from django.core import signing

from tenancy import door
from tenancy.models import Organisation

_SALT = "portal.unsubscribe"


def unsubscribe_path(organisation: Organisation, customer_id: UUID) -> str:
    """Give the page's path; it works for as long as the installation's secret key lives."""
    token = signing.dumps([str(organisation.id), str(customer_id)], salt=_SALT)
    return f"/o/{organisation.slug}/unsubscribe/{token}"


def customer_of(token: str) -> UUID:
    """Read a token; another organisation's is as wrong as an invented one (BadSignature)."""
    organisation_id, customer_id = signing.loads(token, salt=_SALT)
    if organisation_id != str(door.organisation_id()):
        raise signing.BadSignature
    return UUID(customer_id)
