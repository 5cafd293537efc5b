"""Block and allow: e-mail domains, beginnings of numbers, devices, networks, referrers."""

import re
from datetime import datetime, timedelta
from ipaddress import ip_network
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count

from crm.models import Customer
from referrals.errors import ListingInvalid, ListingKnown, ListingPast, ReasonMissing, UnknownAbuseCase, UnknownListing
from referrals.models import AbuseCase, AbuseListing, Invitation, SignUpTrace
from tenancy import audit, door

_DOMAIN = re.compile(r"(?=.{4,64}$)([a-z0-9](-?[a-z0-9])*\.)+[a-z][a-z0-9-]*[a-z0-9]")
_PREFIX = re.compile(r"\+\d{2,11}")
_HASH = re.compile(r"[0-9a-f]{32}")
_WIDTHS = {4: (24, 32), 6: (64, 128)}
OF_CASE = timedelta(days=30)  # what a case knows by a hash that changes with the month


def add_listing(
    *,
    side: str,
    kind: str,
    value: str = "",
    referrer_id: UUID | None = None,
    reason: str,
    expires_at: datetime | None = None,
) -> AbuseListing:  # fmt: skip
    """Put something on the list, with a reason."""
    reason = " ".join(reason.split())[:200]
    if not reason:
        raise ReasonMissing
    if expires_at is not None and expires_at <= door.moment():
        raise ListingPast
    written, referrer = _read(kind, value, referrer_id)
    _take_expired_off(kind, written)
    who = door.actor()
    row = AbuseListing(
        side=side, kind=kind, value=written, referrer=referrer, reason=reason, expires_at=expires_at,
        added_at=door.moment(), added_by_kind=who.kind, added_by_id=who.id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "abuse_listing_once" not in str(error):
            raise
        raise ListingKnown from error
    audit.record("abuse_listing.added", row, {"side": side, "kind": kind})
    return row


def remove_listing(listing_id: UUID) -> AbuseListing:
    """Take an entry off; it stays written down that it was there."""
    moved = AbuseListing.objects.filter(id=listing_id, removed_at=None).update(removed_at=door.moment())
    row = AbuseListing.objects.filter(id=listing_id).first()
    if row is None:
        raise UnknownListing
    if moved:
        audit.record("abuse_listing.removed", row, {"side": row.side, "kind": row.kind})
    return row


def list_from_case(case_id: UUID, *, side: str, kind: str, reason: str) -> AbuseListing:
    """Put the referrer of a case on the list, or the device or address that most of its forms came from."""
    case = AbuseCase.objects.filter(id=case_id).first()
    if case is None:
        raise UnknownAbuseCase
    if kind == AbuseListing.Kind.REFERRER:
        return add_listing(side=side, kind=kind, referrer_id=case.referrer_id, reason=reason)
    mark = most_frequent(case, "device" if kind == AbuseListing.Kind.DEVICE else "address")
    return add_listing(side=side, kind=kind, value=mark, reason=reason, expires_at=door.moment() + OF_CASE)


def most_frequent(case: AbuseCase, name: str) -> str:
    """Give the mark that most forms of a case share; nothing where each has its own."""
    forms = Invitation.objects.filter(referral_id__in=case.members.values("referral_id")).values("id")
    rows = SignUpTrace.objects.filter(invitation_id__in=forms).exclude(**{name: ""})
    found = rows.values(name).annotate(n=Count("id")).filter(n__gt=1).order_by("-n", name).first()
    return found[name] if found else ""


def _take_expired_off(kind: str, value: str) -> None:
    AbuseListing.objects.filter(kind=kind, value=value, removed_at=None, expires_at__lte=door.moment()).update(
        removed_at=door.moment()
    )


def _read(kind: str, text: str, referrer_id: UUID | None) -> tuple[str, Customer | None]:
    text = text.strip().lower()
    match kind:
        case AbuseListing.Kind.REFERRER:
            referrer = Customer.objects.filter(id=referrer_id).first() if referrer_id else None
            if referrer is None:
                raise ListingInvalid(field="referrer_id")
            return referrer.id.hex, referrer
        case AbuseListing.Kind.EMAIL_DOMAIN if _DOMAIN.fullmatch(text.removeprefix("@")):
            return text.removeprefix("@"), None
        case AbuseListing.Kind.PHONE_PREFIX if _PREFIX.fullmatch(re.sub(r"[\s-]", "", text)):
            return re.sub(r"[\s-]", "", text), None
        case AbuseListing.Kind.DEVICE if _HASH.fullmatch(text):
            return text, None
        case AbuseListing.Kind.NETWORK:
            return _network(text), None
    raise ListingInvalid


def _network(text: str) -> str:
    """Read an address or the network it lies in; wider ones are not seen in hashes."""
    if _HASH.fullmatch(text):
        return text
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        raise ListingInvalid from None
    if network.prefixlen not in _WIDTHS[network.version]:
        raise ListingInvalid
    return str(network.network_address) if network.num_addresses == 1 else str(network)
