"""Weigh the signs of referrals, keep what was found, do what follows. Nothing is refused here: in doubt it waits."""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from foundation.ids import fingerprint
from referrals.models import AbuseCase, Assessment, Referral
from referrals.operations.abuse.gathering import gather
from referrals.operations.abuse.opening import open_cases
from referrals.operations.abuse.proving import want_proof
from referrals.operations.abuse.traits import refresh_traits
from referrals.operations.stages import flag_risk
from referrals.queries.abuse import abuse_policy, latest_assessments
from referrals.rules.signals import ORDER, SIGNALS, VERSION, Action, Policy, Signs, Verdict, assess
from rewards.models import Reward
from rewards.operations import lengthen_hold
from tenancy import door

_Risk = Referral.Risk
HELD_FOR = "abuse_signs"  # the cause of a hold that a case can end


def assess_orders(order_ids: Collection[UUID]) -> None:
    """Assess the referrals of the friends whose orders these are; after each judgement, in the same transaction."""
    found = Referral.objects.filter(referee__orders__id__in=order_ids).values_list("id", flat=True).distinct()
    if ids := list(found):
        assess_referrals(ids, occasion=Assessment.Occasion.CONVERSION)


def assess_referees(referee_ids: Collection[UUID]) -> None:
    """Assess the referrals of friends who have just confirmed."""
    ids = list(Referral.objects.filter(referee_id__in=referee_ids).values_list("id", flat=True))
    assess_referrals(ids, occasion=Assessment.Occasion.SIGN_UP)


def assess_referrals(referral_ids: Sequence[UUID], *, occasion: str, is_fresh: bool = True) -> list[Assessment]:
    """Assess referrals and do what follows; gives what is new. Repeating it with nothing new changes nothing."""
    past = Q(close_reason="past_relation")  # pays nothing, and can be taken out again with its file
    open_ids = Referral.objects.filter(~past, id__in=referral_ids).exclude(risk=_Risk.CONFIRMED)
    rows = {row.id: row for row in open_ids.select_for_update(no_key=True).order_by("id")}
    if not rows:
        return []
    if is_fresh:
        refresh_traits({end for row in rows.values() for end in (row.referrer_id, row.referee_id)})
    policy = abuse_policy()
    signs, cleared = gather(list(rows))
    verdicts = {id: assess(signs[id], policy, cleared=cleared[id]) for id in rows}
    news = _keep(verdicts, signs, cleared, policy, occasion=occasion)
    open_cases([(rows[id], _kinds(verdict), _is_watched(verdict)) for id, verdict in verdicts.items()])
    for id, verdict in verdicts.items():
        _act(rows[id], verdict, policy)
    return news


def _is_watched(verdict: Verdict) -> bool:
    """Say whether it is only noted what would have been done."""
    return ORDER.index(verdict.action) < ORDER.index(Action.HOLD)


def _kinds(verdict: Verdict) -> list[str]:
    """Name the signs that a case is opened for: those that say something by themselves, or else the heaviest."""
    if ORDER.index(verdict.would_be) < ORDER.index(Action.HOLD):
        return []
    strong = [one.key for one in verdict.found if SIGNALS[one.key].opens_case]
    return strong or [max(verdict.found, key=lambda one: one.weight).key]


# --- what was found ----------------------------------------------------------------------------------------


def _keep(verdicts, signs, cleared, policy: Policy, *, occasion: str) -> list[Assessment]:
    """Write down what differs from what was found last; where nothing ever was, nothing is written."""
    before = latest_assessments(list(verdicts))
    mark = fingerprint(policy.json())
    news = []
    for id, verdict in verdicts.items():
        inputs = fingerprint([_plain(signs[id]), sorted(cleared[id]), mark])
        last = before.get(id)
        if (last is None and verdict.found) or (last is not None and last.inputs != inputs):
            news.append(_assessment(id, verdict, inputs, occasion))
    return Assessment.objects.bulk_create(news, batch_size=1000)


def _plain(signs: Signs) -> dict:
    shared = {kind: vars(one) for kind, one in sorted(signs.shared.items())}
    paces = {name: vars(getattr(signs, name)) for name in ("by_referrer", "by_device", "by_address", "habits")}
    return {**vars(signs), **paces, "shared": shared, "rings": sorted(signs.rings)}


def _assessment(referral_id: UUID, verdict: Verdict, inputs: str, occasion: str) -> Assessment:
    who = door.actor()
    return Assessment(
        referral_id=referral_id, occasion=occasion, rules=VERSION, inputs=inputs[:64],
        signals=[one.json() for one in verdict.found], score=min(verdict.score, 32_000), action=verdict.action,
        would_be=verdict.would_be, actor_kind=who.kind, actor_id=who.id, occurred_at=door.moment(),
    )  # fmt: skip


# --- what follows ------------------------------------------------------------------------------------------


def _act(referral: Referral, verdict: Verdict, policy: Policy) -> None:
    if not _is_watched(verdict):
        if referral.risk in (_Risk.CLEAR, _Risk.CLEARED, _Risk.FLAGGED):
            flag_risk(referral.id, HELD_FOR)
        if verdict.action == Action.PROOF:
            want_proof([referral.id])
    elif verdict.action == Action.DELAY:
        _delay(referral, policy)


def _delay(referral: Referral, policy: Policy) -> None:
    """Let unsettled rewards wait longer, each once."""
    rows = Reward.objects.filter(referral_id=referral.id, state=Reward.State.ACCRUED)
    for reward_id, until in rows.values_list("id", "hold_until"):
        lengthen_hold(reward_id, until=until + timedelta(days=policy.delay_days))


# --- every night -------------------------------------------------------------------------------------------

AT_ONCE = 1000
LOOKS_BACK = timedelta(days=90)


def review(after: UUID | None) -> UUID | None:
    """Assess the next thousand referrals of the last 90 days; gives where to go on, or nothing at the end."""
    rows = Referral.objects.filter(confirmed_at__gt=door.moment() - LOOKS_BACK).order_by("id")
    ids = list((rows.filter(id__gt=after) if after else rows).values_list("id", flat=True)[:AT_ONCE])
    assess_referrals(ids, occasion=Assessment.Occasion.NIGHT)
    return ids[-1] if len(ids) == AT_ONCE else None


def review_all(referral_ids: Iterable[UUID], *, occasion: str = Assessment.Occasion.REVIEW) -> None:
    ids = list(referral_ids)
    for start in range(0, len(ids), AT_ONCE):
        assess_referrals(ids[start : start + AT_ONCE], occasion=occasion)


def waiting_referrals() -> list[UUID]:
    """Name the referrals whose cases are open."""
    rows = Referral.objects.filter(abuse_cases__case__state__in=AbuseCase.WAITING, abuse_cases__is_settled=False)
    return list(rows.distinct().values_list("id", flat=True))
