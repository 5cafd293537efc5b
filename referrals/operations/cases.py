"""What there is to judge about referred friends: each order by itself, and whatever reaches a milestone of the terms."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from crm.models import Order
from referrals.models import Campaign, Conversion, Decision, MilestoneReached, Referral, ReferralCode, RuleVersion, Share
from referrals.operations import beneficiaries
from referrals.operations.gathering import Known, gather, order_facts
from referrals.operations.offers import Offer, is_better, offers_of
from referrals.operations.traits import about_people, pin_traits
from referrals.queries import latest_decisions, latest_milestone_decisions
from referrals.rules import Earned, Facts, ReferralFacts, Terms, places, read_terms, rejudge
from referrals.rules.conditions import WEEKDAYS
from referrals.rules.milestones import Milestone
from referrals.rules.reaching import DealFacts, History, Subject, gone, subjects
from rewards.models import CouponKind
from tenancy import door


@dataclass(frozen=True)
class Case:
    """One order of a referred friend, or one thing that reaches a milestone, under the terms it is judged by."""

    order: Order | None  # None for a milestone
    referral: Referral
    terms: Terms
    facts: Facts
    conversion: Conversion | MilestoneReached | None
    latest: Decision | None
    version: RuleVersion | None = None  # none: the referral's own
    milestone: Milestone | None = None
    source_id: str = ""  # of a payment its deal
    people: Mapping[str, UUID] = field(default_factory=dict)  # who gets something besides the two, by role
    seats: tuple[Share, ...] = ()  # of a divided referral

    @property
    def counts(self) -> bool:
        return self.conversion is not None and self.conversion.state == Conversion.State.COUNTED

    @property
    def id(self) -> UUID:
        """The order's id, or that of what reaches the milestone."""
        return UUID(self.facts.order.order_id)

    @property
    def place(self) -> str:
        """Name it apart from the same order by itself and from other milestones; part of keys."""
        return f"{self.id}.{self.milestone.key}" if self.milestone else str(self.id)

    @property
    def at(self) -> datetime | None:
        return self.facts.order.paid_at

    @property
    def version_id(self) -> UUID:
        return self.version.id if self.version else self.referral.rule_version_id

    def holder(self, seat: int) -> tuple[UUID, str]:
        """Name who gets a referrer's part, and of what kind they are; what the referral names itself is pinned there."""
        if not self.seats or self.seats[seat].referrer_id == self.referral.referrer_id:
            return self.referral.referrer_id, self.referral.source
        return self.seats[seat].referrer_id, self.seats[seat].source

    @property
    def is_whole(self) -> bool:
        return self.facts.order.kept_minor >= self.facts.order.total_minor


# --- locks -----------------------------------------------------------------------------------------


def lock(referee_ids: Iterable[UUID]) -> list[Referral]:
    """Lock the referrals of these friends with the codes their limits are counted by, always in this order.

    Where rewards go by a friend's place among others, those others come along. NO KEY: rows that refer to them may
    still be inserted by others.
    """
    found = Referral.objects.filter(referee_id__in=referee_ids)
    names = ("id", "campaign_id", "code_id", "referrer_id", "rule_version_id")
    rows = list(found.values(*names))
    if not rows:
        return []
    terms = _terms({row["campaign_id"] for row in rows})
    ranked = {campaign_id for campaign_id, each in terms.items() if any(one.ranks for one in each)}
    if ranked:
        referrers = {row["referrer_id"] for row in rows if row["campaign_id"] in ranked}
        rows += list(Referral.objects.filter(campaign_id__in=ranked, referrer_id__in=referrers).values(*names))
    capped = {campaign_id for campaign_id, each in terms.items() if any(one.limits.is_of_campaign for one in each)}
    for model, ids in ((Campaign, capped), (ReferralCode, {row["code_id"] for row in rows} - {None})):
        list(model.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id").values("id"))
    _hold({(row["campaign_id"], row["referrer_id"]) for row in rows if row["code_id"] is None})
    locked = Referral.objects.select_for_update(no_key=True, of=("self",)).select_related("campaign", "rule_version")
    locked = locked.prefetch_related("campaign__source_rules")
    return list(locked.filter(id__in={row["id"] for row in rows}).order_by("id"))


def _terms(campaign_ids: Iterable[UUID]) -> dict[UUID, list[Terms]]:
    found: dict[UUID, list[Terms]] = defaultdict(list)
    for campaign_id, terms in RuleVersion.objects.filter(campaign_id__in=campaign_ids).values_list("campaign_id", "terms"):
        found[campaign_id].append(read_terms(terms))
    return found


def _hold(pairs: Iterable[tuple[UUID, UUID]]) -> None:
    """Hold referrers who came without a code, which their limits would be counted by."""
    for campaign_id, referrer_id in sorted(pairs):
        with connection.cursor() as cursor:
            name = f"referrer:{door.organisation_id()}:{campaign_id}:{referrer_id}"
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


# --- cases -----------------------------------------------------------------------------------------


def cases_of(referrals: Sequence[Referral]) -> list[Case]:
    """Gather everything there is to judge about these referred friends: one order's place depends on the others."""
    return cases_under(referrals, offers_of(referrals))


def cases_under(referrals: Sequence[Referral], offers: Mapping[UUID, list[Offer]], *, is_dry: bool = False) -> list[Case]:
    """Gather the same under other terms than the referrals' own; dry, nothing is noted."""
    terms = {referral.id: [offer.terms for offer in offers[referral.id]] for referral in referrals}
    pin_traits(referrals, terms, is_dry=is_dry)
    known = gather(referrals, [one for each in terms.values() for one in each])
    drafts = _drafts(referrals, offers, known)
    return _complete(drafts, referrals, known)


@dataclass(frozen=True)
class _Draft:
    """What is to be judged, before it is known what was decided about it earlier."""

    referral: Referral
    offer: Offer
    facts: Facts
    milestone: Milestone | None
    order: Order | None
    source_id: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return (self.milestone.key if self.milestone else "", self.facts.order.order_id)

    @property
    def deed(self) -> tuple[str, str]:
        """Name what the friend did: an order, orders one after the other, a sale however it is paid, or else a milestone."""
        trigger, subject = self.milestone.trigger if self.milestone else "", self.facts.order.order_id
        if trigger == "nth_order":
            return trigger, ""
        if trigger in ("deal_won", "money_received"):
            return "sale", self.source_id
        return ("order", subject) if self.facts.subject == "order" else (trigger, subject)

    @property
    def pair(self) -> tuple[Facts, Terms]:
        return self.facts, self.offer.terms


def _drafts(referrals: Sequence[Referral], offers: Mapping[UUID, list[Offer]], known: Known) -> list[_Draft]:
    stories = {referral.id: _history(referral, offers[referral.id][0].terms, known) for referral in referrals}
    if any(_needs_story(offers[referral.id]) for referral in referrals):
        stories = _told_further(referrals, stories, offers, known)
    kinds = _kinds(offers)
    found = []
    for referral in referrals:
        own, *later = offers[referral.id]
        story = stories[referral.id]
        chosen = _by_deed(_of(referral, own, story, known))
        for offer in later:
            for deed, drafts in _by_deed(_of(referral, offer, story, known)).items():
                is_open = all(_is_open_to(offer, draft, story) for draft in drafts)
                if is_open and is_better([one.pair for one in drafts], [one.pair for one in chosen.get(deed, [])], kinds):
                    chosen[deed] = drafts
        found += (draft for drafts in chosen.values() for draft in drafts)
    return found


def _by_deed(drafts: Iterable[_Draft]) -> dict[tuple[str, str], list[_Draft]]:
    """Group what is earned by one and the same deed: terms that call it otherwise must not pay for it again."""
    found: dict[tuple[str, str], list[_Draft]] = defaultdict(list)
    for draft in drafts:
        found[draft.deed].append(draft)
    return found


def _needs_story(offers: Sequence[Offer]) -> bool:
    """Say whether anything depends on when the friend converted, or on other friends."""
    return len(offers) > 1 or any(
        offer.terms.ranks or any(each.trigger == "still_active" for each in offer.terms.milestones) for offer in offers
    )


def _told_further(
    referrals: Sequence[Referral], stories: Mapping[UUID, History], offers: Mapping[UUID, list[Offer]], known: Known
) -> dict[UUID, History]:
    """Add when each friend first bought something that counts, and the friend's place among those of the referrer.

    By the facts and the referral's own terms, without limits: so neither depends on what was told first.
    """
    at = {}
    for referral in referrals:
        drafts = _of(referral, offers[referral.id][0], stories[referral.id], known)
        earned = [each for each in drafts if _is_purchase(each) and isinstance(rejudge(*each.pair), Earned)]
        at[referral.id] = min((each.facts.order.paid_at for each in earned), default=None)
    lines: dict[tuple[UUID, UUID], list[tuple[datetime, UUID]]] = defaultdict(list)
    for referral in referrals:
        if at[referral.id]:
            lines[referral.campaign_id, referral.referrer_id].append((at[referral.id], referral.id))
    rank = {id: number for line in lines.values() for number, (_at, id) in enumerate(sorted(line), start=1)}
    return {id: replace(story, converted_at=at[id], rank=rank.get(id, 0)) for id, story in stories.items()}


def _is_purchase(draft: _Draft) -> bool:
    return draft.milestone is None or draft.milestone.is_purchase


def _is_open_to(offer: Offer, draft: _Draft, story: History) -> bool:
    """Say whether later terms may apply: it happened under them, to a friend who had not converted before."""
    since, at = offer.version.published_at, draft.facts.order.paid_at
    return at is not None and at >= since and (story.converted_at is None or story.converted_at >= since)


def _kinds(offers: Mapping[UUID, list[Offer]]) -> dict[str, CouponKind]:
    """Find the coupons by which terms are compared; none where nothing is."""
    codes = {code for each in offers.values() if len(each) > 1 for offer in each for code in offer.terms.coupons}
    return {kind.code: kind for kind in CouponKind.objects.filter(code__in=codes)} if codes else {}


# --- one referral under one version ----------------------------------------------------------------


def _history(referral: Referral, terms: Terms, known: Known) -> History:
    seats = known.seats.get(referral.id, ())
    about = ReferralFacts(
        referral_id=str(referral.id),
        touched_at=referral.touched_at or referral.confirmed_at,
        confirmed_at=referral.confirmed_at,
        is_closed=referral.stage == Referral.Stage.CLOSED,
        is_fraud=referral.risk == Referral.Risk.CONFIRMED,
        parts=tuple(seat.part for seat in seats),
        void=tuple(seat.seat for seat in seats if seat.referrer_id == referral.referee_id),
        first=next((seat.seat for seat in seats if seat.referrer_id == referral.referrer_id), 0),
    )
    friend = referral.referee_id
    return History(
        referral=about, currency=terms.currency, now=door.moment(),
        orders=[order_facts(order, known.kept) for order in known.orders[friend]], deals=known.deals[friend],
        answers=known.answers[friend],
    )  # fmt: skip


def _of(referral: Referral, offer: Offer, story: History, known: Known) -> Iterator[_Draft]:
    orders = {str(order.id): order for order in known.orders[referral.referee_id]}
    people = about_people(referral) if offer.terms.facts else {}
    place = places(story.orders, story.referral.touched_at)
    rank = story.rank if offer.terms.ranks else 0
    for told in story.orders:
        number, bought_before = place[told.order_id]
        order = orders[told.order_id]
        bought_before = bought_before and not referral.is_returning
        facts = Facts(order=told, referral=story.referral, place=number, bought_before=bought_before, rank=rank)
        about = _about_order(order, facts, known, offer.terms) | people
        yield _Draft(referral, offer, replace(facts, about=_asked(about, offer.terms)), None, order, str(order.id))
    for milestone in offer.terms.milestones:
        for subject in subjects(milestone, story):
            number = place[subject.id][0] if subject.id in place else 1
            facts = _milestone_facts(milestone, subject, story, rank=rank, place=number)
            facts = replace(facts, bought_before=facts.bought_before and not referral.is_returning)
            about = _about(milestone, subject, facts, orders, story, known, offer.terms) | people
            facts = replace(facts, about=_asked(about, offer.terms))
            yield _Draft(referral, offer, facts, milestone, None, subject.source_id)


def _milestone_facts(milestone: Milestone, subject: Subject, story: History, *, rank: int, place: int) -> Facts:
    return Facts(
        order=subject.money, referral=story.referral, place=place, bought_before=story.bought_before,
        rank=rank, milestone=milestone.key, subject=milestone.subject, reached=subject.reached, wanted=subject.wanted,
        seen=subject.seen, before_minor=subject.before_minor,
    )  # fmt: skip


def _asked(about: Mapping[str, Any], terms: Terms) -> dict[str, Any]:
    return {name: value for name, value in about.items() if name in terms.facts}


def _about(
    milestone: Milestone, subject: Subject, facts: Facts, orders: Mapping[str, Order], story: History, known: Known,
    terms: Terms,
) -> dict[str, Any]:  # fmt: skip
    """Give the facts that this milestone's conditions may ask for."""
    if not terms.facts:
        return {}
    if milestone.subject == "order":
        return _about_order(orders[subject.id], facts, known, terms)
    if milestone.subject in ("deal", "receipt"):
        deal = next(deal for deal in story.deals if deal.deal_id == subject.source_id)
        return _about_deal(deal, facts)
    return {"answer.score": subject.seen} if milestone.subject == "answer" else {}


def _about_order(order: Order, facts: Facts, known: Known, terms: Terms) -> dict[str, Any]:
    if not terms.facts:
        return {}
    skus, categories = known.products.get(order.id, ([], []))
    told, at = facts.order, order.paid_at
    return {
        "order.total": {"minor": told.total_minor, "currency": told.currency},
        "order.kept": {"minor": told.kept_minor, "currency": told.currency},
        "order.channel": order.channel, "order.source": order.source, "order.products": skus,
        "order.categories": categories, "order.place": facts.place,
        "order.weekday": WEEKDAYS[at.astimezone(known.zone).weekday()] if at else "",
        "order.days_since_signup": _days_since(facts),
    }  # fmt: skip


def _about_deal(deal: DealFacts, facts: Facts) -> dict[str, Any]:
    return {
        "deal.amount": {"minor": deal.amount_minor, "currency": deal.currency},
        "deal.received": {"minor": sum(one.kept_minor for one in deal.receipts), "currency": deal.currency},
        "deal.source": deal.source, "deal.days_since_signup": _days_since(facts),
    }  # fmt: skip


def _days_since(facts: Facts) -> int | None:
    at = facts.order.paid_at
    return (at - facts.referral.confirmed_at).days if at and facts.referral else None


# --- what was decided about it before --------------------------------------------------------------


def _complete(drafts: Sequence[_Draft], referrals: Sequence[Referral], known: Known) -> list[Case]:
    orders = [draft.order.id for draft in drafts if draft.order]
    conversions = {row.order_id: row for row in Conversion.objects.filter(order_id__in=orders)}
    decisions = latest_decisions(orders)
    reached = _reached(drafts, referrals)
    earlier = latest_milestone_decisions([referral.id for referral in referrals]) if reached is not None else {}
    cases = []
    for draft in [*drafts, *_gone(drafts, reached or {})]:
        if draft.milestone is None:
            row, latest = conversions.get(draft.order.id), decisions.get(draft.order.id)
        else:
            name = (draft.referral.id, *draft.key)
            row, latest = (reached or {}).get(name), earlier.get(name)
        cases.append(
            Case(
                draft.order, draft.referral, draft.offer.terms, draft.facts, row, latest, draft.offer.version,
                draft.milestone, draft.source_id, seats=known.seats.get(draft.referral.id, ()),
            )
        )  # fmt: skip
    return _with_people(cases, known)


def _reached(drafts: Sequence[_Draft], referrals: Sequence[Referral]) -> dict[tuple, MilestoneReached] | None:
    """Find what counted before; None where no terms know milestones."""
    if not any(draft.milestone for draft in drafts) and not any(_has_milestones(one) for one in referrals):
        return None
    rows = MilestoneReached.objects.filter(referral_id__in=[referral.id for referral in referrals])
    return {(row.referral_id, row.milestone, str(row.subject_id)): row for row in rows}


def _has_milestones(referral: Referral) -> bool:
    return bool(referral.rule_version.terms.get("milestones"))


def _gone(drafts: Sequence[_Draft], reached: Mapping[tuple, MilestoneReached]) -> Iterator[_Draft]:
    """Give what had reached a milestone and is not found any more: an order that is not the third now, a deal deleted."""
    found = {(draft.referral.id, *draft.key) for draft in drafts}
    by_referral: dict[UUID, tuple[Referral, list[Offer]]] = {}
    missing = [name for name in reached if name not in found]
    if not missing:
        return
    referrals = list(Referral.objects.select_related("campaign", "rule_version").filter(id__in={one[0] for one in missing}))
    offers = offers_of(referrals)
    by_referral = {referral.id: (referral, offers[referral.id]) for referral in referrals}
    for name in missing:
        referral, offered = by_referral[name[0]]
        offer = next((one for one in offered if one.terms.milestone(name[1])), None)
        if offer is None:
            continue
        milestone = offer.terms.milestone(name[1])
        story = History(referral=_history(referral, offer.terms, Known()).referral, currency=offer.terms.currency,
                        now=door.moment())  # fmt: skip
        facts = _milestone_facts(milestone, gone(milestone, name[2], offer.terms.currency), story, rank=0, place=0)
        yield _Draft(referral, offer, facts, milestone, None, str(reached[name].source_id or ""))


# --- who else gets something -----------------------------------------------------------------------


def _with_people(cases: Sequence[Case], known: Known) -> list[Case]:
    roles = {id(case.terms): case.terms.roles for case in cases}
    above = salespeople = owners = {}
    if any(beneficiaries.SECOND_LEVEL in each for each in roles.values()):
        above = beneficiaries.second_level([case.referral for case in cases])
    if any(beneficiaries.SALESPERSON in each for each in roles.values()):
        owners = dict(beneficiaries.owners_of({case.referral.referee_id for case in cases}))
        salespeople = beneficiaries.salespeople({*owners.values(), *known.deal_owners.values()} - {None})
    if not (above or salespeople or any(each - {"referrer", "referee"} for each in roles.values())):
        return list(cases)
    return [_with(case, above, salespeople, owners, known) for case in cases]


def _with(case: Case, above: Mapping, salespeople: Mapping, owners: Mapping, known: Known) -> Case:
    """Name who gets something besides the two; of what was promised already it stays whom it was promised to."""
    referral = case.referral
    owner = known.deal_owners.get(case.source_id) or owners.get(referral.referee_id)
    found = {beneficiaries.SECOND_LEVEL: above.get(referral.id), beneficiaries.SALESPERSON: salespeople.get(owner)}
    own = {referral.referrer_id, referral.referee_id}
    people = {role: id for role, id in found.items() if id and id not in own}
    wanted = case.terms.roles & set(found)
    nobody = tuple(sorted(role for role in wanted if role not in people))
    if case.conversion is not None and case.latest is not None:
        nobody = tuple(case.latest.facts.get("nobody", ()))
    return replace(case, people=people, facts=replace(case.facts, nobody=nobody))
