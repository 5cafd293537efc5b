"""REST: upload a file, map its columns, try it, take it in, fetch what was wrong."""

import django_filters as filters
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.errors import Conflict
from integrations import exports, operations, queries
from integrations.import_files import WORKBOOK, error_workbook, template_workbook
from integrations.models import Import, ImportIssue, ImportTrace
from integrations.options import FILLS, MATCHES, MODES, NEEDED
from integrations.reading import ENCODINGS, Wish
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, read
from tenancy.jobs_api import JobOut
from tenancy.parsing import JSONParser


class ImportIsOver(Conflict):
    code = "import_is_over"
    message = "This import is not running."


class ImportOut(serializers.ModelSerializer):
    columns = serializers.ListField(child=serializers.CharField())
    mapping = serializers.DictField(child=serializers.CharField(), help_text="Field → column.")
    counts = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="rows = taken + skipped + failed; created, updated, unchanged count records.",
    )
    options = serializers.DictField(help_text="How customers are recognised and what is overwritten; see start.")
    job = JobOut(allow_null=True)
    undo_job = JobOut(allow_null=True)

    class Meta:
        model = Import
        fields = [
            "id", "kind", "source", "file_name", "encoding", "is_encoding_sure", "delimiter", "sheet", "header_line",
            "columns", "mapping", "options", "is_dry_run", "counts", "job", "undo_job", "undone_at", "created_at",
        ]  # fmt: skip


class IssueOut(serializers.ModelSerializer):
    message = serializers.CharField()
    values = serializers.DictField(child=serializers.CharField(), help_text="The row as it came.")

    class Meta:
        model = ImportIssue
        fields = ["id", "row", "column", "code", "message", "is_skip", "values"]


class ReasonOut(serializers.Serializer):
    code = serializers.CharField()
    template = serializers.CharField()
    is_skip = serializers.BooleanField()
    rows = serializers.IntegerField()


class OneImportOut(ImportOut):
    reasons = ReasonOut(many=True)
    issues = IssueOut(many=True, help_text="The first hundred; the rest at /issues and in errors.csv.")

    class Meta(ImportOut.Meta):
        fields = [*ImportOut.Meta.fields, "reasons", "issues"]


class UploadIn(Shape):
    kind = serializers.ChoiceField(Import.Kind.choices)
    file = serializers.FileField(
        help_text="A workbook (.xlsx), or CSV in any usual encoding, may be gzipped; at most 20 MB."
    )
    source = serializers.CharField(max_length=40, default="import", help_text="First half of the orders' business key.")


class OptionsIn(Shape):
    match = serializers.ChoiceField(list(MATCHES.items()), default="any", help_text="By what a customer is recognised.")
    mode = serializers.ChoiceField(list(MODES.items()), default="upsert")
    fill = serializers.ChoiceField(list(FILLS.items()), default="empty", help_text="What is done with filled fields.")
    is_loud = serializers.BooleanField(default=False, help_text="Send notices and webhooks as if it happened today.")
    campaign = serializers.CharField(
        default="",
        allow_blank=True,
        help_text="Id of the campaign in which referrals told in the file earn; none: they do not.",
    )


class ReadIn(Shape):
    encoding = serializers.ChoiceField([(name, name) for name in ENCODINGS], required=False)
    delimiter = serializers.ChoiceField([(",", ","), (";", ";"), ("\t", "tab"), ("|", "|")], required=False)
    header_line = serializers.IntegerField(min_value=1, required=False, help_text="Line of the column names.")
    sheet = serializers.CharField(max_length=100, required=False)


class StartIn(Shape):
    mapping = serializers.DictField(
        child=serializers.CharField(allow_blank=True), help_text="Field → column, or column → field."
    )
    is_dry_run = serializers.BooleanField(default=True)
    options = OptionsIn(required=False)


class FieldOut(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField()
    is_required = serializers.BooleanField()


class TroubleOut(serializers.Serializer):
    column = serializers.CharField()
    rows = serializers.IntegerField()
    code = serializers.CharField(source="example.code")
    line = serializers.IntegerField(source="example.row.line")
    message = serializers.CharField(source="example.sentence")


class VerdictOut(serializers.Serializer):
    line = serializers.IntegerField(source="row.line")
    verdict = serializers.ChoiceField(ImportTrace.Verdict.choices)
    changes = serializers.ListField(child=serializers.CharField(), help_text="Fields that would get another value.")


class PreviewOut(serializers.Serializer):
    sheets = serializers.ListField(child=serializers.CharField())
    is_remembered = serializers.BooleanField(help_text="The columns are chosen as for an earlier list with the same ones.")
    verdicts = VerdictOut(many=True, help_text="What would become of the first twenty rows, found out by the import itself.")
    expected = serializers.DictField(child=serializers.IntegerField(), help_text="Verdict → rows of those read.")
    columns = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    available_fields = FieldOut(many=True, source="fields")
    mapping = serializers.DictField(child=serializers.CharField())
    missing = FieldOut(many=True)
    read = serializers.IntegerField()
    readable = serializers.IntegerField()
    troubles = TroubleOut(many=True)
    totals = serializers.DictField(
        child=serializers.IntegerField(), help_text="Of balances: all that the file would bring, by unit."
    )


class ImportFilter(filters.FilterSet):
    kind = filters.ChoiceFilter(choices=Import.Kind.choices)
    is_dry_run = filters.BooleanFilter()

    class Meta:
        model = Import
        fields: list[str] = []


class Imports(Rows):
    permissions = {"GET": "imports:write", "POST": "imports:write"}
    parser_classes = [MultiPartParser, JSONParser]
    model = Import
    serializer_class = ImportOut
    filterset_class = ImportFilter

    def rows(self):
        return queries.imports()

    @extend_schema(operation_id="imports_list", summary="List imports, newest first")
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="imports_upload", summary="Upload a file", request={"multipart/form-data": UploadIn},
        responses={201: ImportOut},
        description="Nothing is taken in yet: look at the preview, then start it. To upload a file again is harmless.",
    )  # fmt: skip
    def post(self, request):
        body = read(UploadIn, request)
        _refuse(request, body["kind"])
        file = body.pop("file")
        imported = operations.upload(**body, file_name=file.name, content=file.read())
        return Response(ImportOut(imported).data, status=201)


class OneImport(APIView):
    permissions = {"GET": "imports:write"}

    @extend_schema(operation_id="imports_retrieve", summary="Show an import and its first issues", responses=OneImportOut)
    def get(self, request, import_id):
        imported = queries.imports().get(id=import_id)
        imported.reasons, imported.issues = queries.reasons(import_id), queries.issues(import_id)[:100]
        return Response(OneImportOut(imported).data)


class PreviewImport(APIView):
    permissions = {"GET": "imports:write"}

    @extend_schema(
        operation_id="imports_preview", summary="Show the first rows, the guessed mapping and what is wrong",
        responses=PreviewOut,
    )  # fmt: skip
    def get(self, request, import_id):
        return Response(PreviewOut(operations.preview(Import.objects.get(id=import_id))).data)


class StartImport(APIView):
    permissions = {"POST": "imports:write"}

    @extend_schema(
        operation_id="imports_start", summary="Try an import, or take it in", request=StartIn, responses={202: JobOut},
        parameters=[IDEMPOTENCY_HEADER], description="A dry run does the same work and keeps nothing of it but the report.",
    )  # fmt: skip
    @idempotent()
    def post(self, request, import_id):
        body = read(StartIn, request)
        _refuse(request, Import.objects.values_list("kind", flat=True).get(id=import_id))
        job = operations.start(import_id, **body)
        return Response(JobOut(job).data, status=202, headers={"Location": f"/api/v1/jobs/{job.id}"})


def _refuse(request, kind: str) -> None:
    scope = NEEDED.get(kind, "")
    if scope and not request.auth.may(scope):
        raise PermissionDenied(gettext("This needs the permission “%(scope)s”.") % {"scope": scope})


class ReadImport(APIView):
    permissions = {"POST": "imports:write"}

    @extend_schema(
        operation_id="imports_read", summary="Read the file another way", request=ReadIn, responses=ImportOut,
        description="Correct what was found out: encoding, delimiter, sheet, line of the column names.",
    )  # fmt: skip
    def post(self, request, import_id):
        return Response(ImportOut(operations.reread(import_id, Wish(**read(ReadIn, request)))).data)


class UndoImport(APIView):
    permissions = {"POST": "imports:write"}

    @extend_schema(
        operation_id="imports_undo", summary="Undo an import", request=None, responses={202: JobOut},
        parameters=[IDEMPOTENCY_HEADER],
        description="For 30 days: what it made goes, what it changed gets its earlier values, unless somebody has built on"
        " it. What stays is counted by reason in the job's result and listed at /changes.",
    )  # fmt: skip
    @idempotent()
    def post(self, request, import_id):
        _refuse(request, Import.objects.values_list("kind", flat=True).get(id=import_id))
        job = operations.undo(import_id)
        return Response(JobOut(job).data, status=202, headers={"Location": f"/api/v1/jobs/{job.id}"})


class ChangeOut(serializers.ModelSerializer):
    class Meta:
        model = ImportTrace
        fields = ["id", "row", "subject", "subject_id", "verdict", "is_undone", "kept_code"]


class ChangeFilter(filters.FilterSet):
    verdict = filters.ChoiceFilter(choices=ImportTrace.Verdict.choices)
    is_undone = filters.BooleanFilter()
    kept_code = filters.CharFilter()

    class Meta:
        model = ImportTrace
        fields: list[str] = []


class Changes(Rows):
    permissions = {"GET": "imports:write"}
    model = ImportTrace
    serializer_class = ChangeOut
    filterset_class = ChangeFilter

    def rows(self):
        return queries.traces(Import.objects.defer("content").get(id=self.kwargs["import_id"]).id)

    @extend_schema(operation_id="imports_changes", summary="List what an import made or changed, last first")
    def get(self, request, import_id):
        return super().get(request)


class CancelImport(APIView):
    permissions = {"POST": "imports:write"}

    @extend_schema(
        operation_id="imports_cancel", summary="Stop an import after its present chunk", request=None,
        responses={202: inline_serializer("Cancelling", {"is_cancel_requested": serializers.BooleanField()})},
    )  # fmt: skip
    def post(self, request, import_id):
        if not operations.cancel_import(import_id):
            raise ImportIsOver
        return Response({"is_cancel_requested": True}, status=202)


class IssueFilter(filters.FilterSet):
    code = filters.CharFilter()
    is_skip = filters.BooleanFilter()

    class Meta:
        model = ImportIssue
        fields: list[str] = []


class Issues(Rows):
    permissions = {"GET": "imports:write"}
    model = ImportIssue
    serializer_class = IssueOut
    filterset_class = IssueFilter

    def rows(self):
        return queries.issues(Import.objects.defer("content").get(id=self.kwargs["import_id"]).id)

    @extend_schema(operation_id="imports_issues", summary="List the rows that were not taken in, last first")
    def get(self, request, import_id):
        return super().get(request)


class ErrorFile(APIView):
    permissions = {"GET": "imports:write"}

    @extend_schema(
        operation_id="imports_errors", summary="Fetch the rows that were not taken in",
        description="The original columns and one that says what is wrong: correct the rows and upload the file.",
        responses={(200, "text/csv"): OpenApiTypes.BINARY},
    )  # fmt: skip
    def get(self, request, import_id):
        return as_csv(exports.error_lines(import_id), f"errors-{import_id}.csv")


class ErrorWorkbook(APIView):
    permissions = {"GET": "imports:write"}

    @extend_schema(
        operation_id="imports_errors_workbook", summary="Fetch the rows that were not taken in, as a workbook",
        responses={(200, WORKBOOK): OpenApiTypes.BINARY},
    )  # fmt: skip
    def get(self, request, import_id):
        return _workbook(error_workbook(import_id), f"errors-{import_id}.xlsx")


class TemplateFile(APIView):
    permissions = {"GET": "imports:write"}

    @extend_schema(
        operation_id="imports_template", summary="Fetch a file to begin with: every field of a kind and an example row",
        parameters=[OpenApiParameter("kind", enum=Import.Kind.values, default="customers")],
        responses={(200, WORKBOOK): OpenApiTypes.BINARY},
    )  # fmt: skip
    def get(self, request):
        import_kind = request.query_params.get("kind", Import.Kind.CUSTOMERS.value)
        if import_kind not in Import.Kind.values:
            raise Http404
        return _workbook(template_workbook(import_kind), f"{import_kind}.xlsx")


def _workbook(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=WORKBOOK, headers=headers)


def as_csv(lines, name: str) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
