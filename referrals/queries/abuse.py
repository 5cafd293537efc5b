"""Reads of signs of abuse: the policy, lists, assessments, cases, and how well signs have told abuse from chance."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from crm.models import Case, CaseMessage
from crm.rules.cases import OURS
from referrals.hashes import address_hash
from referrals.models import AbuseCase, AbuseCaseReferral, AbuseListing, AbusePolicy, AbuseVerdict, Assessment, Referral
from referrals.rules.signals import SIGNALS, Action, Outcome, Policy, best, settings_of, tune
from rewards.models import Reward
from tenancy import door

PROOF_KEY = "abuse_proof:"
_PLAIN = ("is_shadow", "delay_from", "hold_from", "proof_from", "block_from", "delay_days")


def abuse_policy() -> Policy:
    """Give how signs are weighed here; without a row everything is only watched."""
    row = AbusePolicy.objects.first() or AbusePolicy()
    return Policy(**{name: getattr(row, name) for name in _PLAIN}, signals=settings_of(row.signals))


# --- lists -------------------------------------------------------------------------------------------------


def listings() -> QuerySet[AbuseListing]:
    """Entries that are in force, newest first."""
    now = door.moment()
    rows = AbuseListing.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), removed_at=None)
    return rows.select_related("referrer").order_by("-id")


def listed_by(
    *, referrer_id: UUID, email: str = "", phone: str = "", device: str = "", address: str = ""
) -> tuple[str, str]:
    """Say whether a list names one of these, and what of it: block or allow, and the kind. A blocked one prevails."""
    found = [
        (row.side, row.kind)
        for row in listings()
        if _names(row, referrer_id=referrer_id, email=email, phone=phone, device=device, address=address)
    ]
    return max(found, key=lambda each: each[0] == "block", default=("", ""))


def _names(row: AbuseListing, *, referrer_id: UUID, email: str, phone: str, device: str, address: str) -> bool:
    match row.kind:
        case AbuseListing.Kind.REFERRER:
            return row.referrer_id == referrer_id
        case AbuseListing.Kind.EMAIL_DOMAIN:
            return bool(email) and is_of_domain(email, row.value)
        case AbuseListing.Kind.PHONE_PREFIX:
            return bool(phone) and phone.startswith(row.value)
        case AbuseListing.Kind.DEVICE:
            return bool(device) and row.value == device
    return bool(address) and _lies_in(address, row.value)


def is_of_domain(email: str, domain: str) -> bool:
    return f".{email.rpartition('@')[2]}".endswith(f".{domain}")


def _lies_in(address: str, network: str) -> bool:
    """Compare with a network as it was written, or with the hash that a case knew it by."""
    if "." not in network and ":" not in network:
        return network == address_hash(address, door.moment())
    try:
        return ip_address(address) in ip_network(network)
    except ValueError:
        return False


# --- assessments and cases ---------------------------------------------------------------------------------


def assessments() -> QuerySet[Assessment]:
    return Assessment.objects.select_related("referral__referrer", "referral__referee").order_by("-id")


def latest_assessments(referral_ids: Collection[UUID]) -> dict[UUID, Assessment]:
    """Give the newest assessment of each referral, in one statement."""
    rows = Assessment.objects.filter(referral_id__in=referral_ids).order_by("referral_id", "-id").distinct("referral_id")
    return {row.referral_id: row for row in rows}


def is_blocked(referrer_id: UUID) -> bool:
    """Say whether a referrer's score is so high, and not cleared, that the organisation takes no more friends of theirs."""
    if AbusePolicy.objects.filter(is_shadow=False, block_from__isnull=False).first() is None:
        return False
    worst = Assessment.objects.filter(referral__referrer_id=referrer_id, action=Action.BLOCK)
    return worst.filter(referral__risk__in=[Referral.Risk.HELD, Referral.Risk.CONFIRMED]).exists()


def abuse_cases() -> QuerySet[AbuseCase]:
    counted = AbuseCase.objects.select_related("referrer").annotate(referrals=Count("members"))
    return counted.order_by("-id")


def members_of(case_id: UUID) -> QuerySet[AbuseCaseReferral]:
    rows = AbuseCaseReferral.objects.filter(case_id=case_id)
    return rows.select_related("referral__referrer", "referral__referee", "referral__campaign").order_by("id")


def rewards_of_referrals(referral_ids: Collection[UUID]) -> QuerySet[Reward]:
    """The rewards that hang on these referrals; of one that was exchanged only what it is now."""
    rows = Reward.objects.filter(referral_id__in=referral_ids, successor_id=None).exclude(
        state__in=[Reward.State.ESTIMATED, Reward.State.LAPSED]
    )
    return rows.select_related("unit", "coupon_kind", "beneficiary").order_by("id")


def verdicts_of(case_id: UUID) -> QuerySet[AbuseVerdict]:
    return AbuseVerdict.objects.filter(case_id=case_id).order_by("id")


def proofs_of(referrer_id: UUID) -> list[Case]:
    """List what a referrer was asked about the friends they brought, newest first, each with the `answers`."""
    said = CaseMessage.objects.filter(kind=CaseMessage.Kind.FROM_CUSTOMER).select_related("file")
    said = said.defer("file__content").order_by("said_at", "id")
    rows = calls_for_proof([referrer_id]).prefetch_related(Prefetch("messages", queryset=said, to_attr="answers"))
    return list(rows.order_by("-number"))


def calls_for_proof(referrer_ids: Collection[UUID]) -> QuerySet[Case]:
    return Case.objects.filter(customer_id__in=referrer_ids, key__startswith=f"{OURS}{PROOF_KEY}")


def cases_waiting() -> QuerySet[AbuseCase]:
    """List cases in which something is held until somebody decides."""
    return AbuseCase.objects.filter(state__in=AbuseCase.WAITING, is_shadow=False)


def open_cases_of(referral_id: UUID) -> QuerySet[AbuseCase]:
    return abuse_cases().filter(members__referral_id=referral_id, members__is_settled=False)


# --- how well signs tell -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Precision:
    """Of the cases that a sign opened: how many were decided, and how many of those were abuse."""

    confirmed: int = 0
    cleared: int = 0
    waiting: int = 0

    @property
    def decided(self) -> int:
        return self.confirmed + self.cleared

    @property
    def share(self) -> float | None:
        return self.confirmed / self.decided if self.decided else None


def precision() -> dict[str, Precision]:
    """Say for each sign how often people found it to be abuse."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for kind, state, number in AbuseCase.objects.values_list("kind", "state").annotate(Count("id")):
        counts[kind][state] = number
    return {
        key: Precision(counts[key]["confirmed"], counts[key]["cleared"], counts[key]["open"] + counts[key]["proof"])
        for key in SIGNALS
    }


def tuning() -> tuple[list[Outcome], Outcome | None]:
    """Say how other thresholds would have done on what was decided, and which would have done best."""
    history = _decided()
    outcomes = tune(history, range(20, 125, 10))
    return outcomes, best(outcomes)


def _decided() -> list[tuple[int, bool]]:
    """Of each referral that people have decided about: the highest score it ever had, and whether it was abuse."""
    decided = {Referral.Risk.CLEARED: False, Referral.Risk.CONFIRMED: True}
    rows = Assessment.objects.filter(referral__risk__in=decided).order_by("referral_id", "-score", "-id")
    pairs = rows.distinct("referral_id").values_list("score", "referral__risk")
    return [(score, decided[risk]) for score, risk in pairs]
