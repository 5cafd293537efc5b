"""Views of lists: keep, rename, share, duplicate, forget, open with."""

from uuid import UUID

from crm.errors.lists import ViewIsSomebodyElses, ViewNameMissing
from crm.models import ListSetting, SavedView
from tenancy import audit, door
from tenancy.models import Membership

ALL = "all"  # opens with the list as it comes


def keep_view(member: Membership, list_name: str, *, name: str, query: str, is_shared: bool = False) -> SavedView:
    """Keep a list as it is seen now."""
    view = SavedView.objects.create(
        list_name=list_name,
        name=_name(name),
        query=query[:4000],
        owner=member,
        is_shared=is_shared,
        created_at=door.moment(),
    )
    audit.record("view.kept", view, {"list": list_name, "is_shared": is_shared})
    return view


def change_view(
    member: Membership, view_id: UUID, *, name: str | None = None, query: str | None = None, is_shared: bool | None = None
) -> SavedView:
    """Change what is told; a view that is shared no more is nobody's default either."""
    view = _own(member, view_id)
    view.name = _name(name) if name is not None else view.name
    view.query = query[:4000] if query is not None else view.query
    view.is_shared = view.is_shared if is_shared is None else is_shared
    view.is_default = view.is_default and view.is_shared
    view.save()
    audit.record("view.changed", view, {"list": view.list_name, "is_shared": view.is_shared})
    return view


def duplicate_view(member: Membership, view: SavedView, *, name: str) -> SavedView:
    return keep_view(member, view.list_name, name=name, query=view.query)


def forget_view(member: Membership, view_id: UUID) -> None:
    """Delete a view with what people chose for it."""
    view = _own(member, view_id)
    audit.record("view.forgotten", view, {"list": view.list_name})
    ListSetting.objects.filter(list_name=view.list_name, view=str(view_id)).delete()
    ListSetting.objects.filter(list_name=view.list_name, opens_with=str(view_id)).update(opens_with="")
    view.delete()


def open_with(member: Membership, list_name: str, view: SavedView | None) -> None:
    """Let the list open with this view for one person; None: with everything, whatever the organisation opens with."""
    setting, _ = ListSetting.objects.get_or_create(member=member, list_name=list_name, view="")
    setting.opens_with = str(view.id) if view else ALL
    setting.save(update_fields=["opens_with"])


def open_with_for_all(view: SavedView | None, list_name: str) -> None:
    """Let the list open with this view for everybody who has chosen nothing else; None: with everything."""
    SavedView.objects.filter(list_name=list_name, is_default=True).update(is_default=False)
    if view:
        SavedView.objects.filter(id=view.id).update(is_default=True, is_shared=True)
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


def _own(member: Membership, view_id: UUID) -> SavedView:
    """Lock a view of the member's own; one whose owner has left belongs to whoever takes care of it."""
    view = SavedView.objects.select_for_update().get(id=view_id)
    if view.owner_id not in (None, member.id):
        if view.is_shared:
            raise ViewIsSomebodyElses
        raise SavedView.DoesNotExist
    return view
