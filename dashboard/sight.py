"""One table of who is responsible for which record, and the gates that ask it: every page, every endpoint, every list.

A record in an address is checked by its argument's name, a list by its model; whoever sees only their own or
their team's customers gets 404 for the others' records. What is about no customer is listed in OPEN, so that a
test can say that nothing was forgotten. The till is open to all who work there: whoever stands before them is served.
"""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest
from rest_framework.filters import BaseFilterBackend
from rest_framework.permissions import BasePermission

from analytics.models import RfmScore
from crm.models import (
    Case,
    Consent,
    ContactPoint,
    ContactVisit,
    Customer,
    CustomerFile,
    Deal,
    DuplicatePair,
    Enrolment,
    HandOver,
    Instalment,
    Interaction,
    Lead,
    Merge,
    Order,
    Receipt,
    Refund,
    SegmentStay,
    SurveyAnswer,
    Task,
)
from crm.queries.sight import seen_owners, seen_through, tasks_seen_by, theirs, was_let_in
from loyalty.models import CustomerBadge, TierHold
from messaging.models import Message
from referrals.models import (
    AbuseCase,
    AbuseListing,
    Ask,
    Assessment,
    Claim,
    Decision,
    Evidence,
    Invitation,
    MaterialBatch,
    PromotionReceiver,
    Recognition,
    Referral,
    ReferralCode,
    ReferrerProfile,
    StatusLink,
)
from rewards.models import Approval, Coupon, GiftOrder, Reward

# Model -> paths to those who are responsible: one of them is enough.
OWNERS = {
    Customer: ("owner",),
    ContactPoint: ("customer__owner",),
    Consent: ("customer__owner",),
    Interaction: ("customer__owner",),
    CustomerFile: ("customer__owner",),
    HandOver: ("customer__owner",),
    Order: ("customer__owner",),
    Instalment: ("deal__customer__owner",),
    Receipt: ("deal__customer__owner",),
    Enrolment: ("customer__owner",),
    ContactVisit: ("customer__owner",),
    SurveyAnswer: ("customer__owner",),
    Merge: ("winner__owner",),
    DuplicatePair: ("first__owner", "second__owner"),
    Refund: ("order__customer__owner",),
    Message: ("customer__owner",),
    Reward: ("beneficiary__owner",),
    Coupon: ("customer__owner",),
    GiftOrder: ("customer__owner",),
    Approval: ("customer__owner",),
    CustomerBadge: ("customer__owner",),
    TierHold: ("customer__owner",),
    RfmScore: ("customer__owner",),
    SegmentStay: ("customer__owner",),
    Referral: ("referrer__owner", "referee__owner"),
    ReferralCode: ("referrer__owner",),
    Invitation: ("code__referrer__owner",),
    AbuseCase: ("referrer__owner",),
    AbuseListing: ("referrer__owner",),
    Assessment: ("referral__referrer__owner", "referral__referee__owner"),
    Ask: ("customer__owner", "owner"),
    PromotionReceiver: ("customer__owner",),
    Recognition: ("customer__owner",),
    Claim: ("claimant__owner",),
    Evidence: ("referral__referrer__owner", "referral__referee__owner"),
    StatusLink: ("owner__owner",),
    ReferrerProfile: ("customer__owner",),
    MaterialBatch: ("owner__customer__owner",),
}
# Work with a customer that somebody answers for: theirs to see, and whoever's the customer is.
WORK = (Deal, Lead, Case)
# Argument of an address -> the record it names.
ARGUMENTS = {
    "customer_id": Customer, "contact_id": ContactPoint, "interaction_id": Interaction, "file_id": CustomerFile,
    "hand_over_id": HandOver, "order_id": Order, "refund_id": Refund, "task_id": Task, "message_id": Message,
    "reward_id": Reward, "coupon_id": Coupon, "gift_order_id": GiftOrder, "approval_id": Approval,
    "customer_badge_id": CustomerBadge, "hold_id": TierHold, "referral_id": Referral, "decision_id": Decision,
    "claim_id": Claim,
    "invitation_id": Invitation, "evidence_id": Evidence,
    "status_link_id": StatusLink, "code": ReferralCode, "deal_id": Deal, "lead_id": Lead, "case_id": Case,
    "instalment_id": Instalment, "receipt_id": Receipt, "enrolment_id": Enrolment, "visit_id": ContactVisit,
    "merge_id": Merge, "pair_id": DuplicatePair, "loser_id": Customer, "abuse_case_id": AbuseCase,
    "listing_id": AbuseListing, "ask_id": Ask,
    "profile_id": ReferrerProfile, "material_id": MaterialBatch, "code_id": ReferralCode,
}  # fmt: skip
# Arguments that name nothing of one customer: programmes, money as a whole, machines, colleagues, and the till.
OPEN = {
    "member_id", "team_id", "store_id", "campaign_id", "budget_id", "item_id", "coupon_kind_id", "coupon_batch_id",
    "tier_id", "segment_key", "r", "value", "template", "kind", "channel", "language", "verb", "key_id", "endpoint_id",
    "delivery_id", "import_id", "job_id", "run_id", "watch", "unit_id", "closing_id", "checkout_id", "payout_id",
    "payout_line_id", "payout_difference_id", "token", "role", "absence_id", "category_id", "day_id", "deal_report",
    "entry_id", "field_id", "figure", "file_form", "form_id", "import_kind", "import_template_id", "loss_reason_id",
    "number", "pack_key", "pipeline_id", "plan_id", "pool_id", "rule_id", "lifecycle_id", "segment_id", "stage_id",
    "script_id", "step", "step_id", "survey_id", "view_id", "work_job_id", "case_status", "part", "payroll_id",
    "terms_key", "terms_part",
    "source", "file_kind",
    "simulation_id", "golden_case_id", "promotion_id", "robot_id", "reminder_kind",
}  # fmt: skip


def seen(principal, rows: QuerySet) -> QuerySet:
    """Narrow a list to what this principal sees; lists that are about no customer stay whole."""
    if seen_owners(principal) is None:
        return rows
    if rows.model is Task:
        return tasks_seen_by(principal, rows)
    if rows.model in WORK:
        people = seen_owners(principal)
        return rows.filter(Q(owner__in=people) | theirs(people, "customer__owner"))
    if rows.model is DuplicatePair:
        people = seen_owners(principal)
        return rows.filter(theirs(people, "first__owner"), theirs(people, "second__owner"))
    if rows.model is HandOver:
        asked = Q(receiver=principal.id, state=HandOver.State.WAITING)
        return rows.filter(asked | theirs(seen_owners(principal), "customer__owner"))
    if rows.model is Decision:
        return rows.filter(_of_seen_customer(principal))
    if rows.model is Message:
        people = seen_owners(principal)
        return rows.filter(Q(member=principal.id) | Q(customer__isnull=False) & theirs(people, "customer__owner"))
    if rows.model is Referral:
        return _referrals(principal, rows)
    if rows.model is Claim:
        people = seen_owners(principal)
        of_friend = Q(referee__isnull=False) & theirs(people, "referee__owner")
        return rows.filter(theirs(people, "claimant__owner") | of_friend)
    owners = OWNERS.get(rows.model)
    return seen_through(principal, rows, *owners) if owners else rows


def _of_seen_customer(principal) -> Q:
    """A decision names its customer by id alone."""
    owned = Customer.objects.filter(theirs(seen_owners(principal), "owner"), id=OuterRef("customer_id"))
    return Q(customer_id=None) | Q(Exists(owned))


def _referrals(principal, rows: QuerySet) -> QuerySet:
    """Either side is enough, and so is answering for the campaign."""
    people = seen_owners(principal)
    either = theirs(people, "referrer__owner") | theirs(people, "referee__owner")
    return rows.filter(either | Q(campaign__responsible__in=people))


def may_open(principal, arguments: dict[str, object]) -> bool:
    """Say whether every record that an address names is one this principal sees."""
    if seen_owners(principal) is None:
        return True
    return all(_may_open(principal, ARGUMENTS[name], key) for name, key in arguments.items() if name in ARGUMENTS)


def _may_open(principal, model, key) -> bool:
    field = "code" if model is ReferralCode else "id"
    rows = model.objects.filter(**{field: key})
    if seen(principal, rows).exists():
        return True
    return any(was_let_in(principal, customer_id) for customer_id in customers_of(rows))


def customers_of(rows: QuerySet) -> set[UUID]:
    """Name the customers that a record hangs on."""
    owners = OWNERS.get(rows.model, ("customer__owner",))
    paths = [owner.removesuffix("owner").removesuffix("__") for owner in owners]
    columns = [f"{path}_id" if path else "id" for path in paths]
    return {each for row in rows.values_list(*columns) for each in row if each}


def check(request: HttpRequest, customer_id: UUID | None) -> None:
    """Answer 404 where a customer that a form names is not one this person sees."""
    if customer_id is not None and not may_open(request.membership, {"customer_id": customer_id}):
        raise Http404


def found_customers(request: HttpRequest, ids: list[UUID]) -> list[Customer]:
    """Read customers in the order of a search, without those this person does not see."""
    rows = seen(request.membership, Customer.objects.all()).in_bulk(ids)
    return [rows[each] for each in ids if each in rows]


# --- the API, for people who are signed in; keys see all ------------------------------------------------------


class SeesThisRecord(BasePermission):
    """Everything that an endpoint's address names."""

    def has_permission(self, request, view) -> bool:
        if request.auth is not None and not may_open(request.auth, view.kwargs):
            raise Http404
        return True


class SeenRows(BaseFilterBackend):
    """Every list of the API."""

    def filter_queryset(self, request, queryset, view) -> QuerySet:
        return queryset if getattr(view, "swagger_fake_view", False) else seen(request.auth, queryset)
