"""What is known of who brought a friend, gathered in a handful of statements."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from crm.models import Interaction, Lead, Order
from referrals.models import AttributionDecision, Campaign, Invitation, Referral, ReferralCode, Share, Touch, Trace
from referrals.queries.sources import kind_of, owners_at, owners_of_forms
from referrals.rules.attribution import CONFIRMED, TRACE, WORD, ClaimFact, FriendFacts, TouchFact
from referrals.rules.attribution_policy import Policy, read_policy

_PAID = "paid"
_GENERATIONS = 20  # further up nobody is asked for
_TALK = [kind for kind in Interaction.Kind.values if kind != Interaction.Kind.NOTE]


@dataclass(frozen=True)
class Subject:
    """A friend in a campaign, before or after there is a referral."""

    key: UUID  # of the referral, the invitation or the claim
    campaign_id: UUID | None
    policy: Policy
    known_at: datetime
    referee_id: UUID | None = None
    hashes: frozenset[str] = frozenset()
    visitors: frozenset[str] = frozenset()
    extra: tuple[TouchFact, ...] = ()


@dataclass
class Dossier:
    """What is known of who brought one subject."""

    subject: Subject
    touches: list[TouchFact] = field(default_factory=list)
    facts: FriendFacts | None = None
    claims: list[ClaimFact] = field(default_factory=list)


def policy_of(campaign_id: UUID | None) -> Policy:
    """Give a campaign's policy for those who come now."""
    told = Campaign.objects.filter(id=campaign_id).values_list("attribution", flat=True).first() if campaign_id else None
    return read_policy(told or {})


def subjects_of(referrals: Sequence[Referral]) -> list[Subject]:
    """Say of referrals what to look for; each under the policy that it came in under."""
    forms: dict[UUID, list[Invitation]] = defaultdict(list)
    for form in Invitation.objects.filter(referral_id__in=[one.id for one in referrals]).select_related("code"):
        forms[form.referral_id].append(form)
    policies = _pinned([one.id for one in referrals])
    return [
        subject_of_forms(
            forms[one.id], key=one.id, campaign_id=one.campaign_id, known_at=one.confirmed_at, referee_id=one.referee_id,
            policy=policies.get(one.id) or read_policy(one.campaign.attribution),
        )
        for one in referrals
    ]  # fmt: skip


def subject_of_forms(forms: Sequence[Invitation], **facts) -> Subject:
    owners = owners_of_forms(forms) if forms else {}
    return Subject(
        hashes=frozenset(form.contact_hash for form in forms),
        visitors=frozenset(form.visitor for form in forms) - {""},
        extra=tuple(_form(form, owners[form.id]) for form in forms),
        **facts,
    )


def _form(form: Invitation, owner_id: UUID) -> TouchFact:
    return TouchFact(form.submitted_at, str(owner_id), "form", form.channel, CONFIRMED)


def _pinned(referral_ids: Sequence[UUID]) -> dict[UUID, Policy]:
    """Find the policies that first decisions were made by."""
    rows = AttributionDecision.objects.filter(referral_id__in=referral_ids).order_by("referral_id", "id")
    return {row.referral_id: read_policy(row.policy) for row in rows.distinct("referral_id")}


# --- dossiers --------------------------------------------------------------------------------------------


def dossiers_of(subjects: Sequence[Subject]) -> dict[UUID, Dossier]:
    """Gather touches and facts of subjects, in as many statements for one as for many."""
    known = {one.key: Dossier(one) for one in subjects}
    traces, links = _traces(subjects), _links(subjects)
    for one in known.values():
        one.touches = list(_touches(one.subject, traces, links))
    circles = _circles(known.values())
    bought, worked = _bought(subjects), _worked(subjects)
    for one in known.values():
        referee = one.subject.referee_id
        until = _sent_at(one)
        one.facts = FriendFacts(
            referee=str(referee or ""), known_at=until, circle=frozenset(circles.get(one.subject.key, ())),
            bought=tuple(at for at in bought.get(referee, ()) if at < until),
            worked=tuple(at for at in worked.get(referee, ()) if at < until),
        )  # fmt: skip
    return known


def _sent_at(one: Dossier) -> datetime:
    """Say when the friend became known: with the last form they sent, or else with the confirmation."""
    forms = [each.at for each in one.touches if each.proof == CONFIRMED and each.at <= one.subject.known_at]
    return max(forms, default=one.subject.known_at)


def _traces(subjects: Sequence[Subject]) -> list[Trace]:
    hashes = {each for one in subjects for each in one.hashes}
    referees = {one.referee_id for one in subjects} - {None}
    if not hashes and not referees:
        return []
    return list(Trace.objects.filter(Q(contact_hash__in=hashes) | Q(referee_id__in=referees)))


def _links(subjects: Sequence[Subject]) -> list[tuple[Touch, str]]:
    """Find links that were followed, with whose they are."""
    visitors = {each for one in subjects for each in one.visitors}
    rows = list(Touch.objects.filter(visitor__in=visitors)) if visitors else []
    codes = ReferralCode.objects.in_bulk({row.code_id for row in rows})
    known = [row for row in rows if row.code_id in codes]
    owners = owners_at([(codes[row.code_id], row.occurred_at) for row in known]) if known else {}
    return [(row, str(owners[row.code_id, row.occurred_at])) for row in known]


def _touches(subject: Subject, traces: Sequence[Trace], links: Sequence[tuple[Touch, str]]) -> Iterable[TouchFact]:
    own = [
        TouchFact(row.occurred_at, referrer, "link", row.channel)
        for row, referrer in links
        if row.visitor in subject.visitors and subject.campaign_id in (None, row.campaign_id)
    ]
    mine = [row for row in traces if _is_about(row, subject)]
    forms = [row for row in mine if row.kind == Trace.Kind.FORM]
    yield from own
    yield from (_fact(row) for row in mine if row.kind != Trace.Kind.FORM)
    sent = [TouchFact(row.occurred_at, str(row.referrer_id), "form", row.channel, CONFIRMED) for row in forms]
    for form in sent or subject.extra:
        yield form if _was_led(form, own) else TouchFact(form.at, form.referrer, "code", form.channel, CONFIRMED)
    if sent:
        yield from (one for one in subject.extra if one.kind != "form")


def _is_about(row: Trace, subject: Subject) -> bool:
    is_here = subject.campaign_id is None or row.campaign_id in (None, subject.campaign_id)
    return is_here and (row.contact_hash in subject.hashes or (row.referee_id or "") == subject.referee_id)


def _fact(row: Trace) -> TouchFact:
    proof = WORD if row.kind == Trace.Kind.WORD else TRACE
    return TouchFact(row.occurred_at, str(row.referrer_id), row.kind, row.channel, proof)


def _was_led(form: TouchFact, links: Sequence[TouchFact]) -> bool:
    """Say whether the form was reached by a link; else the code was typed."""
    return any(link.referrer == form.referrer and link.at <= form.at for link in links)


def _bought(subjects: Sequence[Subject]) -> Mapping[UUID | None, list[datetime]]:
    found: dict[UUID | None, list[datetime]] = defaultdict(list)
    referees = {one.referee_id for one in subjects} - {None}
    rows = Order.objects.filter(customer_id__in=referees, status=_PAID, paid_at__isnull=False) if referees else ()
    for row in rows.values_list("customer_id", "paid_at") if referees else ():
        found[row[0]].append(row[1])
    return found


def _worked(subjects: Sequence[Subject]) -> Mapping[UUID | None, list[datetime]]:
    """Say when staff spoke with whom, where a policy asks for it."""
    found: dict[UUID | None, list[datetime]] = defaultdict(list)
    referees = {one.referee_id for one in subjects if one.policy.protection_days} - {None}
    if not referees:
        return found
    talks = Interaction.objects.filter(customer_id__in=referees, removed_at=None, kind__in=_TALK, author__isnull=False)
    leads = Lead.objects.filter(customer_id__in=referees, first_response_at__isnull=False)
    for row in (*talks.values_list("customer_id", "occurred_at"), *leads.values_list("customer_id", "first_response_at")):
        found[row[0]].append(row[1])
    return found


def _circles(known: Iterable[Dossier]) -> Mapping[UUID, set[str]]:
    """Find those who were brought by the friend they are said to have brought, at however many hands."""
    walks = {
        (one.subject.key, one.subject.referee_id, touch.referrer): UUID(touch.referrer)
        for one in known if one.subject.referee_id for touch in one.touches
    }  # fmt: skip
    found: dict[UUID, set[str]] = defaultdict(set)
    for _generation in range(_GENERATIONS):
        rows = Referral.objects.filter(referee_id__in=set(walks.values())) if walks else Referral.objects.none()
        above = dict(rows.values_list("referee_id", "referrer_id")) if walks else {}
        walks = {walk: above[here] for walk, here in walks.items() if here in above}
        for walk, here in list(walks.items()):
            key, referee, referrer = walk
            if here == referee:
                found[key].add(referrer)
                del walks[walk]
        if not walks:
            break
    return found


# --- what was decided ------------------------------------------------------------------------------------


def attributions_of(referral_id: UUID) -> QuerySet[AttributionDecision]:
    """List decisions about who brought a friend, newest first."""
    return AttributionDecision.objects.filter(referral_id=referral_id).order_by("-id")


def latest_attributions(referral_ids: Sequence[UUID]) -> dict[UUID, AttributionDecision]:
    rows = AttributionDecision.objects.filter(referral_id__in=referral_ids).order_by("referral_id", "-id")
    return {row.referral_id: row for row in rows.distinct("referral_id")}


def shares_of(referral: Referral) -> list[tuple[UUID, int]]:
    """Say who has which part of a referral now, the largest first."""
    rows = Share.objects.filter(referral=referral, part__gt=0).order_by("-part", "seat") if referral.is_shared else ()
    return [(row.referrer_id, row.part) for row in rows] or [(referral.referrer_id, 10_000)]


def seats_of(referrals: Sequence[Referral]) -> dict[UUID, tuple[Share, ...]]:
    """Give the seats of divided referrals in their order, each with its `source`; none where nothing is divided."""
    shared = [one.id for one in referrals if one.is_shared]
    seats: dict[UUID, list[Share]] = defaultdict(list)
    rows = Share.objects.annotate(source=kind_of("referrer_id")).order_by("referral_id", "seat")
    for row in rows.filter(referral_id__in=shared) if shared else ():
        seats[row.referral_id].append(row)
    return {id: tuple(given) for id, given in seats.items()}
