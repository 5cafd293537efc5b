"""What is refused about surveys, and why."""

from foundation.errors import Conflict, Invalid, NotFound


class UnknownSurvey(NotFound):
    code = "unknown_survey"
    message = "There is no such survey."


class TitleMissing(Invalid):
    code = "title_missing"
    message = "A survey needs a title in at least one language."
    field = "title"


class LowScoreOffScale(Invalid):
    code = "low_score_off_scale"
    message = "The low score has to be on the survey's scale, which ends at %(most)s."
    field = "low_score"


class QuestionTextMissing(Invalid):
    code = "question_text_missing"
    message = "Question %(number)s has no text."
    field = "questions"


class QuestionKindUnknown(Invalid):
    code = "question_kind_unknown"
    message = "Question %(number)s has a kind that does not exist."
    field = "questions"


class QuestionNeedsChoices(Invalid):
    code = "question_needs_choices"
    message = "Question %(number)s needs at least two different choices."
    field = "questions"


class QuestionKeyTaken(Invalid):
    code = "question_key_taken"
    message = "Question %(number)s needs a key that no other question has."
    field = "questions"


class TooManyQuestions(Invalid):
    code = "too_many_questions"
    message = "A survey has at most %(most)s questions of its own. Shorter surveys are answered more often."
    field = "questions"


class QuestionInUse(Conflict):
    code = "question_in_use"
    message = "Question “%(key)s” has answers: it keeps its kind and its choices. Copy the survey to ask something else."
    field = "questions"


class AnswerMissing(Invalid):
    code = "answer_missing"
    message = "Please answer this question."


class AnswerUnfit(Invalid):
    code = "answer_unfit"
    message = "This is not one of the possible answers."


class AnswerTooLong(Invalid):
    code = "answer_too_long"
    message = "Please write at most %(most)s characters."


class SurveyNotOpen(Conflict):
    code = "survey_not_open"
    message = "This survey takes no answers at the moment."


class SurveyAlreadyAnswered(Conflict):
    code = "survey_already_answered"
    message = "This survey has been answered already. Thank you."
