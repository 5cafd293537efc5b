"""Reads of surveys: lists, figures, comments."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncWeek

from crm.models import Survey, SurveyAnswer, SurveyInvitation
from crm.rules.surveys import SCALES, Figure, figure, questions_of


@dataclass(frozen=True)
class Results:
    """A survey's figures over a time: the page, the API and the file show these."""

    survey: Survey
    figure: Figure | None  # of the score
    scores: dict[int, int]  # how often each was given
    answers: int
    low: int
    asked: int  # invitations sent
    invited_answers: int  # of them answered
    skipped: dict[str, int]  # why some were not sent -> how many
    weeks: list[tuple[datetime, Figure | None, int]]  # week, its figure, its answers
    topics: list[tuple[str, dict[int | None, int]]]  # topic -> sentiment -> comments, most frequent first
    choices: list[tuple[dict, list[tuple[str, int]]]]  # question -> (answer, how often)

    @property
    def response_rate(self) -> float | None:
        return self.invited_answers / self.asked if self.asked else None


def surveys() -> QuerySet[Survey]:
    """List surveys, newest first, with `answer_count` and `last_answer_at`."""
    return Survey.objects.select_related("responsible__user").order_by("-created_at", "-id")


def counts_of(survey_ids) -> dict[UUID, tuple[Figure | None, int]]:
    """Give figure and number of answers of each survey, in one statement."""
    kinds = dict(Survey.objects.filter(id__in=survey_ids).values_list("id", "kind"))
    rows = SurveyAnswer.objects.filter(survey_id__in=kinds).values_list("survey_id", "score").annotate(n=Count("id"))
    scores: dict[UUID, dict] = {id: {} for id in kinds}
    for survey_id, score, n in rows.order_by():
        scores[survey_id][score] = n
    return {id: (figure(kinds[id], _known(counts)), sum(counts.values())) for id, counts in scores.items()}


def _known(counts: dict[int | None, int]) -> dict[int, int]:
    return {score: n for score, n in counts.items() if score is not None}


def answers(survey_id: UUID, *, since: datetime | None = None, until: datetime | None = None) -> QuerySet[SurveyAnswer]:
    """List a survey's answers, newest first, those of [since, until)."""
    rows = SurveyAnswer.objects.filter(survey_id=survey_id).select_related("customer", "task", "case")
    if since:
        rows = rows.filter(answered_at__gte=since)
    if until:
        rows = rows.filter(answered_at__lt=until)
    return rows.order_by("-answered_at", "-id")


def results(survey: Survey, *, since: datetime | None = None, until: datetime | None = None) -> Results:
    """Count a survey's answers over [since, until)."""
    rows = answers(survey.id, since=since, until=until).order_by()
    scores = {score: n for score, n in rows.values_list("score").annotate(n=Count("id")) if score is not None}
    asked = _invitations(survey.id, since, until)
    states = dict(asked.values_list("state").annotate(n=Count("id")))
    skipped = dict(asked.filter(state="skipped").values_list("reason").annotate(n=Count("id")))
    every = {score: scores.get(score, 0) for score in SCALES.get(survey.kind, ())}
    return Results(
        survey=survey, figure=figure(survey.kind, scores), scores=every, answers=rows.count(),
        low=rows.filter(is_low=True).count(), asked=states.get("sent", 0) + states.get("answered", 0),
        invited_answers=states.get("answered", 0), skipped=skipped, weeks=_weeks(survey.kind, rows),
        topics=_topics(rows), choices=_choices(survey, rows),
    )  # fmt: skip


def _invitations(survey_id, since, until) -> QuerySet[SurveyInvitation]:
    rows = SurveyInvitation.objects.filter(survey_id=survey_id)
    if since:
        rows = rows.filter(created_at__gte=since)
    if until:
        rows = rows.filter(created_at__lt=until)
    return rows


def _weeks(kind: str, rows: QuerySet[SurveyAnswer]) -> list[tuple[datetime, Figure | None, int]]:
    found: dict[datetime, dict] = {}
    by_week = rows.annotate(week=TruncWeek("answered_at")).values_list("week", "score").annotate(n=Count("id"))
    for week, score, n in by_week.order_by("week"):
        found.setdefault(week, {})[score] = n
    return [(week, figure(kind, _known(counts)), sum(counts.values())) for week, counts in found.items()]


def _topics(rows: QuerySet[SurveyAnswer]) -> list[tuple[str, dict[int | None, int]]]:
    found: dict[str, dict] = {}
    for topic, sentiment, n in rows.exclude(topic="").values_list("topic", "sentiment").annotate(n=Count("id")):
        found.setdefault(topic, {})[sentiment] = n
    return sorted(found.items(), key=lambda each: -sum(each[1].values()))


def _choices(survey: Survey, rows: QuerySet[SurveyAnswer]) -> list[tuple[dict, list[tuple[str, int]]]]:
    """Count the answers to questions with choices; in one pass over the answers' JSON."""
    asked = [question for question in questions_of(survey.questions) if question.kind != "text"]
    if not asked:
        return []
    counted: dict[str, dict[str, int]] = {question.key: {} for question in asked}
    for given in rows.values_list("answers", flat=True).iterator(chunk_size=2000):
        for question in asked:
            told = given.get(question.key)
            for each in told if isinstance(told, list) else [] if told is None else [told]:
                name = {True: "yes", False: "no"}[each] if isinstance(each, bool) else str(each)
                counted[question.key][name] = counted[question.key].get(name, 0) + 1
    return [(question.as_json(), sorted(counted[question.key].items())) for question in asked]


def answers_of(customer_id: UUID) -> QuerySet[SurveyAnswer]:
    """List what a customer has answered, newest first."""
    return SurveyAnswer.objects.filter(customer_id=customer_id).select_related("survey").order_by("-answered_at", "-id")


def due_invitations(moment: datetime, limit: int) -> list[SurveyInvitation]:
    """List invitations whose time has come, oldest first."""
    rows = SurveyInvitation.objects.select_related("survey", "customer").filter(state="due", due_at__lte=moment)
    return list(rows.order_by("due_at", "id")[:limit])


def surveys_after(trigger: str) -> QuerySet[Survey]:
    """List the open surveys that ask after this."""
    return Survey.objects.filter(state=Survey.State.OPEN, trigger=trigger)


def comments(rows: QuerySet[SurveyAnswer], *, topic: str = "", sentiment: int | None = None, is_low: bool = False):
    """Narrow answers to comments of a topic, a feeling, or low scores."""
    rows = rows.exclude(comment="") if topic or sentiment is not None else rows
    wanted = Q()
    if topic:
        wanted &= Q(topic=topic)
    if sentiment is not None:
        wanted &= Q(sentiment=sentiment)
    if is_low:
        wanted &= Q(is_low=True)
    return rows.filter(wanted).annotate(survey_kind=F("survey__kind"))
