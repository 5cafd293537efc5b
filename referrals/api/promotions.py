"""REST: tell customers of a campaign, see who would be told and what came of it."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.models import Segment
from crm.queries.segments import segment_for
from messaging.robot_words import why_not
from referrals import promotion_words
from referrals.errors import UnknownPromotion
from referrals.models import Campaign, Promotion, PromotionPost
from referrals.operations import promotions as telling
from referrals.queries.promotions import audience, outcomes, posts_of
from referrals.queries.promotions import promotions as all_promotions
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Shape, read


class PromotionTextIn(Shape):
    subject = serializers.CharField(max_length=200)
    body = serializers.CharField(max_length=4000, help_text="Places: {customer}, {campaign}, {link}, {organisation}.")


class PromotionTexts(Shape):
    """Subject and text by language: en and zh-hans, as everywhere in the API."""

    en = PromotionTextIn()

    def get_fields(self):
        return {**super().get_fields(), "zh-hans": PromotionTextIn()}


class PromotionIn(Shape):
    texts = PromotionTexts(required=False, help_text="Left out: nobody is written to, only groups are.")
    segment_id = serializers.UUIDField(required=False, help_text="Narrows the campaign's own target group.")
    send_at = serializers.DateTimeField(required=False, help_text="Left out: now, outside the quiet hours.")
    group_text = serializers.CharField(
        required=False, max_length=2000, help_text="Posted by robots. Places: {campaign}, {link}, {organisation}."
    )
    robot_ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=20)
    profile_id = serializers.UUIDField(
        required=False, help_text="Enrolled referrer whose link groups get; left out: the organisation's own."
    )


class PromotionPostOut(serializers.ModelSerializer):
    robot_id = serializers.UUIDField()
    name = serializers.CharField(source="robot.name")
    explanation = serializers.SerializerMethodField(help_text="Why it failed and what helps, in the language asked for.")
    answer = serializers.CharField(help_text="What the robot's vendor answered, as it came.")

    class Meta:
        model = PromotionPost
        fields = ["robot_id", "name", "state", "reason", "explanation", "answer", "posted_at"]

    def get_explanation(self, row: PromotionPost) -> str:
        return why_not(row.reason)


class PromotionOut(serializers.ModelSerializer):
    campaign_id = serializers.UUIDField()
    segment_id = serializers.UUIDField(allow_null=True)
    job_id = serializers.UUIDField(help_text="Progress: GET /jobs/{id}.")
    chosen = serializers.SerializerMethodField(help_text="People chosen to be told.")
    told = serializers.SerializerMethodField(help_text="Of these, whose message was written.")
    sent = serializers.SerializerMethodField(help_text="Of these, whose e-mail a mail server took.")
    failed = serializers.SerializerMethodField()
    opened = serializers.SerializerMethodField(help_text="People whose link was followed within 60 days.")
    friends = serializers.SerializerMethodField(help_text="Friends who signed up within 60 days.")
    buyers = serializers.SerializerMethodField(help_text="Of these have bought.")
    left_out = serializers.SerializerMethodField(help_text="People by reason.")
    sentence = serializers.SerializerMethodField()
    posts = serializers.SerializerMethodField()

    class Meta:
        model = Promotion
        fields = [
            "id", "campaign_id", "segment_id", "state", "stopped_for", "send_at", "job_id", "chosen", "told", "sent",
            "failed", "opened", "friends", "buyers", "left_out", "sentence", "posts", "created_at", "finished_at",
        ]  # fmt: skip

    def _of(self, row: Promotion):
        return self.context["outcomes"][row.id]

    def get_chosen(self, row: Promotion) -> int:
        return self._of(row).chosen

    def get_told(self, row: Promotion) -> int:
        return self._of(row).told

    def get_sent(self, row: Promotion) -> int:
        return self._of(row).sent

    def get_failed(self, row: Promotion) -> int:
        return self._of(row).failed

    def get_opened(self, row: Promotion) -> int:
        return self._of(row).opened

    def get_friends(self, row: Promotion) -> int:
        return self._of(row).friends

    def get_buyers(self, row: Promotion) -> int:
        return self._of(row).buyers

    def get_left_out(self, row: Promotion) -> dict[str, int]:
        return self._of(row).left_out

    def get_sentence(self, row: Promotion) -> str:
        told = self._of(row)
        return promotion_words.sentence(told.told, told.opened, told.friends, told.buyers)

    def get_posts(self, row: Promotion) -> PromotionPostOut(many=True):
        return PromotionPostOut(posts_of(row), many=True).data


class AudienceOut(serializers.Serializer):
    target = serializers.IntegerField(help_text="People the campaign is open to, narrowed by the segment.")
    chosen = serializers.IntegerField(help_text="Of these would be told now.")
    left_out = serializers.DictField(child=serializers.IntegerField(), help_text="People by reason.")


def _shown(rows: list[Promotion]) -> list[dict]:
    return PromotionOut(rows, many=True, context={"outcomes": outcomes(rows)}).data


def _of(campaign_id, promotion_id) -> Promotion:
    found = all_promotions(campaign_id).filter(id=promotion_id).first()
    if found is None:
        raise UnknownPromotion
    return found


class CampaignPromotions(APIView):
    permissions = {"GET": "campaigns:read", "POST": "campaigns:write"}

    @extend_schema(
        operation_id="campaign_promotions_list", summary="List the last 50 times customers were told of a campaign",
        responses=PromotionOut(many=True),
    )  # fmt: skip
    def get(self, request, campaign_id):
        campaign = Campaign.objects.get(id=campaign_id)
        return Response(_shown(list(all_promotions(campaign.id)[:50])))

    @extend_schema(
        operation_id="campaign_promotions_create", summary="Tell a campaign's target group, groups, or both",
        request=PromotionIn, responses={201: PromotionOut}, parameters=[IDEMPOTENCY_HEADER],
        description="Only people who agreed to offers by e-mail are told, nobody twice, nobody between 21:00 and 8:00.",
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, campaign_id):
        body = read(PromotionIn, request)
        if body.get("segment_id"):
            segment_for(request.auth, body["segment_id"])
        texts = {language: dict(words) for language, words in body.pop("texts", {}).items()}
        made = telling.plan_promotion(campaign_id, telling.Wanted(texts=texts, **body))
        return Response(_shown([made])[0], status=201)


class CampaignAudience(APIView):
    permissions = {"GET": "campaigns:read"}

    @extend_schema(
        operation_id="campaign_audience_retrieve", summary="Count who would be told now, and who is left out for what",
        responses=AudienceOut, parameters=[OpenApiParameter("segment_id", {"type": "string", "format": "uuid"})],
    )  # fmt: skip
    def get(self, request, campaign_id):
        campaign = Campaign.objects.select_related("segment").get(id=campaign_id)
        return Response(AudienceOut(audience(campaign, self._segment(request))).data)

    def _segment(self, request) -> Segment | None:
        asked = serializers.UUIDField(allow_null=True).run_validation(request.GET.get("segment_id") or None)
        return segment_for(request.auth, asked) if asked else None


class OneCampaignPromotion(APIView):
    permissions = {"GET": "campaigns:read"}

    @extend_schema(
        operation_id="campaign_promotions_retrieve", summary="Read a promotion with what came of it", responses=PromotionOut
    )
    def get(self, request, campaign_id, promotion_id):
        return Response(_shown([_of(campaign_id, promotion_id)])[0])


class StopPromotion(APIView):
    permissions = {"POST": "campaigns:write"}

    @extend_schema(
        operation_id="campaign_promotions_stop", summary="Stop a promotion that waits or is being sent",
        request=None, responses=PromotionOut,
    )  # fmt: skip
    def post(self, request, campaign_id, promotion_id):
        telling.stop_promotion(_of(campaign_id, promotion_id).id)
        return Response(_shown([_of(campaign_id, promotion_id)])[0])


class ResumePromotion(APIView):
    permissions = {"POST": "campaigns:write"}

    @extend_schema(
        operation_id="campaign_promotions_resume", summary="Let a stopped promotion go on with whoever was not told yet",
        request=None, responses=PromotionOut,
    )  # fmt: skip
    def post(self, request, campaign_id, promotion_id):
        telling.resume_promotion(_of(campaign_id, promotion_id).id)
        return Response(_shown([_of(campaign_id, promotion_id)])[0])


class PostAgain(APIView):
    permissions = {"POST": "campaigns:write"}

    @extend_schema(
        operation_id="campaign_promotions_post_again", summary="Make a post again that a group's robot did not take",
        request=None, responses=PromotionOut,
        description="Only a post that failed; a worker makes it, not between 21:00 and 8:00.",
    )  # fmt: skip
    def post(self, request, campaign_id, promotion_id, robot_id):
        telling.post_again(_of(campaign_id, promotion_id).id, robot_id)
        return Response(_shown([_of(campaign_id, promotion_id)])[0])
