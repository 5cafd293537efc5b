"""REST: the WeChat official account, and the kinds of messages that go over it."""

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from messaging import wechat_queries as queries
from messaging.errors_wechat import UnknownWechatAccount
from messaging.models import WechatAccount, WechatTemplate
from messaging.operations import wechat
from messaging.wechat.words import why_not
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Shape, read


class WechatAccountIn(Shape):
    name = serializers.CharField(max_length=60, help_text="As followers see it.")
    app_id = serializers.CharField(max_length=32)
    secret = serializers.CharField(
        max_length=64, required=False, help_text="Sealed, and never shown again. Left out: the one that is there."
    )
    base_url = serializers.CharField(
        max_length=100, required=False, help_text="Of a WeChat on one's own machine, for development; refused elsewhere."
    )


class WechatAccountOut(serializers.ModelSerializer):
    test_explanation = serializers.SerializerMethodField(help_text="Why the last test failed, and what helps.")
    test_answer = serializers.CharField(help_text="What WeChat answered, as it came.")
    heard_at = serializers.DateTimeField(help_text="When WeChat last reached us; within an hour.")
    followers = serializers.SerializerMethodField(help_text="As far as WeChat has told us.")
    bound = serializers.SerializerMethodField(help_text="Followers who are known customers.")

    class Meta:
        model = WechatAccount
        fields = [
            "id", "name", "app_id", "created_at", "heard_at", "test_state", "test_reason", "test_explanation", "test_answer",
            "test_asked_at", "followers", "bound",
        ]  # fmt: skip

    def get_test_explanation(self, row: WechatAccount) -> str:
        return why_not(row.test_reason)

    def get_followers(self, row: WechatAccount) -> int:
        return queries.wechat_counts(row)["following"]

    def get_bound(self, row: WechatAccount) -> int:
        return queries.wechat_counts(row)["bound"]


class OneWechatAccount(APIView):
    permissions = {"GET": "integrations:read", "PUT": "integrations:write", "DELETE": "integrations:write"}

    @extend_schema(
        operation_id="wechat_account_read", summary="Read the WeChat official account", responses=WechatAccountOut
    )
    def get(self, request):
        return Response(WechatAccountOut(_account()).data)

    @extend_schema(
        operation_id="wechat_account_save", summary="Enter or change the WeChat official account", request=WechatAccountIn,
        responses=WechatAccountOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def put(self, request):
        return Response(WechatAccountOut(wechat.save_account(**read(WechatAccountIn, request))).data)

    @extend_schema(
        operation_id="wechat_account_remove", summary="Forget the WeChat official account, its followers and templates",
        responses={204: None},
    )  # fmt: skip
    def delete(self, request):
        wechat.remove_account()
        return Response(status=status.HTTP_204_NO_CONTENT)


class TestWechatAccount(APIView):
    permissions = {"POST": "integrations:write"}

    @extend_schema(
        operation_id="wechat_account_test", summary="See whether WeChat lets us in", request=None,
        responses={202: WechatAccountOut},
        description="A worker asks WeChat for an access token. Its answer stands with the account a few seconds later.",
    )  # fmt: skip
    def post(self, request):
        return Response(WechatAccountOut(wechat.ask_for_test()).data, status=202)


class WechatTemplateIn(Shape):
    template_id = serializers.CharField(max_length=64)
    fields = serializers.DictField(
        child=serializers.CharField(max_length=200),
        help_text='Field of the template → text with places: {"thing1": "{gift}"}',
    )
    use = serializers.ChoiceField(WechatTemplate.Use.choices, required=False, help_text="Left out: also.")


class WechatTemplateOut(serializers.ModelSerializer):
    fields = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = WechatTemplate
        fields = ["kind", "template_id", "fields", "use", "updated_at"]


class WechatTemplateList(serializers.Serializer):
    data = WechatTemplateOut(many=True)


class WechatTemplates(APIView):
    permissions = {"GET": "messages:read"}

    @extend_schema(
        operation_id="wechat_templates_list", summary="List the kinds of messages that are set up for WeChat",
        responses=WechatTemplateList,
    )  # fmt: skip
    def get(self, request):
        rows = queries.wechat_templates()
        return Response({"data": WechatTemplateOut([rows[kind] for kind in sorted(rows)], many=True).data})


_KIND = [OpenApiParameter("kind", str, OpenApiParameter.PATH)]


class OneWechatTemplate(APIView):
    permissions = {"PUT": "integrations:write", "DELETE": "integrations:write"}

    @extend_schema(
        operation_id="wechat_templates_save", summary="Say how a kind of message goes over WeChat", parameters=_KIND,
        request=WechatTemplateIn, responses=WechatTemplateOut,
    )  # fmt: skip
    def put(self, request, kind):
        return Response(WechatTemplateOut(wechat.save_template(kind=kind, **read(WechatTemplateIn, request))).data)

    @extend_schema(
        operation_id="wechat_templates_forget", summary="Send a kind of message over WeChat no more", parameters=_KIND,
        responses={204: None},
    )  # fmt: skip
    def delete(self, request, kind):
        wechat.forget_template(kind)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _account() -> WechatAccount:
    account = queries.wechat_account()
    if account is None:
        raise UnknownWechatAccount
    return account


urlpatterns = [
    path("wechat-account", OneWechatAccount.as_view()),
    path("wechat-account/test", TestWechatAccount.as_view()),
    path("wechat-templates", WechatTemplates.as_view()),
    path("wechat-templates/<slug:kind>", OneWechatTemplate.as_view()),
]
