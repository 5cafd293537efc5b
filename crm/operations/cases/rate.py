"""The customer's word on a case: a signed link that asks once each time the case is closed."""

from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext

from crm.errors import AlreadyRated, CannotRate
from crm.models import CarePolicy, Case, CaseRating, Task
from crm.operations.cases.moves import reopen_case
from crm.operations.cases.notes import note_move
from crm.operations.cases.open import facts_of
from crm.operations.tasks import add_task
from crm.queries.care import care_policy
from crm.rules.cases import CLOSED, LOW_RATING
from tenancy import audit, door, events
from tenancy.models import Organisation

_SALT = "crm.case.rating"


def rating_path(organisation: Organisation, case_id: UUID, round: int) -> str:
    """Give the page at which the customer rates this round of the case."""
    token = signing.dumps([str(organisation.id), str(case_id), round], salt=_SALT)
    return f"/o/{organisation.slug}/rate/{token}"


def case_of_token(token: str) -> tuple[UUID, int]:
    """Read a token; another organisation's is as wrong as an invented one (BadSignature)."""
    organisation_id, case_id, round = signing.loads(token, salt=_SALT)
    if organisation_id != str(door.organisation_id()):
        raise signing.BadSignature
    return UUID(case_id), round


def rate_case(case_id: UUID, round: int, *, stars: int, comment: str = "") -> CaseRating:
    """Take one answer a round; two stars or fewer reopen the case or make a task, as the policy says."""
    case = Case.objects.select_for_update(of=("self",)).get(id=case_id)
    if CaseRating.objects.filter(case=case, round=round).exists():
        raise AlreadyRated
    if case.reopened != round or case.status != CLOSED:
        raise CannotRate
    rating = _insert(case, round, stars, comment)
    case.rating = stars
    case.save(update_fields=["rating"])
    note_move(case, "rating", "", stars)
    audit.record("case.rated", case, {"stars": stars})
    events.publish("case.rated", case.id, **facts_of(case), stars=stars)
    if stars <= LOW_RATING:
        _take_care(case, rating)
    return rating


def _insert(case: Case, round: int, stars: int, comment: str) -> CaseRating:
    try:
        with transaction.atomic():
            return CaseRating.objects.create(
                case=case, round=round, stars=stars, comment=comment.strip()[:1000], rated_at=door.moment()
            )
    except IntegrityError:
        raise AlreadyRated from None


def _take_care(case: Case, rating: CaseRating) -> None:
    organisation = Organisation.objects.get(id=door.organisation_id())
    owner = case.owner
    with translation.override((owner and owner.user.language) or organisation.language):
        title = gettext("Low rating of case %(number)s: ask what went wrong") % {"number": case.code}
        reason = gettext("Rated %(stars)s of 5") % {"stars": rating.stars}
    if care_policy().low_rating == CarePolicy.LowRating.REOPEN:
        reopen_case(case.id, reason)
        return
    add_task(
        key=f"rating:{rating.id}", title=title, description=rating.comment, due_at=door.moment() + timedelta(days=1),
        customer_id=case.customer_id, case_id=case.id, kind=Task.Kind.CALL, assignee_id=case.owner_id,
        priority=Task.Priority.HIGH,
    )  # fmt: skip
