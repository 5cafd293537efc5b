"""What earlier offers brought, side by side: for everybody, for each tier and for each segment that terms name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from crm.models import Segment
from loyalty.queries import tiers
from referrals.models import Campaign, RuleVersion
from referrals.queries.past_offers import LEAST_DAYS, Past, past_offers
from referrals.rules import Terms, read_terms
from referrals.rules.conditions import leaves
from referrals.rules.offering import EVERYBODY, SEGMENT, TIER, Group, Offer, offer_to
from referrals.rules.suggesting import BETTER, UNSURE, Judged, Tally, beats, judge_offers


@dataclass(frozen=True)
class Tried:
    """An offer that was made, with what it brought; `minimums` are the orders it took, in minor units."""

    offer: Offer
    tally: Tally
    minimums: frozenset[int] = frozenset()
    campaigns: tuple[str, ...] = ()
    versions: tuple[int, ...] = ()
    young: int = 0

    @property
    def key(self) -> str:
        return self.offer.key


@dataclass(frozen=True)
class Comparison:
    """What was offered to a group, what came most first; `present` is the offer of the terms being written."""

    group: Group
    name: str  # of the tier or segment
    tried: tuple[Tried, ...]
    judged: Judged
    present: str = ""

    @property
    def best(self) -> Tried | None:
        return self._named(self.judged.best)

    @property
    def than(self) -> Tried | None:
        return self._named(self.judged.than)

    def _named(self, key: str) -> Tried | None:
        return next((each for each in self.tried if key and each.key == key), None)


@dataclass(frozen=True)
class Compared:
    days: int  # that each invitation was looked at
    young: int  # invitations opened too recently to be counted
    comparisons: tuple[Comparison, ...] = field(default=())

    def of(self, key: str) -> Comparison | None:
        return next((each for each in self.comparisons if each.group.key == key), None)


def compare_offers(terms: Mapping[str, Any] | None = None, *, campaign_id: UUID | None = None) -> Compared:
    """Compare what was offered before, as seen from these terms; with a campaign, only what was offered in it."""
    versions = {row.id: row for row in RuleVersion.objects.select_related("campaign")}
    read = {row.id: read_terms(row.terms) for row in versions.values()}
    draft = read_terms(terms) if terms else None
    wanted = _segments_in([*read.values(), *([draft] if draft else [])])
    past = [each for each in past_offers(wanted) if campaign_id in (None, each.campaign_id)]
    segments = {str(row.id): row.name for row in Segment.objects.filter(id__in=wanted)} if wanted else {}
    made = [
        _comparison(group, name, _of_group(group, past), versions, read, draft) for group, name in _groups(past, segments)
    ]
    days, young = past[0].days if past else LEAST_DAYS, sum(each.young for each in past)
    return Compared(days, young, _consistent([each for each in made if each.tried or each.group.kind == EVERYBODY]))


def offered_in(campaign: Campaign) -> Compared:
    """Compare what one campaign offered, version by version and scheme by scheme."""
    return compare_offers(campaign_id=campaign.id)


def _segments_in(terms: Iterable[Terms]) -> list[str]:
    """Name the segments that decide who is offered what."""
    trees = (scheme.when for each in terms for scheme in each.schemes)
    found = {value for tree in trees for leaf in leaves(tree) if leaf.fact == "referrer.segments" for value in leaf.value}
    return sorted(value for value in found if _is_id(value))


def _is_id(value: str) -> bool:
    try:
        return bool(UUID(value))
    except ValueError:
        return False


def _groups(past: Sequence[Past], segments: Mapping[str, str]) -> Iterable[tuple[Group, str]]:
    yield Group(), ""
    seen = {each.tier for each in past}
    for tier in tiers():
        if tier.code in seen:
            yield Group(TIER, tier.code), tier.code
    for id, name in sorted(segments.items(), key=lambda pair: pair[1]):
        yield Group(SEGMENT, id), name


def _of_group(group: Group, past: Iterable[Past]) -> list[Past]:
    if group.kind == TIER:
        return [each for each in past if each.tier == group.value]
    return [each for each in past if group.kind == EVERYBODY or group.value in each.segments]


def _comparison(group, name, past, versions, read, draft: Terms | None) -> Comparison:
    tried: dict[str, Tried] = {}
    for each in past:
        found = offer_to(read[each.version_id], each.about)
        if found is not None:
            one = _tried(found[1], each, versions[each.version_id], read[each.version_id])
            tried[one.key] = _joined(tried[one.key], one) if one.key in tried else one
    offered = offer_to(draft, group.about) if draft else None
    present = offered[1].key if offered else ""
    judged = judge_offers({key: each.tally for key, each in tried.items()}, present)
    ordered = sorted(tried.values(), key=lambda each: (bool(each.tally.lacks), -(each.tally.rate.share or 0), each.key))
    return Comparison(group, name, tuple(ordered), judged, present)


def _tried(offer: Offer, past: Past, version: RuleVersion, terms: Terms) -> Tried:
    minimum = frozenset({terms.minimum.minor})
    return Tried(offer, past.tally, minimum, (version.campaign.name,), (version.number,), past.young)


def _joined(one: Tried, other: Tried) -> Tried:
    return replace(
        one, tally=one.tally + other.tally, minimums=one.minimums | other.minimums, young=one.young + other.young,
        campaigns=tuple(dict.fromkeys(one.campaigns + other.campaigns)),
        versions=tuple(sorted({*one.versions, *other.versions})),
    )  # fmt: skip


def _consistent(found: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """Say nothing for everybody where it was the other way round in one of the groups."""
    return tuple(
        replace(each, judged=Judged(UNSURE)) if each.group.kind == EVERYBODY and _is_contradicted(each, found) else each
        for each in found
    )


def _is_contradicted(all_: Comparison, found: Iterable[Comparison]) -> bool:
    if all_.judged.outcome != BETTER:
        return False
    for part in found:
        tallies = {each.key: each.tally for each in part.tried if not each.tally.lacks}
        best, than = tallies.get(all_.judged.best), tallies.get(all_.judged.than)
        if best and than and beats(than, best):
            return True
    return False
