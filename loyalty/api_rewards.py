"""REST: rewards given by hand, tiers that are held, and badges."""

from datetime import timedelta

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.models import Customer
from loyalty import operations, queries
from loyalty.errors import UnknownCoupon
from loyalty.models import Badge, CustomerBadge, TierHold
from loyalty.rules import BADGE_ICONS
from rewards import queries as rewards
from rewards.api.rewards import RewardOut
from rewards.models import CouponKind, Reward
from rewards.operations import Option, Promise
from tenancy import door
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Shape, read

_MOST = 10**12


class TitleIn(serializers.DictField):
    def __init__(self, **kwargs):
        super().__init__(child=serializers.CharField(max_length=200, allow_blank=True), **kwargs)


class GivenIn(Shape):
    """What is given: shared by a promise and its options."""

    kind = serializers.ChoiceField(choices=Reward.Kind.choices)
    amount = serializers.IntegerField(min_value=1, max_value=_MOST, default=1, help_text="Points, smallest parts or pieces.")
    currency = serializers.RegexField(r"^[A-Z]{3}$", default="", help_text="Of cash.")
    coupon_kind = serializers.CharField(max_length=40, default="", help_text="Code of the kind of coupon.")
    title = TitleIn(
        default=dict, help_text='Of what is given in kind: {"zh-hans": "…", "en": "…"}; tiers and badges have one.'
    )
    details = serializers.DictField(
        default=dict, help_text="Of its kind: tier and days, badge, starts_at and place, item_id."
    )


class OptionIn(GivenIn):
    cost_minor = serializers.IntegerField(min_value=0, max_value=_MOST)


class PromiseIn(GivenIn):
    customer_id = serializers.UUIDField()
    hold_days = serializers.IntegerField(min_value=0, max_value=365, default=0)
    promise_days = serializers.IntegerField(min_value=0, max_value=90, default=3, help_text="Working days after the hold.")
    reason = serializers.CharField(max_length=200, default="", allow_blank=True, help_text="Why; no personal data.")
    budget_id = serializers.UUIDField(default=None, allow_null=True)
    cost_minor = serializers.IntegerField(min_value=0, max_value=_MOST, default=None, allow_null=True)
    options = OptionIn(many=True, default=list, help_text="To choose from, of equal cost; the promise itself is the first.")


class BadgeOut(serializers.ModelSerializer):
    name = serializers.DictField(child=serializers.CharField())
    about = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = Badge
        fields = ["id", "code", "name", "about", "icon", "colour", "is_active"]


class BadgeIn(Shape):
    code = serializers.CharField(max_length=40)
    name = TitleIn()
    about = TitleIn(default=dict)
    icon = serializers.ChoiceField(choices=BADGE_ICONS, default="star")
    colour = serializers.RegexField(r"^#[0-9a-f]{6}$", default="#d4a017")
    is_active = serializers.BooleanField(default=True)


class BadgeList(serializers.Serializer):
    data = BadgeOut(many=True)


class CustomerBadgeOut(serializers.ModelSerializer):
    badge = serializers.CharField(source="badge.code")
    name = serializers.DictField(source="badge.name", child=serializers.CharField())
    reward_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = CustomerBadge
        fields = ["id", "badge", "name", "reason", "reward_id", "given_at", "taken_at"]


class CustomerBadgeList(serializers.Serializer):
    data = CustomerBadgeOut(many=True)


class GiveBadgeIn(Shape):
    badge = serializers.CharField(max_length=40)
    reason = serializers.CharField(max_length=200, default="", allow_blank=True)


class ReasonIn(Shape):
    reason = serializers.CharField(max_length=200)


class TierHoldOut(serializers.ModelSerializer):
    tier = serializers.CharField(source="tier.code")
    customer_id = serializers.UUIDField()

    class Meta:
        model = TierHold
        fields = ["id", "customer_id", "tier", "since", "until", "cause", "reason", "reward_id", "ended_at"]


class TierHoldIn(Shape):
    tier = serializers.CharField(max_length=20)
    until = serializers.DateTimeField(allow_null=True, default=None, help_text="Null: until it is ended.")
    reason = serializers.CharField(max_length=200)


class PromiseReward(APIView):
    permissions = {"POST": "rewards:write"}

    @extend_schema(
        operation_id="rewards_promise", summary="Promise a reward of any kind to a customer", request=PromiseIn,
        responses={201: RewardOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request):
        told = read(PromiseIn, request)
        _customer(told["customer_id"])
        principal = getattr(request.auth, "key_id", None) or request.auth.id
        promise = _promise(told, key=f"reward:api:{principal}:{request.headers['Idempotency-Key']}"[:140])
        reward = operations.give_reward(promise, reason=told["reason"])
        return Response(RewardOut(rewards.rewards().get(id=reward.id)).data, status=201)


def _promise(told: dict, *, key: str) -> Promise:
    hold_until = door.moment() + timedelta(days=told["hold_days"])
    kinds = _coupon_kinds([told, *told["options"]])
    return Promise(
        key=key, customer_id=told["customer_id"], role="member", hold_until=hold_until,
        promised_by=rewards.calendar().end_of(hold_until, days=told["promise_days"]), budget_id=told["budget_id"],
        cost_minor=told["cost_minor"], options=tuple(Option(**_given(one, kinds), cost_minor=one["cost_minor"])
                                                    for one in told["options"]),
        **_given(told, kinds),
    )  # fmt: skip


def _given(told: dict, kinds: dict) -> dict:
    names = ("kind", "amount", "currency", "title", "details")
    return {name: told[name] for name in names} | {"coupon_kind_id": kinds.get(told["coupon_kind"])}


def _coupon_kinds(told: list[dict]) -> dict:
    codes = {one["coupon_kind"] for one in told if one["kind"] == Reward.Kind.COUPON}
    known = dict(CouponKind.objects.filter(code__in=codes).values_list("code", "id"))
    for code in codes - set(known):
        raise UnknownCoupon(coupon=code)
    return known


class Badges(APIView):
    permissions = {"GET": "loyalty:read", "PUT": "loyalty:write"}

    @extend_schema(operation_id="badges_list", summary="List badges", responses=BadgeList)
    def get(self, request):
        return Response({"data": BadgeOut(queries.badges(), many=True).data})

    @extend_schema(
        operation_id="badges_save",
        summary="Make a badge, or change the one of this code",
        request=BadgeIn,
        responses=BadgeOut,
    )
    def put(self, request):
        return Response(BadgeOut(operations.save_badge(**read(BadgeIn, request))).data)


class CustomerBadges(APIView):
    permissions = {"GET": "loyalty:read", "POST": "loyalty:write"}

    @extend_schema(operation_id="customer_badges_list", summary="List a customer's badges", responses=CustomerBadgeList)
    def get(self, request, customer_id):
        _customer(customer_id)
        return Response({"data": CustomerBadgeOut(queries.badges_of(customer_id), many=True).data})

    @extend_schema(
        operation_id="customer_badges_give", summary="Give a customer a badge", request=GiveBadgeIn,
        responses={201: CustomerBadgeOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, customer_id):
        _customer(customer_id)
        told = read(GiveBadgeIn, request)
        principal = getattr(request.auth, "key_id", None) or request.auth.id
        key = f"api:{principal}:{request.headers['Idempotency-Key']}"[:160]
        given = operations.give_badge(customer_id, told["badge"], key=key, reason=told["reason"])
        return Response(CustomerBadgeOut(given).data, status=201)


class TakeBadge(APIView):
    permissions = {"POST": "loyalty:write"}

    @extend_schema(
        operation_id="customer_badges_take", summary="Take a badge back", request=ReasonIn, responses=CustomerBadgeOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, customer_badge_id):
        return Response(CustomerBadgeOut(operations.take_badge(customer_badge_id, **read(ReasonIn, request))).data)


class TierHolds(APIView):
    permissions = {"POST": "loyalty:write"}

    @extend_schema(
        operation_id="tier_holds_create", summary="Let a customer hold a tier, whatever they spend", request=TierHoldIn,
        responses={201: TierHoldOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, customer_id):
        _customer(customer_id)
        told = read(TierHoldIn, request)
        hold = operations.hold_tier(customer_id, told["tier"], until=told["until"], reason=told["reason"])
        return Response(TierHoldOut(hold).data, status=201)


class EndHold(APIView):
    permissions = {"POST": "loyalty:write"}

    @extend_schema(
        operation_id="tier_holds_end", summary="End a hold before its time", request=None, responses=TierHoldOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, hold_id):
        return Response(TierHoldOut(operations.end_hold(hold_id)).data)


def _customer(customer_id) -> Customer:
    return Customer.objects.get(id=customer_id)


urlpatterns = [
    path("rewards/promise", PromiseReward.as_view()),
    path("loyalty/badges", Badges.as_view()),
    path("customers/<uuid:customer_id>/badges", CustomerBadges.as_view()),
    path("customer-badges/<uuid:customer_badge_id>/take", TakeBadge.as_view()),
    path("customers/<uuid:customer_id>/tier-holds", TierHolds.as_view()),
    path("tier-holds/<uuid:hold_id>/end", EndHold.as_view()),
]
