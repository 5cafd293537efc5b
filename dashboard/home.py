"""What the overview shows: figures, trend, funnel, my tasks, latest referrals; each only to roles that may see it."""

from datetime import timedelta

from django.http import HttpRequest

from crm.models import Task
from dashboard.access import may
from referrals.models import Referral
from tenancy import door

DAYS = 30


def facts(request: HttpRequest) -> dict:
    shown: dict = {"days": DAYS}
    if may(request, "tasks:read"):
        shown["tasks"] = my_tasks(request)
    if may(request, "referrals:read"):
        shown["referrals"] = Referral.objects.select_related("campaign", "referrer", "referee").order_by("-confirmed_at")[:6]
    if may(request, "reports:read"):
        shown |= _figures()
    return shown


def my_tasks(request: HttpRequest):
    mine = Task.objects.filter(state=Task.State.OPEN, assignee=request.membership)
    return mine.select_related("customer").order_by("due_at", "id")[:6]


def _figures() -> dict:
    try:
        from analytics.queries import overview
    except ImportError:
        return {}
    until = door.moment()
    return {"overview": overview(until - timedelta(days=DAYS), until)}
