"""How much waits for somebody, as the side bar says it: all pages together in one statement."""

from collections.abc import Callable, Collection, Mapping

from django.db.models import CharField, Count, Q, QuerySet, Value

from crm.queries.talk import hand_overs_waiting
from dashboard.sight import seen
from referrals.models import Evidence
from referrals.queries import hand_overs_waiting_for
from referrals.queries.abuse import cases_waiting
from referrals.queries.claims import waiting_claims
from rewards.queries import waiting_approvals
from tenancy.models import Membership


def counts(member: Membership, pages: Collection[str]) -> Mapping[str, int]:
    """Count by page what waits there and this person sees."""
    parts = [_counted(page, rows) for page in pages for rows in _WAITING[page](member)]
    found: dict[str, int] = {}
    for page, n in parts[0].union(*parts[1:], all=True) if parts else ():
        found[page] = found.get(page, 0) + n
    return found


def _counted(page: str, rows: QuerySet) -> QuerySet:
    named = rows.order_by().annotate(page=Value(page, CharField())).values("page")
    return named.annotate(n=Count("id", distinct=True)).values_list("page", "n")


def _evidence(member: Membership) -> list[QuerySet]:
    """A second person looks at it: what somebody handed in themselves does not wait for them."""
    rows = Evidence.objects.filter(Q(handed_in_by=None) | ~Q(handed_in_by=member.id), state=Evidence.State.WAITING)
    return [seen(member, rows)]


_WAITING: Mapping[str, Callable[[Membership], list[QuerySet]]] = {
    "approvals": lambda member: [seen(member, waiting_approvals())],
    "abuse_cases": lambda member: [seen(member, cases_waiting())],
    "claims": lambda member: [seen(member, waiting_claims())],
    "evidence": _evidence,
    "hand_overs": lambda member: [hand_overs_waiting(member.id), hand_overs_waiting_for(member.id)],
}
