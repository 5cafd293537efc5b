"""What the endpoints of this room show and take."""

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from foundation.contacts import mask_name
from referrals import explain, queries, reasons
from referrals.models import (
    Campaign,
    Decision,
    FollowUp,
    Invitation,
    Referral,
    ReferralCode,
    ReferralMove,
    RuleVersion,
    Touch,
)
from rewards.models import Reward
from tenancy.api_shapes import Shape

LANGUAGES = [code for code, _name in settings.LANGUAGES]


# --- campaigns -------------------------------------------------------------------------------------


class TermsOut(serializers.ModelSerializer):
    terms = serializers.DictField()
    sentence = serializers.SerializerMethodField(help_text="The terms as a sentence, in each language.")

    class Meta:
        model = RuleVersion
        fields = ["id", "number", "terms", "honour", "sentence", "published_at"]

    @extend_schema_field(serializers.DictField(child=serializers.CharField()))
    def get_sentence(self, version: RuleVersion) -> dict[str, str]:
        terms = explain.read_terms(version.terms)
        return {language: explain.sentence(terms, language) for language in LANGUAGES}


class CampaignOut(serializers.ModelSerializer):
    segment_id = serializers.UUIDField(allow_null=True)
    budget_id = serializers.UUIDField(allow_null=True)
    responsible_id = serializers.UUIDField(allow_null=True)
    target = serializers.DictField()
    texts = serializers.DictField()
    script = serializers.DictField()
    goal = serializers.DictField(help_text='{"aim": …, "friends": 50, "revenue_minor": …}')
    follow_up_hours = serializers.IntegerField(help_text="Working hours until the first contact is late.")

    class Meta:
        model = Campaign
        fields = [
            "id", "name", "state", "template", "starts_at", "ends_at", "target", "segment_id", "texts", "script",
            "budget_id", "responsible_id", "follow_up_hours", "goal", "is_wechat_safe", "created_at",
        ]  # fmt: skip


class OneCampaignOut(CampaignOut):
    version = serializers.SerializerMethodField(help_text="The terms for those who come now.")

    class Meta(CampaignOut.Meta):
        fields = [*CampaignOut.Meta.fields, "version"]

    @extend_schema_field(TermsOut(allow_null=True))
    def get_version(self, campaign: Campaign):
        version = queries.current_version(campaign.id)
        return TermsOut(version).data if version else None


class TextsIn(Shape):
    headline = serializers.CharField(max_length=2000, required=False)
    offer = serializers.CharField(max_length=2000, required=False)
    terms = serializers.CharField(max_length=2000, required=False)
    share = serializers.CharField(max_length=2000, required=False)


class CampaignPatch(Shape):
    name = serializers.CharField(max_length=120)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    target = serializers.DictField(required=False, help_text='{"stages": […], "tiers": […], "tags": […]}; {} is everybody')
    segment_id = serializers.UUIDField(required=False, allow_null=True, help_text="Only members of this segment may refer.")
    texts = serializers.DictField(child=TextsIn(), required=False, help_text='{"zh-hans": {…}, "en": {…}}')
    responsible_id = serializers.UUIDField(required=False, allow_null=True)
    goal = serializers.DictField(required=False, help_text='{"aim": …, "friends": 50, "revenue_minor": …}')
    is_wechat_safe = serializers.BooleanField(required=False, help_text="Inducing words stop the start; else they warn.")


class CampaignIn(CampaignPatch):
    template = serializers.CharField(max_length=40)
    terms = serializers.DictField(required=False, help_text="Replaces single terms of the template.")
    budget_limit_minor = serializers.IntegerField(min_value=1, max_value=10**15, required=False)


TERMS_HELP = """See GET /campaigns/templates for examples. Beside `success` (event first_paid_order, paid_order, or
milestones where only those count; minimum; conditions) and `rewards` there may be:

`milestones`: [{key, trigger, rewards, title, conditions, within, hold, minimum}], trigger one of confirmed,
first_paid_order, paid_order, nth_order (count), amount_reached (amount), deal_stage (stage, pipeline), deal_won
(pipeline), money_received (pipeline; in proportion to what came), nth_referral (count, repeats), satisfaction (score,
survey), still_active (after, bought_within).

`schemes`: [{key, title, when, rewards}]: the first whose conditions hold is used instead of `rewards`.

Conditions: {"fact": "order.kept", "is": "at_least", "value": {"minor": 5000, "currency": "GBP"}}, {"all": [...]},
{"any": [...]}. Facts and what they can be compared by: GET /campaigns/facts.

Kinds of rewards: points, points_rate, points_steps and cash_steps (by the friend's place), points_brackets and
cash_brackets (by the amount kept), cash, cash_percent, coupon, gift, service_upgrade, tier_upgrade, badge, event,
trial, choice. They go to referrer and referee, for purchases also to salesperson and second_level.

`limits`: per_referrer_day, per_referrer_30_days, per_referrer, per_campaign_day, per_campaign_30_days, per_campaign
as {"count": 10}; each with _cost as money."""


class TermFactOut(serializers.Serializer):
    name = serializers.CharField()
    type = serializers.ChoiceField(["money", "count", "days", "score", "text", "set", "weekday"])
    known_of = serializers.ChoiceField(["order", "deal", "answer", "people"], help_text="Where it can be asked.")
    operators = serializers.ListField(child=serializers.CharField())


class TermsIn(Shape):
    terms = serializers.DictField(help_text=TERMS_HELP)
    honour = serializers.ChoiceField(
        RuleVersion.Honour.choices,
        required=False,
        help_text="What the new terms mean for who came before. honour_old: they keep theirs. better_of_both: where they "
        "have not converted, what happens from now on is judged by whichever terms give neither side less. new_for_new: who "
        "followed the link before and signs up later gets the terms they were shown.",
    )


class CampaignBudgetIn(Shape):
    """A limit opens a budget for the campaign alone; a budget's id lets it draw on one that others draw on too."""

    limit_minor = serializers.IntegerField(min_value=1, max_value=10**15, required=False)
    budget_id = serializers.UUIDField(required=False)

    def validate(self, told):
        if len(told) != 1:
            raise serializers.ValidationError("Give either limit_minor or budget_id.")
        return told


class TemplateOut(serializers.Serializer):
    key = serializers.CharField()
    name = serializers.DictField(child=serializers.CharField())
    about = serializers.DictField(child=serializers.CharField())
    texts = serializers.DictField(child=serializers.DictField(child=serializers.CharField()))
    terms = serializers.DictField(help_text="In the organisation's currency.")


class CodeIn(Shape):
    customer_id = serializers.UUIDField()


class CodeOut(serializers.ModelSerializer):
    campaign_id = serializers.UUIDField()
    referrer_id = serializers.UUIDField()
    addresses = serializers.SerializerMethodField(help_text="link, qr, poster")

    class Meta:
        model = ReferralCode
        fields = ["id", "code", "campaign_id", "referrer_id", "is_active", "addresses", "created_at"]

    @extend_schema_field(serializers.DictField(child=serializers.CharField()))
    def get_addresses(self, code: ReferralCode):
        return queries.addresses(code.code)


class FoundCodeOut(CodeOut):
    referrer_name = serializers.SerializerMethodField(help_text="Shortened: Ann S.")
    campaign_name = serializers.CharField(source="campaign.name")
    campaign_state = serializers.CharField(source="campaign.state")

    class Meta(CodeOut.Meta):
        fields = [*CodeOut.Meta.fields, "referrer_name", "campaign_name", "campaign_state"]

    def get_referrer_name(self, code: ReferralCode) -> str:
        return mask_name(code.referrer.name)


# --- touches, invitations --------------------------------------------------------------------------


class TouchIn(Shape):
    occurred_at = serializers.DateTimeField(
        required=False, help_text="Of a touch told late; who signed up since is looked at."
    )
    code = serializers.CharField(max_length=40)
    channel = serializers.CharField(max_length=20, required=False)
    visitor = serializers.CharField(max_length=200, required=False, help_text="Any id of the visitor; kept as a keyed hash.")


class TouchOut(serializers.ModelSerializer):
    class Meta:
        model = Touch
        fields = ["id", "code_id", "campaign_id", "channel", "source", "variant", "utm", "occurred_at"]


class ConsentsIn(Shape):
    referral = serializers.BooleanField()
    marketing = serializers.BooleanField(required=False)
    text_version = serializers.CharField(max_length=40, required=False)


class InvitationIn(TouchIn):
    name = serializers.CharField(max_length=120)
    contact = serializers.CharField(
        max_length=254,
        help_text="E-mail address, or a phone number where text messages are sent; without a prefix it is of the "
        "organisation's country.",
    )
    language = serializers.ChoiceField(LANGUAGES, required=False)
    consents = ConsentsIn(required=False, help_text="The friend's own; what others enter waits for it.")
    capture = serializers.ChoiceField(
        Invitation.Capture.choices, required=False, help_text="form: the friend's own; oral: told by the referrer."
    )
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True, help_text="What the referrer told.")


class InvitationOut(serializers.ModelSerializer):
    """Says nothing of what the friend typed: that stays in quarantine."""

    class Meta:
        model = Invitation
        fields = ["id", "campaign_id", "state", "submitted_at", "expires_at"]


class ConfirmIn(Shape):
    digits = serializers.CharField(max_length=20)
    consents = ConsentsIn(required=False)


# --- referrals, decisions --------------------------------------------------------------------------


class ReferralOut(serializers.ModelSerializer):
    campaign_id = serializers.UUIDField()
    rule_version_id = serializers.UUIDField()
    code_id = serializers.UUIDField(allow_null=True)
    referrer_id = serializers.UUIDField()
    referee_id = serializers.UUIDField()

    class Meta:
        model = Referral
        fields = [
            "id", "campaign_id", "rule_version_id", "code_id", "referrer_id", "referee_id", "stage", "attribution", "risk",
            "close_reason", "channel", "source", "touched_at", "confirmed_at", "converted_at", "converting_order_id",
        ]  # fmt: skip


class ReferralMoveOut(serializers.ModelSerializer):
    class Meta:
        model = ReferralMove
        fields = ["axis", "before", "after", "cause", "actor_kind", "actor_id", "occurred_at"]


class ReferralRewardOut(serializers.ModelSerializer):
    unit = serializers.CharField(source="unit.code")

    class Meta:
        model = Reward
        fields = ["id", "role", "kind", "unit", "amount", "kept", "state", "hold_until", "promised_by", "settled_at"]


class ExplanationOut(serializers.Serializer):
    title = serializers.CharField()
    lines = serializers.SerializerMethodField()
    next_step = serializers.CharField()
    next_at = serializers.DateTimeField(source="next_date", allow_null=True)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_lines(self, explanation: explain.Explanation):
        return [str(line) for line in explanation.lines]


class DecisionOut(serializers.ModelSerializer):
    rule_version_id = serializers.UUIDField(allow_null=True)
    facts = serializers.DictField()
    checks = serializers.ListField(child=serializers.DictField())
    effects = serializers.ListField(child=serializers.DictField())

    class Meta:
        model = Decision
        fields = [
            "id", "order_id", "milestone", "subject_kind", "subject_id", "customer_id", "referral_id", "campaign_id",
            "rule_version_id", "outcome", "facts", "checks",
            "effects", "decided_at",
        ]  # fmt: skip


class OneDecisionOut(DecisionOut):
    explanation = serializers.SerializerMethodField(help_text="By language: title, lines, next step and date.")

    class Meta(DecisionOut.Meta):
        fields = [*DecisionOut.Meta.fields, "explanation"]

    @extend_schema_field(serializers.DictField(child=ExplanationOut()))
    def get_explanation(self, decision: Decision):
        return {language: ExplanationOut(told).data for language, told in explain.explain_all(decision).items()}


class FollowUpOut(serializers.ModelSerializer):
    holder_id = serializers.UUIDField(allow_null=True)
    escalated_to_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = FollowUp
        fields = [
            "stage", "holder_id", "contact_due_at", "contacted_at", "began_at", "due_at", "warn_at", "step",
            "escalated_to_id", "ended_at",
        ]  # fmt: skip


class OneReferralOut(ReferralOut):
    history = serializers.SerializerMethodField()
    rewards = serializers.SerializerMethodField(help_text="The fourth axis.")
    decisions = serializers.SerializerMethodField()
    follow_up = serializers.SerializerMethodField(help_text="Who looks after it, and until when.")

    class Meta(ReferralOut.Meta):
        fields = [*ReferralOut.Meta.fields, "history", "rewards", "decisions", "follow_up"]

    @extend_schema_field(FollowUpOut(allow_null=True))
    def get_follow_up(self, referral: Referral):
        row = queries.follow_up_of(referral.id)
        return FollowUpOut(row).data if row else None

    @extend_schema_field(ReferralMoveOut(many=True))
    def get_history(self, referral: Referral):
        return ReferralMoveOut(queries.history(referral.id), many=True).data

    @extend_schema_field(ReferralRewardOut(many=True))
    def get_rewards(self, referral: Referral):
        return ReferralRewardOut(queries.rewards_of_referral(referral.id), many=True).data

    @extend_schema_field(DecisionOut(many=True))
    def get_decisions(self, referral: Referral):
        return DecisionOut(queries.decisions_for(referral_id=referral.id), many=True).data


class StageIn(Shape):
    stage = serializers.ChoiceField(["contacted", "qualified"])
    reason = serializers.CharField(max_length=60, required=False, allow_blank=True)


class CloseIn(Shape):
    reason = serializers.ChoiceField(list(reasons.REASONS))
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)
    competitor = serializers.CharField(max_length=80, required=False, allow_blank=True)
    revisit_on = serializers.DateField(required=False)


class ReviewIn(Shape):
    reason = serializers.CharField(max_length=60, required=False, allow_blank=True)


class JudgeIn(Shape):
    order_id = serializers.UUIDField()
