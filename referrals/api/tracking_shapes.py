"""What the endpoints about the way of a referral show and take."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from foundation.contacts import mask_email, mask_name, mask_phone
from referrals import queries, reasons
from referrals.api.shapes import LANGUAGES, ConsentsIn
from referrals.models import Evidence, Invitation, ReferralHandOver, Responsibility, StatusLink
from tenancy.api_shapes import Shape
from tenancy.models import Membership

WAITING = Invitation.State.WAITING


class MaskedInvitationOut(serializers.ModelSerializer):
    """Who was invited, masked; nothing once it is over."""

    campaign_id = serializers.UUIDField()
    referral_id = serializers.UUIDField(allow_null=True)
    name = serializers.SerializerMethodField(help_text="Masked; empty once the invitation is over.")
    contact = serializers.SerializerMethodField(help_text="Masked; empty once the invitation is over.")
    stage = serializers.SerializerMethodField(help_text="invited, submitted, confirmed, declined, withdrawn or expired")

    class Meta:
        model = Invitation
        fields = [
            "id", "campaign_id", "state", "stage", "capture", "channel", "name", "contact", "submitted_at", "expires_at",
            "confirmed_at", "ended_at", "referral_id",
        ]  # fmt: skip

    def get_name(self, row: Invitation) -> str:
        return mask_name(row.name) if row.state == WAITING and row.name else ""

    def get_contact(self, row: Invitation) -> str:
        if row.state != WAITING or not row.contact:
            return ""
        return mask_email(row.contact) if row.contact_kind == "email" else mask_phone(row.contact)

    def get_stage(self, row: Invitation) -> str:
        return queries.stage_of(row)


class SpokenIn(Shape):
    code = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=120)
    contact = serializers.CharField(max_length=254, help_text="E-mail address or phone number.")
    language = serializers.ChoiceField(LANGUAGES, required=False)
    consents = ConsentsIn()


class FailureReasonOut(serializers.Serializer):
    code = serializers.CharField()
    who = serializers.SerializerMethodField(help_text="referee, referrer, staff, product, price, rule, system or fraud")
    names = serializers.SerializerMethodField(help_text="By language.")
    is_set_by_system = serializers.SerializerMethodField()
    asks = serializers.SerializerMethodField(help_text="What else is worth saying: competitor, revisit_on.")

    def get_who(self, row) -> str:
        return reasons.who(row["code"])

    @extend_schema_field(serializers.DictField(child=serializers.CharField()))
    def get_names(self, row):
        return reasons.names(row["code"])

    def get_is_set_by_system(self, row) -> bool:
        return row["code"] in reasons.SET_BY_SYSTEM

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_asks(self, row):
        asked = (("competitor", reasons.ASKS_COMPETITOR), ("revisit_on", reasons.ASKS_REVISIT))
        return [name for name, group in asked if row["code"] in group]


class PathStepOut(serializers.Serializer):
    step = serializers.CharField(help_text="clicked, invited, submitted, a stage, handed or evidence")
    occurred_at = serializers.DateTimeField(source="at")
    who_kind = serializers.CharField(help_text="friend, member, user, customer, api_key or system")
    who_id = serializers.UUIDField(allow_null=True)
    why = serializers.CharField()
    times = serializers.IntegerField()


class ReferralHandOverIn(Shape):
    receiver_id = serializers.UUIDField()
    done = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=100), required=False,
        help_text="Places of the checklist's lines that were gone through, from 0.",
    )  # fmt: skip
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class AnswerIn(Shape):
    answer = serializers.CharField(max_length=300)


class ReferralHandOverOut(serializers.ModelSerializer):
    referral_id = serializers.UUIDField()
    giver_id = serializers.UUIDField(allow_null=True)
    receiver_id = serializers.UUIDField(allow_null=True)
    checklist = serializers.ListField(child=serializers.DictField())

    class Meta:
        model = ReferralHandOver
        fields = [
            "id", "referral_id", "stage", "giver_id", "receiver_id", "checklist", "note", "state", "asked_at",
            "answered_at", "answer",
        ]  # fmt: skip


class EvidenceIn(Shape):
    criterion = serializers.ChoiceField(Evidence.Criterion.choices)
    text = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    order_id = serializers.UUIDField(required=False)
    deal_id = serializers.UUIDField(required=False)


class EvidenceOut(serializers.ModelSerializer):
    referral_id = serializers.UUIDField()
    handed_in_by_id = serializers.UUIDField(allow_null=True)
    decided_by_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = Evidence
        fields = [
            "id", "referral_id", "criterion", "text", "file_name", "content_type", "size", "order_id", "deal_id", "state",
            "handed_in_by_id", "handed_in_at", "decided_by_id", "decided_at", "reason",
        ]  # fmt: skip


class DecideIn(Shape):
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


class StageOwnerIn(Shape):
    stage = serializers.ChoiceField(Responsibility.Stage.choices)
    member_id = serializers.UUIDField(required=False, allow_null=True)
    role = serializers.ChoiceField(Membership.Role.choices, required=False)
    hours = serializers.IntegerField(min_value=1, max_value=2000, required=False, allow_null=True)
    checklist = serializers.ListField(child=serializers.CharField(max_length=200), max_length=20, required=False)


class StageOwnerOut(serializers.Serializer):
    stage = serializers.CharField()
    member_id = serializers.SerializerMethodField()
    role = serializers.CharField()
    hours = serializers.IntegerField(allow_null=True, help_text="Of working time.")
    checklist = serializers.ListField(child=serializers.CharField())
    is_default = serializers.BooleanField(help_text="Follows from the campaign's responsible person.")
    has_owner = serializers.SerializerMethodField()

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_member_id(self, row):
        return row.member.id if row.member else None

    def get_has_owner(self, row) -> bool:
        return row.stage not in self.context.get("ownerless", ())


class FailureOut(serializers.Serializer):
    reason = serializers.CharField()
    count = serializers.IntegerField()
    share = serializers.FloatField()
    is_system = serializers.BooleanField()


class SideOut(serializers.Serializer):
    who = serializers.CharField()
    count = serializers.IntegerField()
    failures = FailureOut(many=True)


class PromptnessOut(serializers.Serializer):
    started = serializers.IntegerField()
    in_time = serializers.IntegerField()
    late = serializers.IntegerField()
    waiting = serializers.IntegerField()
    overdue = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True, help_text="In time of all that were due.")


class FailuresOut(serializers.Serializer):
    sides = SideOut(many=True)
    promptness = PromptnessOut()


class StatusLinkIn(Shape):
    days = serializers.IntegerField(min_value=1, max_value=366, required=False)


class StatusLinkOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField(source="owner_id")

    class Meta:
        model = StatusLink
        fields = ["id", "customer_id", "created_at", "expires_at", "revoked_at", "opened_at"]


class NewStatusLinkOut(StatusLinkOut):
    address = serializers.SerializerMethodField(help_text="Told this once; only a hash of it is kept.")

    class Meta(StatusLinkOut.Meta):
        fields = [*StatusLinkOut.Meta.fields, "address"]

    def get_address(self, row: StatusLink) -> str:
        return self.context["address"]
