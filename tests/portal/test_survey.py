"""A survey as its reader meets it: without JavaScript, in both languages, once."""

import pytest

from crm import operations as crm
from crm.models import SurveyAnswer
from crm.operations.surveys import invitation_token, preview_token
from tests.crm.test_surveys import LIKED, TITLE, WHY, a_survey


@pytest.fixture
def survey(at_acme):
    with at_acme():
        return a_survey(questions=[WHY, LIKED], thanks={"en": "We are listening."})


def address(acme, survey) -> str:
    return f"/o/{acme.slug}/s/{survey.code}"


def test_anybody_with_the_link_answers(client, acme, survey, at_acme):
    page = client.get(address(acme, survey)).content.decode()
    assert TITLE["en"] in page and 'value="10"' in page
    told = {"score": "9", "why": "Good coffee", "liked": ["a", "b"], "key": "2345678923456789"}
    for _ in range(2):  # a double click
        assert "We are listening." in client.post(address(acme, survey), told).content.decode()
    with at_acme():
        answer = SurveyAnswer.objects.get()
        assert (answer.score, answer.customer_id, answer.source) == (9, None, "link")
        assert answer.answers == {"why": "Good coffee", "liked": ["a", "b"]}


def test_a_missing_score_is_asked_for_and_nothing_is_lost(client, acme, survey, at_acme):
    response = client.post(address(acme, survey), {"why": "Good <coffee>"})
    assert response.status_code == 422
    assert "Good &lt;coffee&gt;" in response.content.decode()
    with at_acme():
        assert not SurveyAnswer.objects.exists()


def test_it_speaks_chinese(client, acme, survey):
    page = client.get(address(acme, survey), {"lang": "zh-hans"}).content.decode()
    assert TITLE["zh-hans"] in page


def test_a_machine_that_fills_in_everything_is_thanked_and_forgotten(client, acme, survey, at_acme):
    client.post(address(acme, survey), {"score": "9", "website": "https://spam.example"})
    with at_acme():
        assert not SurveyAnswer.objects.exists()


def test_a_personal_address_works_once_and_knows_who(client, acme, ann, survey, at_acme):
    with at_acme():
        link = f"/o/{acme.slug}/a/{invitation_token(crm.ask(survey.id, ann.id, cause='x').id)}"
    assert 'value="7" required checked' in client.get(link, {"score": "7"}).content.decode()
    assert client.post(link, {"score": "7"}).status_code == 200
    assert "We are listening." in client.post(link, {"score": "1"}).content.decode()
    with at_acme():
        answer = SurveyAnswer.objects.get()
        assert (answer.score, answer.customer_id, answer.source) == (7, ann.id, "invitation")


def test_forged_closed_and_others_addresses(client, acme, globex, ann, survey, at_acme):
    with at_acme():
        token = invitation_token(crm.ask(survey.id, ann.id, cause="x").id)
        crm.close_survey(survey.id)
    assert client.get(f"/o/{acme.slug}/a/{token}x").status_code == 404
    assert client.get(f"/o/{globex.slug}/a/{token}").status_code == 404
    assert client.get(f"/o/{globex.slug}/s/{survey.code}").status_code == 404
    assert client.get(f"/o/{acme.slug}/a/{token}").status_code == 410
    assert client.get(address(acme, survey)).status_code == 410


def test_a_draft_can_be_looked_at_and_keeps_nothing(client, acme, at_acme):
    with at_acme():
        draft = crm.save_survey(kind="csat", title=TITLE)
        token = preview_token(draft.id)
    link = f"{address(acme, draft)}?preview={token}"
    assert client.get(link).status_code == 200
    assert client.post(link, {"score": "5"}).status_code == 200
    assert client.get(f"{address(acme, draft)}?preview=x").status_code == 404
    with at_acme():
        assert not SurveyAnswer.objects.exists()
