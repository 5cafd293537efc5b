"""Records that a body or a query string names: what one does not see is not found there either.

An address is checked by its arguments (sight.py); this is the same for what is sent along, by the name it is sent
under, before the view runs. A name that stands for records of people and is in neither table turns a test red.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.http import Http404, HttpRequest
from rest_framework.permissions import BasePermission

from crm.models import Case, Customer, Deal, Instalment, Lead, Order
from crm.queries.sight import seen_owners, was_let_in
from dashboard.sight import customers_of, seen
from foundation.errors import NotFound
from referrals.models import Campaign, Referral, ReferrerProfile
from rewards.models import Reward

# Name in a JSON body -> what it may be an id of: one that is seen is enough.
IN_BODIES: dict[str, tuple[type[Model], ...]] = {
    "customer_id": (Customer,), "customer_ids": (Customer,), "company_id": (Customer,), "referrer_id": (Customer,),
    "referee_id": (Customer,), "claimant_id": (Customer,), "appellant_id": (Customer,),
    "loser_id": (Customer,), "first_id": (Customer,), "second_id": (Customer,), "guests": (Customer,), "add": (Customer,),
    "remove": (Customer,), "order_id": (Order,), "after_id": (Deal,), "double_id": (Case,), "instalment_id": (Instalment,),
    "deal_id": (Deal,), "source_id": (Lead, Referral, Campaign),
    "profile_id": (ReferrerProfile,), "heir_id": (ReferrerProfile,),
}  # fmt: skip
# Ids in bodies that name nobody's record: colleagues, programmes, what an organisation has set. An entry of the
# ledger is looked for among those of the customer in the address.
OPEN_IN_BODIES = {
    "assignee_id", "author_id", "budget_id", "campaign_id", "category_id", "cause_id", "entry_id", "expected_stage_id",
    "item_id", "member_id", "move_to", "owner_id", "parent_id", "pipeline_id", "product_id", "reason_id", "responsible_id",
    "segment_id", "stage_id", "stage_ids", "pool_id", "receiver_id", "mentioned_ids", "team_id",
    "store_id", "membership_id", "robot_ids",
}  # fmt: skip

# Name of a form's field or of a parameter -> the same. What is no id (a company's name, a sort order) is not looked at.
IN_PAGES: dict[str, tuple[type[Model], ...]] = {
    "customer": (Customer,), "why": (Customer,), "referrer": (Customer,), "after": (Deal,), "number": (Case,),
    "reward": (Reward,),
}  # fmt: skip
# Ids in forms that name nobody's record, or one of those that belong to the record in the address: its entries, its
# instalments, orders of a case's customer. "ids" are narrowed by the views to the rows of the list they are of.
OPEN_IN_PAGES = {"entry_id", "delivery", "watch", "ids", "one"}

# The till serves whoever stands before it: tests/dashboard/test_sight.py.
TILL_PAGES = ("till",)
TILL_ENDPOINTS = ("/api/v1/checkouts", "/api/v1/coupons/validate", "/api/v1/coupons/redeem")


def check_page(request: HttpRequest) -> None:
    """Answer 404 where a form or a link names a record that this person does not see."""
    if seen_owners(request.membership) is None or _is_till_page(request):
        return
    for sent in (request.GET, request.POST):
        for name in IN_PAGES.keys() & sent.keys():
            if _unseen(request.membership, IN_PAGES[name], set(_ids(sent.getlist(name)))):
                raise Http404


def check_body(principal, path: str, body: Any) -> None:
    """Refuse a body that names what this principal does not see, naming the field."""
    if path.startswith(TILL_ENDPOINTS):
        return
    for pointer, name, ids in _named(body, ""):
        if _unseen(principal, IN_BODIES[name], ids):
            raise NotFound(field=pointer)


def _is_till_page(request: HttpRequest) -> bool:
    return bool(request.resolver_match) and request.resolver_match.url_name.startswith(TILL_PAGES)


def _named(body: Any, pointer: str) -> Iterator[tuple[str, str, set[UUID]]]:
    """Walk through a body: where an id stands, under which name, and the ids."""
    if isinstance(body, list):
        for place, each in enumerate(body):
            yield from _named(each, f"{pointer}{place}/")
    if not isinstance(body, dict):
        return
    for name, value in body.items():
        if name in IN_BODIES and (ids := set(_ids(value if isinstance(value, list) else [value]))):
            yield f"{pointer}{name}", name, ids
        else:
            yield from _named(value, f"{pointer}{name}/")


def _ids(values: list[Any]) -> Iterator[UUID]:
    for value in values:
        try:
            yield UUID(str(value))
        except ValueError:
            continue  # no id; the shape of the body says what it should be


def _unseen(principal, models: tuple[type[Model], ...], ids: set[UUID]) -> set[UUID]:
    """Give those of the ids that are not there for this principal; a colleague's and an unknown one look alike."""
    left = set(ids)
    for model in models:
        rows = model.objects.filter(id__in=left)
        left -= set(seen(principal, rows).values_list("id", flat=True))
        if model is not Campaign:  # of nobody
            left -= {each for each in left if _is_let_in(principal, model.objects.filter(id=each))}
    return left


def _is_let_in(principal, rows) -> bool:
    return any(was_let_in(principal, customer_id) for customer_id in customers_of(rows))


class SeesWhatIsNamed(BasePermission):
    """Every record that the body of a request to the API names."""

    def has_permission(self, request, view) -> bool:
        writes = request.auth is not None and request.method in ("POST", "PUT", "PATCH")
        if writes and seen_owners(request.auth) is not None:  # a key's body is read where it is needed
            check_body(request.auth, request.path, request.data)
        return True
