"""REST: things to do."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm import operations, queries
from crm.filters import TaskFilter
from crm.models import Task
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, read


class TaskOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField(allow_null=True)
    assignee_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = Task
        fields = [
            "id", "key", "title", "script", "customer_id", "assignee_id", "priority", "state", "due_at", "created_at",
            "completed_at", "outcome",
        ]  # fmt: skip


class TaskIn(Shape):
    key = serializers.CharField(max_length=120, help_text="Yours; the same key gives the first task again.")
    title = serializers.CharField(max_length=200)
    script = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    due_at = serializers.DateTimeField()
    customer_id = serializers.UUIDField(required=False)
    assignee_id = serializers.UUIDField(required=False)
    priority = serializers.ChoiceField(Task.Priority.choices, required=False)


class Tasks(Rows):
    permissions = {"GET": "tasks:read", "POST": "tasks:write"}
    model = Task
    serializer_class = TaskOut
    filterset_class = TaskFilter

    def rows(self):
        return queries.tasks()

    @extend_schema(operation_id="tasks_list", summary="List tasks, newest first")
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="tasks_create", summary="Add a task", request=TaskIn, responses={201: TaskOut},
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request):
        body = read(TaskIn, request)
        task = operations.add_task(**{**body, "key": f"api:{body['key']}"[:120]})
        return Response(TaskOut(task).data, status=201)


class OneTask(APIView):
    permissions = {"GET": "tasks:read"}

    @extend_schema(operation_id="tasks_retrieve", summary="Read a task", responses=TaskOut)
    def get(self, request, task_id):
        return Response(TaskOut(queries.tasks().get(id=task_id)).data)


class CompleteIn(Shape):
    outcome = serializers.CharField(max_length=300, required=False, allow_blank=True)


class CompleteTask(APIView):
    permissions = {"POST": "tasks:write"}

    @extend_schema(
        operation_id="tasks_complete", summary="Complete a task", request=CompleteIn, responses=TaskOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, task_id):
        return Response(TaskOut(operations.complete_task(task_id, **read(CompleteIn, request))).data)
