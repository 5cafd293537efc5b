"""REST: tell customers of a campaign, see who would be told and what came of it."""

from dataclasses import asdict

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.queries.segments import segment_for
from messaging.robot_words import why_not
from referrals import promotion_words
from referrals.api.follower_posts import FollowerPostOut
from referrals.errors import UnknownPromotion
from referrals.models import Campaign, Promotion, PromotionPost, Way, Ways
from referrals.operations import promotions as telling
from referrals.queries.promotions import Outcome, outcomes, posts_of
from referrals.queries.promotions import promotions as all_promotions
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Shape, read


class PromotionTextIn(Shape):
    subject = serializers.CharField(max_length=200, required=False, help_text="Of the e-mail.")
    body = serializers.CharField(
        max_length=4000, required=False, help_text="Of the e-mail. Places: {customer}, {campaign}, {link}, {organisation}."
    )
    sms = serializers.CharField(
        max_length=500,
        required=False,
        help_text="The text message. Places as in the e-mail, and {page}: the member centre.",
    )
    sms_template = serializers.CharField(
        max_length=64, required=False, allow_blank=True,
        help_text="Code under which the vendor has filed the text; some send no others. One language is enough.",
    )  # fmt: skip


class PromotionTexts(Shape):
    """Words by language: en and zh-hans, as everywhere in the API."""

    en = PromotionTextIn()

    def get_fields(self):
        return {**super().get_fields(), "zh-hans": PromotionTextIn()}


WAYS = "By e-mail, by text, or by e-mail with a text to whoever e-mail does not reach."


class PromotionIn(Shape):
    ways = serializers.ChoiceField(Ways.choices, required=False, help_text=f"{WAYS} Left out: email.")
    texts = PromotionTexts(required=False, help_text="Left out: nobody is written to, only groups are.")
    segment_id = serializers.UUIDField(required=False, help_text="Narrows the campaign's own target group.")
    send_at = serializers.DateTimeField(required=False, help_text="Left out: now, outside the quiet hours.")
    group_text = serializers.CharField(
        required=False, max_length=2000, help_text="Posted by robots. Places: {campaign}, {link}, {organisation}."
    )
    robot_ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=20)
    to_followers = serializers.BooleanField(
        required=False,
        help_text="The group's text also to followers in WeChat who agreed to offers there, four times a month.",
    )
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


class WayOut(serializers.Serializer):
    """What came of those who were told one way."""

    way = serializers.ChoiceField(Way.choices)
    told = serializers.IntegerField()
    sent = serializers.IntegerField(help_text="Taken by a mail server, or by the vendor of texts.")
    delivered = serializers.IntegerField(help_text="Of texts, as their vendor told.")
    uncertain = serializers.IntegerField(help_text="Texts that may have gone: nobody knows. Never sent twice.")
    failed = serializers.IntegerField()
    opened = serializers.IntegerField()
    friends = serializers.IntegerField()
    buyers = serializers.IntegerField()


def by_way(came: Outcome) -> list[dict]:
    return [{"way": way, **asdict(figures)} for way, figures in came.ways.items()]


class PromotionOut(serializers.ModelSerializer):
    texts = serializers.SerializerMethodField(help_text="Null: only groups were posted to.")
    campaign_id = serializers.UUIDField()
    segment_id = serializers.UUIDField(allow_null=True)
    job_id = serializers.UUIDField(help_text="Progress: GET /jobs/{id}.")
    chosen = serializers.SerializerMethodField(help_text="People chosen to be told.")
    told = serializers.SerializerMethodField(help_text="Of these, whose message was written.")
    sent = serializers.SerializerMethodField(help_text="Of these, whose e-mail a mail server or whose text a vendor took.")
    delivered = serializers.SerializerMethodField(help_text="Texts that arrived, as their vendor told.")
    uncertain = serializers.SerializerMethodField(help_text="Texts that may have gone: nobody knows. Never sent twice.")
    failed = serializers.SerializerMethodField()
    opened = serializers.SerializerMethodField(help_text="People whose link was followed within 60 days.")
    friends = serializers.SerializerMethodField(help_text="Friends who signed up within 60 days.")
    buyers = serializers.SerializerMethodField(help_text="Of these have bought.")
    by_way = serializers.SerializerMethodField()
    left_out = serializers.SerializerMethodField(help_text="People by reason.")
    sentence = serializers.SerializerMethodField()
    posts = serializers.SerializerMethodField()
    follower_posts = FollowerPostOut(many=True)

    class Meta:
        model = Promotion
        fields = [
            "id", "campaign_id", "segment_id", "ways", "texts", "state", "stopped_for", "send_at", "job_id", "chosen",
            "told", "sent", "delivered", "uncertain", "failed", "opened", "friends", "buyers", "by_way", "left_out",
            "sentence", "posts", "follower_posts", "created_at", "finished_at",
        ]  # fmt: skip

    def _of(self, row: Promotion):
        return self.context["outcomes"][row.id]

    def get_texts(self, row: Promotion) -> PromotionTexts(allow_null=True):
        return PromotionTexts(row.texts).data if row.texts else None

    def get_chosen(self, row: Promotion) -> int:
        return self._of(row).chosen

    def get_told(self, row: Promotion) -> int:
        return self._of(row).told

    def get_sent(self, row: Promotion) -> int:
        return self._of(row).sent

    def get_delivered(self, row: Promotion) -> int:
        return self._of(row).delivered

    def get_uncertain(self, row: Promotion) -> int:
        return self._of(row).uncertain

    def get_by_way(self, row: Promotion) -> WayOut(many=True):
        return WayOut(by_way(self._of(row)), many=True).data

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


def _shown(rows: list[Promotion]) -> list[dict]:
    return PromotionOut(rows, many=True, context={"outcomes": outcomes(rows)}).data


def plain(texts) -> dict[str, dict[str, str]]:
    return {language: dict(words) for language, words in texts.items()}


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
        description="Only people who agreed to offers this way are told, nobody twice, nobody between 21:00 and 8:00.",
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, campaign_id):
        body = read(PromotionIn, request)
        if body.get("segment_id"):
            segment_for(request.auth, body["segment_id"])
        made = telling.plan_promotion(campaign_id, telling.Wanted(texts=plain(body.pop("texts", {})), **body))
        return Response(_shown([made])[0], status=201)


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


class FollowersAgain(APIView):
    permissions = {"POST": "campaigns:write"}

    @extend_schema(
        operation_id="campaign_promotions_followers_again", summary="Send followers again what WeChat did not take",
        request=None, responses=PromotionOut,
    )  # fmt: skip
    def post(self, request, campaign_id, promotion_id):
        telling.followers_again(_of(campaign_id, promotion_id).id)
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
