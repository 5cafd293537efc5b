"""REST: is a campaign ready to start, and would WeChat block a text?"""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from referrals import operations, queries, ready_words
from referrals.api.shapes import LANGUAGES
from referrals.queries.findings import LEVELS
from referrals.queries.readiness import is_ready, readiness
from referrals.rules.wechat import Finding, lint_texts
from tenancy.api_shapes import Shape, read


class ReadinessFindingOut(serializers.Serializer):
    code = serializers.CharField()
    level = serializers.ChoiceField(LEVELS, help_text="stop: it must not start so; warn; note: somebody has to know.")
    sentence = serializers.CharField(help_text="What is wrong and what to do about it, in the language of the request.")
    place = serializers.CharField(help_text="The text or the term to blame: zh-hans/offer, rewards/0.")
    instead = serializers.CharField(
        help_text="What could stand there, in the language of the text; empty where nothing can."
    )
    step = serializers.CharField(help_text="The step of the builder where it is mended.")


class ReadinessCheckOut(serializers.Serializer):
    key = serializers.CharField()
    title = serializers.CharField()
    level = serializers.ChoiceField(["ok", *LEVELS])
    passed = serializers.CharField(help_text="What is right, where nothing was found.")
    findings = ReadinessFindingOut(many=True)


class ReadinessOut(serializers.Serializer):
    is_ready = serializers.BooleanField()
    checks = ReadinessCheckOut(many=True)


class CampaignChecks(APIView):
    permissions = {"GET": "campaigns:read"}

    @extend_schema(
        operation_id="campaign_checks_list", summary="Check whether a campaign is ready to start", responses=ReadinessOut,
        description="A start is refused as long as one finding has the level stop; the refusal lists the same findings.",
    )  # fmt: skip
    def get(self, request, campaign_id):
        checks = readiness(queries.campaigns().get(id=campaign_id))
        return Response(ReadinessOut({"is_ready": is_ready(checks), "checks": checks}).data)


class LintIn(Shape):
    text = serializers.CharField(max_length=8000, required=False, help_text="One text, in either language or both.")
    texts = serializers.DictField(
        child=serializers.DictField(child=serializers.CharField(max_length=8000, allow_blank=True)), required=False,
        help_text='By language and name: {"zh-hans": {"headline": …}, "en": {…}}',
    )  # fmt: skip

    def validate(self, told):
        if len(told) != 1:
            raise serializers.ValidationError("Give either text or texts.")
        return told


class LintFindingOut(serializers.Serializer):
    code = serializers.CharField()
    place = serializers.CharField()
    words = serializers.CharField()
    start = serializers.IntegerField(help_text="Where the words begin, counted in characters.")
    end = serializers.IntegerField()
    reason = serializers.CharField()
    instead = serializers.DictField(child=serializers.CharField(), help_text="A rewording, by language.")


class LintOut(serializers.Serializer):
    is_safe = serializers.BooleanField()
    findings = LintFindingOut(many=True)


class LintText(APIView):
    permissions = {"POST": "campaigns:read"}

    @extend_schema(
        operation_id="campaign_texts_lint", summary="Find in texts what WeChat blocks as inducing", request=LintIn,
        responses=LintOut, description="Nothing is kept.",
    )  # fmt: skip
    def post(self, request):
        told = read(LintIn, request)
        found = lint_texts(told["texts"]) if "texts" in told else lint_texts({"": {"text": told["text"]}})
        shown = [_shown(each) for each in found]
        return Response(LintOut({"is_safe": not found, "findings": shown}).data)


def _shown(found: Finding) -> dict[str, Any]:
    return {
        "code": found.code, "place": found.place.lstrip("/"), "words": found.words, "start": found.start, "end": found.end,
        "reason": str(ready_words.FOUND[found.code]) % {"words": found.words},
        "instead": {language: ready_words.INSTEAD[found.code][language] for language in LANGUAGES},
    }  # fmt: skip


class LegalNoteOut(serializers.Serializer):
    note = serializers.CharField()
    acknowledged_at = serializers.DateTimeField()


class AcknowledgeLegalNote(APIView):
    permissions = {"POST": "campaigns:write"}

    @extend_schema(
        operation_id="legal_note_acknowledge", request=None, responses=LegalNoteOut,
        summary="Say that the note on campaigns over two levels was read; once for the organisation",
    )  # fmt: skip
    def post(self, request):
        return Response(LegalNoteOut(operations.acknowledge_legal_note()).data)
