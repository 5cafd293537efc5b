"""Make and change surveys."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from crm.errors.surveys import LowScoreOffScale, TitleMissing
from crm.models import Survey
from crm.operations.identity import check_member, here
from crm.rules.surveys import SCALES, Question, check_questions, questions_of
from foundation.ids import new_code
from tenancy import audit, door

FIELDS = frozenset(
    {"name", "title", "intro", "thanks", "takes_anybody", "trigger", "delay_hours", "quiet_days", "low_score", "low_action",
     "responsible_id"}
)  # fmt: skip
_LOW = {"nps": 6, "csat": 2}  # detractors; dissatisfied


def save_survey(
    survey_id: UUID | None = None,
    *,
    kind: str = "",
    code: str = "",
    questions: Sequence[Question] | None = None,
    **fields: Any,
) -> Survey:
    """Make a survey (`kind` and `code` for good), or change one; what is not told stays as it is.

    Raises QuestionInUse where answers would lose their meaning.
    """
    assert fields.keys() <= FIELDS, fields.keys() - FIELDS
    survey = Survey.objects.select_for_update().get(id=survey_id) if survey_id else _new(kind, code)
    check_member(fields.get("responsible_id"), field="responsible")
    for name, value in fields.items():
        setattr(survey, name, value)
    if not any(text.strip() for text in survey.title.values()):
        raise TitleMissing
    survey.name = survey.name.strip() or survey.title.get(here().language) or next(filter(None, survey.title.values()))
    survey.name = survey.name[:120]
    if survey.low_score is not None and survey.low_score not in SCALES.get(survey.kind, ()):
        raise LowScoreOffScale(most=max(SCALES.get(survey.kind, [0])))
    if questions is not None:
        answered = questions_of(survey.questions) if survey_id and survey.answers.exists() else []
        check_questions(questions, answered=answered)
        survey.questions = [question.as_json() for question in questions]
    survey.save()
    audit.record("survey.changed" if survey_id else "survey.made", survey, {"fields": sorted(fields)})
    return survey


def _new(kind: str, code: str) -> Survey:
    assert kind in Survey.Kind.values, kind
    return Survey(kind=kind, code=code or new_code(), low_score=_LOW.get(kind), created_at=door.moment())


def open_survey(survey_id: UUID) -> Survey:
    """Take answers from now on; again changes nothing."""
    return _move(survey_id, Survey.State.OPEN)


def close_survey(survey_id: UUID) -> Survey:
    """Take no more answers; those that wait to be asked are not asked."""
    return _move(survey_id, Survey.State.CLOSED)


def _move(survey_id: UUID, state: str) -> Survey:
    moved = Survey.objects.filter(id=survey_id).exclude(state=state).update(state=state)
    survey = Survey.objects.get(id=survey_id)
    if moved:
        audit.record(f"survey.{state}", survey)
    return survey
