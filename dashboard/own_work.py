"""The overview of whoever sees their own records, or their team's: the work before them, not the figures of the house."""

from datetime import timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext

from crm.models import Case, Customer, Deal, Lead, Task
from crm.queries.sight import seen_owners
from dashboard.access import may
from dashboard.lists import leads as lead_list
from dashboard.lists import tasks as task_list
from dashboard.templatetags.dashboard import number, whole_money
from tenancy import door

WON_DAYS = 30


def is_narrow(request: HttpRequest) -> bool:
    return seen_owners(request.membership) is not None


def _owned(request: HttpRequest, rows: QuerySet) -> QuerySet:
    """Leave out what is nobody's, which they see too."""
    return rows.filter(owner__in=seen_owners(request.membership) or [])


def tiles(request: HttpRequest) -> list[dict]:
    """Tell of tasks, leads, deals, cases and customers; each as far as the role may see it."""
    found: list[dict] = []
    if may(request, "tasks:read"):
        found += _tasks(request)
    if may(request, "leads:read"):
        found.append(_leads(request))
    if may(request, "deals:read"):
        found += _deals(request)
    if may(request, "cases:read"):
        found.append(_cases(request))
    if may(request, "customers:read"):
        found.append(_tile(gettext("Customers"), _owned(request, Customer.objects.all()).count(), "customers"))
    return found


def _tasks(request: HttpRequest) -> list[dict]:
    mine = Task.objects.filter(assignee=request.membership)
    late, today = task_list.in_view(mine, "overdue").count(), task_list.in_view(mine, "today").count()
    return [
        _tile(gettext("My tasks overdue"), late, "tasks", "?view=mine", tone="orange" if late else ""),
        _tile(gettext("My tasks due today"), today, "tasks", "?view=mine"),
    ]


def _leads(request: HttpRequest) -> dict:
    waiting = lead_list.in_view(_owned(request, Lead.objects.all()), "new", request.membership).count()
    return _tile(gettext("Leads to be answered"), waiting, "leads", "?view=new", tone="orange" if waiting else "")


def _deals(request: HttpRequest) -> list[dict]:
    rows, currency = _owned(request, Deal.objects.all()), request.organisation.currency
    since = door.moment() - timedelta(days=WON_DAYS)
    still_open, won = (
        _sum(rows.filter(state="open"), currency),
        _sum(rows.filter(state="won", closed_at__gte=since), currency),
    )
    return [
        _tile(pgettext("figures", "Open deals"), still_open[0], "deals", note=whole_money(still_open[1], currency)),
        _tile(gettext("Won in 30 days"), won[0], "deals", note=whole_money(won[1], currency)),
    ]


def _sum(rows: QuerySet[Deal], currency: str) -> tuple[int, int]:
    """Count deals and sum those in the house's currency."""
    found = rows.aggregate(n=Count("id"), sum=Sum("amount_minor", filter=Q(currency=currency)))
    return found["n"], found["sum"] or 0


def _cases(request: HttpRequest) -> dict:
    rows = _owned(request, Case.objects.exclude(status__in=["solved", "closed", "merged"]))
    late = rows.filter(resolve_due_at__lt=door.moment(), paused_at=None).count()
    note = ngettext("%(n)s late", "%(n)s late", late) % {"n": number(late)} if late else ""
    return _tile(gettext("Open cases"), rows.count(), "cases", note=note, tone="orange" if late else "")


def _tile(label: str, value: int, page: str, query: str = "", *, note: str = "", tone: str = "") -> dict:
    return {"label": label, "value": number(value), "link": reverse(f"dashboard:{page}") + query, "note": note, "tone": tone}
