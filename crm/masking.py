"""Contacts as those see them who may not see them in full."""

from typing import Protocol

from crm.models import ContactPoint
from foundation.contacts import mask_email, mask_phone


class Principal(Protocol):
    """A member of staff or the holder of a key."""

    def may(self, permission: str) -> bool: ...


def shown_contact(point: ContactPoint, principal: Principal | None) -> str:
    """Show a contact in full to whoever may reveal contacts, masked to everybody else."""
    return point.value if may_reveal(principal) else masked_contact(point)


def may_reveal(principal: Principal | None) -> bool:
    return principal is not None and principal.may("contacts:reveal")


def masked_contact(point: ContactPoint) -> str:
    """Show enough of a contact to recognise it. Somebody else's number for a customer is no contact."""
    match point.kind:
        case ContactPoint.Kind.PHONE:
            return mask_phone(point.normalised)
        case ContactPoint.Kind.EMAIL:
            return mask_email(point.normalised)
        case ContactPoint.Kind.WECHAT:
            return f"{point.value[:1]}***"
    return point.value
