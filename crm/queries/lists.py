"""Reads of views, settings and works of lists."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from crm.models import ListPiece, ListProblem, ListSetting, SavedView, TeamOpening
from crm.queries.sight import Principal
from tenancy.models import Membership, Team

ADMINISTER = "settings:write"  # who may change what others share


def views_for(member: Principal, *list_names: str) -> QuerySet[SavedView]:
    """List a member's own views, their teams' and those that everybody has, by name."""
    rows = SavedView.objects.filter(_is_for(member), list_name__in=list_names)
    return rows.select_related("team").order_by("name", "id")


def _is_for(member: Principal) -> Q:
    """Whose views somebody sees; a key is nobody, and sees what is shared or was made by a key."""
    if not isinstance(member, Membership):
        return Q(is_shared=True) | Q(team__isnull=False) | Q(owner=None)
    return Q(owner=member) | Q(is_shared=True) | _of_teams(member, "team")


def _of_teams(member: Membership, path: str) -> Q:
    """The teams that somebody belongs to or leads."""
    led = Q(**{f"{path}__lead": member.id})
    return led | Q(**{path: member.team_id}) if member.team_id else led


def view_for(member: Principal, view_id: UUID) -> SavedView:
    """Find a view that this member sees, or takes care of as the organisation's. Raises SavedView.DoesNotExist."""
    found = _is_for(member) | Q(owner=None)
    if member.may(ADMINISTER):
        found |= Q(team__isnull=False)
    return SavedView.objects.select_related("team").get(found, id=view_id)


def may_change(member: Principal, view: SavedView) -> bool:
    """Say whether a view is theirs to change: their own; shared ones also for the team's lead and administrators."""
    if not isinstance(member, Membership):
        return member.may(ADMINISTER)
    if view.owner_id in (None, member.id):
        return True
    if view.team_id and view.team.lead_id == member.id:
        return True
    return bool(view.is_shared or view.team_id) and member.may(ADMINISTER)


def teams_of(member: Principal) -> QuerySet[Team]:
    """List the teams somebody may share with: their own, those they lead, for administrators all."""
    teams = Team.objects.order_by("name", "id")
    if member.may(ADMINISTER):
        return teams
    return teams.filter(Q(lead=member.id) | Q(id=member.team_id)) if member.team_id else teams.filter(lead=member.id)


def teams_decided_by(member: Membership) -> QuerySet[Team]:
    """List the teams for which somebody may say what a list opens with: those they lead, for administrators all."""
    teams = Team.objects.order_by("name", "id")
    return teams if member.may(ADMINISTER) else teams.filter(lead=member.id)


def opening_of(member: Membership, list_name: str, chosen: str = "") -> SavedView | None:
    """Give the view a list opens with: the one they chose, else their team's, else everybody's; in one statement.

    A view they chose and may not see any more counts as none chosen.
    """
    own_team = Q(openings__team=member.team_id) if member.team_id else Q(pk=None)
    ranks = [When(own_team, then=Value(1)), When(openings__team__lead=member.id, then=Value(2))]
    ranks = [When(id=chosen, then=Value(0)), *ranks] if chosen else ranks
    ranked = Case(*ranks, When(is_default=True, then=Value(3)), default=Value(9), output_field=IntegerField())
    rows = views_for(member, list_name).annotate(rank=ranked).filter(rank__lt=9)
    return rows.order_by("rank", "name", "id").first()


def opens_with(member: Membership, list_name: str) -> str:
    """Tell what somebody chose for themselves: the id of a view, "all", or nothing."""
    rows = ListSetting.objects.filter(member=member, list_name=list_name, view="").values_list("opens_with", flat=True)
    return rows.first() or ""


def openings(list_name: str) -> dict[UUID, UUID]:
    """Tell which view the list opens with, by team."""
    return dict(TeamOpening.objects.filter(list_name=list_name).values_list("team_id", "view_id"))


def settings_for(member: Membership, list_name: str) -> dict[str, ListSetting]:
    """Give what a member chose, by view ("" without one)."""
    return {each.view: each for each in ListSetting.objects.filter(member=member, list_name=list_name)}


def problems_of(work_id: UUID) -> QuerySet[ListProblem]:
    return ListProblem.objects.filter(work_id=work_id).order_by("id")


def pieces_of(work_id: UUID, kind: str) -> Iterator[bytes]:
    """Read a file piece by piece."""
    position = -1
    while piece := ListPiece.objects.filter(work_id=work_id, kind=kind, position__gt=position).order_by("position").first():
        yield bytes(piece.content)
        position = piece.position
