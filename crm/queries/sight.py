"""Whose records a member of staff sees: their own, their team's, or all; and which single ones besides."""

from typing import Protocol
from uuid import UUID

from django.db.models import Q, QuerySet

from crm.errors import KnownToAColleague
from crm.models import Customer, HandOver, Mention, Task
from crm.reports import Recorded
from tenancy.access import ALL, OWN
from tenancy.models import Membership


class Principal(Protocol):
    """A member of staff or the holder of a key."""

    def may(self, permission: str) -> bool: ...


def seen_by(principal: Principal, rows: QuerySet, *, owner: str = "owner") -> QuerySet:
    """Narrow rows to those this principal sees; `owner` is the path to the membership that is responsible.

    Rows of nobody are seen by everybody who may read the list. Keys see all.
    """
    seen = seen_owners(principal)
    return rows if seen is None else rows.filter(theirs(seen, owner))


def seen_through(principal: Principal, rows: QuerySet, *owners: str) -> QuerySet:
    """Narrow rows that several people answer for (referrer and friend, assignee and owner): one of them is enough."""
    seen = seen_owners(principal)
    if seen is None:
        return rows
    narrowed = Q()
    for owner in owners:
        narrowed |= theirs(seen, owner)
    return rows.filter(narrowed)


def tasks_seen_by(principal: Principal, rows: QuerySet) -> QuerySet:
    """Narrow tasks to those this principal does, those of customers they see, and those of nobody and nobody's."""
    seen = seen_owners(principal)
    if seen is None:
        return rows
    done_by_them = Q(assignee__in=seen)
    of_a_customer = Q(customer__isnull=False) & theirs(seen, "customer__owner")
    return rows.filter(done_by_them | of_a_customer | Q(customer__isnull=True, assignee__isnull=True))


def theirs(seen: list[UUID], owner: str) -> Q:
    """Say in a filter that one of these people is responsible, or nobody; two ranges of an index, no join."""
    return Q(**{f"{owner}__in": seen}) | Q(**{f"{owner}__isnull": True})


def seen_owners(principal: Principal) -> list[UUID] | None:
    """Name those whose records this principal sees; None is everybody. Asked once a request."""
    if not isinstance(principal, Membership) or principal.present_sight == ALL:
        return None
    if principal.present_sight == OWN:
        return [principal.id]
    if not hasattr(principal, "_seen_owners"):
        principal._seen_owners = sorted({principal.id, *_colleagues(principal)})
    return principal._seen_owners


def _colleagues(member: Membership) -> list[UUID]:
    """Name the people of one's own team and of teams one leads."""
    teams = Q(team__lead=member.id)
    if member.team_id:
        teams |= Q(team=member.team_id)
    return list(Membership.objects.filter(teams).values_list("id", flat=True))


def teammates(member_id: UUID) -> QuerySet:
    """Give the ids of somebody, of their team, and of teams they lead: a part of a statement, none of its own."""
    own_team = Membership.objects.filter(id=member_id, team__isnull=False).values("team_id")
    people = Q(id=member_id) | Q(team__lead=member_id) | Q(team_id__in=own_team)
    return Membership.objects.filter(people).order_by().values("id")


def sees(principal: Principal, customer_id: UUID | None) -> bool:
    """Say whether this principal may open the customer: by their sight, or because a colleague let them in."""
    if customer_id is None or seen_owners(principal) is None:
        return True
    return seen_by(principal, Customer.objects.filter(id=customer_id)).exists() or was_let_in(principal, customer_id)


def sees_any(principal: Principal, customer_ids: list[UUID]) -> bool:
    """Say whether one of these customers may be opened; of nobody's record everybody who reads the list may."""
    return not customer_ids or any(sees(principal, each) for each in customer_ids)


def was_let_in(member: Membership, customer_id: UUID) -> bool:
    """Say whether a colleague named them in a note of this customer, hands it over to them, or gave them a task with it."""
    named = Mention.objects.filter(customer_id=customer_id, member_id=member.id, interaction__removed_at=None)
    waiting = HandOver.objects.filter(customer_id=customer_id, receiver_id=member.id, state=HandOver.State.WAITING)
    tasks = Task.objects.filter(customer_id=customer_id, assignee_id=member.id, state=Task.State.OPEN)
    return named.exists() or waiting.exists() or tasks.exists()


def check_known(principal: Principal, answer: Recorded) -> None:
    """Refuse what was recorded of a known customer whom this principal does not see; the refusal undoes it."""
    if not answer.is_new and not sees(principal, answer.row.id):
        raise KnownToAColleague(owner=answer.row.owner.user.name)


def customers_seen_by(principal: Principal) -> QuerySet[Customer]:
    return seen_by(principal, Customer.objects.all())
