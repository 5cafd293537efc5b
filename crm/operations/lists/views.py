"""Views of lists: keep, rename, share, duplicate, forget, open with."""

from uuid import UUID

from crm.errors.lists import TeamIsNotYours, ViewIsNotForThem, ViewIsSomebodyElses, ViewNameMissing
from crm.models import ListSetting, SavedView, TeamOpening
from crm.queries.lists import may_change, teams_of, view_for
from crm.queries.sight import Principal
from tenancy import audit, door
from tenancy.models import Membership, Team

ALL = "all"  # opens with the list as it comes


def keep_view(
    member: Principal, list_name: str, *, name: str, query: str, is_shared: bool = False, team_id: UUID | None = None
) -> SavedView:
    """Keep a list as it is seen now: for oneself, for a team, or for everybody."""
    view = SavedView.objects.create(
        list_name=list_name, name=_name(name), query=query[:4000], owner=_maker(member), created_at=door.moment(),
        **_circle(member, is_shared, team_id),
    )  # fmt: skip
    audit.record("view.kept", view, {"list": list_name, **_shared_with(view)})
    return view


def change_view(
    member: Principal, view_id: UUID, *, name: str | None = None, query: str | None = None, is_shared: bool | None = None,
    team_id: UUID | None = None,
) -> SavedView:  # fmt: skip
    """Change what is told; with `is_shared`, also whom it is for. Nobody's list opens with what they do not see."""
    view = _theirs(member, view_id)
    view.name = _name(name) if name is not None else view.name
    view.query = query[:4000] if query is not None else view.query
    if is_shared is not None:
        circle = _circle(member, is_shared, team_id, before=view.team_id)
        view.is_shared, view.team_id = circle["is_shared"], circle["team_id"]
    view.is_default = view.is_default and view.is_shared
    view.save()
    if not view.is_shared:
        TeamOpening.objects.filter(view=view).exclude(team=view.team_id).delete()
    audit.record("view.changed", view, {"list": view.list_name, **_shared_with(view)})
    return view


def _maker(member: Principal) -> Membership | None:
    """A key is nobody: what it makes is the organisation's."""
    return member if isinstance(member, Membership) else None


def _circle(member: Principal, is_shared: bool, team_id: UUID | None, before: UUID | None = None) -> dict:
    """Whom a view is for; a team one has nothing to do with is not chosen, but may stay."""
    if team_id not in (None, before) and not teams_of(member).filter(id=team_id).exists():
        raise TeamIsNotYours
    return {"is_shared": is_shared, "team_id": None if is_shared else team_id}


def _shared_with(view: SavedView) -> dict:
    return {"is_shared": view.is_shared, **({"team_id": str(view.team_id)} if view.team_id else {})}


def duplicate_view(member: Membership, view: SavedView, *, name: str) -> SavedView:
    return keep_view(member, view.list_name, name=name, query=view.query)


def forget_view(member: Principal, view_id: UUID) -> None:
    """Delete a view with what people chose for it."""
    view = _theirs(member, view_id)
    audit.record("view.forgotten", view, {"list": view.list_name})
    ListSetting.objects.filter(list_name=view.list_name, view=str(view_id)).delete()
    ListSetting.objects.filter(list_name=view.list_name, opens_with=str(view_id)).update(opens_with="")
    view.delete()


def open_with(member: Membership, list_name: str, view: SavedView | None, *, follows: bool = False) -> None:
    """Let the list open with this view for one person; None: with everything, or, if it `follows`, as for the others."""
    setting, _ = ListSetting.objects.get_or_create(member=member, list_name=list_name, view="")
    setting.opens_with = str(view.id) if view else "" if follows else ALL
    setting.save(update_fields=["opens_with"])


def open_with_for_team(team_id: UUID, list_name: str, view: SavedView | None) -> None:
    """Let the list open with this view for who is in a team and has chosen nothing else; None: as for everybody."""
    if view and not view.is_shared and view.team_id != team_id:
        raise ViewIsNotForThem
    if view is None:
        gone = TeamOpening.objects.filter(team_id=team_id, list_name=list_name).delete()[0]
    else:
        TeamOpening.objects.update_or_create(team_id=team_id, list_name=list_name, defaults={"view": view})
    if view or gone:
        told = {"list": list_name, "view_id": str(view.id) if view else None}
        audit.record("view.made_team_default", Team.objects.get(id=team_id), told)


def open_with_for_all(view: SavedView | None, list_name: str) -> None:
    """Let the list open with this view for everybody who has chosen nothing else; None: with everything."""
    if view and view.is_default:
        return
    SavedView.objects.filter(list_name=list_name, is_default=True).update(is_default=False)
    if view:
        SavedView.objects.filter(id=view.id).update(is_default=True, is_shared=True, team=None)
        audit.record("view.made_default", view, {"list": list_name})


def choose_columns(
    member: Membership, list_name: str, *, view: str = "", columns: list[str] | None = None, density: str | None = None
) -> None:
    """Remember the columns and the density for one person and one view; None leaves as it is."""
    setting, _ = ListSetting.objects.get_or_create(member=member, list_name=list_name, view=view)
    setting.columns = setting.columns if columns is None else columns
    setting.density = setting.density if density is None else density
    setting.save(update_fields=["columns", "density"])


def _name(text: str) -> str:
    name = text.strip()[:60]
    if not name:
        raise ViewNameMissing
    return name


def _theirs(member: Principal, view_id: UUID) -> SavedView:
    """Lock a view that is theirs to change; one whose owner has left belongs to whoever takes care of it."""
    SavedView.objects.select_for_update(of=("self",)).get(id=view_id)
    view = view_for(member, view_id)
    if not may_change(member, view):
        raise ViewIsSomebodyElses
    return view
