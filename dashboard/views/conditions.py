"""What the builder of conditions asks while somebody builds."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.html import escape
from django.utils.translation import gettext

from crm.errors import InvalidConditions
from crm.queries.conditions import in_words
from crm.queries.facts import facts_about
from dashboard.access import ANY_MEMBER, action
from dashboard.conditions import read


@action(ANY_MEMBER)
def conditions_said(request: HttpRequest) -> HttpResponse:
    """Say the conditions that are being built as one sentence; of facts that the reader may not see, nothing."""
    subject = request.POST.get("subject", "")
    if not facts_about(subject):
        raise Http404
    try:
        sentence = in_words(read(request.POST.get("where", ""), subject, request.membership), subject)
    except InvalidConditions as error:
        sentence = error.sentence(gettext)
    return HttpResponse(escape(sentence))


urls = [path("conditions/said/", conditions_said, name="conditions_said")]
