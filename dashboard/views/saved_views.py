"""Views of lists: kept, shared with a team or with everybody, opened with, and found by their address."""

from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.models import SavedView
from crm.operations.lists import views as keeping
from crm.queries.lists import (
    ADMINISTER,
    opening_of,
    openings,
    opens_with,
    teams_decided_by,
    teams_of,
    view_for,
    views_for,
)
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.lists.registry import LISTS
from dashboard.lists.shape import List
from dashboard.lists.state import State
from dashboard.views.lists import bound, query_of
from tenancy.models import Membership

ONLY_ME, EVERYBODY = "own", "everybody"


class ViewForm(forms.Form):
    name = forms.CharField(label=_("Name of the view"), max_length=60)
    share = forms.ChoiceField(label=_("Who sees it"), initial=ONLY_ME, widget=forms.RadioSelect, required=False)

    def __init__(self, data=None, *, member: Membership, view: SavedView | None = None):
        super().__init__(data, initial={"name": view.name, "share": circle_of(view)} if view else None)
        teams = {str(team.id): team.name for team in teams_of(member)}
        if view and view.team_id:
            teams.setdefault(str(view.team_id), view.team.name)
        shared = [(key, _("Team %(name)s") % {"name": name}) for key, name in teams.items()]
        own = _("Only me") if view is None or view.owner_id in (None, member.id) else _("Only who made it")
        self.fields["share"].choices = [(ONLY_ME, own), *shared, (EVERYBODY, _("Everybody here"))]

    @property
    def told(self) -> dict:
        share = self.cleaned_data["share"] or ONLY_ME
        team_id = UUID(share) if share not in (ONLY_ME, EVERYBODY) else None
        return {"name": self.cleaned_data["name"], "is_shared": share == EVERYBODY, "team_id": team_id}


def circle_of(view: SavedView) -> str:
    """Say whom a view is for, as the form has it."""
    return EVERYBODY if view.is_shared else str(view.team_id) if view.team_id else ONLY_ME


def view_new(request: HttpRequest, kind: List) -> HttpResponse:
    """Keep the list as it is seen now."""
    form = ViewForm(request.POST or None, member=request.membership)
    if request.method == "POST" and form.is_valid():
        state = State(kind, request.membership, query_of(request.POST.get("query", "")))
        with blamed_on(form):
            view = keeping.keep_view(request.membership, kind.name, query=state.kept_query, **form.told)
            return done(request, gettext("View kept."), address_of(view))
    query = request.POST.get("query", "") if request.method == "POST" else request.META.get("QUERY_STRING", "")
    to = reverse(f"dashboard:{kind.name}_view_new")
    context = {"list": kind, "title": gettext("Keep this view"), "query": query, "to": to}
    return page(request, "dashboard/lists/view_form.html", context, form=form)


def address_of(view: SavedView) -> str:
    """Give the address of the list as a view shows it."""
    query = f"{view.query}&saved={view.id}".lstrip("&")
    return f"{reverse(LISTS[view.list_name].url)}?{query}"


def _view(request: HttpRequest, view_id: UUID) -> SavedView:
    """Find a view this person may see; 404 for the others."""
    try:
        view = view_for(request.membership, view_id)
    except SavedView.DoesNotExist:
        raise Http404 from None
    if not request.membership.may(LISTS[view.list_name].permission):
        raise Http404
    return view


@staff()
def view(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """The address to send around: to the list as the view shows it, or plain for whom the view is not for."""
    found = SavedView.objects.filter(id=view_id).first()
    if found is None or not request.membership.may(LISTS[found.list_name].permission):
        raise Http404
    is_theirs = views_for(request.membership, found.list_name).filter(id=view_id).exists()
    return redirect(address_of(found) if is_theirs else f"{reverse(LISTS[found.list_name].url)}?saved={view_id}")


@staff(post="")
def view_edit(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Rename a view, or share it."""
    found = _view(request, view_id)
    form = ViewForm(request.POST or None, member=request.membership, view=found)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            changed = keeping.change_view(request.membership, view_id, **form.told)
            return done(request, gettext("View saved."), _or_plain(request, changed))
    context = {"list": LISTS[found.list_name], "title": gettext("Rename or share"), "to": request.path, "view": found}
    return page(request, "dashboard/lists/view_form.html", context, form=form)


def _or_plain(request: HttpRequest, view: SavedView) -> str:
    """Whoever has given a view of somebody else's back to them does not see it any more."""
    is_theirs = views_for(request.membership, view.list_name).filter(id=view.id).exists()
    return address_of(view) if is_theirs else f"{reverse(LISTS[view.list_name].url)}?saved=all"


@action("")
def view_save(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Let the view keep what is seen now."""
    found = _view(request, view_id)
    state = State(LISTS[found.list_name], request.membership, query_of(request.POST.get("query", "")))
    changed = keeping.change_view(request.membership, view_id, query=state.kept_query)
    return done(request, gettext("View saved."), address_of(changed))


@action("")
def view_copy(request: HttpRequest, view_id: UUID) -> HttpResponse:
    found = _view(request, view_id)
    name = gettext("Copy of %(name)s") % {"name": found.name}
    copy = keeping.duplicate_view(request.membership, found, name=name)
    return done(request, gettext("View duplicated."), address_of(copy))


@action("")
def view_forget(request: HttpRequest, view_id: UUID) -> HttpResponse:
    found = _view(request, view_id)
    keeping.forget_view(request.membership, view_id)
    return done(request, gettext("View deleted."), f"{reverse(LISTS[found.list_name].url)}?saved=all")


# --- what a list opens with -------------------------------------------------------------------------------


def view_opens(request: HttpRequest, kind: List) -> HttpResponse:
    """Choose what the list opens with: a view or everything, for oneself, a team, or everybody."""
    wanted, whom = request.POST.get("view", ""), request.POST.get("for", "")
    view = _view(request, UUID(wanted)) if _is_id(wanted) else None
    if whom == EVERYBODY:
        if not request.membership.may(ADMINISTER):
            return render(request, "dashboard/forbidden.html", {"needed": ADMINISTER}, status=403)
        keeping.open_with_for_all(view, kind.name)
    elif _is_id(whom):
        if not teams_decided_by(request.membership).filter(id=whom).exists():
            raise Http404
        keeping.open_with_for_team(UUID(whom), kind.name, view)
    else:
        keeping.open_with(request.membership, kind.name, view, follows=wanted == "")
    to = address_of(view) if view else f"{reverse(kind.url)}?saved=all"
    return done(request, gettext("The list opens with this from now on."), to)


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def view_openings(request: HttpRequest, kind: List) -> HttpResponse:
    """The dialog that says what the list opens with for whom, and lets it be chosen."""
    member = request.membership
    views = list(views_for(member, kind.name))
    default = next((each for each in views if each.is_default), None)
    mine, by_team = opens_with(member, kind.name), openings(kind.name)
    teams = [
        {"team": team, "chosen": str(by_team.get(team.id, "")), "views": _views_of(kind, team)}
        for team in teams_decided_by(member)
    ]  # fmt: skip
    own = opening_of(member, kind.name)
    context = {
        "list": kind, "views": views, "mine": mine, "default": default, "teams": teams,
        "own": own if own and own != default else None,
        "shared": [each for each in views if each.is_shared], "may_decide": member.may(ADMINISTER),
        "to": reverse(f"dashboard:{kind.name}_opens"),
    }  # fmt: skip
    return page(request, "dashboard/lists/openings.html", context)


def _views_of(kind: List, team) -> list[SavedView]:
    """The views that everybody of a team sees."""
    rows = SavedView.objects.filter(list_name=kind.name).order_by("name", "id")
    return [each for each in rows if each.is_shared or each.team_id == team.id]


# --- addresses ---------------------------------------------------------------------------------------------


def _addresses(kind: List) -> list:
    here, may = f"{kind.name}/views/", kind.permission
    return [
        path(f"{here}new/", bound(view_new, kind, may, post=may), name=f"{kind.name}_view_new"),
        path(f"{here}opens/", bound(view_opens, kind, None, post=may), name=f"{kind.name}_opens"),
        path(f"{here}opening/", bound(view_openings, kind, may), name=f"{kind.name}_openings"),
    ]


urls = [
    *[address for kind in LISTS.values() for address in _addresses(kind)],
    path("views/<uuid:view_id>/", view, name="view"),
    path("views/<uuid:view_id>/edit/", view_edit, name="view_edit"),
    path("views/<uuid:view_id>/save/", view_save, name="view_save"),
    path("views/<uuid:view_id>/copy/", view_copy, name="view_copy"),
    path("views/<uuid:view_id>/delete/", view_forget, name="view_forget"),
]
