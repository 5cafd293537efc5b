"""REST: surveys, what was answered, and their figures."""

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm import operations
from crm.filters import SurveyAnswerFilter, SurveyFilter
from crm.models import Survey, SurveyAnswer
from crm.queries import surveys as queries
from crm.rules.surveys import Question
from foundation.ids import new_id
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, read

_TEXTS = "Texts by language: zh-hans, en."
_Texts = extend_schema_field(OpenApiTypes.OBJECT)(serializers.DictField)
PERIOD = [
    OpenApiParameter("since", OpenApiTypes.DATETIME, description="Answers from this moment on."),
    OpenApiParameter("until", OpenApiTypes.DATETIME, description="Answers before this moment."),
]


class QuestionShape(Shape):
    key = serializers.SlugField(max_length=40, help_text="Tells its answers from others' for good.")
    kind = serializers.ChoiceField(["text", "choice", "choices", "stars", "yes_no"])
    label = serializers.DictField(child=serializers.CharField(max_length=300, allow_blank=True), help_text=_TEXTS)
    is_required = serializers.BooleanField(default=False)
    choices = serializers.ListField(
        child=serializers.DictField(child=serializers.CharField(max_length=120)), required=False, max_length=30,
        help_text="Of choice and choices: key and its text by language.",
    )  # fmt: skip


class SurveyOut(serializers.ModelSerializer):
    responsible_id = serializers.UUIDField(allow_null=True)
    questions = QuestionShape(many=True)

    class Meta:
        model = Survey
        fields = [
            "id", "kind", "code", "name", "title", "intro", "thanks", "questions", "state", "takes_anybody", "trigger",
            "delay_hours", "quiet_days", "low_score", "low_action", "responsible_id", "created_at",
        ]  # fmt: skip


class SurveyPatch(Shape):
    name = serializers.CharField(max_length=120, required=False)
    title = serializers.DictField(child=serializers.CharField(max_length=200, allow_blank=True), help_text=_TEXTS)
    intro = serializers.DictField(child=serializers.CharField(max_length=1000, allow_blank=True), required=False)
    thanks = serializers.DictField(child=serializers.CharField(max_length=1000, allow_blank=True), required=False)
    questions = QuestionShape(many=True, required=False)
    takes_anybody = serializers.BooleanField(required=False)
    trigger = serializers.ChoiceField(Survey.Trigger.choices, required=False)
    delay_hours = serializers.IntegerField(min_value=0, max_value=8760, required=False)
    quiet_days = serializers.IntegerField(min_value=0, max_value=730, required=False)
    low_score = serializers.IntegerField(min_value=0, max_value=10, required=False, allow_null=True)
    low_action = serializers.ChoiceField(Survey.LowAction.choices, required=False)
    responsible_id = serializers.UUIDField(required=False, allow_null=True)


class SurveyIn(SurveyPatch):
    kind = serializers.ChoiceField(Survey.Kind.choices)


class Surveys(Rows):
    permissions = {"GET": "surveys:read", "POST": "surveys:write"}
    model = Survey
    serializer_class = SurveyOut
    filterset_class = SurveyFilter

    def rows(self):
        return queries.surveys()

    @extend_schema(operation_id="surveys_list", summary="List surveys, newest first")
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="surveys_create", summary="Make a survey (a draft)", request=SurveyIn, responses={201: SurveyOut},
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request):
        survey = operations.save_survey(**_told(read(SurveyIn, request)))
        return Response(SurveyOut(survey).data, status=201)


def _told(body: dict) -> dict:
    if "questions" in body:
        body["questions"] = [
            Question(each["key"], each["kind"], each["label"], each["is_required"], tuple(each.get("choices", ())))
            for each in body["questions"]
        ]
    return body


class OneSurvey(APIView):
    permissions = {"GET": "surveys:read", "PATCH": "surveys:write"}

    @extend_schema(operation_id="surveys_retrieve", summary="Read a survey", responses=SurveyOut)
    def get(self, request, survey_id):
        return Response(SurveyOut(Survey.objects.get(id=survey_id)).data)

    @extend_schema(operation_id="surveys_update", summary="Change a survey", request=SurveyPatch, responses=SurveyOut)
    def patch(self, request, survey_id):
        Survey.objects.get(id=survey_id)
        survey = operations.save_survey(survey_id, **_told(read(SurveyPatch, request, partial=True)))
        return Response(SurveyOut(survey).data)


class OpenSurvey(APIView):
    permissions = {"POST": "surveys:write"}

    @extend_schema(operation_id="surveys_open", summary="Take answers from now on", request=None, responses=SurveyOut)
    def post(self, request, survey_id):
        return Response(SurveyOut(operations.open_survey(survey_id)).data)


class CloseSurvey(APIView):
    permissions = {"POST": "surveys:write"}

    @extend_schema(operation_id="surveys_close", summary="Take no more answers", request=None, responses=SurveyOut)
    def post(self, request, survey_id):
        return Response(SurveyOut(operations.close_survey(survey_id)).data)


class SurveyAnswerOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField(allow_null=True)
    task_id = serializers.UUIDField(allow_null=True, help_text="The call that a low score has asked for.")
    sentiment = serializers.IntegerField(allow_null=True, help_text="Of the comment: 1 good, 0 neither, -1 bad.")

    class Meta:
        model = SurveyAnswer
        fields = [
            "id", "key", "customer_id", "score", "answers", "comment", "topic", "sentiment", "is_low", "language", "source",
            "task_id", "answered_at",
        ]  # fmt: skip


class SurveyAnswerIn(Shape):
    key = serializers.CharField(max_length=100, required=False, help_text="Yours: the same key is recorded once.")
    score = serializers.IntegerField(required=False, help_text="NPS 0 to 10, CSAT 1 to 5.")
    answers = serializers.DictField(required=False, help_text="Question key to answer.")
    customer_id = serializers.UUIDField(required=False)
    language = serializers.ChoiceField(["zh-hans", "en"], required=False)


class SurveyAnswers(Rows):
    permissions = {"GET": "surveys:read", "POST": "surveys:write"}
    model = SurveyAnswer
    serializer_class = SurveyAnswerOut
    filterset_class = SurveyAnswerFilter

    def rows(self):
        return queries.answers(Survey.objects.get(id=self.kwargs["survey_id"]).id)

    @extend_schema(operation_id="survey_answers_list", summary="List a survey's answers, newest first")
    def get(self, request, survey_id):
        return super().get(request)

    @extend_schema(
        operation_id="survey_answers_create", summary="Record an answer", request=SurveyAnswerIn,
        responses={201: SurveyAnswerOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, survey_id):
        Survey.objects.get(id=survey_id)
        body = read(SurveyAnswerIn, request)
        key = f"api:{survey_id}:{body.pop('key', '') or new_id()}"[:120]
        answer = operations.answer_survey(survey_id, key=key, source=SurveyAnswer.Source.API, **body)
        return Response(SurveyAnswerOut(answer).data, status=201)


class SurveyAskIn(Shape):
    customer_ids = serializers.ListField(child=serializers.UUIDField(), max_length=1000)
    cause = serializers.CharField(max_length=60, help_text="Why they are asked; nobody is asked twice for one cause.")


class SurveyAsked(serializers.Serializer):
    asked = serializers.IntegerField(help_text="Customers who will be asked; others were asked lately, or for this cause.")


class SurveyInvitations(APIView):
    permissions = {"POST": "surveys:write"}

    @extend_schema(
        operation_id="survey_invitations_create", summary="Ask customers by e-mail", request=SurveyAskIn,
        responses={201: SurveyAsked}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, survey_id):
        Survey.objects.get(id=survey_id)
        body = read(SurveyAskIn, request)
        asked = [(customer_id, f"{body['cause']}:{customer_id}") for customer_id in body["customer_ids"]]
        return Response({"asked": operations.ask_many(survey_id, asked)}, status=201)


class SurveyFigureOut(serializers.Serializer):
    value = serializers.FloatField(allow_null=True, help_text="NPS: points from -100 to 100. CSAT: percent of 4 and 5.")
    margin = serializers.FloatField(allow_null=True, help_text="Half the 95 % confidence interval, from 30 answers on.")
    answers = serializers.IntegerField()


class SurveyWeekOut(serializers.Serializer):
    week = serializers.DateTimeField()
    figure = SurveyFigureOut(allow_null=True)
    answers = serializers.IntegerField()


class SurveyResultsOut(serializers.Serializer):
    figure = SurveyFigureOut(allow_null=True)
    scores = serializers.DictField(child=serializers.IntegerField(), help_text="Score to number of answers.")
    answers = serializers.IntegerField()
    low = serializers.IntegerField()
    asked = serializers.IntegerField()
    response_rate = serializers.FloatField(allow_null=True, help_text="Answered of invited, 0 to 1.")
    weeks = SurveyWeekOut(many=True)
    topics = serializers.DictField(help_text="Topic to number of comments by sentiment.")


class SurveyResults(APIView):
    permissions = {"GET": "surveys:read"}

    @extend_schema(
        operation_id="survey_results", summary="A survey's figures", responses=SurveyResultsOut, parameters=PERIOD
    )
    def get(self, request, survey_id):
        survey = Survey.objects.get(id=survey_id)
        period = PeriodShape(data=request.query_params.dict())
        period.is_valid(raise_exception=True)
        return Response(SurveyResultsOut(shown(queries.results(survey, **period.validated_data))).data)


class PeriodShape(Shape):
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


def shown(results: queries.Results) -> dict:
    """Lay the figures out as the API does."""
    return {
        "figure": results.figure, "scores": results.scores, "answers": results.answers, "low": results.low,
        "asked": results.asked, "response_rate": results.response_rate,
        "weeks": [{"week": week, "figure": each, "answers": n} for week, each, n in results.weeks],
        "topics": {topic: {str(feeling): n for feeling, n in counts.items()} for topic, counts in results.topics},
    }  # fmt: skip


urlpatterns = [
    path("surveys", Surveys.as_view()),
    path("surveys/<uuid:survey_id>", OneSurvey.as_view()),
    path("surveys/<uuid:survey_id>/open", OpenSurvey.as_view()),
    path("surveys/<uuid:survey_id>/close", CloseSurvey.as_view()),
    path("surveys/<uuid:survey_id>/answers", SurveyAnswers.as_view()),
    path("surveys/<uuid:survey_id>/invitations", SurveyInvitations.as_view()),
    path("surveys/<uuid:survey_id>/results", SurveyResults.as_view()),
]
