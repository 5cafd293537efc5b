"""The customer says how a case was dealt with: one to five stars, by the link of the e-mail, without signing in."""

from django import forms
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from crm.models import Case, CaseRating
from crm.operations.cases import case_of_token, rate_case
from foundation.errors import DomainError
from portal.page import Missing, complaint, public_page, show
from tenancy import door

STARS = [(5, _("Very satisfied")), (4, _("Satisfied")), (3, _("So-so")), (2, _("Dissatisfied")), (1, _("Very dissatisfied"))]


class RatingForm(forms.Form):
    stars = forms.TypedChoiceField(
        choices=STARS, coerce=int, widget=forms.RadioSelect, error_messages={"required": _("Choose one to five stars.")}
    )
    comment = forms.CharField(label=_("What should we know?"), max_length=1000, required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def rate(request: HttpRequest, token: str) -> HttpResponse:
    case, round = _asked(token)
    given = CaseRating.objects.filter(case=case, round=round).first()
    if given:
        return show(request, "rated.html", {"case": case, "rating": given, "is_new": False})
    form = RatingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _take(request, case, round, form)
    is_over = case.reopened != round or case.status != Case.Status.CLOSED
    context = {"case": case, "form": form, "stars": STARS, "is_over": is_over}
    return show(request, "rate.html", context, status=422 if form.errors else 200)


def _asked(token: str) -> tuple[Case, int]:
    try:
        case_id, round = case_of_token(token)
    except (signing.BadSignature, ValueError, TypeError):
        raise Missing from None
    case = Case.objects.filter(id=case_id).first()
    if case is None:
        raise Missing
    return case, round


def _take(request, case: Case, round: int, form: RatingForm) -> HttpResponse:
    door.act_as(door.Actor("customer", case.customer_id))
    try:
        rating = rate_case(case.id, round, **form.cleaned_data)
    except DomainError as refusal:
        context = {"case": case, "form": form, "stars": STARS, "problem": complaint(refusal), "is_over": True}
        return show(request, "rate.html", context, status=refusal.status)
    return show(request, "rated.html", {"case": case, "rating": rating, "is_new": True})
