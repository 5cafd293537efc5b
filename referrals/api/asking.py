"""REST: whom to ask, what they said, the words and what they brought; the leaderboard."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from referrals.filters import AskFilter
from referrals.models import Ask, Script
from referrals.operations.asking import answer_ask, ask_now
from referrals.queries.asking import asks, cards, results_of, scripts
from referrals.queries.honours import board
from referrals.rules.asking import ASKED, REASONS
from referrals.rules.honours import PERIODS
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, one_of, read


class AskOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField()
    campaign_id = serializers.UUIDField()
    script_id = serializers.UUIDField(allow_null=True)
    owner_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = Ask
        fields = ["id", "customer_id", "campaign_id", "script_id", "owner_id", "cause", "state", "reason", "opens_until",
                  "answered_at", "created_at"]  # fmt: skip


class AskIn(Shape):
    customer_id = serializers.UUIDField()


class AskAnswerIn(Shape):
    answer = serializers.ChoiceField([*ASKED, Ask.State.DROPPED.value], help_text="What they said; dropped: nobody asked.")
    reason = serializers.ChoiceField(REASONS, required=False, help_text="Of a refusal, which needs one.")


class Asks(Rows):
    permissions = {"GET": "referrals:read", "POST": "referrals:write"}
    model = Ask
    serializer_class = AskOut
    filterset_class = AskFilter

    def rows(self):
        return asks()

    @extend_schema(operation_id="asks_list", summary="List occasions to ask for a referral, newest first")
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="asks_create", summary="Open a card for a customer, if nothing stands against asking them now",
        request=AskIn, responses={201: AskOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request):
        made = ask_now(read(AskIn, request)["customer_id"], key=f"api:{request.headers['Idempotency-Key']}"[:120])
        return Response(AskOut(made).data, status=201)


class OpenAsks(Rows):
    permissions = {"GET": "referrals:read"}
    model = Ask
    serializer_class = AskOut

    def rows(self):
        return asks().filter(id__in=cards().values("id"))

    @extend_schema(
        operation_id="asks_open_list", summary="List whom to ask now: open cards of customers without a complaint"
    )
    def get(self, request):
        return super().get(request)


class AnswerAsk(APIView):
    permissions = {"POST": "referrals:write"}

    @extend_schema(operation_id="asks_answer", summary="Note what a customer said", request=AskAnswerIn, responses=AskOut)
    def post(self, request, ask_id):
        body = read(AskAnswerIn, request)
        return Response(AskOut(answer_ask(ask_id, answer=body["answer"], reason=body.get("reason", ""))).data)


class ScriptOut(serializers.ModelSerializer):
    segment_id = serializers.UUIDField(allow_null=True)
    text = serializers.DictField(child=serializers.CharField())
    asked = serializers.SerializerMethodField(help_text="Customers asked with it.")
    accepted = serializers.SerializerMethodField(help_text="Of these said yes.")
    friends = serializers.SerializerMethodField(help_text="Friends who came within 60 days of a yes.")
    buyers = serializers.SerializerMethodField(help_text="Of these have bought.")

    class Meta:
        model = Script
        fields = ["id", "name", "variant", "situation", "segment_id", "text", "is_active", "asked", "accepted", "friends",
                  "buyers", "created_at"]  # fmt: skip

    def _result(self, script: Script, name: str) -> int:
        return getattr(self.context["results"][script.id], name)

    def get_asked(self, script: Script) -> int:
        return self._result(script, "asked")

    def get_accepted(self, script: Script) -> int:
        return self._result(script, "accepted")

    def get_friends(self, script: Script) -> int:
        return self._result(script, "friends")

    def get_buyers(self, script: Script) -> int:
        return self._result(script, "buyers")


class Scripts(APIView):
    permissions = {"GET": "referrals:read"}

    @extend_schema(
        operation_id="scripts_list", summary="List scripts with what came of them", responses=ScriptOut(many=True)
    )
    def get(self, request):
        rows = list(scripts())
        results = results_of([row.id for row in rows])
        return Response(ScriptOut(rows, many=True, context={"results": results}).data)


class RankOut(serializers.Serializer):
    rank = serializers.IntegerField()
    name = serializers.CharField(help_text="Empty where the referrer did not agree to be named on this surface.")
    friends = serializers.IntegerField(help_text="Friends who bought in the period.")


class LeaderboardOut(serializers.Serializer):
    size = serializers.IntegerField(help_text="Referrers with a friend who bought.")
    least_group = serializers.IntegerField(help_text="Below this size `lines` is empty: ranks would give people away.")
    lines = RankOut(many=True)


class Leaderboard(APIView):
    permissions = {"GET": "referrals:read"}

    @extend_schema(
        operation_id="leaderboard_retrieve", summary="Rank referrers by friends who bought; named only with consent",
        responses=LeaderboardOut, parameters=[OpenApiParameter("period", enum=PERIODS, description="Default: month")],
    )  # fmt: skip
    def get(self, request):
        period = one_of(request, "period", PERIODS, "month")
        return Response(LeaderboardOut(board(surface="board", period=period)).data)
