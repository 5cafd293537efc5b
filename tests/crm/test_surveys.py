"""Surveys: what they ask, who is asked, what is answered, and what follows from a low score."""

from datetime import timedelta

import pytest

from crm import operations as crm
from crm.errors import (
    AnswerMissing,
    AnswerUnfit,
    QuestionInUse,
    QuestionNeedsChoices,
    SurveyAlreadyAnswered,
    SurveyNotOpen,
    TitleMissing,
)
from crm.models import SurveyAnswer, SurveyInvitation, Task
from crm.operations.surveys import invitation_of, invitation_token
from crm.queries.surveys import results
from crm.rules.surveys import Figure, Question, figure, read_answers
from messaging.models import Message
from messaging.operations import send_due_surveys
from tenancy import door
from tests.dashboard.world import buy

TITLE = {"en": "Would you recommend us?", "zh-hans": "您会推荐我们吗？"}
WHY = Question("why", "text", {"en": "Why?"})
LIKED = Question("liked", "choices", {"en": "What?"}, choices=({"key": "a", "en": "A"}, {"key": "b", "en": "B"}))


def a_survey(**fields):
    return crm.open_survey(crm.save_survey(**{"kind": "nps", "title": TITLE, "questions": [WHY, LIKED], **fields}).id)


# --- figures -------------------------------------------------------------------------------------------------


def test_nps_is_promoters_less_detractors():
    assert figure("nps", {10: 5, 9: 2, 8: 1, 6: 1, 0: 1}) == Figure(50.0, None, 10)


def test_csat_is_the_share_of_four_and_five():
    assert figure("csat", {5: 3, 4: 1, 3: 2, 1: 2}) == Figure(50.0, None, 8)


def test_from_thirty_answers_on_the_margin_is_told():
    """p = d = 1/2: the variance of ±1 is 1, so 1.96 / √100 of 100 points."""
    assert figure("nps", {10: 50, 0: 50}) == Figure(0.0, 19.6, 100)
    assert figure("csat", {5: 50, 1: 50}) == Figure(50.0, 9.8, 100)


def test_no_answers_have_no_figure():
    assert figure("nps", {}) == Figure(None, None, 0)
    assert figure("open", {}) is None


# --- answers ----------------------------------------------------------------------------------------------------


def test_answers_are_read_by_their_question():
    stars = Question("stars", "stars", {"en": "?"})
    assert read_answers([WHY, LIKED, stars], {"why": " Nice ", "liked": ["b", "b"], "stars": "4"}) == {
        "why": "Nice", "liked": ["b"], "stars": 4,
    }  # fmt: skip


@pytest.mark.parametrize("told", [{"liked": ["c"]}, {"who": "me"}, {"why": {"a": 1}}, {"liked": [{}]}])
def test_what_cannot_be_an_answer_is_refused(told):
    with pytest.raises(AnswerUnfit):
        read_answers([WHY, LIKED], told)


def test_what_is_required_has_to_be_answered():
    with pytest.raises(AnswerMissing) as refusal:
        read_answers([Question("why", "text", {"en": "?"}, is_required=True)], {"why": " "})
    assert refusal.value.field == "why"


# --- making ----------------------------------------------------------------------------------------------------


def test_a_survey_needs_a_title_and_choices_that_differ(at_acme):
    with at_acme(), pytest.raises(TitleMissing):
        crm.save_survey(kind="nps", title={"en": " "})
    with at_acme(), pytest.raises(QuestionNeedsChoices):
        crm.save_survey(kind="open", title=TITLE, questions=[Question("q", "choice", {"en": "?"})])


def test_answered_questions_keep_their_meaning(at_acme):
    with at_acme():
        survey = a_survey()
        crm.answer_survey(survey.id, key="1", score=9, answers={"liked": ["a"]})
        crm.save_survey(survey.id, questions=[Question("why", "text", {"en": "Why, please?"}), LIKED])
        with pytest.raises(QuestionInUse):
            crm.save_survey(survey.id, questions=[WHY])


# --- asking ----------------------------------------------------------------------------------------------------


def test_a_paid_order_asks_after_the_delay_once(acme, ann, at_acme, drained):
    with at_acme():
        survey = a_survey(trigger="order_paid", delay_hours=48)
        buy(ann.id, "1", 2_000)
    drained(acme)
    with door.organisation(acme.id):
        invitation = SurveyInvitation.objects.get()
        assert (invitation.survey_id, invitation.customer_id, invitation.state) == (survey.id, ann.id, "due")
        assert timedelta(hours=47) < invitation.due_at - door.moment() <= timedelta(hours=48)


def test_an_order_of_last_year_asks_nobody(acme, ann, at_acme, drained):
    with at_acme():
        a_survey(trigger="order_paid")
        buy(ann.id, "1", 2_000, paid_at=door.moment() - timedelta(days=400))
    drained(acme)
    with at_acme():
        assert not SurveyInvitation.objects.exists()


def test_nobody_is_asked_twice_in_the_quiet_days(ann, at_acme):
    with at_acme():
        first, second = a_survey(), a_survey(quiet_days=60)
        crm.ask(first.id, ann.id, cause="one")
        skipped = crm.ask(second.id, ann.id, cause="two")
        assert (skipped.state, skipped.reason) == ("skipped", "asked_lately")
        assert send_due_surveys() == 1
    with at_acme(days=59):
        assert crm.ask(second.id, ann.id, cause="three").state == "skipped"
    with at_acme(days=61):
        assert crm.ask(second.id, ann.id, cause="four").state == "due"
        assert crm.ask(second.id, ann.id, cause="four").state == "due"
        assert SurveyInvitation.objects.filter(survey=second).count() == 3


def test_an_invitation_goes_out_by_email_with_its_own_address(ann, at_acme):
    with at_acme():
        survey = a_survey()
        invitation = crm.ask(survey.id, ann.id, cause="one")
        assert (send_due_surveys(), send_due_surveys()) == (1, 0)
        message = Message.objects.get(kind="survey_invitation")
        assert (message.customer_id, message.subject, message.channel) == (ann.id, TITLE["en"], "email")
        assert invitation_of(message.link.rpartition("/")[2]) == invitation


def test_who_has_no_address_is_skipped_and_it_says_why(at_acme):
    with at_acme():
        nobody = crm.record_customer(name="No Mail", phone="+447700900123")
        invitation = crm.ask(a_survey().id, nobody.id, cause="one")
        assert send_due_surveys() == 0
        invitation.refresh_from_db()
        assert (invitation.state, invitation.reason) == ("skipped", "no_address")


# --- answering ---------------------------------------------------------------------------------------------------


def test_a_low_score_has_somebody_call_back(ann, gus, at_acme):
    with at_acme():
        crm.update_customer(ann.id, owner_id=gus.id)
        answer = crm.answer_survey(a_survey().id, key="1", score=6, answers={"why": "送货太慢"}, customer_id=ann.id)
        assert (answer.is_low, answer.sentiment, answer.topic) == (True, -1, "waiting")
        assert (answer.task.assignee_id, answer.task.customer_id, answer.task.priority) == (gus.id, ann.id, 1)


def test_a_low_score_opens_a_case_where_that_is_wanted(ann, at_acme):
    with at_acme():
        survey = a_survey(low_action="case")
        answer = crm.answer_survey(survey.id, key="1", score=2, answers={"why": "The lid broke"}, customer_id=ann.id)
        assert (answer.case.customer_id, answer.case.description, answer.task) == (ann.id, "The lid broke", None)


def test_a_good_score_and_one_of_nobody_ask_for_no_call(ann, at_acme):
    with at_acme():
        survey = a_survey()
        crm.answer_survey(survey.id, key="1", score=7, customer_id=ann.id)
        crm.answer_survey(survey.id, key="2", score=0)
        assert not Task.objects.exists()


def test_the_score_decides_where_words_do_not_tell(at_acme):
    with at_acme():
        survey = a_survey()
        assert crm.answer_survey(survey.id, key="1", score=10, answers={"why": "Bea told me"}).sentiment == 1
        assert crm.answer_survey(survey.id, key="2", score=1, answers={"why": "Bea told me"}).sentiment == -1


def test_the_same_key_is_one_answer_and_an_invitation_is_used_once(ann, at_acme):
    with at_acme():
        survey = a_survey()
        invitation = crm.ask(survey.id, ann.id, cause="one")
        first = crm.answer_survey(survey.id, key="k", score=9, invitation=invitation)
        assert crm.answer_survey(survey.id, key="k", score=1) == first
        with pytest.raises(SurveyAlreadyAnswered):
            crm.answer_survey(survey.id, key="other", score=1, invitation=invitation)
        assert SurveyAnswer.objects.count() == 1


def test_a_closed_survey_takes_nothing(at_acme):
    with at_acme():
        survey = crm.close_survey(a_survey().id)
        with pytest.raises(SurveyNotOpen):
            crm.answer_survey(survey.id, key="1", score=9)
        assert not SurveyAnswer.objects.exists()


def test_the_figures_add_up(ann, bea, at_acme):
    with at_acme():
        survey = a_survey(quiet_days=0)
        crm.ask_many(survey.id, [(ann.id, "a"), (bea.id, "b")])
        send_due_surveys()
        invitation = SurveyInvitation.objects.get(customer=ann)
        crm.answer_survey(survey.id, key="1", score=10, answers={"why": "很好", "liked": ["a"]}, invitation=invitation)
        crm.answer_survey(survey.id, key="2", score=3, answers={"liked": ["a", "b"]})
        found = results(survey)
        assert (found.figure, found.answers, found.low) == (Figure(0.0, None, 2), 2, 1)
        assert (found.asked, found.invited_answers, found.response_rate) == (2, 1, 0.5)
        assert (found.scores[10], found.scores[3], found.scores[0]) == (1, 1, 0)
        assert found.topics == [("other", {1: 1})]
        assert found.choices[0][1] == [("a", 2), ("b", 1)]


def test_another_organisations_token_is_nobodys(acme, globex, ann, at_acme):
    with at_acme():
        token = invitation_token(crm.ask(a_survey().id, ann.id, cause="one").id)
        assert invitation_of(token[:-1]) is None
    with door.organisation(globex.id):
        assert invitation_of(token) is None
