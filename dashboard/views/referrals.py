"""The list of referrals."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from dashboard.access import staff
from dashboard.lists.referrals import REFERRALS
from dashboard.lists.showing import show


@staff("referrals:read")
def referrals(request: HttpRequest) -> HttpResponse:
    return show(REFERRALS, request)


urls = [path("referrals/", referrals, name="referrals")]
