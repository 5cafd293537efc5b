"""Take an answer, read its comment, and see to it that a low score is followed up."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, override

from crm.errors import SurveyAlreadyAnswered, SurveyNotOpen
from crm.models import Case, Survey, SurveyAnswer, SurveyInvitation, Task
from crm.operations.cases import open_case
from crm.operations.identity import here
from crm.operations.tasks import add_task
from crm.rules.sentiment import read_comment
from crm.rules.surveys import band, comment_of, questions_of, read_answers, read_score
from tenancy import audit, door, events
from tenancy.models import Membership

_CALL_WITHIN = timedelta(hours=24)


def answer_survey(
    survey_id: UUID,
    *,
    key: str,
    score: Any = None,
    answers: Mapping[str, Any] | None = None,
    customer_id: UUID | None = None,
    invitation: SurveyInvitation | None = None,
    language: str = "",
    source: str = SurveyAnswer.Source.LINK,
) -> SurveyAnswer:
    """Record one answer under its key; the same key gives the first one again, and an invitation is answered once.

    Raises SurveyNotOpen, SurveyAlreadyAnswered, or what is wrong with an answer (its field is the question).
    """
    if known := SurveyAnswer.objects.filter(key=key).first():
        return known
    survey = Survey.objects.get(id=survey_id)
    if survey.state != Survey.State.OPEN:
        raise SurveyNotOpen
    if invitation:
        _take(invitation)
    questions = questions_of(survey.questions)
    read = read_answers(questions, answers or {})
    row = SurveyAnswer(
        survey=survey, customer_id=invitation.customer_id if invitation else customer_id, invitation=invitation, key=key,
        score=read_score(survey.kind, score), answers=read, comment=comment_of(questions, read),
        language=language or here().language, source=source, answered_at=door.moment(),
    )  # fmt: skip
    _judge(row, survey)
    row.save(force_insert=True)
    _follow_up(row, survey)
    _tell(row)
    return row


def _take(invitation: SurveyInvitation) -> None:
    """Use an invitation up; who answers before the e-mail was noted as sent is as welcome."""
    open_ones = SurveyInvitation.objects.filter(id=invitation.id).exclude(state=SurveyInvitation.State.ANSWERED)
    if not open_ones.update(state=SurveyInvitation.State.ANSWERED):
        raise SurveyAlreadyAnswered


def _judge(row: SurveyAnswer, survey: Survey) -> None:
    reading = read_comment(row.comment)
    if reading:
        row.sentiment, row.topic = reading.sentiment or _feeling_of(row.score, survey.kind), reading.topic
    is_known = row.score is not None and survey.low_score is not None
    row.is_low = is_known and row.score <= survey.low_score


def _feeling_of(score: int | None, kind: str) -> int:
    """Where the words do not tell, the score does."""
    return 0 if score is None else {"good": 1, "middling": 0, "bad": -1}[band(kind, score)]


def _follow_up(row: SurveyAnswer, survey: Survey) -> None:
    """Have somebody call whoever is unhappy; an anonymous answer names nobody to call."""
    if not (row.is_low and row.customer_id):
        return
    if survey.low_action == Survey.LowAction.TASK:
        row.task = _call(row, survey)
    elif survey.low_action == Survey.LowAction.CASE:
        row.case = _complaint(row, survey)
    row.save(update_fields=["task", "case"])


def _complaint(row: SurveyAnswer, survey: Survey) -> Case:
    who = _responsible(row, survey)
    with override((who and who.user.language) or here().language):
        subject = gettext("Low score (%(score)s) in “%(survey)s”") % {"score": row.score, "survey": survey.name}
    return open_case(
        key=f"survey_answer:{row.id}", subject=subject, description=row.comment, customer_id=row.customer_id,
        channel=Case.Channel.WEB, priority=Case.Priority.HIGH, owner_id=who.id if who else None,
    )  # fmt: skip


def _responsible(row: SurveyAnswer, survey: Survey) -> Membership | None:
    """Take whoever follows this survey up, else the customer's owner; who has left gets nothing more to do."""
    member = survey.responsible_id or row.customer.owner_id
    return Membership.objects.filter(id=member, is_active=True).select_related("user").first()


def _call(row: SurveyAnswer, survey: Survey) -> Task:
    active = _responsible(row, survey)
    with override((active and active.user.language) or here().language):
        title = gettext("Low score (%(score)s) in “%(survey)s”: call back") % {"score": row.score, "survey": survey.name}
        script = gettext("Thank them for the honest answer, ask what happened, and agree on what you will do until when.")
    return add_task(
        key=f"survey_answer:{row.id}", title=title, script=script, due_at=door.moment() + _CALL_WITHIN,
        customer_id=row.customer_id, assignee_id=active.id if active else None, priority=Task.Priority.HIGH,
    )  # fmt: skip


def _tell(row: SurveyAnswer) -> None:
    facts = {
        "survey_id": str(row.survey_id), "customer_id": str(row.customer_id) if row.customer_id else None,
        "score": row.score, "is_low": row.is_low, "topic": row.topic, "sentiment": row.sentiment,
    }  # fmt: skip
    audit.record("survey.answered", row, {"survey_id": str(row.survey_id), "source": row.source})
    events.publish("survey.answered", row.id, **facts)
