"""Note moves of a referral on its axes."""

from collections.abc import Iterable
from uuid import UUID

from referrals.models import Referral, ReferralMove
from tenancy import door


def note(referral_id: UUID, *, axis: str, before: str, after: str, cause: str) -> None:
    note_all([(referral_id, axis, before, after, cause)])


def note_all(moves: Iterable[tuple[UUID, str, str, str, str]]) -> None:
    """Write many moves in one statement: (referral, axis, before, after, cause)."""
    who = door.actor()
    ReferralMove.objects.bulk_create(
        ReferralMove(
            referral_id=referral_id, axis=axis, before=before, after=after, cause=cause[:60],
            actor_kind=who.kind, actor_id=who.id, occurred_at=door.moment(),
        )
        for referral_id, axis, before, after, cause in moves
    )  # fmt: skip


def begin(referral: Referral, cause: str = "confirmed_by_friend") -> None:
    """Write the first move on each axis."""
    note_all(
        (referral.id, axis, "", value, cause)
        for axis, value in (("stage", referral.stage), ("attribution", referral.attribution), ("risk", referral.risk))
    )
