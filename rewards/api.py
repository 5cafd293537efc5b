"""REST: rewards, balances, coupons, budgets and the books."""

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.models import Customer
from foundation.ids import normalise_code
from rewards import operations, queries
from rewards.models import Coupon, JournalEntry, Reward
from rewards.shapes import (
    AdjustmentIn,
    BalanceList,
    BalanceOut,
    BooksOut,
    BudgetIn,
    BudgetOut,
    CouponOut,
    CouponRedemptionIn,
    CouponRedemptionOut,
    EntryOut,
    HoldIn,
    PostedOut,
    RedemptionIn,
    RewardHistoryOut,
    RewardOut,
    StatementLineOut,
    StatementList,
    TrialLineOut,
    TrialList,
)
from tenancy.api import IDEMPOTENCY_HEADER, idempotent


def _listed(view, queryset):
    """Give the queryset; the schema is written outside the door, where there is nothing to ask for."""
    return QuerySet(view.serializer_class.Meta.model) if getattr(view, "swagger_fake_view", False) else queryset()


def _read(shape, request) -> dict:
    read = shape(data=request.data)
    read.is_valid(raise_exception=True)
    return read.validated_data


def _refuse_unknown_customer(customer_id) -> None:
    if not Customer.objects.filter(id=customer_id).exists():
        raise Http404


# --- rewards ---------------------------------------------------------------------------------------------


class RewardFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=Reward.State.choices)
    kind = django_filters.ChoiceFilter(choices=Reward.Kind.choices)
    customer = django_filters.UUIDFilter(field_name="beneficiary_id")
    campaign = django_filters.UUIDFilter(field_name="campaign_id")
    referral = django_filters.UUIDFilter(field_name="referral_id")
    order = django_filters.UUIDFilter(field_name="order_id")

    class Meta:
        model = Reward
        fields = ["state", "kind", "customer", "campaign", "referral", "order"]


class Rewards(ListAPIView):
    permissions = {"GET": "rewards:read"}
    serializer_class = RewardOut
    filterset_class = RewardFilter

    def get_queryset(self):
        return _listed(self, queries.rewards)

    @extend_schema(operation_id="rewards_list", summary="List rewards, newest first")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)


class OneReward(APIView):
    permissions = {"GET": "rewards:read"}

    @extend_schema(operation_id="rewards_retrieve", summary="Show a reward and its history", responses=RewardHistoryOut)
    def get(self, request, reward_id):
        reward = queries.rewards().get(id=reward_id)
        reward.moves = queries.history(reward_id)
        return Response(RewardHistoryOut(reward).data)


class HoldReward(APIView):
    permissions = {"POST": "rewards:write"}

    @extend_schema(
        operation_id="rewards_hold", summary="Keep a reward from settling", request=HoldIn, responses=RewardOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, reward_id):
        operations.put_on_hold(reward_id, **_read(HoldIn, request))
        return Response(RewardOut(queries.rewards().get(id=reward_id)).data)


class ReleaseReward(APIView):
    permissions = {"POST": "rewards:write"}

    @extend_schema(
        operation_id="rewards_release", summary="Let a held reward settle when its time comes", request=None,
        responses=RewardOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, reward_id):
        operations.release_hold(reward_id)
        return Response(RewardOut(queries.rewards().get(id=reward_id)).data)


# --- customers' accounts ---------------------------------------------------------------------------------


class Balances(APIView):
    permissions = {"GET": "rewards:read"}

    @extend_schema(operation_id="balances_list", summary="Show what a customer has", responses=BalanceList)
    def get(self, request, customer_id):
        _refuse_unknown_customer(customer_id)
        return Response({"data": BalanceOut(queries.balances(customer_id), many=True).data})


class Statement(APIView):
    permissions = {"GET": "rewards:read"}

    @extend_schema(
        operation_id="statement_list", summary="List what happened on a customer's account, newest first",
        parameters=[OpenApiParameter("unit", str, description="POINT, COUPON or a currency; POINT unless told.")],
        responses=StatementList,
    )  # fmt: skip
    def get(self, request, customer_id):
        _refuse_unknown_customer(customer_id)
        lines = queries.statement(customer_id, request.query_params.get("unit", "POINT"))
        return Response({"data": StatementLineOut(lines, many=True).data})


class AdjustPoints(APIView):
    permissions = {"POST": "rewards:write"}

    @extend_schema(
        operation_id="points_adjust", summary="Add points, or take them away, and say why", request=AdjustmentIn,
        responses={201: PostedOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, customer_id):
        return _post_points(operations.adjust_points, AdjustmentIn, request, customer_id)


class RedeemPoints(APIView):
    permissions = {"POST": "rewards:write"}

    @extend_schema(
        operation_id="points_redeem", summary="Use points of a customer", request=RedemptionIn,
        responses={201: PostedOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, customer_id):
        return _post_points(operations.redeem_points, RedemptionIn, request, customer_id)


def _post_points(verb, shape, request, customer_id) -> Response:
    _refuse_unknown_customer(customer_id)
    facts = _read(shape, request)
    principal = getattr(request.auth, "key_id", None) or request.auth.id
    entry = verb(customer_id, **facts, key=f"api:{principal}:{request.headers['Idempotency-Key']}"[:140])
    points = queries.available_points([customer_id])[customer_id]
    return Response(PostedOut({"entry_id": entry.id, "available": points}).data, status=201)


# --- coupons, budgets ------------------------------------------------------------------------------------


class CouponFilter(django_filters.FilterSet):
    customer = django_filters.UUIDFilter(field_name="customer_id")
    code = django_filters.CharFilter(method="by_code")
    state = django_filters.ChoiceFilter(choices=Coupon.State.choices)

    class Meta:
        model = Coupon
        fields = ["customer", "code", "state"]

    def by_code(self, queryset, name, value):
        return queryset.filter(code=normalise_code(value))


class Coupons(ListAPIView):
    permissions = {"GET": "rewards:read"}
    serializer_class = CouponOut
    filterset_class = CouponFilter

    def get_queryset(self):
        return _listed(self, queries.coupons)

    @extend_schema(operation_id="coupons_list", summary="List coupons, newest first")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)


class RedeemCoupon(APIView):
    permissions = {"POST": "rewards:write"}

    @extend_schema(
        operation_id="coupons_redeem", summary="Use a coupon on an order", request=CouponRedemptionIn,
        responses=CouponRedemptionOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request):
        return Response(CouponRedemptionOut(operations.redeem_coupon(**_read(CouponRedemptionIn, request))).data)


class Budgets(ListAPIView):
    permissions = {"GET": "rewards:read", "POST": "rewards:write"}
    serializer_class = BudgetOut

    def get_queryset(self):
        return _listed(self, queries.budgets)

    @extend_schema(operation_id="budgets_list", summary="List budgets, newest first")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="budgets_open", summary="Set money aside for rewards", request=BudgetIn, responses={201: BudgetOut},
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request):
        return Response(BudgetOut(operations.open_budget(**_read(BudgetIn, request))).data, status=201)


# --- the books -------------------------------------------------------------------------------------------


class EntryFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=JournalEntry.Kind.choices)
    key = django_filters.CharFilter()

    class Meta:
        model = JournalEntry
        fields = ["kind", "key"]


class Entries(ListAPIView):
    permissions = {"GET": "ledger:read"}
    serializer_class = EntryOut
    filterset_class = EntryFilter

    def get_queryset(self):
        return _listed(self, queries.entries)

    @extend_schema(operation_id="ledger_entries_list", summary="List the journal, newest first")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)


class TrialBalance(APIView):
    permissions = {"GET": "ledger:read"}

    @extend_schema(operation_id="ledger_trial_balance", summary="Sum all accounts; a unit sums to 0", responses=TrialList)
    def get(self, request):
        return Response({"data": TrialLineOut(queries.trial_balance(), many=True).data})


class VerifyBooks(APIView):
    permissions = {"GET": "ledger:read"}

    @extend_schema(operation_id="ledger_verify", summary="Prove the books from the journal", responses=BooksOut)
    def get(self, request):
        return Response(BooksOut(queries.verify_books()).data)


urlpatterns = [
    path("rewards", Rewards.as_view()),
    path("rewards/<uuid:reward_id>", OneReward.as_view()),
    path("rewards/<uuid:reward_id>/hold", HoldReward.as_view()),
    path("rewards/<uuid:reward_id>/release", ReleaseReward.as_view()),
    path("customers/<uuid:customer_id>/balances", Balances.as_view()),
    path("customers/<uuid:customer_id>/statement", Statement.as_view()),
    path("customers/<uuid:customer_id>/points/adjust", AdjustPoints.as_view()),
    path("customers/<uuid:customer_id>/points/redeem", RedeemPoints.as_view()),
    path("coupons", Coupons.as_view()),
    path("coupons/redeem", RedeemCoupon.as_view()),
    path("budgets", Budgets.as_view()),
    path("ledger/entries", Entries.as_view()),
    path("ledger/trial-balance", TrialBalance.as_view()),
    path("ledger/verify", VerifyBooks.as_view()),
]
