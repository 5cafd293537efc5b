"""Open cases and put referrals into them: one for each referrer and kind of sign, or for each ring."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from referrals.models import AbuseCase, AbuseCaseReferral, Referral
from referrals.rules.signals import RINGS
from tenancy import audit, door, events

Key = tuple[UUID, str, str]  # referrer, kind, group


def open_cases(found: Iterable[tuple[Referral, Sequence[str], bool]]) -> None:
    """Put each referral into the open case of every kind of sign it shows; (referral, kinds, is only watched)."""
    wanted: dict[Key, list[tuple[UUID, bool]]] = {}
    for referral, kinds, is_watched in found:
        for kind in kinds:
            if kind not in RINGS:  # they have their cases already, by which they are known
                wanted.setdefault((referral.referrer_id, kind, ""), []).append((referral.id, is_watched))
        if set(kinds) & set(RINGS) and not is_watched:
            _wake_rings(referral.id)
    for key, members in wanted.items():
        join(key, [id for id, _ in members], is_shadow=all(is_watched for _, is_watched in members))


def join(key: Key, referral_ids: Collection[UUID], *, is_shadow: bool) -> AbuseCase | None:
    """Add referrals to the case of this key, opening it if there is none; those decided under it before stay out."""
    referrer_id, kind, group = key
    decided = AbuseCaseReferral.objects.filter(
        case__kind=kind, case__group=group, referral_id__in=referral_ids, is_settled=True
    )
    fresh = set(referral_ids) - set(decided.values_list("referral_id", flat=True))
    if not fresh:
        return None
    case = _case(referrer_id, kind, group, is_shadow=is_shadow)
    AbuseCaseReferral.objects.bulk_create(
        [AbuseCaseReferral(case=case, referral_id=id, added_at=door.moment()) for id in sorted(fresh)],
        ignore_conflicts=True,
    )  # fmt: skip
    return case


def _case(referrer_id: UUID, kind: str, group: str, *, is_shadow: bool) -> AbuseCase:
    known = AbuseCase.objects.filter(referrer_id=referrer_id, kind=kind, group=group, state__in=AbuseCase.WAITING)
    AbuseCase.objects.bulk_create(
        [AbuseCase(referrer_id=referrer_id, kind=kind, group=group, is_shadow=is_shadow, opened_at=door.moment())]
        if not known.exists() else [], ignore_conflicts=True,
    )  # fmt: skip
    case = known.get()
    if case.opened_at == door.moment() and not case.members.exists():
        audit.record("abuse_case.opened", case, {"kind": kind, "is_shadow": is_shadow})
        events.publish("abuse_case.opened", case.id, case_id=str(case.id), kind=kind, is_shadow=is_shadow)
    elif case.is_shadow and not is_shadow:
        AbuseCase.objects.filter(id=case.id).update(is_shadow=False)
    return case


def _wake_rings(referral_id: UUID) -> None:
    """A ring that was only watched is held for from now on."""
    AbuseCase.objects.filter(
        kind__in=RINGS, state__in=AbuseCase.WAITING, is_shadow=True, members__referral_id=referral_id
    ).update(is_shadow=False)
