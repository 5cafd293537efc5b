"""REST: the ageing board of what is promised and not there yet, and how much was there on time."""

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.errors import Invalid
from rewards import queries
from rewards.queries.promises import BUCKETS, CAUSES

_MOST = 200


class UnknownFilter(Invalid):
    code = "unknown_filter"
    message = "Use one of: %(choices)s."


class OpenPromisesOut(serializers.Serializer):
    cause = serializers.ChoiceField(choices=list(CAUSES), help_text="Why they are not there yet.")
    bucket = serializers.ChoiceField(choices=list(BUCKETS))
    count = serializers.IntegerField()
    cost_minor = serializers.IntegerField()


class PunctualityOut(serializers.Serializer):
    since = serializers.DateField()
    promised = serializers.IntegerField()
    on_time = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)


class BoardOut(serializers.Serializer):
    open = OpenPromisesOut(many=True)
    last_90_days = PunctualityOut()
    months = PunctualityOut(many=True)


class OpenPromiseOut(serializers.Serializer):
    reward_id = serializers.UUIDField()
    cause = serializers.ChoiceField(choices=list(CAUSES))
    bucket = serializers.ChoiceField(choices=list(BUCKETS))
    promised_by = serializers.DateTimeField()


class OpenPromiseList(serializers.Serializer):
    data = OpenPromiseOut(many=True, help_text="At most 200, the day nearest or longest past first.")


class Board(APIView):
    permissions = {"GET": "rewards:read"}

    @extend_schema(operation_id="promises_board", summary="Count promises that are open, late and kept", responses=BoardOut)
    def get(self, request):
        board = {
            "open": queries.board(), "last_90_days": queries.punctuality(), "months": queries.punctuality_by_month(),
        }  # fmt: skip
        return Response(BoardOut(board).data)


class OpenPromises(APIView):
    permissions = {"GET": "rewards:read"}

    @extend_schema(
        operation_id="promises_open", summary="List rewards that are not there yet", responses=OpenPromiseList,
        parameters=[
            OpenApiParameter("cause", str, enum=list(CAUSES)), OpenApiParameter("bucket", str, enum=list(BUCKETS)),
        ],
    )  # fmt: skip
    def get(self, request):
        cause, bucket = _one_of(request, "cause", CAUSES), _one_of(request, "bucket", BUCKETS)
        found = queries.open_promises(cause=cause, bucket=bucket, limit=_MOST)
        return Response({"data": OpenPromiseOut(found, many=True).data})


def _one_of(request, name: str, choices) -> str:
    value = request.query_params.get(name, "")
    if value and value not in choices:
        raise UnknownFilter(choices=", ".join(choices), field=name)
    return value


urlpatterns = [
    path("rewards/promises", Board.as_view()),
    path("rewards/promises/open", OpenPromises.as_view()),
]
