"""The whole way of a referral in one statement: links followed, the invitation, every stage, hand-overs, evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from referrals.models import FollowUp, Invitation, Referral, ReferralMove
from tenancy import door
from tenancy.models import Membership

INVITED, CLICKED, SUBMITTED, HANDED, EVIDENCE = "invited", "clicked", "submitted", "handed", "evidence"
LABELS = {
    INVITED: _("Invited"), CLICKED: _("Followed the link"), SUBMITTED: _("Form handed in"), HANDED: _("Handed over"),
    EVIDENCE: _("Evidence looked at"), **{stage.value: stage.label for stage in Referral.Stage},
}  # fmt: skip
# The stages of the way in their order, for a line of dots.
LINE = (
    CLICKED, SUBMITTED, Referral.Stage.CONFIRMED.value, Referral.Stage.CONTACTED.value, Referral.Stage.QUALIFIED.value,
    Referral.Stage.CONVERTED.value,
)  # fmt: skip

_SQL = """
WITH asked AS (
    SELECT id, code_id, visitor, capture, entered_by_id, submitted_at, confirmed_at, sends
    FROM referrals_invitation
    WHERE organisation_id = %(here)s AND referral_id = %(referral)s
)
SELECT 'clicked' AS step, MIN(t.occurred_at) AS at, 'friend' AS who, NULL::uuid AS who_id, MIN(t.channel) AS why,
       COUNT(*) AS times, 0 AS rank
FROM asked a
JOIN referrals_touch t ON t.organisation_id = %(here)s AND t.visitor = a.visitor AND t.code_id = a.code_id
WHERE a.visitor <> '' AND t.occurred_at <= a.confirmed_at
GROUP BY a.id
UNION ALL
SELECT CASE WHEN capture = 'oral' THEN 'invited' ELSE 'submitted' END, submitted_at,
       CASE WHEN entered_by_id IS NULL THEN 'friend' ELSE 'member' END, entered_by_id, capture, GREATEST(sends, 1), 1
FROM asked
UNION ALL
SELECT after, occurred_at, actor_kind, actor_id, cause, 1, 2
FROM referrals_referralmove
WHERE organisation_id = %(here)s AND referral_id = %(referral)s AND axis = 'stage'
UNION ALL
SELECT 'handed', asked_at, 'member', giver_id, state, 1, 3
FROM referrals_referralhandover
WHERE organisation_id = %(here)s AND referral_id = %(referral)s
UNION ALL
SELECT 'evidence', decided_at, 'member', decided_by_id, state, 1, 4
FROM referrals_evidence
WHERE organisation_id = %(here)s AND referral_id = %(referral)s AND decided_at IS NOT NULL
ORDER BY at, rank
"""


@dataclass(frozen=True)
class PathStep:
    """What happened, when, who did it, why; `times` a link was followed or a message sent."""

    step: str
    at: datetime
    who_kind: str  # friend, member, user, customer, api_key, system
    who_id: UUID | None
    why: str
    times: int

    @property
    def label(self) -> str:
        return str(LABELS.get(self.step, self.step))


def path_of(referral_id: UUID) -> list[PathStep]:
    """Tell the whole way of a referral, oldest first, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"here": str(door.organisation_id()), "referral": str(referral_id)})
        return [
            PathStep(step, at, kind, _uuid(id), why, times) for step, at, kind, id, why, times, _rank in cursor.fetchall()
        ]


def _uuid(value) -> UUID | None:
    return value if value is None or isinstance(value, UUID) else UUID(str(value))


def names_on(path: Sequence[PathStep]) -> dict[UUID, str]:
    """Name the colleagues on a way; moves know users, the rest memberships."""
    ids = {step.who_id for step in path if step.who_id and step.who_kind in ("member", "user")}
    rows = Membership.objects.select_related("user")
    found = {row.id: row.user.name for row in rows.filter(id__in=ids)}
    return found | {row.user_id: row.user.name for row in rows.filter(user_id__in=ids)}


@dataclass(frozen=True)
class Dot:
    """A stage on the line: its name, when it was reached, whether it was passed over."""

    key: str
    label: str
    at: datetime | None
    is_done: bool


def line_of(path: Sequence[PathStep], referral: Referral) -> list[Dot]:
    """Draw the way as a line of stages; what lies behind one that was reached is passed, even where nobody noted it."""
    first: dict[str, datetime] = {}
    for step in path:
        first.setdefault(step.step, step.at)
    first.setdefault(CLICKED, first.get(INVITED) or referral.touched_at or referral.confirmed_at)
    first.setdefault(SUBMITTED, first.get(Referral.Stage.CONFIRMED.value) or referral.confirmed_at)
    first.setdefault(Referral.Stage.CONFIRMED.value, referral.confirmed_at)
    if referral.converted_at:
        first[Referral.Stage.CONVERTED.value] = referral.converted_at
    reached = max(number for number, key in enumerate(LINE) if key in first)
    dots = [Dot(key, str(_NAMES[key]), first.get(key), number <= reached) for number, key in enumerate(LINE)]
    end = first.get(referral.stage) if referral.stage in (Referral.Stage.CLOSED, Referral.Stage.EXPIRED) else None
    return [*dots, Dot(referral.stage, referral.get_stage_display(), end, True)] if end else dots


_NAMES = LABELS | {CLICKED: _("Invited")}


def follow_up_of(referral_id: UUID) -> FollowUp | None:
    rows = FollowUp.objects.filter(referral_id=referral_id)
    return rows.select_related("holder__user", "escalated_to__user", "referral").first()


def contacted(referral_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """Say when friends were first contacted, in one statement."""
    rows = ReferralMove.objects.filter(referral_id__in=referral_ids, axis="stage", after__in=("contacted", "qualified"))
    return dict(rows.order_by("-occurred_at").values_list("referral_id", "occurred_at"))  # the earliest stays


def stage_of(invitation: Invitation) -> str:
    """Say where on the way an invitation stands, in the words of the stage axis."""
    if invitation.state == Invitation.State.WAITING:
        return INVITED if invitation.capture == Invitation.Capture.ORAL else SUBMITTED
    return invitation.state
