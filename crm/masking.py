"""Customers as those see them who may not see, or not change, all of them."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple, Protocol

from crm.errors.talk import FieldIsClosed, FieldIsHidden
from crm.models import ContactPoint
from crm.rules import fields as rules
from foundation.contacts import mask_email, mask_phone
from tenancy.access import field_level
from tenancy.models import Membership


class Principal(Protocol):
    """A member of staff or the holder of a key."""

    def may(self, permission: str) -> bool: ...


# --- fields -------------------------------------------------------------------------------------------------


def level(principal: Principal | None, field: str) -> str:
    """Say what this principal gets of a field; keys get the widest, their scopes say the rest."""
    widest = rules.levels_of(field)[-1]
    if not isinstance(principal, Membership) or principal.role == Membership.Role.OWNER:
        return widest
    told = field_level(principal.organisation.access, principal.role, field)
    return told if told in rules.levels_of(field) else rules.house_level(principal.role, field)


def shows(principal: Principal | None, column: str) -> bool:
    """Say whether a column of the customer, a kind of contact or a figure is shown at all."""
    field = column if column in rules.FIELDS else rules.field_of(column)
    return field is None or level(principal, field) != rules.HIDDEN


def may_change(principal: Principal | None, column: str) -> bool:
    """Say whether a role may change what it may change at all: it has the widest level of the field."""
    field = column if column in rules.FIELDS else rules.field_of(column)
    return field is None or level(principal, field) == rules.levels_of(field)[-1]


def check_changes(principal: Principal | None, columns: Iterable[str]) -> None:
    """Refuse a change of what this principal may not change, naming the field."""
    for column in columns:
        if not may_change(principal, column):
            raise FieldIsClosed(field=column, name=column)


def hidden_columns(principal: Principal | None) -> set[str]:
    return {c for columns in rules.COLUMNS.values() for c in columns if not shows(principal, c)}


# --- whoever reads ------------------------------------------------------------------------------------------

HIDDEN_AMOUNT = "•••"
_hidden: ContextVar[frozenset[str]] = ContextVar("hidden", default=frozenset())


@contextmanager
def read_by(principal: Principal | None) -> Iterator[None]:
    """Write what follows for this reader: whatever writes a field or an amount of a customer asks is_hidden()."""
    before = _hidden.set(_hidden_from(principal))
    try:
        yield
    finally:
        _hidden.reset(before)


def _hidden_from(principal: Principal | None) -> frozenset[str]:
    if principal is None:
        return frozenset()
    fields = [field for field in rules.FIELDS if not shows(principal, field)]
    return frozenset(fields).union(*(rules.COLUMNS.get(field, ()) for field in fields))


def is_hidden(name: str) -> bool:
    """Say whether a field of the table, a column or a kind of contact is kept from whoever reads now."""
    return name in _hidden.get()


def amounts_are_hidden() -> bool:
    return is_hidden("money")


def check_amounts_are_shown() -> None:
    """Refuse a file that is nothing but amounts."""
    if amounts_are_hidden():
        raise FieldIsHidden


def without_amounts(text: str) -> str:
    """Hide amounts of money in a text that was written for somebody else."""
    return _AMOUNT_IN_TEXT.sub(HIDDEN_AMOUNT, text) if amounts_are_hidden() else text


_SIGN = r"(?:[A-Z]{2,3}|CN|US|HK)?[£€$¥￥]|\b(?:GBP|EUR|USD|CNY|HKD|JPY|SGD|AUD|CAD|CHF)"
_DIGITS = r"\d[\d.,\u00a0\u202f]*"
_AMOUNT_IN_TEXT = re.compile(rf"(?:{_SIGN})\s?[-−]?{_DIGITS}|{_DIGITS}\s?(?:元|块|€|(?:GBP|EUR|USD|CNY|HKD|JPY)\b)")


# --- contacts -----------------------------------------------------------------------------------------------


class Contact(NamedTuple):
    """A contact that was read without its record."""

    kind: str
    value: str
    normalised: str


def reads_all(principal: Principal | None) -> bool:
    """Say whether an answer of the API is for this principal as the record is: nothing hidden, nothing masked."""
    return not isinstance(principal, Membership) and may_reveal(principal)


def shown_contact(point: ContactPoint | Contact, principal: Principal | None) -> str:
    """Show a contact in full to whoever may reveal contacts, masked to everybody else."""
    return point.value if may_reveal(principal, point.kind) else masked_contact(point)


def contact_in_answer(point: ContactPoint | Contact, principal: Principal | None) -> str:
    """The same for an answer of the API: people reveal one by one, with a purpose; only keys read in full."""
    return masked_contact(point) if isinstance(principal, Membership) else shown_contact(point, principal)


def may_reveal(principal: Principal | None, kind: str = "") -> bool:
    if principal is None or not principal.may("contacts:reveal"):
        return False
    return not kind or level(principal, kind) == rules.REVEAL


def check_reveal(principal: Principal | None, point: ContactPoint) -> None:
    """Refuse to show a kind of contact that the organisation keeps masked for this role."""
    if not may_reveal(principal, point.kind):
        raise FieldIsClosed(field=point.kind, name=point.kind)


def masked_contact(point: ContactPoint | Contact) -> str:
    """Show enough of a contact to recognise it. Somebody else's number for a customer is no contact."""
    match point.kind:
        case ContactPoint.Kind.PHONE:
            return mask_phone(point.normalised)
        case ContactPoint.Kind.EMAIL:
            return mask_email(point.normalised)
        case ContactPoint.Kind.WECHAT:
            return f"{point.value[:1]}***"
    return point.value
