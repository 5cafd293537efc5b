"""REST: things to do."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm import operations, queries
from crm.filters import TaskFilter
from crm.models import Task, TaskComment
from crm.queries.sight import seen_by
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, read

_OWN = [
    "kind", "title", "description", "script", "checklist", "customer_id", "case_id", "assignee_id", "priority", "due_at",
    "is_all_day", "remind_minutes", "repeats", "repeat_every", "repeat_until",
]  # fmt: skip


class ChecklistLine(serializers.Serializer):
    text = serializers.CharField()
    is_done = serializers.BooleanField()


class TaskOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField(allow_null=True)
    case_id = serializers.UUIDField(allow_null=True)
    assignee_id = serializers.UUIDField(allow_null=True)
    handed_by_id = serializers.UUIDField(allow_null=True)
    checklist = ChecklistLine(many=True)

    class Meta:
        model = Task
        fields = [
            "id", "key", *_OWN, "state", "result", "snoozed", "escalated", "handed_by_id", "hand_note", "acknowledged_at",
            "created_at", "completed_at", "outcome",
        ]  # fmt: skip


class TaskPatch(Shape):
    kind = serializers.ChoiceField(Task.Kind.choices, required=False)
    title = serializers.CharField(max_length=200)
    description = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    script = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    checklist = serializers.ListField(child=serializers.CharField(max_length=200), max_length=50, required=False)
    due_at = serializers.DateTimeField()
    is_all_day = serializers.BooleanField(required=False)
    customer_id = serializers.UUIDField(required=False)
    priority = serializers.ChoiceField(Task.Priority.choices, required=False)
    remind_minutes = serializers.IntegerField(min_value=0, max_value=100_000, required=False, help_text="0: no reminder.")
    repeats = serializers.ChoiceField(Task.Repeats.choices, required=False)
    repeat_every = serializers.IntegerField(min_value=1, max_value=365, required=False)
    repeat_until = serializers.DateField(required=False, allow_null=True)


class TaskIn(TaskPatch):
    key = serializers.CharField(max_length=110, help_text="Yours; the same key gives the first task again.")
    assignee_id = serializers.UUIDField(required=False)


def _of(request, task_id):
    return seen_by(request.auth, queries.tasks(), owner="assignee").get(id=task_id)


class Tasks(Rows):
    permissions = {"GET": "tasks:read", "POST": "tasks:write"}
    model = Task
    serializer_class = TaskOut
    filterset_class = TaskFilter

    def rows(self):
        return seen_by(self.request.auth, queries.tasks(), owner="assignee")

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
    permissions = {"GET": "tasks:read", "PATCH": "tasks:write"}

    @extend_schema(operation_id="tasks_retrieve", summary="Read a task", responses=TaskOut)
    def get(self, request, task_id):
        return Response(TaskOut(_of(request, task_id)).data)

    @extend_schema(operation_id="tasks_update", summary="Change an open task", request=TaskPatch, responses=TaskOut)
    def patch(self, request, task_id):
        _of(request, task_id)
        return Response(TaskOut(operations.change_task(task_id, **read(TaskPatch, request, partial=True))).data)


class _Action(APIView):
    """A POST that does one thing with a task that one sees."""

    permissions = {"POST": "tasks:write"}


class CompleteIn(Shape):
    outcome = serializers.CharField(max_length=300, required=False, allow_blank=True)


class CompleteTask(_Action):
    @extend_schema(
        operation_id="tasks_complete", summary="Complete a task", request=CompleteIn, responses=TaskOut,
        parameters=[IDEMPOTENCY_HEADER], description="A task that repeats makes its next one, once.",
    )  # fmt: skip
    @idempotent()
    def post(self, request, task_id):
        _of(request, task_id)
        return Response(TaskOut(operations.complete_task(task_id, **read(CompleteIn, request))).data)


class ResultIn(Shape):
    result = serializers.ChoiceField([each for each in Task.Result.choices if each[0]])
    outcome = serializers.CharField(max_length=300, required=False, allow_blank=True)
    again_at = serializers.DateTimeField(required=False, help_text="For “again”: when the next one is due.")


class TaskResult(_Action):
    @extend_schema(
        operation_id="tasks_result", summary="Complete a call with its result", request=ResultIn, responses=TaskOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, task_id):
        _of(request, task_id)
        return Response(TaskOut(operations.record_result(task_id, **read(ResultIn, request))).data)


class AssignIn(Shape):
    assignee_id = serializers.UUIDField(allow_null=True)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class AssignTask(_Action):
    @extend_schema(
        operation_id="tasks_assign", summary="Hand a task over", request=AssignIn, responses=TaskOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, task_id):
        _of(request, task_id)
        return Response(TaskOut(operations.assign_task(task_id, **read(AssignIn, request))).data)


class PutOffIn(Shape):
    until = serializers.DateTimeField()


class PutOffTask(_Action):
    @extend_schema(
        operation_id="tasks_put_off", summary="Put a task off", request=PutOffIn, responses=TaskOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, task_id):
        _of(request, task_id)
        return Response(TaskOut(operations.put_off(task_id, **read(PutOffIn, request))).data)


class CommentOut(serializers.ModelSerializer):
    author_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = TaskComment
        fields = ["id", "author_id", "text", "said_at"]


class CommentIn(Shape):
    text = serializers.CharField(max_length=5000)


class TaskCommentList(serializers.Serializer):
    data = CommentOut(many=True)


class TaskComments(APIView):
    permissions = {"GET": "tasks:read", "POST": "tasks:write"}

    @extend_schema(operation_id="tasks_comments", summary="List what was said of a task", responses=TaskCommentList)
    def get(self, request, task_id):
        _of(request, task_id)
        return Response({"data": CommentOut(queries.comments_of(task_id), many=True).data})

    @extend_schema(
        operation_id="tasks_comment", summary="Comment on a task", request=CommentIn, responses={201: CommentOut},
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, task_id):
        _of(request, task_id)
        return Response(CommentOut(operations.comment_on_task(task_id, **read(CommentIn, request))).data, status=201)
