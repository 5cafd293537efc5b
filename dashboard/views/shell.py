"""What stands on every page or before all pages: overview, search, notices."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext

from crm.queries import search_ids
from dashboard import home as overview
from dashboard.access import action, may, staff
from dashboard.answers import done, listing
from dashboard.navigation import pages_matching
from dashboard.paging import newest_first
from dashboard.sight import found_customers
from messaging.operations import mark_read
from messaging.queries import notices as notices_of
from referrals.models import Campaign


@staff()
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard/home.html", overview.facts(request))


@staff()
def search(request: HttpRequest) -> HttpResponse:
    """Answer the palette: customers, campaigns and pages for what was typed."""
    text = request.GET.get("q", "").strip()[:80]
    found = {"pages": pages_matching(request, text)[: 6 if text else 9], "text": text}
    if text and may(request, "customers:read"):
        found["customers"] = found_customers(request, search_ids(text, 60))[:6]
    if text and may(request, "campaigns:read"):
        found["campaigns"] = Campaign.objects.filter(name__icontains=text).order_by("-created_at")[:4]
    return render(request, "dashboard/parts/found.html", found)


@staff()
def notices(request: HttpRequest) -> HttpResponse:
    page = newest_first(request, notices_of(member_id=request.membership.id))
    return listing(request, page="dashboard/notices.html", rows="dashboard/parts/notice_rows.html", notices=page)


@action("")
def notices_read(request: HttpRequest) -> HttpResponse:
    one = request.POST.get("notice")
    mark_read(member_id=request.membership.id, ids=[UUID(one)] if one else None)
    return done(request, gettext("Marked as read."), "dashboard:notices")


urls = [
    path("", home, name="home"),
    path("search/", search, name="search"),
    path("notices/", notices, name="notices"),
    path("notices/read/", notices_read, name="notices_read"),
]
