"""What referrer and friend were when the referral began: as fixed as its terms, so that late news change nothing."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from crm.models import Customer, CustomerTag, Order, Segment
from crm.queries.segments import is_member
from loyalty.queries import tier_codes
from referrals.models import Referral
from referrals.rules import Terms
from referrals.rules.conditions import leaves

_COLUMNS = ("city", "province", "country", "stage")
_SIDES = ("referrer", "referee")


def pin_traits(referrals: Sequence[Referral], terms: Mapping[UUID, Sequence[Terms]], *, is_dry: bool = False) -> None:
    """Note what terms ask about people and is not noted yet; `terms` by referral. Once noted it stays.

    Dry, it is noted in memory only: what they are now stands in for what they were.
    """
    for referral in referrals:
        asked = set().union(*(each.facts for each in terms[referral.id]))
        missing = [name for name in asked if name.startswith(_SIDES) and not _knows(referral, name)]
        segments = _segments(terms[referral.id])
        segments = [one for one in segments if one[1] not in referral.traits.get(one[0], {}).get("asked", [])]
        if missing or segments:
            _pin(referral, missing, segments)
            if not is_dry:
                Referral.objects.filter(id=referral.id).update(traits=referral.traits)


def _knows(referral: Referral, name: str) -> bool:
    side, trait = name.split(".")
    return trait == "segments" or trait in referral.traits.get(side, {})


def _segments(terms: Sequence[Terms]) -> list[tuple[str, str]]:
    named = [leaf for each in terms for tree in each.trees for leaf in leaves(tree) if leaf.fact.endswith(".segments")]
    return sorted({(leaf.fact.split(".")[0], value) for leaf in named for value in leaf.value})


def _pin(referral: Referral, names: Sequence[str], segments: Sequence[tuple[str, str]]) -> None:
    traits = {side: dict(referral.traits.get(side, {})) for side in _SIDES}
    for name in names:
        side, trait = name.split(".")
        traits[side][trait] = _trait(referral, side, trait)
    for side, segment in segments:
        mine = traits[side]
        mine["asked"] = sorted({*mine.get("asked", []), segment})
        if _is_in(segment, getattr(referral, f"{side}_id")):
            mine["segments"] = sorted({*mine.get("segments", []), segment})
    referral.traits = traits


def _trait(referral: Referral, side: str, trait: str) -> Any:
    customer_id = getattr(referral, f"{side}_id")
    if trait in _COLUMNS:
        return Customer.every.values_list(trait, flat=True).get(id=customer_id)
    if trait == "tier":
        return tier_codes([customer_id])[customer_id]
    if trait == "tags":
        return sorted(CustomerTag.objects.filter(customer_id=customer_id).values_list("tag__name", flat=True))
    if trait == "friends":
        made = Referral.objects.filter(referrer_id=customer_id, converted_at__lte=referral.confirmed_at)
        return made.exclude(risk=Referral.Risk.CONFIRMED).count()
    first = Order.objects.filter(customer_id=customer_id, status="paid", paid_at__lte=referral.confirmed_at)
    row = first.order_by("paid_at", "id").first()
    return {"minor": row.total_minor, "currency": row.currency} if row else None


def _is_in(segment: str, customer_id: UUID) -> bool:
    try:
        return is_member(UUID(segment), customer_id) if Segment.objects.filter(id=segment).exists() else False
    except ValueError:
        return False


def about_people(referral: Referral) -> dict[str, Any]:
    """Give the facts about both, and how the friend came."""
    found = {
        f"{side}.{trait}": value for side in _SIDES for trait, value in referral.traits.get(side, {}).items()
        if trait != "asked"
    }  # fmt: skip
    return found | {"referral.channel": referral.channel, "referral.source": referral.source}
