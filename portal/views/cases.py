"""A member's own requests: what was asked, what was answered, taken up again, rated. Staff call them cases."""

from uuid import UUID

from django import forms
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.models import Case, CaseCategory, CaseRating
from crm.operations.cases import Paper, may_reopen, open_own_case, rate_case, say_in_own_case, takes_papers
from crm.queries.care import care_policy
from crm.queries.cases import cases_of, categories, said_to_customer
from crm.rules.cases import CLOSED, NEW, OPEN, SOLVED, UNFINISHED, WAITING
from crm.rules.talk import LARGEST_FILE
from foundation.errors import DomainError
from foundation.ids import new_code
from portal import throttle
from portal.members import member_page
from portal.navigation import show_member
from portal.page import Missing, complaint
from portal.views.rating import STARS, RatingForm

_A_PAGE = 20
# In the customer's words, and how it looks.
_SAID = {
    NEW: (pgettext_lazy("a request", "Received"), "wait"), OPEN: (_("We are on it"), "wait"),
    WAITING: (_("Waiting for your answer"), "bad"),
    SOLVED: (_("Solved"), "good"), CLOSED: (_("Done"), ""),
}  # fmt: skip


class RequestForm(forms.Form):
    """What a member asks."""

    subject = forms.CharField(
        label=_("What is it about?"), max_length=200, error_messages={"required": _("Say in a few words what it is about.")}
    )
    text = forms.CharField(
        label=_("What happened, and what would help?"), max_length=5000, widget=forms.Textarea({"rows": 6}),
        error_messages={"required": _("Tell us a little more, so that we can help.")},
    )  # fmt: skip
    category = forms.TypedChoiceField(label=_("Kind of request"), required=False, coerce=UUID, empty_value=None)
    page = forms.CharField(required=False, max_length=24, widget=forms.HiddenInput)  # sent twice, it counts once

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = [(str(each.id), gettext(each.name)) for each in categories(CaseCategory.Kind.TOPIC)]
        self.fields["category"].choices = [("", _("Something else")), *known]
        if not known:
            del self.fields["category"]


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=_("Your message"), max_length=5000, widget=forms.Textarea({"rows": 4}),
        error_messages={"required": _("Write something first.")},
    )  # fmt: skip


class ProofForm(AnswerForm):
    """An answer to what we asked: words, a picture or PDF, or both."""

    file = forms.FileField(
        label=_("Picture or PDF"), required=False, help_text=_("A receipt or a screenshot, for example. Up to 5 MB."),
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp,application/pdf"}),
        error_messages={"empty": _("This file is empty. Choose another one.")},
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].required = not self.files.get("file")

    @property
    def paper(self) -> Paper | None:
        sent = self.cleaned_data["file"]
        return Paper(sent.name, sent.read(LARGEST_FILE + 1)) if sent else None


def _answer_form(case: Case, *told) -> AnswerForm:
    return ProofForm(*told) if takes_papers(case) else AnswerForm(*told[:1])


@require_safe
@member_page
def cases(request: HttpRequest) -> HttpResponse:
    page: Page = Paginator(cases_of(request.member.id), _A_PAGE).get_page(request.GET.get("page"))
    for case in page:
        case.said, case.tone = _SAID[case.status]
    context = {"page": page, "may_open": care_policy().members_open_cases}
    return show_member(request, "cases.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def case_new(request: HttpRequest) -> HttpResponse:
    if not care_policy().members_open_cases:
        raise Missing
    form = RequestForm(request.POST if request.method == "POST" else None, initial={"page": new_code(16)})
    if request.method != "POST" or not form.is_valid():
        return show_member(request, "case_new.html", {"form": form}, status=422 if form.errors else 200)
    if not throttle.may(throttle.REQUESTS, str(request.member.id)):
        problem = gettext("That is a lot at once. Please wait an hour, or answer in a request that you have.")
        return show_member(request, "case_new.html", {"form": form, "problem": problem}, status=429)
    told = form.cleaned_data
    try:
        case = open_own_case(
            request.member.id, subject=told["subject"], description=told["text"], category_id=told.get("category"),
            key=told["page"],
        )  # fmt: skip
    except DomainError as refusal:
        return show_member(request, "case_new.html", {"form": form, "problem": complaint(refusal)}, status=refusal.status)
    return redirect(f"{_address(request, case.id)}?sent=1")


def _address(request, case_id: UUID) -> str:
    return reverse("portal:member_case", args=[request.organisation.slug, case_id])


def _own(request, case_id: UUID) -> Case:
    case = Case.objects.filter(id=case_id, customer_id=request.member.id).select_related("category").first()
    if case is None:
        raise Missing
    return case


@require_safe
@member_page
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    found = _own(request, case_id)
    if found.merged_into_id:
        return redirect(_address(request, found.merged_into_id))
    return _show(request, found)


def _show(request, found: Case, *, problem: str = "", status: int = 200, **forms_: forms.Form) -> HttpResponse:
    words, tone = _SAID[found.status]
    rating = CaseRating.objects.filter(case=found, round=found.reopened).first()
    asks_rating = found.status == CLOSED and rating is None and not found.is_ours and care_policy().asks_rating
    context = {
        "case": found, "said": words, "tone": tone, "talk": list(said_to_customer(found.id)), "rating": rating,
        "may_say": found.status in UNFINISHED, "may_reopen": found.status in (SOLVED, CLOSED) and may_reopen(found),
        "answer_form": _answer_form(found), "rating_form": RatingForm() if asks_rating else None, "stars": STARS,
        "problem": problem, "is_sent": "sent" in request.GET,
    }  # fmt: skip
    return show_member(request, "case.html", context | forms_, status=status)


@require_POST
@member_page
def case_say(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Answer, or take up again what is solved or closed."""
    found = _own(request, case_id)
    form = _answer_form(found, request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, found, answer_form=form, status=422)
    if not throttle.may(throttle.ANSWERS, str(request.member.id)):
        return _show(request, found, answer_form=form, problem=gettext("That is a lot at once. Please wait."), status=429)
    paper = getattr(form, "paper", None)
    if paper and not throttle.may(throttle.PAPERS, str(request.member.id)):
        problem = gettext("That is a lot of files at once. Please wait an hour, or send your answer without one.")
        return _show(request, found, answer_form=form, problem=problem, status=429)
    try:
        say_in_own_case(case_id, form.cleaned_data["text"], paper)
    except DomainError as refusal:
        return _show(request, found, answer_form=form, problem=complaint(refusal), status=refusal.status)
    return redirect(f"{_address(request, case_id)}?sent=1")


@require_POST
@member_page
def case_rate(request: HttpRequest, case_id: UUID) -> HttpResponse:
    found, form = _own(request, case_id), RatingForm(request.POST)
    if not form.is_valid():
        return _show(request, found, rating_form=form, status=422)
    try:
        rate_case(case_id, found.reopened, **form.cleaned_data)
    except DomainError as refusal:
        return _show(request, found, problem=complaint(refusal), status=refusal.status)
    return redirect(_address(request, case_id))
