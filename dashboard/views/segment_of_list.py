"""A segment that begins with what a list of customers is narrowed to."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext, pgettext

from dashboard.access import staff
from dashboard.lists.customers import CUSTOMERS
from dashboard.lists.segments import as_text, conditions_of
from dashboard.lists.state import State


@staff("segments:write", also="customers:read")
def segment_of_list(request: HttpRequest) -> HttpResponse:
    """Begin a segment with what a list of customers is narrowed to; what cannot be said as conditions is told."""
    state = State(CUSTOMERS, request.membership, request.GET)
    tree, left = conditions_of(state)
    if tree is None:
        why = gettext("Filter the list first; then take what it is narrowed to as a segment.")
        messages.warning(request, gettext("This cannot be said as conditions: %(what)s.") % _listed(left) if left else why)
        return redirect(f"{reverse('dashboard:customers')}?{request.GET.urlencode() or 'saved=all'}")
    if left:
        messages.info(request, gettext("Left out, for conditions cannot say it: %(what)s.") % _listed(left))
    return redirect(f"{reverse('dashboard:segment_new')}?{urlencode({'where': as_text(tree)})}")


def _listed(left: list[str]) -> dict[str, str]:
    return {"what": pgettext("between values", ", ").join(left)}


urls = [path("segments/of-list/", segment_of_list, name="segment_of_list")]
