"""Make a survey, change it, copy it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext

from crm.models import Survey
from crm.operations import save_survey
from crm.operations.surveys import preview_token
from crm.rules.surveys import questions_of
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_surveys import SurveyForm, asked_questions, question_forms, shown

_FIRST = {
    "kind": "nps",
    "title_en": "How likely are you to recommend us to a friend?", "title_zh": "您有多大可能把我们推荐给朋友？",
    "thanks_en": "Thank you. A person reads every answer.", "thanks_zh": "感谢您的反馈，每一条我们都会认真阅读。",
}  # fmt: skip


@staff("surveys:write", post="surveys:write")
def survey_new(request: HttpRequest) -> HttpResponse:
    form = SurveyForm(request.POST or None, initial=_FIRST)
    lines = question_forms(request.POST or None)
    return _edit(request, form, lines, survey=None)


@staff("surveys:write", post="surveys:write")
def survey_edit(request: HttpRequest, survey_id: UUID) -> HttpResponse:
    survey = get_object_or_404(Survey.objects, id=survey_id)
    data = request.POST.copy() if request.POST else None
    if data is not None:
        data["kind"] = survey.kind  # for good: its answers mean nothing on another scale
    form = SurveyForm(data, initial=shown(survey))
    return _edit(request, form, question_forms(data, survey), survey=survey)


def _edit(request, form: SurveyForm, lines, *, survey: Survey | None) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and lines.is_valid():
        with blamed_on(form):
            facts = form.facts | {"questions": asked_questions(lines, survey)}
            saved = save_survey(survey.id, **facts) if survey else save_survey(kind=form.cleaned_data["kind"], **facts)
            return done(request, gettext("Saved."), "dashboard:survey", saved.id)
    context = {"survey": survey, "lines": lines, "preview": _preview(request, survey) if survey else ""}
    response = page(request, "dashboard/survey_form.html", context, form=form)
    if lines.is_bound and not lines.is_valid():
        response.status_code = 422
    return response


def _preview(request, survey: Survey) -> str:
    return f"/o/{request.organisation.slug}/s/{survey.code}?preview={preview_token(survey.id)}"


@action("surveys:write")
def survey_copy(request: HttpRequest, survey_id: UUID) -> HttpResponse:
    """Make a draft of the same questions; answers stay with the first."""
    first = get_object_or_404(Survey.objects, id=survey_id)
    same = {
        name: getattr(first, name)
        for name in ("title", "intro", "thanks", "takes_anybody", "delay_hours", "quiet_days", "low_score", "low_action")
    }
    name = gettext("%(name)s (copy)") % {"name": first.name[:100]}
    copy = save_survey(
        kind=first.kind, name=name, responsible_id=first.responsible_id, questions=questions_of(first.questions), **same
    )
    return done(request, gettext("A draft with the same questions is ready."), "dashboard:survey_edit", copy.id)


urls = [
    path("surveys/new/", survey_new, name="survey_new"),
    path("surveys/<uuid:survey_id>/edit/", survey_edit, name="survey_edit"),
    path("surveys/<uuid:survey_id>/copy/", survey_copy, name="survey_copy"),
]
