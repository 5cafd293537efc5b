"""REST: the configuration as data: read it, try a bundle, apply one, go back."""

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations.models import ConfigurationVersion
from integrations.operations import configuration as operations
from integrations.packs import bundle_of, packs
from tenancy import configuration
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, read

_SECTIONS = "Section to key to entry; what an entry does not say stays as it is."


class ConfigurationOut(serializers.Serializer):
    format = serializers.CharField()
    sections = serializers.DictField(help_text=_SECTIONS)
    mark = serializers.CharField(help_text="Another one as soon as anything is configured otherwise.")


class ConfigurationBundleIn(Shape):
    sections = serializers.DictField(help_text=_SECTIONS)
    is_whole = serializers.BooleanField(
        default=False, help_text="Take out of use what the bundle does not hold; otherwise it adds and changes only."
    )
    note = serializers.CharField(max_length=200, default="", allow_blank=True)


class ConfigurationChangeOut(serializers.Serializer):
    section = serializers.CharField()
    key = serializers.CharField()
    kind = serializers.CharField(help_text="add, change, remove")
    before = serializers.DictField(allow_null=True)
    after = serializers.DictField(allow_null=True)
    refused = serializers.CharField(default="", help_text="Why it does not fit; empty where it does.")


class ConfigurationChangesOut(serializers.Serializer):
    changes = ConfigurationChangeOut(many=True)


class ConfigurationVersionOut(serializers.ModelSerializer):
    class Meta:
        model = ConfigurationVersion
        fields = ["number", "mark", "cause", "note", "created_at"]


class Configuration(APIView):
    permissions = {"GET": "settings:write"}

    @extend_schema(operation_id="configuration_get", summary="Read the whole configuration", responses=ConfigurationOut)
    def get(self, request):
        bundle = configuration.present()
        return Response({"format": configuration.FORMAT, "sections": bundle, "mark": configuration.mark_of(bundle)})


class TryConfiguration(APIView):
    permissions = {"POST": "settings:write"}

    @extend_schema(
        operation_id="configuration_try", summary="See what a bundle would change; nothing is changed",
        request=ConfigurationBundleIn, responses=ConfigurationChangesOut,
    )  # fmt: skip
    def post(self, request):
        body = read(ConfigurationBundleIn, request)
        trial = operations.try_bundle(body["sections"], is_whole=body["is_whole"])
        why = {(change.section, change.key): reason for change, reason in trial.refused}
        return Response({"changes": [_shown(change, why.get((change.section, change.key), "")) for change in trial.changes]})


class ApplyConfiguration(APIView):
    permissions = {"POST": "settings:write"}

    @extend_schema(
        operation_id="configuration_apply", summary="Apply a bundle, whole or not at all", request=ConfigurationBundleIn,
        responses=ConfigurationChangesOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request):
        body = read(ConfigurationBundleIn, request)
        changes = operations.apply_bundle(body["sections"], cause="api", note=body["note"], is_whole=body["is_whole"])
        return Response({"changes": [_shown(change) for change in changes]})


class ConfigurationPackOut(serializers.Serializer):
    key = serializers.CharField()
    name = serializers.DictField()
    about = serializers.DictField()


class Packs(APIView):
    permissions = {"GET": "settings:write"}

    @extend_schema(
        operation_id="configuration_packs", summary="List industry packs", responses=ConfigurationPackOut(many=True)
    )
    def get(self, request):
        return Response([ConfigurationPackOut(each).data for each in packs().values()])


class ApplyPack(APIView):
    permissions = {"POST": "settings:write"}

    @extend_schema(
        operation_id="configuration_apply_pack", summary="Apply an industry pack", request=None,
        responses=ConfigurationChangesOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, pack_key):
        changes = operations.apply_bundle(bundle_of(pack_key), cause=f"pack:{pack_key}")
        return Response({"changes": [_shown(change) for change in changes]})


class Versions(Rows):
    permissions = {"GET": "settings:write"}
    model = ConfigurationVersion
    serializer_class = ConfigurationVersionOut

    def rows(self):
        return ConfigurationVersion.objects.defer("bundle")

    @extend_schema(operation_id="configuration_versions", summary="List kept versions, newest first")
    def get(self, request):
        return super().get(request)


class GoBack(APIView):
    permissions = {"POST": "settings:write"}

    @extend_schema(
        operation_id="configuration_go_back", summary="Make the configuration what it was in a version", request=None,
        responses=ConfigurationChangesOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, number):
        return Response({"changes": [_shown(change) for change in operations.go_back(number)]})


def _shown(change: configuration.Change, refused: str = "") -> dict:
    return {
        "section": change.section, "key": change.key, "kind": change.kind, "before": change.before, "after": change.after,
        "refused": refused,
    }  # fmt: skip


urlpatterns = [
    path("configuration", Configuration.as_view()),
    path("configuration/try", TryConfiguration.as_view()),
    path("configuration/apply", ApplyConfiguration.as_view()),
    path("configuration/packs", Packs.as_view()),
    path("configuration/packs/<slug:pack_key>/apply", ApplyPack.as_view()),
    path("configuration/versions", Versions.as_view()),
    path("configuration/versions/<int:number>/restore", GoBack.as_view()),
]
