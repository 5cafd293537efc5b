"""REST: where customers' cash goes. Accounts are never given in full."""

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.errors import NotFound
from rewards.api.common import refuse_unknown_customer
from rewards.api.payout_shapes import PayoutAccountIn, PayoutAccountOut
from rewards.models import PayoutAccount
from rewards.operations import payouts
from rewards.queries.payouts import account_of, shared_accounts
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import read


class PayoutAccountMissing(NotFound):
    code = "payout_account_missing"
    message = "This customer has no payout account."


class CustomerAccount(APIView):
    permissions = {"GET": "payouts:read", "POST": "payouts:write", "DELETE": "payouts:write"}

    @extend_schema(
        operation_id="payout_accounts_get", summary="Show where a customer's cash goes", responses=PayoutAccountOut
    )
    def get(self, request, customer_id):
        refuse_unknown_customer(customer_id)
        account = account_of(customer_id)
        if account is None:
            raise PayoutAccountMissing
        return Response(_shown(account))

    @extend_schema(
        operation_id="payout_accounts_set", summary="Say where a customer's cash goes", request=PayoutAccountIn,
        responses=PayoutAccountOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, customer_id):
        refuse_unknown_customer(customer_id)
        return Response(_shown(payouts.set_payout_account(customer_id, **read(PayoutAccountIn, request))))

    @extend_schema(operation_id="payout_accounts_forget", summary="Forget a customer's account", responses={204: None})
    def delete(self, request, customer_id):
        refuse_unknown_customer(customer_id)
        payouts.forget_payout_account(customer_id)
        return Response(status=204)


def _shown(account: PayoutAccount) -> dict:
    account.is_shared = account.fingerprint in shared_accounts([account.fingerprint])
    return PayoutAccountOut(account).data


urlpatterns = [path("customers/<uuid:customer_id>/payout-account", CustomerAccount.as_view())]
