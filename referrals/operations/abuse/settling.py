"""When somebody decides about one referral by hand, its cases follow."""

from collections.abc import Collection
from uuid import UUID

from referrals.models import AbuseCase, AbuseCaseReferral
from referrals.operations.abuse.proving import end_calls
from tenancy import door


def settle_in_cases(referral_ids: Collection[UUID], *, is_cleared: bool) -> None:
    """Take referrals out of the open cases that hold them; a case without any left is decided alike."""
    rows = AbuseCaseReferral.objects.filter(
        referral_id__in=referral_ids, is_settled=False, case__state__in=AbuseCase.WAITING
    )
    cases = set(rows.values_list("case_id", flat=True))
    rows.update(is_settled=True, is_cleared=is_cleared)
    if cases:
        state = AbuseCase.State.CLEARED if is_cleared else AbuseCase.State.CONFIRMED
        emptied = AbuseCase.objects.filter(id__in=cases).exclude(members__is_settled=False)
        ids = list(emptied.values_list("id", flat=True))
        AbuseCase.objects.filter(id__in=ids).update(state=state, decided_at=door.moment())
        end_calls(AbuseCase.objects.filter(id__in=ids).values_list("referrer_id", flat=True))
