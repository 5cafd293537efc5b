"""REST: payouts of cash rewards, from the draft to the result; their differences with the provider."""

import django_filters
from django.http import Http404
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from rewards.api.payout_shapes import (
    DifferenceOut,
    DoubtIn,
    FileIn,
    FileOut,
    PayoutCancelIn,
    PayoutDetailOut,
    PayoutIn,
    PayoutLineOut,
    PayoutOut,
    ResultsIn,
    ResultsOut,
    SettleIn,
)
from rewards.models import PayoutBatch, PayoutDifference, PayoutLine
from rewards.operations import payouts
from rewards.queries import payouts as reading
from rewards.queries.payout_claims import over_threshold
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, read


class PayoutFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=PayoutBatch.State.choices)

    class Meta:
        model = PayoutBatch
        fields = ["state"]


class Payouts(Rows):
    permissions = {"GET": "payouts:read", "POST": "payouts:write"}
    model, serializer_class, filterset_class = PayoutBatch, PayoutOut, PayoutFilter

    def rows(self):
        return reading.batches()

    @extend_schema(operation_id="payouts_list", summary="List payouts, newest first")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="payouts_draft", summary="Gather available cash rewards into a draft", request=PayoutIn,
        responses={201: PayoutDetailOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request):
        return _detail(payouts.draft_payout(**read(PayoutIn, request)).id, status=201)


class OnePayout(APIView):
    permissions = {"GET": "payouts:read"}

    @extend_schema(operation_id="payouts_get", summary="Show a payout", responses=PayoutDetailOut)
    def get(self, request, payout_id):
        return _detail(payout_id)


def _detail(payout_id, *, status: int = 200) -> Response:
    found = reading.batch(payout_id)
    found.steps, found.over_tax_threshold = reading.steps(payout_id), over_threshold(found)
    return Response(PayoutDetailOut(found).data, status=status)


class PayoutLines(Rows):
    permissions = {"GET": "payouts:read"}
    model, serializer_class = PayoutLine, PayoutLineOut

    def rows(self):
        reading.batch(self.kwargs["payout_id"])
        return reading.lines(self.kwargs["payout_id"]).prefetch_related("shares")

    @extend_schema(operation_id="payouts_lines", summary="List the people of a payout; accounts are masked")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)


class SubmitPayout(APIView):
    permissions = {"POST": "payouts:write"}

    @extend_schema(
        operation_id="payouts_submit", summary="Set the money aside and ask a second person", request=None,
        responses=PayoutDetailOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, payout_id):
        return _detail(payouts.submit_payout(payout_id).id)


class ApprovePayout(APIView):
    permissions = {"POST": "payouts:write"}

    @extend_schema(
        operation_id="payouts_approve", summary="Agree to a payout that somebody else has made", request=None,
        responses=PayoutDetailOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, payout_id):
        return _detail(payouts.approve_payout(payout_id).id)


class SendPayout(APIView):
    permissions = {"POST": "payouts:write"}

    @extend_schema(
        operation_id="payouts_send", summary="Begin to send an approved payout", request=None, responses=PayoutDetailOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, payout_id):
        return _detail(payouts.send_payout(payout_id).id)


class CancelPayout(APIView):
    permissions = {"POST": "payouts:write"}

    @extend_schema(
        operation_id="payouts_cancel", summary="Give everything back, before it is sent", request=PayoutCancelIn,
        responses=PayoutDetailOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, payout_id):
        return _detail(payouts.cancel_payout(payout_id, **read(PayoutCancelIn, request)).id)


class PayoutFile(APIView):
    permissions = {"POST": "payouts:write"}

    @extend_schema(
        operation_id="payouts_file", summary="Make the file for the bank, accounts in full", request=FileIn,
        responses=FileOut,
    )  # fmt: skip
    def post(self, request, payout_id):
        name, content = payouts.payout_file(payout_id, **read(FileIn, request))
        return Response(FileOut({"name": name, "content": content}).data, headers={"Cache-Control": "no-store"})


class ResultFile(APIView):
    permissions = {"POST": "payouts:write"}

    @extend_schema(
        operation_id="payouts_results", summary="Book the bank's result file", request=ResultsIn, responses=ResultsOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, payout_id):
        return Response(ResultsOut(payouts.take_result_file(payout_id, read(ResultsIn, request)["content"].encode())).data)


class SettleDoubt(APIView):
    permissions = {"POST": "payouts:write"}

    @extend_schema(
        operation_id="payouts_settle_line", summary="Book a payment whose outcome the provider does not tell",
        request=DoubtIn, responses=PayoutLineOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, payout_id, payout_line_id):
        if not reading.lines(payout_id).filter(id=payout_line_id).exists():
            raise Http404
        line = payouts.settle_doubt(payout_line_id, **read(DoubtIn, request))
        return Response(PayoutLineOut(reading.lines(payout_id).get(id=line.id)).data)


class Differences(Rows):
    permissions = {"GET": "payouts:read"}
    model, serializer_class = PayoutDifference, DifferenceOut

    def rows(self):
        return reading.differences()

    @extend_schema(operation_id="payout_differences_list", summary="List where we and a provider differ, newest first")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)


class SettleDifference(APIView):
    permissions = {"POST": "payouts:write"}

    @extend_schema(
        operation_id="payout_differences_settle", summary="Decide what is booked", request=SettleIn, responses=DifferenceOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, payout_difference_id):
        return Response(DifferenceOut(payouts.settle_difference(payout_difference_id, **read(SettleIn, request))).data)


urlpatterns = [
    path("payouts", Payouts.as_view()),
    path("payouts/<uuid:payout_id>", OnePayout.as_view()),
    path("payouts/<uuid:payout_id>/lines", PayoutLines.as_view()),
    path("payouts/<uuid:payout_id>/submit", SubmitPayout.as_view()),
    path("payouts/<uuid:payout_id>/approve", ApprovePayout.as_view()),
    path("payouts/<uuid:payout_id>/send", SendPayout.as_view()),
    path("payouts/<uuid:payout_id>/cancel", CancelPayout.as_view()),
    path("payouts/<uuid:payout_id>/file", PayoutFile.as_view()),
    path("payouts/<uuid:payout_id>/result-file", ResultFile.as_view()),
    path("payouts/<uuid:payout_id>/lines/<uuid:payout_line_id>/settle", SettleDoubt.as_view()),
    path("payout-differences", Differences.as_view()),
    path("payout-differences/<uuid:payout_difference_id>/settle", SettleDifference.as_view()),
]
