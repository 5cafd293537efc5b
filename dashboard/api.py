"""REST: kept views of lists, one's own, a team's and everybody's, with the address to send around."""

import json
from uuid import UUID

import django_filters as filters
from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.urls import path, reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.errors import InvalidConditions
from crm.errors.lists import ViewHasNoOwner, ViewQueryUnknown, ViewTeamMissing
from crm.models import SavedView
from crm.operations.lists import views as keeping
from crm.queries.conditions import facts_for
from crm.queries.lists import ADMINISTER, may_change, view_for, views_for
from crm.rules.conditions import parse
from dashboard.lists.registry import LISTS
from dashboard.lists.state import State
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, read
from tenancy.models import Membership

OWN, TEAM, EVERYBODY = "own", "team", "everybody"
SHARES = [OWN, TEAM, EVERYBODY]
_MANNERS = {"where", "sort", "cols", "density"}
_QUERY_HELP = (
    "What the list shows, as the address of its page says it: filters by their names, `where` (conditions as JSON, see "
    "GET /conditions/facts), `sort` (-created), `cols` (keys of columns, with commas), `density`."
)


class SavedViewOut(serializers.ModelSerializer):
    list = serializers.CharField(source="list_name")
    share = serializers.SerializerMethodField(help_text="own: only who made it sees it.")
    team_id = serializers.UUIDField(allow_null=True)
    owner_id = serializers.UUIDField(allow_null=True, help_text="null: an API key made it, or who made it has left.")
    may_change = serializers.SerializerMethodField(help_text="Whether you may change and delete it.")
    url = serializers.SerializerMethodField(help_text="Its address for people, to send around.")

    class Meta:
        model = SavedView
        fields = [
            "id", "list", "name", "query", "share", "team_id", "owner_id", "is_default", "may_change", "url", "created_at",
        ]  # fmt: skip

    def get_share(self, view: SavedView) -> str:
        return EVERYBODY if view.is_shared else TEAM if view.team_id else OWN

    def get_may_change(self, view: SavedView) -> bool:
        return may_change(self.context["request"].auth, view)

    def get_url(self, view: SavedView) -> str:
        return self.context["request"].build_absolute_uri(reverse("dashboard:view", args=[view.id]))


class SavedViewPatch(Shape):
    name = serializers.CharField(max_length=60)
    query = serializers.CharField(max_length=4000, required=False, allow_blank=True, help_text=_QUERY_HELP)
    share = serializers.ChoiceField(SHARES, required=False, help_text="With team, name the team too.")
    team_id = serializers.UUIDField(required=False, allow_null=True)


class SavedViewIn(SavedViewPatch):
    list = serializers.ChoiceField(list(LISTS))


def _shown(request, view: SavedView) -> dict:
    return SavedViewOut(view, context={"request": request}).data


def _readable(request) -> list[str]:
    return [name for name, kind in LISTS.items() if request.auth.may(kind.permission)]


def _found(request, view_id: UUID) -> SavedView:
    """Find a view this principal sees, of a list it may read; 404 for the others."""
    view = view_for(request.auth, view_id)
    if view.list_name not in _readable(request):
        raise SavedView.DoesNotExist
    return view


def _check_keeper(request) -> None:
    """A key makes views for others alone: that is administering."""
    if not isinstance(request.auth, Membership) and not request.auth.may(ADMINISTER):
        raise PermissionDenied


def _circle(request, body: dict, *, unless_told: str | None = None) -> dict:
    """Read whom a view is for; nothing where nothing is said."""
    team_id = body.get("team_id")
    share = body.get("share") or (TEAM if team_id else unless_told)
    if share is None:
        return {}
    if share == OWN and not isinstance(request.auth, Membership):
        raise ViewHasNoOwner
    if share == TEAM and team_id is None:
        raise ViewTeamMissing
    return {"is_shared": share == EVERYBODY, "team_id": team_id if share == TEAM else None}


def _checked(request, list_name: str, text: str) -> str:
    """Read a query string as the page would keep it; what the list does not know is refused."""
    state = State(LISTS[list_name], request.auth, QueryDict(text.lstrip("?")))
    known = {*state.filters.fields, *_MANNERS}
    columns = {each.key for each in state.possible}
    orders = {each.key for each in state.possible if each.sort}
    asked = [key for key in state.query.get("cols", "").split(",") if key]
    sort = state.query.get("sort", "").lstrip("-")
    unknown = [*(set(state.query) - known - {"saved", "after", "before"}), *(set(asked) - columns)]
    unknown += [sort] if sort and sort not in orders else []
    state.filters.is_valid()
    if unknown := sorted([*unknown, *state.filters.errors]):
        raise ViewQueryUnknown(names=", ".join(unknown)[:200])
    if where := state.query.get("where", ""):
        _check_conditions(request, state.list.subject, where)
    return state.kept_query


def _check_conditions(request, subject: str, text: str) -> None:
    """Refuse conditions this principal may not ask; those about “me” mean whoever opens the view."""
    try:
        tree = json.loads(text)
    except ValueError:
        raise InvalidConditions(path="where") from None
    parse(tree, facts_for(subject, request.auth))


class SavedViewFilter(filters.FilterSet):
    list = filters.ChoiceFilter(field_name="list_name", choices=[(name, name) for name in LISTS])

    class Meta:
        model = SavedView
        fields: tuple[str, ...] = ()


class SavedViews(Rows):
    permissions = {"GET": "customers:read", "POST": "customers:read"}
    model = SavedView
    serializer_class = SavedViewOut
    filterset_class = SavedViewFilter

    def rows(self):
        return views_for(self.request.auth, *_readable(self.request))

    @extend_schema(
        operation_id="views_list", summary="List the kept views of lists that you see, newest first",
        description="Your own, your teams', and those for everybody, of lists you may read. A key sees nobody's own.",
    )  # fmt: skip
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="views_create", summary="Keep a view of a list", request=SavedViewIn, responses={201: SavedViewOut},
        parameters=[IDEMPOTENCY_HEADER],
        description="For oneself unless told. 409 team_is_not_yours: share with a team you are in or lead; whoever has "
        "settings:write may share with any. A key needs settings:write and shares with a team or everybody.",
    )  # fmt: skip
    @idempotent()
    def post(self, request):
        body = read(SavedViewIn, request)
        list_name = body["list"]
        _check_keeper(request)
        if list_name not in _readable(request):
            raise PermissionDenied
        circle = _circle(request, body, unless_told=OWN)
        query = _checked(request, list_name, body.get("query", ""))
        view = keeping.keep_view(request.auth, list_name, name=body["name"], query=query, **circle)
        return Response(_shown(request, view), status=201)


class OneSavedView(APIView):
    permissions = {"GET": "customers:read", "PATCH": "customers:read", "DELETE": "customers:read"}

    @extend_schema(operation_id="views_retrieve", summary="Read a kept view", responses=SavedViewOut)
    def get(self, request, view_id):
        return Response(_shown(request, _found(request, view_id)))

    @extend_schema(
        operation_id="views_update", summary="Rename a view, share it, or let it keep something else",
        request=SavedViewPatch, responses=SavedViewOut,
        description="409 view_is_somebody_elses: its maker changes it, of a shared one also the team's lead and whoever "
        "has settings:write.",
    )  # fmt: skip
    def patch(self, request, view_id):
        view = _found(request, view_id)
        _check_keeper(request)
        body = read(SavedViewPatch, request, partial=True)
        told = _circle(request, body)
        if "query" in body:
            told["query"] = _checked(request, view.list_name, body["query"])
        changed = keeping.change_view(request.auth, view_id, name=body.get("name"), **told)
        return Response(_shown(request, changed))

    @extend_schema(
        operation_id="views_delete",
        summary="Delete a view; the records stay",
        responses={204: None},
        description="Lists that opened with it open as they come.",
    )
    def delete(self, request, view_id):
        _found(request, view_id)
        _check_keeper(request)
        keeping.forget_view(request.auth, view_id)
        return Response(status=204)


urlpatterns = [
    path("views", SavedViews.as_view()),
    path("views/<uuid:view_id>", OneSavedView.as_view()),
]
