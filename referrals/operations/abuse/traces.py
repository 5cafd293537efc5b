"""What a friend's form leaves behind, and whom it is refused from the start."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from referrals.errors import SignUpRefused
from referrals.hashes import address_hash, hash_of, network_hash, network_of
from referrals.models import Invitation, SignUpTrace, Touch, Trait
from referrals.queries.abuse import is_blocked, listed_by
from tenancy import door

REMEMBERED = timedelta(days=90)


@dataclass(frozen=True)
class Origin:
    """Where a form came from. The address is hashed before anything is kept."""

    address: str = ""  # internet address
    visitor: str = ""  # keyed hash of the first-party cookie
    ads: tuple[str, ...] = ()  # names of advertising parameters

    @property
    def device(self) -> str:
        return hash_of("device", self.visitor)

    @property
    def address_hash(self) -> str:
        return address_hash(self.address, door.moment())

    @property
    def network_hash(self) -> str:
        return network_hash(network_of(self.address), door.moment())


def refuse_blocked(referrer_id: UUID, contact_kind: str, contact: str, trace: Origin | None) -> None:
    """Refuse a form that a block list names, or of a referrer whose score blocks: neutrally, before anything is kept."""
    trace = trace or Origin()
    side, _kind = listed_by(
        referrer_id=referrer_id, email=contact if contact_kind == "email" else "",
        phone=contact if contact_kind == "phone" else "", device=trace.device, address=trace.address,
    )  # fmt: skip
    if side == "block" or (side != "allow" and is_blocked(referrer_id)):
        raise SignUpRefused


def keep_trace(invitation: Invitation, trace: Origin | None) -> SignUpTrace | None:
    """Keep what a form left behind; one that somebody entered for the friend left nothing."""
    if trace is None:
        return None
    now = door.moment()
    click = Touch.objects.filter(visitor=trace.visitor, code_id=invitation.code_id, occurred_at__lte=now)
    last = click.order_by("-occurred_at").values_list("occurred_at", flat=True).first() if trace.visitor else None
    return SignUpTrace.objects.create(
        invitation_id=invitation.id, referrer_id=invitation.code.referrer_id, device=trace.device,
        address=trace.address_hash, network=trace.network_hash, had_touch=last is not None,
        filled_in=int((now - last).total_seconds()) if last else None, ads=",".join(trace.ads)[:80], occurred_at=now,
    )  # fmt: skip


def note_sighting(customer_id: UUID, trace: Origin) -> None:
    """Remember from what device and network a member was here, so that their friends' forms can be told from their own."""
    now = door.moment()
    seen = {"device": trace.device, "address": trace.address_hash, "network": trace.network_hash}
    Trait.objects.bulk_create(
        [Trait(customer_id=customer_id, kind=kind, value=value, seen_at=now) for kind, value in seen.items() if value],
        update_conflicts=True, unique_fields=["organisation", "customer", "kind", "value"], update_fields=["seen_at"],
    )  # fmt: skip


def forget_traces() -> int:
    """Forget traces and what was learnt from them after 90 days."""
    before = door.moment() - REMEMBERED
    gone, _ = Trait.objects.filter(kind__in=["device", "address", "network"], seen_at__lt=before).delete()
    return gone + SignUpTrace.objects.filter(occurred_at__lt=before).delete()[0]
