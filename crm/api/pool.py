"""REST: the pool of customers."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.views import APIView

from crm import operations
from crm.api.customers import CustomerOut, OfCustomer, customer_answer
from crm.models import CustomerMove
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Shape, read
from tenancy.models import Membership


class CustomerClaimIn(Shape):
    owner_id = serializers.UUIDField(
        required=False, help_text="The member of staff who takes them; without it whoever is signed in. A key names one."
    )


class ClaimCustomer(APIView):
    permissions = {"POST": "customers:write"}

    @extend_schema(
        operation_id="customers_claim", summary="Claim a customer from the pool", request=CustomerClaimIn,
        responses=CustomerOut, parameters=[IDEMPOTENCY_HEADER],
        description="The limits of the pool hold for whoever takes them: 409 too_many_customers, customers_full,"
        " customer_cools_down. Of two who claim, one gets them; the other gets 409 customer_taken. Who is in the pool:"
        " GET /customers?in_pool=true.",
    )  # fmt: skip
    @idempotent()
    def post(self, request, customer_id):
        me = request.auth.id if isinstance(request.auth, Membership) else None
        owner_id = read(CustomerClaimIn, request).get("owner_id", me)
        if owner_id is None:
            raise serializers.ValidationError({"owner_id": ["required"]})
        operations.claim_customer(customer_id, owner_id)
        return customer_answer(customer_id, request)


class CustomerReleaseIn(Shape):
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, help_text="What others should know.")


class ReleaseCustomer(APIView):
    permissions = {"POST": "customers:write"}

    @extend_schema(
        operation_id="customers_release", summary="Give a customer back to the pool", request=CustomerReleaseIn,
        responses=CustomerOut, parameters=[IDEMPOTENCY_HEADER],
        description="409 customer_has_work while their owner has open deals, leads or cases with them.",
    )  # fmt: skip
    @idempotent()
    def post(self, request, customer_id):
        operations.release_customer(customer_id, **read(CustomerReleaseIn, request))
        return customer_answer(customer_id, request)


class CustomerMoveOut(serializers.ModelSerializer):
    from_member_id = serializers.UUIDField(allow_null=True)
    to_member_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = CustomerMove
        fields = ["id", "kind", "from_member_id", "to_member_id", "note", "occurred_at"]


class PoolMoves(OfCustomer):
    permissions = {"GET": "customers:read"}
    model = CustomerMove
    serializer_class = CustomerMoveOut

    @extend_schema(operation_id="customer_pool_moves_list", summary="List a customer's ways into the pool and out of it")
    def get(self, request, customer_id):
        return super().get(request)
