"""Links to the status page: signed, valid for a time, withdrawn at once; only a keyed hash of each is kept."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings

from crm.errors import UnknownCustomer
from crm.models import Customer
from referrals.errors import LifetimeOutOfRange, TooManyStatusLinks
from referrals.hashes import keyed_hash
from referrals.models import StatusLink
from tenancy import audit, door
from tenancy.models import Organisation

LIVES = 90  # days
LONGEST = 366
MOST_LINKS = 5  # of one referrer at a time
_RANDOM, _SIGNATURE = 24, 16  # characters


@dataclass(frozen=True)
class NewLink:
    """A link as it is shown, once."""

    row: StatusLink
    token: str
    address: str


def make_status_link(customer_id: UUID, *, days: int = LIVES) -> NewLink:
    """Make a link for a referrer; nobody can read it again later."""
    if not 1 <= days <= LONGEST:
        raise LifetimeOutOfRange
    owner = Customer.objects.select_for_update(of=("self",)).filter(id=customer_id).first()
    if owner is None:
        raise UnknownCustomer
    if valid_links(customer_id).count() >= MOST_LINKS:
        raise TooManyStatusLinks(most=MOST_LINKS)
    who, now, token = door.actor(), door.moment(), _new_token()
    row = StatusLink.objects.create(
        owner=owner, token_hash=keyed_hash("status", token), made_by=who.kind, made_by_id=who.id, created_at=now,
        expires_at=now + timedelta(days=days),
    )  # fmt: skip
    audit.record("status_link.made", row, {"customer_id": str(customer_id), "days": days})
    slug = Organisation.objects.values_list("slug", flat=True).get(id=door.organisation_id())
    return NewLink(row, token, f"{settings.PUBLIC_URL}/o/{slug}/status/{token}")


def valid_links(customer_id: UUID):
    """List the links of a referrer that open now, newest first."""
    rows = StatusLink.objects.filter(owner_id=customer_id, revoked_at=None, expires_at__gt=door.moment())
    return rows.order_by("-id")


def revoke_status_link(link_id: UUID, *, customer_id: UUID | None = None) -> StatusLink:
    """Withdraw a link; it opens nothing from now on. With `customer_id` only one of theirs."""
    rows = StatusLink.objects.filter(id=link_id, **({"owner_id": customer_id} if customer_id else {}))
    row = rows.get()
    if rows.filter(revoked_at=None).update(revoked_at=door.moment()):
        audit.record("status_link.revoked", row, {"customer_id": str(row.owner_id)})
    return StatusLink.objects.get(id=row.id)


def open_status_link(token: str) -> StatusLink | None:
    """Find whose page a link opens; whatever is wrong with it, the work and the answer are the same."""
    is_signed = hmac.compare_digest(_signature(token[:_RANDOM]), token[_RANDOM:])
    found = StatusLink.objects.filter(token_hash=keyed_hash("status", token)).select_related("owner").first()
    is_valid = found is not None and found.revoked_at is None and found.expires_at > door.moment()
    if not (is_signed and is_valid) or found.owner.merged_into_id is not None:
        return None
    if found.opened_at is None or door.moment() - found.opened_at > timedelta(hours=1):
        StatusLink.objects.filter(id=found.id).update(opened_at=door.moment())
    return found


def _new_token() -> str:
    random = secrets.token_urlsafe(_RANDOM * 3 // 4)
    return random + _signature(random)


def _signature(random: str) -> str:
    """Sign for this organisation: a link of another one is a wrong one here."""
    return keyed_hash("status link", random)[:_SIGNATURE]
