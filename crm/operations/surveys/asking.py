"""Ask customers: by hand, or when something has happened. Nobody is asked twice for one thing, or too often."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing
from django.db.models import Q

from crm.models import Customer, Survey, SurveyInvitation
from tenancy import audit, door

_SALT = "crm.survey"
_BATCH = 1000


def ask(survey_id: UUID, customer_id: UUID, *, cause: str, due_at: datetime | None = None) -> SurveyInvitation:
    """Ask one customer; the same cause gives the first invitation again. Who was asked lately is skipped, and it says so."""
    ask_many(survey_id, [(customer_id, cause)], due_at=due_at)
    return SurveyInvitation.objects.get(key=_key(survey_id, cause))


def ask_many(survey_id: UUID, asked: Sequence[tuple[UUID, str]], *, due_at: datetime | None = None) -> int:
    """Ask customers, each for its cause; count the new invitations that will be sent."""
    survey = Survey.objects.get(id=survey_id)
    due_at = due_at or door.moment()
    will_be_sent = 0
    for start in range(0, len(asked), _BATCH):
        will_be_sent += _ask(survey, asked[start : start + _BATCH], due_at)
    if will_be_sent:
        audit.record("survey.asked", survey, {"customers": will_be_sent})
    return will_be_sent


def _ask(survey: Survey, asked: Sequence[tuple[UUID, str]], due_at: datetime) -> int:
    first_of = {}  # one customer is asked once, however many causes come together
    for customer_id, cause in asked:
        first_of.setdefault(customer_id, _key(survey.id, cause))
    known = set(SurveyInvitation.objects.filter(key__in=first_of.values()).values_list("key", flat=True))
    customers = set(Customer.objects.filter(id__in=first_of).values_list("id", flat=True))
    lately = _asked_lately(customers, survey)
    rows = [
        SurveyInvitation(
            survey=survey, customer_id=customer_id, key=key, due_at=due_at, created_at=door.moment(),
            **({"state": "skipped", "reason": "asked_lately"} if customer_id in lately else {}),
        )
        for customer_id, key in first_of.items()
        if key not in known and customer_id in customers
    ]  # fmt: skip
    SurveyInvitation.objects.bulk_create(rows, ignore_conflicts=True)
    return sum(row.state == SurveyInvitation.State.DUE for row in rows)


def _asked_lately(customer_ids: Iterable[UUID], survey: Survey) -> set[UUID]:
    """Find who is being asked already, by this survey or another, or was asked within the survey's quiet days."""
    since = door.moment() - timedelta(days=survey.quiet_days)
    asked = SurveyInvitation.objects.filter(customer_id__in=customer_ids)
    busy = asked.filter(Q(state="due") | Q(sent_at__gt=since))
    return set(busy.values_list("customer_id", flat=True)) if survey.quiet_days else set()


def _key(survey_id: UUID, cause: str) -> str:
    return f"survey:{survey_id}:{cause}"[:120]


def sent(invitation_ids: Sequence[UUID]) -> None:
    """Note that invitations have gone out."""
    due = SurveyInvitation.objects.filter(id__in=invitation_ids, state="due")
    due.update(state=SurveyInvitation.State.SENT, sent_at=door.moment())


def skipped(invitation_ids: Sequence[UUID], reason: str) -> None:
    """Note that invitations will not go out, and why."""
    due = SurveyInvitation.objects.filter(id__in=invitation_ids, state="due")
    due.update(state=SurveyInvitation.State.SKIPPED, reason=reason)


# --- the personal address ----------------------------------------------------------------------------------


def invitation_token(invitation_id: UUID) -> str:
    """Sign the invitation for its personal address."""
    return signing.dumps([str(door.organisation_id()), str(invitation_id)], salt=_SALT)


def preview_token(survey_id: UUID) -> str:
    """Sign a survey for a look at it before it is open; good for a day."""
    return signing.dumps([str(door.organisation_id()), str(survey_id)], salt=f"{_SALT}.preview")


def is_preview(token: str, survey_id: UUID) -> bool:
    """Say whether this token lets somebody look at the survey."""
    try:
        return signing.loads(token, salt=f"{_SALT}.preview", max_age=86_400) == [str(door.organisation_id()), str(survey_id)]
    except signing.BadSignature:
        return False


def invitation_of(token: str) -> SurveyInvitation | None:
    """Read a personal address; one that is forged, cut or another organisation's belongs to nobody."""
    try:
        organisation_id, invitation_id = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    if organisation_id != str(door.organisation_id()):
        return None
    return SurveyInvitation.objects.select_related("survey", "customer").filter(id=invitation_id).first()
