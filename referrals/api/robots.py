"""REST: robots of chat groups, which post the news of a campaign."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from messaging.models import GroupRobot
from messaging.operations import add_robot, ask_for_robot_test, remove_robot
from messaging.robot_words import why_not
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, read


class GroupRobotIn(Shape):
    name = serializers.CharField(max_length=60)
    kind = serializers.ChoiceField(GroupRobot.Kind.choices)
    url = serializers.CharField(max_length=500, help_text="Sealed, and never shown again.")
    secret = serializers.CharField(max_length=200, required=False, help_text="DingTalk and Feishu: signs what is posted.")


class GroupRobotOut(serializers.ModelSerializer):
    test_explanation = serializers.SerializerMethodField(help_text="Why the last test failed, and what helps.")
    test_answer = serializers.CharField(help_text="What the vendor answered, as it came.")

    class Meta:
        model = GroupRobot
        fields = [
            "id", "name", "kind", "is_active", "created_at", "test_state", "test_reason", "test_explanation",
            "test_answer", "test_asked_at",
        ]  # fmt: skip

    def get_test_explanation(self, row: GroupRobot) -> str:
        return why_not(row.test_reason)


class GroupRobots(Rows):
    permissions = {"GET": "campaigns:read", "POST": "integrations:write"}
    model = GroupRobot
    serializer_class = GroupRobotOut

    def rows(self):
        return GroupRobot.objects.filter(is_active=True)

    @extend_schema(operation_id="group_robots_list", summary="List robots of chat groups, newest first")
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="group_robots_create", summary="Add a robot of a WeCom, DingTalk or Feishu group",
        request=GroupRobotIn, responses={201: GroupRobotOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request):
        return Response(GroupRobotOut(add_robot(**read(GroupRobotIn, request))).data, status=201)


class OneGroupRobot(APIView):
    permissions = {"DELETE": "integrations:write"}

    @extend_schema(operation_id="group_robots_delete", summary="Forget a robot's address and secret", responses={204: None})
    def delete(self, request, robot_id):
        remove_robot(robot_id)
        return Response(status=204)


class TestGroupRobot(APIView):
    permissions = {"POST": "integrations:write"}

    @extend_schema(
        operation_id="group_robots_test", summary="Post a test message to a robot's group",
        request=None, responses={202: GroupRobotOut},
        description="A worker posts it. What the robot answered stands in the list of robots a few seconds later.",
    )  # fmt: skip
    def post(self, request, robot_id):
        return Response(GroupRobotOut(ask_for_robot_test(robot_id)).data, status=202)
