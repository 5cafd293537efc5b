"""REST: what a campaign writes to customers by itself, what came of it, and who was left out for what."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from referrals import reminder_words
from referrals.api.promotions import PromotionTexts
from referrals.errors import UnknownReminder
from referrals.filters import ReminderPeopleFilter
from referrals.models import Campaign, PromotionReceiver, Reminder
from referrals.operations.reminding import set_reminder, texts_of
from referrals.queries.promotions import outcomes
from referrals.queries.reminding import people_of, reminder_of, reminders_of
from tenancy.api_shapes import Rows, Shape, read


class ReminderPatch(Shape):
    is_active = serializers.BooleanField(required=False)
    wait_days = serializers.IntegerField(required=False, help_text="Days after the occasion; of `ending`: before the end.")
    most = serializers.IntegerField(required=False, help_text="Times one customer is written to in the campaign.")
    texts = PromotionTexts(required=False, allow_null=True, help_text="null: the organisation's own template.")


class ReminderOut(serializers.Serializer):
    kind = serializers.ChoiceField(Reminder.Kind.choices)
    is_active = serializers.BooleanField()
    wait_days = serializers.IntegerField()
    most = serializers.IntegerField()
    sentence = serializers.CharField(help_text="What is sent to whom, and when.")
    texts = PromotionTexts()
    is_own_text = serializers.BooleanField(help_text="False: the organisation's own template.")
    waiting = serializers.IntegerField()
    told = serializers.IntegerField(help_text="Messages written.")
    sent = serializers.IntegerField(help_text="Of these, taken by a mail server.")
    failed = serializers.IntegerField()
    opened = serializers.IntegerField(help_text="People whose link was followed within 60 days.")
    friends = serializers.IntegerField(help_text="Friends who signed up within 60 days, counted as for promotions.")
    buyers = serializers.IntegerField(help_text="Of these have bought.")
    held = serializers.DictField(child=serializers.IntegerField(), help_text="Who waits: people by reason.")
    left_out = serializers.DictField(child=serializers.IntegerField(), help_text="People by reason.")


class ReminderPersonOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField()
    message_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = PromotionReceiver
        fields = ["id", "customer_id", "state", "reason", "due_at", "told_at", "message_id"]


def _shown(rows: list[Reminder]) -> list[dict]:
    came = outcomes(rows, of="reminder")
    return ReminderOut([_facts(row, came[row.id]) for row in rows], many=True).data


def _facts(row: Reminder, came) -> dict:
    figures = ("waiting", "told", "sent", "failed", "opened", "friends", "buyers", "held", "left_out")
    return {
        **{name: getattr(row, name) for name in ("kind", "is_active", "wait_days", "most")},
        **{name: getattr(came, name) for name in figures}, "sentence": reminder_words.sentence(row),
        "texts": texts_of(row),
        "is_own_text": bool(row.texts),
    }  # fmt: skip


def _known(reminder_kind: str) -> str:
    if reminder_kind not in Reminder.Kind.values:
        raise UnknownReminder(kinds=", ".join(Reminder.Kind.values))
    return reminder_kind


class CampaignReminders(APIView):
    permissions = {"GET": "campaigns:read"}

    @extend_schema(
        operation_id="campaign_reminders_list", responses=ReminderOut(many=True),
        summary="List what a campaign writes to customers by itself, with what came of it",
    )  # fmt: skip
    def get(self, request, campaign_id):
        return Response(_shown(reminders_of(Campaign.objects.get(id=campaign_id))))


class OneCampaignReminder(APIView):
    permissions = {"GET": "campaigns:read", "PATCH": "campaigns:write"}

    @extend_schema(
        operation_id="campaign_reminders_retrieve", summary="Read a reminder with what came of it", responses=ReminderOut
    )
    def get(self, request, campaign_id, reminder_kind):
        return Response(_shown([reminder_of(Campaign.objects.get(id=campaign_id), _known(reminder_kind))])[0])

    @extend_schema(
        operation_id="campaign_reminders_update", summary="Switch a reminder on or off, change its days and words",
        request=ReminderPatch, responses=ReminderOut,
        description="Only people who agreed to offers by e-mail are written to, nobody who was asked or written to lately, "
        "nobody between 21:00 and 8:00.",
    )  # fmt: skip
    def patch(self, request, campaign_id, reminder_kind):
        changes = read(ReminderPatch, request, partial=True)
        if "texts" in changes:
            texts = changes["texts"] or {}
            changes["texts"] = {language: dict(words) for language, words in texts.items()}
        return Response(_shown([set_reminder(campaign_id, _known(reminder_kind), **changes)])[0])


class ReminderPeople(Rows):
    permissions = {"GET": "campaigns:read"}
    model = PromotionReceiver
    serializer_class = ReminderPersonOut
    filterset_class = ReminderPeopleFilter

    def rows(self):
        campaign = Campaign.objects.get(id=self.kwargs["campaign_id"])
        return people_of(reminder_of(campaign, _known(self.kwargs["reminder_kind"])))

    @extend_schema(
        operation_id="campaign_reminder_people_list",
        summary="List whom a reminder has looked at, newest first: who waits, was told, was left out and why",
    )
    def get(self, request, campaign_id, reminder_kind):
        return super().get(request)
