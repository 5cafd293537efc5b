"""Write down by what customers can be recognised as near, as keyed hashes."""

from collections.abc import Collection, Iterable
from functools import cache
from uuid import UUID

from crm.models import ContactPoint, Customer
from foundation.contacts import canonical_email
from referrals.hashes import hash_of
from referrals.models import Invitation, Referral, SignUpTrace, Trait
from referrals.rules.signals import FREE_MAIL, VIRTUAL_PREFIXES
from rewards.models import PayoutAccount
from tenancy import door

BLOCK = 100  # telephone numbers that are sold together
_SEEN = ("device", "address", "network")  # of a moment: not derived again from the record
Mark = tuple[UUID, str, str]


def refresh_traits(customer_ids: Collection[UUID]) -> None:
    """Derive these customers' traits again; what their records do not say any more is forgotten."""
    ids = list(customer_ids)
    if not ids:
        return
    now = door.moment()
    derived = {*_of_contacts(ids), *_of_payouts(ids), *_of_homes(ids)}
    known = set(
        Trait.objects.filter(customer_id__in=ids).exclude(kind__in=_SEEN).values_list("customer_id", "kind", "value")
    )
    if gone := known - derived:
        _forget(gone)
    fresh = [(*mark, now) for mark in sorted(derived - known, key=str)] + sorted(_of_forms(ids), key=str)
    Trait.objects.bulk_create(
        [Trait(customer_id=who, kind=kind, value=value, seen_at=at) for who, kind, value, at in fresh],
        ignore_conflicts=True, batch_size=5000,
    )  # fmt: skip


def _forget(gone: Collection[Mark]) -> None:
    rows = Trait.objects.filter(customer_id__in={who for who, _, _ in gone}).exclude(kind__in=_SEEN)
    ids = [id for id, *mark in rows.values_list("id", "customer_id", "kind", "value") if tuple(mark) in gone]
    Trait.objects.filter(id__in=ids).delete()


def _of_contacts(ids: list[UUID]) -> Iterable[Mark]:
    points = ContactPoint.objects.filter(customer_id__in=ids, kind__in=["email", "phone"])
    for who, kind, normalised in points.values_list("customer_id", "kind", "normalised"):
        marks = _of_email(normalised) if kind == "email" else _of_phone(normalised)
        yield from ((who, name, value) for name, value in marks)


def _of_email(address: str) -> Iterable[tuple[str, str]]:
    domain = address.rpartition("@")[2]
    yield "contact", hash_of("contact", canonical_email(address))
    if is_disposable(domain):
        yield "disposable", hash_of("disposable", domain)
    elif domain not in FREE_MAIL:
        yield "domain", hash_of("domain", domain)


def _of_phone(number: str) -> Iterable[tuple[str, str]]:
    yield "contact", hash_of("contact", number)
    if number.startswith(VIRTUAL_PREFIXES):
        yield "virtual", hash_of("virtual", number[:6])
    if number[1:].isdecimal():
        # In two rasters, so that a block that lies across the edge of one lies within the other.
        yield "block", hash_of("block", f"{int(number[1:]) // BLOCK}")
        yield "block", hash_of("block", f"{(int(number[1:]) + BLOCK // 2) // BLOCK}+")


def is_disposable(domain: str) -> bool:
    """Say whether mail to this domain, or to the one above it, is thrown away after an hour."""
    known = _disposable()
    parts = domain.split(".")
    return any(".".join(parts[start:]) in known for start in range(len(parts) - 1))


@cache
def _disposable() -> frozenset[str]:
    from disposable_email_domains import blocklist  # 7 ms of reading that most processes never need

    return frozenset(blocklist)


def _of_payouts(ids: list[UUID]) -> Iterable[Mark]:
    rows = PayoutAccount.objects.filter(customer_id__in=ids, retired_at=None)
    return ((who, "payout", hash_of("payout", mark)) for who, mark in rows.values_list("customer_id", "fingerprint"))


def _of_homes(ids: list[UUID]) -> Iterable[Mark]:
    rows = Customer.objects.filter(id__in=ids).exclude(address="")
    for who, *parts in rows.values_list("id", "country", "city", "postal_code", "address"):
        plain = "|".join("".join(c for c in part.lower() if c.isalnum()) for part in parts)
        yield who, "home", hash_of("home", plain)


def _of_forms(ids: list[UUID]) -> Iterable[tuple]:
    """What friends' own forms left: from what device and network they came."""
    by_referral = dict(Referral.objects.filter(referee_id__in=ids).values_list("id", "referee_id"))
    forms = dict(Invitation.objects.filter(referral_id__in=list(by_referral)).values_list("id", "referral_id"))
    for row in SignUpTrace.objects.filter(invitation_id__in=list(forms)):
        for kind in _SEEN:
            if value := getattr(row, kind):
                yield by_referral[forms[row.invitation_id]], kind, value, row.occurred_at
