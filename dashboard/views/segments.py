"""Segments: the list, one with its customers and its history, and the editor."""

import json
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from crm import operations as crm
from crm.errors import InvalidConditions
from crm.models import Customer, Segment
from crm.queries import customers, search_ids
from crm.queries.conditions import GroupAnswer, narrow
from crm.queries.segments import (
    explain_membership,
    last_counts,
    members_of,
    segment_for,
    segments_for,
    sentence_of,
    sizes,
    uses,
)
from crm.segment_ideas import IDEAS
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.conditions import MATCHES, Builder, read
from dashboard.navigation import link_to
from dashboard.paging import newest_first
from dashboard.segment_history import history
from dashboard.sight import seen
from tenancy import door

SAMPLE = 10


class SegmentForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    description = forms.CharField(label=_("What it is for"), max_length=300, required=False)
    is_shared = forms.BooleanField(
        label=_("Shared"), required=False, initial=True, help_text=_("Otherwise only you see it."),
        widget=forms.CheckboxInput({"role": "switch"}),
    )  # fmt: skip
    where = forms.CharField(required=False, max_length=20_000, widget=forms.HiddenInput)
    version = forms.CharField(required=False, widget=forms.HiddenInput)


@staff("customers:read")
def segments(request: HttpRequest) -> HttpResponse:
    found = list(segments_for(request.membership))
    kept, lists = last_counts([one.id for one in found]), sizes(found)
    for one in found:
        one.sentence, one.kept = sentence_of(one), kept.get(one.id)
        one.size = lists.get(one.id)
    taken = {one.name for one in found}
    ideas = [idea for idea in IDEAS.values() if str(idea.name) not in taken]
    return page(request, "dashboard/segments.html", {"segments": found, "ideas": ideas, "counted_at": door.moment()})


@staff("customers:read")
def segment_count(request: HttpRequest, segment_id: UUID) -> HttpResponse:
    """Count one anew, for its line in the list."""
    found = segment_for(request.membership, segment_id)
    counted = {"count": _counted(request, found), "counted_at": door.moment()}
    return render(request, "dashboard/parts/segment_count.html", counted)


def _counted(request: HttpRequest, segment: Segment) -> int:
    return seen(request.membership, members_of(segment)).order_by().count()


# --- one -----------------------------------------------------------------------------------------------------


@staff("customers:read")
def segment(request: HttpRequest, segment_id: UUID) -> HttpResponse:
    found = segment_for(request.membership, segment_id)
    rows = seen(request.membership, customers().filter(id__in=members_of(found).order_by().values("id")))
    shown = newest_first(request, rows)
    if request.htmx and "after" in request.GET:
        return render(
            request, "dashboard/parts/segment_rows.html", {"customers": shown, "segment": found, "is_list": _is_list(found)}
        )
    context = {
        "segment": found, "sentence": sentence_of(found), "customers": shown, "count": _counted(request, found),
        "counted_at": door.moment(), "uses": _uses(found), "is_list": _is_list(found), **history(request, found),
        **_asked_why(request, found),
    }  # fmt: skip
    return page(request, "dashboard/segment.html", context)


def _is_list(segment: Segment) -> bool:
    return segment.kind == Segment.Kind.STATIC


def _uses(segment: Segment) -> list[dict]:
    return [
        {"kind": use.kind, "name": use.name, "link": link_to(use.page, *([use.id] if use.id else []))}
        for use in uses(segment.id)
    ]


def _asked_why(request: HttpRequest, segment: Segment) -> dict:
    """Answer "why is this customer in it, or not?"."""
    try:
        customer_id = UUID(request.GET.get("why", ""))
    except ValueError:
        return {}
    who = seen(request.membership, Customer.objects.filter(id=customer_id)).first()
    if who is None:
        raise Http404
    answer = explain_membership(segment, customer_id, principal=request.membership)
    return {"why_customer": who, "why": answer, "why_lines": [_line(line) for line in answer.lines]}


def _line(line) -> dict:
    is_group = isinstance(line, GroupAnswer)
    words = str(dict(MATCHES)[line.match]) if is_group else line.words
    actual = "" if is_group else line.actual
    return {"is_group": is_group, "words": words, "actual": actual, "holds": line.holds, "depth": line.depth}


# --- the editor ----------------------------------------------------------------------------------------------


@staff("segments:write", post="segments:write")
def segment_new(request: HttpRequest) -> HttpResponse:
    form = SegmentForm(request.POST or None, initial=_first(request))
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            made = crm.create_segment(owner_id=request.membership.id, kind=_kind(request), **_facts(request, form))
            return done(request, gettext("Segment kept."), "dashboard:segment", made.id)
    return _editor(request, form, None)


def _first(request: HttpRequest) -> dict:
    """What the form begins with: an idea, or what a list was narrowed to."""
    idea = IDEAS.get(request.GET.get("idea", ""))
    if idea:
        where = json.dumps(idea.conditions)
        return {"name": str(idea.name), "description": str(idea.description), "where": where}
    return {"where": request.GET.get("where", "")}


def _kind(request: HttpRequest) -> str:
    is_list = (request.POST.get("kind") or request.GET.get("kind")) == Segment.Kind.STATIC
    return Segment.Kind.STATIC if is_list else Segment.Kind.DYNAMIC


def _facts(request: HttpRequest, form: SegmentForm) -> dict:
    told = form.cleaned_data
    return {
        "name": told["name"], "description": told["description"], "is_shared": told["is_shared"],
        "conditions": read(told["where"], "customer", request.membership),
    }  # fmt: skip


@staff("segments:write", post="segments:write")
def segment_edit(request: HttpRequest, segment_id: UUID) -> HttpResponse:
    found = segment_for(request.membership, segment_id)
    present = {
        "name": found.name, "description": found.description, "is_shared": found.is_shared,
        "where": json.dumps(found.conditions) if found.conditions else "", "version": found.updated_at.isoformat(),
    }  # fmt: skip
    form = SegmentForm(request.POST or None, initial=present)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            expected = _moment(form.cleaned_data["version"])
            crm.update_segment(segment_id, expected=expected, **_facts(request, form))
            return done(request, gettext("Saved."), "dashboard:segment", segment_id)
    return _editor(request, form, found)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _editor(request: HttpRequest, form: SegmentForm, found: Segment | None) -> HttpResponse:
    is_list = _is_list(found) if found else _kind(request) == Segment.Kind.STATIC
    where = form["where"].value() or ""
    builder = Builder("customer", request.membership, where, errors=form.errors.get("where", []))
    context = {"segment": found, "builder": builder, "is_list": is_list, **({} if is_list else _preview(request, where))}
    return page(request, "dashboard/segment_form.html", context, form=form)


@staff("customers:read", post="customers:read")
def segment_preview(request: HttpRequest) -> HttpResponse:
    """Count while somebody builds."""
    where = (request.POST if request.method == "POST" else request.GET).get("where", "")
    return render(request, "dashboard/parts/segment_preview.html", _preview(request, where))


def _preview(request: HttpRequest, where: str) -> dict:
    try:
        tree = read(where, "customer", request.membership)
    except InvalidConditions as error:
        return {"problem": error.sentence(gettext)}
    rows = seen(request.membership, narrow(customers(), tree, subject="customer"))
    sample = rows.order_by("-created_at", "-id")[:SAMPLE]
    return {"sample": sample, "count": rows.order_by().count(), "counted_at": door.moment()}


# --- what can be done with one -------------------------------------------------------------------------------


def _act(verb: Callable[[HttpRequest, Segment], HttpResponse]) -> Callable:
    @action("segments:write")
    def acted(request: HttpRequest, segment_id: UUID) -> HttpResponse:
        return verb(request, segment_for(request.membership, segment_id))

    return acted


@_act
def segment_duplicate(request: HttpRequest, found: Segment) -> HttpResponse:
    copy = crm.duplicate_segment(found.id, owner_id=request.membership.id)
    return done(request, gettext("Copied. Change the copy as you like."), "dashboard:segment_edit", copy.id)


@_act
def segment_follow(request: HttpRequest, found: Segment) -> HttpResponse:
    """Note from now on who enters and leaves it, or do not any more."""
    followed = crm.follow_segment(found.id, is_followed=not found.is_followed)
    said = (
        gettext("From now on it is noted who enters and leaves.") if followed.is_followed else gettext("No longer followed.")
    )
    return done(request, said, "dashboard:segment", found.id)


@_act
def segment_freeze(request: HttpRequest, found: Segment) -> HttpResponse:
    listed = crm.freeze_segment(found.id, owner_id=request.membership.id)
    return done(request, gettext("Everybody who is in it now is on this list."), "dashboard:segment", listed.id)


@_act
def segment_delete(request: HttpRequest, found: Segment) -> HttpResponse:
    crm.delete_segment(found.id)
    return done(request, gettext("Segment deleted."), "dashboard:segments")


@_act
def segment_add(request: HttpRequest, found: Segment) -> HttpResponse:
    """Put customers on the list: rows that were ticked, or one who was searched."""
    added = crm.add_members(found.id, _seen_ids(request))
    said = ngettext("%(n)s customer added.", "%(n)s customers added.", added) % {"n": added}
    return done(request, said, "dashboard:segment", found.id)


@_act
def segment_remove(request: HttpRequest, found: Segment) -> HttpResponse:
    removed = crm.remove_members(found.id, _seen_ids(request))
    said = ngettext("%(n)s customer removed.", "%(n)s customers removed.", removed) % {"n": removed}
    return done(request, said, "dashboard:segment", found.id)


def _seen_ids(request: HttpRequest) -> list[UUID]:
    """Those of the ticked customers whom this person sees."""
    ids = _ids(request.POST.getlist("ids"))
    return list(seen(request.membership, Customer.objects.filter(id__in=ids)).values_list("id", flat=True))


def _ids(texts: list[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts]
    except ValueError:
        raise Http404 from None


@staff("customers:read")
def segment_find(request: HttpRequest, segment_id: UUID) -> HttpResponse:
    """Search the customer who is to be put on the list, or who is asked about."""
    found = segment_for(request.membership, segment_id)
    ids = search_ids(request.GET.get("q", ""), 8)
    rows = {row.id: row for row in seen(request.membership, customers().filter(id__in=ids))}
    people = [rows[id] for id in ids if id in rows]
    context = {"people": people, "segment": found, "is_list": _is_list(found), "q": request.GET.get("q", "")}
    return render(request, "dashboard/parts/segment_found.html", context)


urls = [
    path("segments/", segments, name="segments"),
    path("segments/new/", segment_new, name="segment_new"),
    path("segments/preview/", segment_preview, name="segment_preview"),
    path("segments/<uuid:segment_id>/", segment, name="segment"),
    path("segments/<uuid:segment_id>/count/", segment_count, name="segment_count"),
    path("segments/<uuid:segment_id>/edit/", segment_edit, name="segment_edit"),
    path("segments/<uuid:segment_id>/find/", segment_find, name="segment_find"),
    path("segments/<uuid:segment_id>/duplicate/", segment_duplicate, name="segment_duplicate"),
    path("segments/<uuid:segment_id>/follow/", segment_follow, name="segment_follow"),
    path("segments/<uuid:segment_id>/freeze/", segment_freeze, name="segment_freeze"),
    path("segments/<uuid:segment_id>/delete/", segment_delete, name="segment_delete"),
    path("segments/<uuid:segment_id>/add/", segment_add, name="segment_add"),
    path("segments/<uuid:segment_id>/remove/", segment_remove, name="segment_remove"),
]
