"""Members of an organisation."""

from uuid import UUID

from django.db import connection

from foundation.errors import Conflict
from foundation.ids import new_id
from tenancy import audit, door, events
from tenancy.models import Membership, Organisation, User


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
