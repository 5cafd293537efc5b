"""How good the records are: the figures, the customers behind each, and what the organisation asks for."""

import json
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from crm import operations as crm
from crm.models import Customer
from crm.queries import customers
from crm.queries.quality import Figure, behind, figures, quality, records_behind, standard
from crm.rules.conditions import as_data
from crm.rules.quality import KNOWN, REQUIRABLE, weights_of
from dashboard.access import staff
from dashboard.answers import blamed_on, done, page
from dashboard.navigation import link_to
from dashboard.paging import newest_first
from dashboard.sight import seen
from dashboard.templatetags.dashboard import number


@staff("customers:read")
def quality_page(request: HttpRequest) -> HttpResponse:
    told = quality(seen(request.membership, Customer.objects.all()))
    context = {
        "quality": told, "chart": _chart(told.bands), "bands": _lines(told.bands, told.total),
        "missing": sorted(_lines(told.missing, told.total), key=lambda line: -line["count"]), "tiles": _tiles(told),
        "others": _lines(told.others, told.total), "duplicates": link_to("duplicates"),
        "owners": [_owner(one, told.total) for one in told.owners[:20]],
    }  # fmt: skip
    return page(request, "dashboard/quality.html", context)


def _chart(bands: tuple[Figure, ...]) -> dict:
    return {
        "labels": [str(one.label) for one in bands],
        "series": [{"name": gettext("Customers"), "data": [one.count for one in bands]}], "unit": "count",
    }  # fmt: skip


def _lines(found: tuple[Figure, ...], total: int) -> list[dict]:
    return [
        {"label": one.label, "count": one.count, "share": one.count / total if total else 0,
         "there": 1 - one.count / total if total else 1, "link": reverse("dashboard:quality_records", args=[one.key])}
        for one in found
    ]  # fmt: skip


def _tiles(told) -> list[dict]:
    counted = {one.key: one.count for one in told.others}
    n = told.stale_days
    days = ngettext("no contact and no order for %(n)s day", "no contact and no order for %(n)s days", n)
    return [
        {"label": gettext("Average completeness"), "value": f"{told.average} / 100"},
        {"label": gettext("Not touched for long"), "value": number(counted["stale"]), "note": days % {"n": n},
         "link": reverse("dashboard:quality_records", args=["stale"])},
        {"label": gettext("Cannot be reached"), "value": number(counted["unreachable"]),
         "link": reverse("dashboard:quality_records", args=["unreachable"])},
        {"label": gettext("Below the standard"), "value": number(counted["below_standard"]),
         "note": gettext("required fields missing at their stage"),
         "link": reverse("dashboard:quality_records", args=["below_standard"])},
    ]  # fmt: skip


def _owner(one, total: int) -> dict:
    key = str(one.owner_id or "none")
    link = f"{reverse('dashboard:quality_records', args=['stale'])}?owner={key}"
    return {"name": one.name, "total": one.total, "stale": one.stale, "share": one.stale / one.total, "link": link}


@staff("customers:read")
def quality_records(request: HttpRequest, figure: str) -> HttpResponse:
    """Show the customers behind a figure."""
    owner = _owner_asked(request.GET.get("owner", ""))
    tree = behind(figure, owner=owner)
    if tree is None:
        raise Http404
    rows = records_behind(seen(request.membership, customers()), tree)
    shown = newest_first(request, rows)
    label = figures()[figure].label
    context = {
        "customers": shown, "title": _title(figure, label), "count": rows.order_by().count(),
        "segment_link": f"{reverse('dashboard:segment_new')}?{urlencode({'where': json.dumps(as_data(tree))})}",
    }  # fmt: skip
    is_more = request.htmx and "after" in request.GET
    template = "dashboard/parts/quality_rows.html" if is_more else "dashboard/quality_records.html"
    return page(request, template, context)


def _owner_asked(text: str) -> str:
    if text in ("", "none"):
        return text
    try:
        return str(UUID(text))
    except ValueError:
        raise Http404 from None


def _title(key: str, label) -> str:
    if key.startswith("missing_"):
        return gettext("Missing: %(field)s") % {"field": label}
    return gettext("Completeness %(band)s") % {"band": label} if key.startswith("band_") else str(label)


# --- what is asked for ---------------------------------------------------------------------------------------


class StandardForm(forms.Form):
    stale_days = forms.IntegerField(
        label=_("Days without contact or order until a record is stale"), min_value=7, max_value=3650
    )
    hands_off_days = forms.IntegerField(
        label=_("Days for which lifecycle rules leave a stage alone that a person set"), min_value=0, max_value=3650
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(key, KNOWN[key].label) for key in REQUIRABLE]
        for stage, label in Customer.Stage.choices:
            self.fields[f"required_{stage}"] = forms.MultipleChoiceField(
                label=label, required=False, choices=choices, widget=forms.CheckboxSelectMultiple
            )
        for key, known in KNOWN.items():
            self.fields[f"weight_{key}"] = forms.IntegerField(label=known.label, min_value=0, max_value=100)

    @property
    def by_stage(self) -> list:
        return [self[f"required_{stage}"] for stage in Customer.Stage.values]

    @property
    def by_weight(self) -> list:
        return [self[f"weight_{key}"] for key in KNOWN]

    @property
    def facts(self) -> dict:
        told = self.cleaned_data
        return {
            "stale_days": told["stale_days"], "hands_off_days": told["hands_off_days"],
            "required": {stage: told[f"required_{stage}"] for stage in Customer.Stage.values if told[f"required_{stage}"]},
            "weights": {key: told[f"weight_{key}"] for key in KNOWN if told[f"weight_{key}"] != KNOWN[key].weight},
        }  # fmt: skip


@staff("settings:write", post="settings:write")
def standards(request: HttpRequest) -> HttpResponse:
    form = StandardForm(request.POST or None, initial=_present())
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            crm.set_standard(**form.facts)
            return done(request, gettext("Saved."), "dashboard:standards")
    return page(request, "dashboard/standards.html", form=form)


def _present() -> dict:
    told = standard()
    weights = {f"weight_{key}": weight for key, weight in weights_of(told.weights).items()}
    required = {f"required_{stage}": keys for stage, keys in told.required.items()}
    return {"stale_days": told.stale_days, "hands_off_days": told.hands_off_days, **weights, **required}


urls = [
    path("quality/", quality_page, name="quality"),
    path("quality/<slug:figure>/", quality_records, name="quality_records"),
    path("settings/standards/", standards, name="standards"),
]
