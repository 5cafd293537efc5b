"""A survey: by its open link or QR code, or by a personal address from an e-mail."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.errors import AnswerMissing, SurveyAlreadyAnswered, SurveyNotOpen
from crm.models import Survey, SurveyAnswer, SurveyInvitation
from crm.operations import answer_survey
from crm.operations.surveys import invitation_of, is_preview
from crm.rules.surveys import SCALES, SCORE, Question, questions_of
from foundation.errors import DomainError
from foundation.ids import new_code, normalise_code
from portal import throttle, visitors
from portal.page import Missing, complaint, in_language, public_page, show
from tenancy import door


class KeyForm(forms.Form):
    """The mark of one filled-in page, so that a double click is one answer."""

    key = forms.RegexField(r"^[0-9A-Z]{16}$")


@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def open_survey(request: HttpRequest, code: str) -> HttpResponse:
    survey = Survey.objects.filter(code=normalise_code(code)).first()
    if survey is None:
        raise Missing
    if token := request.GET.get("preview", ""):
        return _preview(request, survey, token)
    if not survey.takes_anybody or survey.state != Survey.State.OPEN:
        return _closed(request)
    return _answer(request, survey, None)


@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def personal_survey(request: HttpRequest, token: str) -> HttpResponse:
    invitation = invitation_of(token)
    if invitation is None:
        raise Missing
    if invitation.state == SurveyInvitation.State.ANSWERED:
        return _thanks(request, invitation.survey)
    if invitation.survey.state != Survey.State.OPEN:
        return _closed(request)
    door.act_as(door.Actor("customer", invitation.customer_id))
    return _answer(request, invitation.survey, invitation)


def _preview(request, survey: Survey, token: str) -> HttpResponse:
    if not is_preview(token, survey.id):
        raise Missing
    note = _("This is a preview: nothing of what you enter is kept.")
    return _page(request, survey, note=note) if request.method != "POST" else _thanks(request, survey)


def _answer(request, survey: Survey, invitation: SurveyInvitation | None) -> HttpResponse:
    if request.method != "POST":
        return _page(request, survey)
    if not throttle.may(throttle.FORMS, visitors.address_of(request)):
        return _page(request, survey, problem=_("Too many forms from here. Please try again in an hour."), status=429)
    if request.POST.get("website"):
        return _thanks(request, survey)  # a field that no person sees: a machine has filled it in
    try:
        _record(request, survey, invitation)
    except SurveyAlreadyAnswered:
        return _thanks(request, survey)
    except SurveyNotOpen:
        return _closed(request)
    except DomainError as refusal:
        return _page(request, survey, refusal=refusal, status=422)
    return _thanks(request, survey)


def _record(request, survey: Survey, invitation: SurveyInvitation | None) -> SurveyAnswer:
    questions = questions_of(survey.questions)
    told = {question.key: _told(request, question) for question in questions}
    return answer_survey(
        survey.id, key=f"invitation:{invitation.id}" if invitation else f"link:{_mark(request)}",
        score=request.POST.get(SCORE), answers=told, invitation=invitation, language=request.LANGUAGE_CODE,
        source=SurveyAnswer.Source.INVITATION if invitation else SurveyAnswer.Source.LINK,
    )  # fmt: skip


def _mark(request) -> str:
    form = KeyForm(request.POST)
    return form.cleaned_data["key"] if form.is_valid() else new_code(16)


def _told(request, question: Question):
    return request.POST.getlist(question.key) if question.kind == "choices" else request.POST.get(question.key, "")


def _page(request, survey: Survey, *, refusal: DomainError | None = None, problem="", note="", status=200) -> HttpResponse:
    language = request.LANGUAGE_CODE
    blamed = refusal.field if refusal else ""
    sentence = complaint(refusal) if refusal else ""
    context = {
        "survey": survey, "title": in_language(survey.title, language), "intro": in_language(survey.intro, language),
        "scale": SCALES.get(survey.kind, ()), "kind": survey.kind, "chosen": _chosen(request),
        "questions": [_shown(request, question, blamed, sentence) for question in questions_of(survey.questions)],
        "score_error": sentence if blamed == SCORE else "", "key": _mark(request), "note": note,
        "problem": problem or (sentence if isinstance(refusal, AnswerMissing) or not blamed else ""),
    }  # fmt: skip
    return show(request, "survey.html", context, status=status)


def _chosen(request) -> str:
    """The score on its way in; an e-mail may bring it in its link, but only the button sends it."""
    return request.POST.get(SCORE) or request.GET.get(SCORE, "")


def _shown(request, question: Question, blamed: str | None, sentence: str) -> dict:
    language = request.LANGUAGE_CODE
    told = request.POST.getlist(question.key)
    names = [(choice["key"], choice.get(language) or choice.get("en") or choice["key"]) for choice in question.choices]
    if question.kind == "stars":
        names = [(str(n), "★" * n) for n in range(1, 6)]
    if question.kind == "yes_no":
        names = [("yes", _("Yes")), ("no", _("No"))]
    return {
        "key": question.key, "kind": question.kind, "label": in_language(question.label, language),
        "is_required": question.is_required, "is_many": question.kind == "choices", "text": told[0] if told else "",
        "choices": [{"key": key, "label": label, "is_chosen": key in told} for key, label in names],
        "error": sentence if blamed == question.key else "",
    }  # fmt: skip


def _thanks(request, survey: Survey) -> HttpResponse:
    thanks = in_language(survey.thanks, request.LANGUAGE_CODE)
    text = thanks or _("A person reads every answer.")
    return show(request, "closed.html", {"symbol": "check", "title": _("Thank you"), "text": text})


def _closed(request) -> HttpResponse:
    text = _("Thank you for coming all the same. If there is something we should know, please tell us directly.")
    context = {"symbol": "rest", "title": _("This survey takes no answers at the moment"), "text": text}
    return show(request, "closed.html", context, status=410)
