"""Who did what: the audit log."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from dashboard.access import staff
from dashboard.answers import listing
from dashboard.audit_lines import ACTORS, told_lines
from dashboard.forms import FilterForm, SearchField, choices_with_any
from dashboard.paging import newest_first
from tenancy.models import AuditRecord


class AuditFilters(FilterForm):
    q = SearchField(_("Action, such as reward or order.paid"))
    actor = forms.ChoiceField(required=False, label=_("Who"), choices=choices_with_any(_("Anybody"), ACTORS))

    def narrow(self, rows):
        chosen = self.chosen
        if "q" in chosen:
            rows = rows.filter(action__startswith=chosen["q"].lower())
        return rows.filter(actor_kind=chosen["actor"]) if "actor" in chosen else rows


@staff("audit:read")
def audit(request: HttpRequest) -> HttpResponse:
    filters = AuditFilters(request.GET)
    found = newest_first(request, filters.narrow(AuditRecord.objects.all()), by="occurred_at")
    told_lines(found.rows)
    return listing(
        request, page="dashboard/audit.html", rows="dashboard/parts/audit_rows.html", filters=filters, records=found
    )


urls = [path("audit/", audit, name="audit")]
