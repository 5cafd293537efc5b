"""A survey with answers, good and bad."""

from uuid import UUID

from crm.operations import answer_survey, ask, open_survey, save_survey
from crm.rules.surveys import Question


def a_survey(customer_id: UUID) -> dict[str, object]:
    """Make an open survey that somebody is invited to, somebody has answered, and somebody answered badly."""
    liked = Question(
        "liked", "choices", {"en": "What did you like?", "zh-hans": "您喜欢什么？"},
        choices=({"key": "taste", "en": "Taste", "zh-hans": "味道"}, {"key": "team", "en": "Team", "zh-hans": "团队"}),
    )  # fmt: skip
    why = Question("why", "text", {"en": "Why?", "zh-hans": "为什么？"})
    survey = save_survey(
        kind="nps",
        title={"en": "Would you recommend us?", "zh-hans": "您会推荐我们吗？"},
        questions=[liked, why],
        quiet_days=0,
    )
    open_survey(survey.id)
    invitation = ask(survey.id, customer_id, cause="world")
    answer_survey(survey.id, key="w1", score=9, answers={"liked": ["taste"], "why": "好喝"})
    answer_survey(survey.id, key="w2", score=2, answers={"why": "服务很慢"}, customer_id=customer_id, source="staff")
    return {"survey_id": survey.id, "invitation": invitation}
