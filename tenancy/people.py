"""Members of an organisation."""

from collections.abc import Iterable
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from foundation.errors import Conflict
from foundation.ids import new_id
from tenancy import audit, door, events
from tenancy.models import Membership, Organisation, Store, Team, User


class LastOwner(Conflict):
    code = "last_owner"
    message = "An organisation needs at least one owner. Make somebody else an owner first."
    field = "role"


def found_organisation(*, slug: str, name: str, owner: User | None = None, **fields) -> Organisation:
    """Open an organisation, with its first owner. Call it outside any door."""
    organisation_id = new_id()
    with door.organisation(organisation_id):
        organisation = Organisation.objects.create(id=organisation_id, slug=slug, name=name, **fields)
        audit.record("organisation.founded", organisation)
        if owner:
            Membership.objects.create(user=owner, role=Membership.Role.OWNER)
    return organisation


def organisations_of(user: User) -> list[Organisation]:
    """List where a user works, through a function of the door role."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organisation_id FROM organisations_of_user(%s)", [str(user.id)])
        ids = [row[0] for row in cursor.fetchall()]
    return list(Organisation.objects.filter(id__in=ids).order_by("name"))


def membership_of(user: User) -> Membership | None:
    """Say what the user is in the organisation we are in."""
    return Membership.objects.filter(user=user, is_active=True).first()


def present_member() -> Membership | None:
    """Name the member of staff who works now; None for machines, customers and the system."""
    who = door.actor()
    if who.kind != "user":
        return None
    return Membership.objects.select_related("organisation").filter(user_id=who.id).first()


def add_member(*, email: str, name: str, role: str, password: str | None = None) -> Membership:
    """Give a person a role here; a new person gets an account."""
    user = User.objects.filter(email=email.strip().lower()).first()
    user = user or User.objects.create_user(email, password, name=name)
    membership, _ = Membership.objects.update_or_create(user=user, defaults={"role": role, "is_active": True})
    audit.record("member.added", membership, {"role": role})
    return membership


def change_role(membership_id: UUID, *, role: str, is_active: bool) -> Membership:
    membership = Membership.objects.select_for_update().get(id=membership_id)
    loses_owner = membership.role == Membership.Role.OWNER and (role != Membership.Role.OWNER or not is_active)
    others = Membership.objects.filter(role=Membership.Role.OWNER, is_active=True).exclude(id=membership_id)
    if loses_owner and not others.exists():
        raise LastOwner
    changes = {"role": [membership.role, role], "is_active": [membership.is_active, is_active]}
    membership.role, membership.is_active = role, is_active
    membership.save(update_fields=["role", "is_active"])
    audit.record("member.changed", membership, changes)
    if changes["is_active"] == [True, False]:
        events.publish("member.left", membership.id)
    return membership


class NameTaken(Conflict):
    code = "name_taken"
    message = "There is one of this name already."
    field = "name"


class StillLooksAfter(Conflict):
    code = "still_looks_after"
    message = "%(count)s customers, tasks, deals, leads or cases are still in their hands. Say who takes them over."
    field = "heir"


def place_member(membership_id: UUID, *, sight: str, team_id: UUID | None, store_id: UUID | None) -> Membership:
    """Say where somebody works and how far they see."""
    membership = Membership.objects.select_for_update().get(id=membership_id)
    told = {"sight": sight, "team_id": team_id, "store_id": store_id}
    changes = {name: [str(getattr(membership, name) or ""), str(value or "")] for name, value in told.items()}
    changed = {name: change for name, change in changes.items() if change[0] != change[1]}
    if changed:
        for name, value in told.items():
            setattr(membership, name, value)
        membership.save(update_fields=["sight", "team", "store"])
        audit.record("member.placed", membership, changed)
    return membership


def save_team(team_id: UUID | None, *, name: str, lead_id: UUID | None, member_ids: Iterable[UUID] = ()) -> Team:
    """Open a team or change it; exactly these people belong to it afterwards."""
    team = _saved(Team, team_id, name=name.strip(), lead_id=lead_id)
    chosen = set(member_ids)
    Membership.objects.filter(team=team).exclude(id__in=chosen).update(team=None)
    Membership.objects.filter(id__in=chosen).update(team=team)
    audit.record("team.saved", team, {"name": team.name, "members": len(chosen)})
    return team


def remove_team(team_id: UUID) -> None:
    """Close a team; its people stay, without a team."""
    team = Team.objects.get(id=team_id)
    audit.record("team.removed", team, {"name": team.name})
    team.delete()


def save_store(store_id: UUID | None, *, name: str, city: str = "", address: str = "", is_open: bool = True) -> Store:
    """Open a store or change it; one that closes keeps its people until they are placed elsewhere."""
    store = _saved(Store, store_id, name=name.strip(), city=city.strip(), address=address.strip(), is_open=is_open)
    audit.record("store.saved", store, {"name": store.name, "is_open": store.is_open})
    return store


def _saved(model, row_id: UUID | None, **fields):
    row = model.objects.select_for_update().get(id=row_id) if row_id else model()
    for name, value in fields.items():
        setattr(row, name, value)
    try:
        with transaction.atomic():
            row.save(force_insert=row_id is None, force_update=row_id is not None)
    except IntegrityError:
        raise NameTaken from None
    return row
