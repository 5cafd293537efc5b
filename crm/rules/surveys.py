"""What a survey asks, which answers fit, and what its figures mean. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from crm.errors.surveys import (
    AnswerMissing,
    AnswerTooLong,
    AnswerUnfit,
    QuestionInUse,
    QuestionKeyTaken,
    QuestionKindUnknown,
    QuestionNeedsChoices,
    QuestionTextMissing,
    TooManyQuestions,
)
from foundation.errors import Invalid

MOST_QUESTIONS = 12
LONGEST_TEXT = 2000
SCALES = {"nps": range(11), "csat": range(1, 6)}
KINDS = ("text", "choice", "choices", "stars", "yes_no")
SCORE = "score"


@dataclass(frozen=True)
class Question:
    """One question: `label` and the choices by language; `key` tells its answers from others' for good."""

    key: str
    kind: str
    label: Mapping[str, str]
    is_required: bool = False
    choices: tuple[Mapping[str, str], ...] = ()  # {"key", "zh-hans", "en"}

    @property
    def choice_keys(self) -> list[str]:
        return [choice["key"] for choice in self.choices]

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key, "kind": self.kind, "label": dict(self.label), "is_required": self.is_required,
            "choices": [dict(choice) for choice in self.choices],
        }  # fmt: skip


def questions_of(stored: Iterable[Mapping[str, Any]]) -> list[Question]:
    """Read what is stored."""
    return [
        Question(each["key"], each["kind"], each["label"], bool(each.get("is_required")), tuple(each.get("choices", ())))
        for each in stored
    ]


def check_questions(questions: Sequence[Question], *, answered: Sequence[Question] = ()) -> None:
    """Refuse what cannot be asked, or would change the meaning of answers that exist."""
    if len(questions) > MOST_QUESTIONS:
        raise TooManyQuestions(most=MOST_QUESTIONS)
    seen: set[str] = {SCORE}
    for number, question in enumerate(questions, 1):
        if refusal := _wrong_with(question, seen):
            raise refusal(number=number)
        seen.add(question.key)
    now = {question.key: question for question in questions}
    for before in answered:
        after = now.get(before.key)
        if after is None or after.kind != before.kind or not set(before.choice_keys) <= set(after.choice_keys):
            raise QuestionInUse(key=before.key)


def _wrong_with(question: Question, seen: set[str]) -> type[Invalid] | None:
    if not any(text.strip() for text in question.label.values()):
        return QuestionTextMissing
    if question.kind not in KINDS:
        return QuestionKindUnknown
    if question.kind in ("choice", "choices") and len(set(question.choice_keys)) < 2:
        return QuestionNeedsChoices
    if not question.key or question.key in seen:
        return QuestionKeyTaken
    return None


def read_score(kind: str, told: Any) -> int | None:
    """Read the score of an NPS (0 to 10) or CSAT (1 to 5) survey."""
    if kind not in SCALES:
        return None
    if told in (None, ""):
        raise AnswerMissing(field=SCORE)
    try:
        score = int(told)
    except (TypeError, ValueError):
        raise AnswerUnfit(field=SCORE) from None
    if score not in SCALES[kind] or isinstance(told, bool):
        raise AnswerUnfit(field=SCORE)
    return score


def read_answers(questions: Sequence[Question], told: Mapping[str, Any]) -> dict[str, Any]:
    """Read the answers that were told by question; unknown ones are refused, empty ones left out."""
    if unknown := set(told) - {question.key for question in questions}:
        raise AnswerUnfit(field=min(unknown))
    answers = {question.key: _read_answer(question, told.get(question.key)) for question in questions}
    return {key: answer for key, answer in answers.items() if answer not in (None, "", [])}


def _read_answer(question: Question, told: Any) -> Any:
    if told in (None, "", []) or (isinstance(told, str) and not told.strip()):
        if question.is_required:
            raise AnswerMissing(field=question.key)
        return None
    match question.kind:
        case "text":
            return _read_text(question, told)
        case "stars":
            return _one_of(question, str(told), {str(n): n for n in range(1, 6)})
        case "yes_no":
            words = {"yes": True, "no": False, "true": True, "false": False}
            return _one_of(question, str(told).lower(), words)
        case "choice":
            return _one_of(question, told, {key: key for key in question.choice_keys})
    told = told if isinstance(told, list) else [told]
    return [_one_of(question, each, {key: key for key in question.choice_keys}) for each in dict.fromkeys(map(str, told))]


def _read_text(question: Question, told: Any) -> str:
    if not isinstance(told, str):
        raise AnswerUnfit(field=question.key)
    text = told.replace("\x00", "").strip()
    if len(text) > LONGEST_TEXT:
        raise AnswerTooLong(field=question.key, most=LONGEST_TEXT)
    return text


def _one_of(question: Question, told: Any, answers: Mapping[str, Any]) -> Any:
    if not isinstance(told, str) or told not in answers:
        raise AnswerUnfit(field=question.key)
    return answers[told]


def comment_of(questions: Sequence[Question], answers: Mapping[str, Any]) -> str:
    """Join what was written freely."""
    return "\n".join(answers[q.key] for q in questions if q.kind == "text" and q.key in answers)


# --- figures -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """A survey's score: NPS in points from -100 to 100, CSAT as the share of 4 and 5 in percent.

    `margin` is half the 95 % confidence interval in the same unit; none below thirty answers, where it says nothing.
    """

    value: float | None
    margin: float | None
    answers: int


def figure(kind: str, counts: Mapping[int, int]) -> Figure | None:
    """Sum up scores (score -> how many).

    NPS: Reichheld, "The One Number You Need to Grow" (HBR 2003): share of 9 and 10 less share of 0 to 6. Its
    variance is p + d - (p - d)^2 over n, since each answer counts +1, 0 or -1.
    """
    if kind not in SCALES:
        return None
    n = sum(counts.values())
    if not n:
        return Figure(None, None, 0)
    if kind == "nps":
        up = sum(many for score, many in counts.items() if score >= 9) / n
        down = sum(many for score, many in counts.items() if score <= 6) / n
        value, variance = up - down, up + down - (up - down) ** 2
    else:
        value = sum(many for score, many in counts.items() if score >= 4) / n
        variance = value * (1 - value)
    margin = 100 * 1.96 * sqrt(variance / n) if n >= 30 else None
    return Figure(round(100 * value, 1), None if margin is None else round(margin, 1), n)


def band(kind: str, score: int) -> str:
    """Say how an answer counts: good, middling or bad."""
    if kind == "nps":
        return "good" if score >= 9 else "bad" if score <= 6 else "middling"
    return "good" if score >= 4 else "bad" if score <= 2 else "middling"
