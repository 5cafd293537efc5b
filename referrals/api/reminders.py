"""REST: what a campaign writes to customers by itself, what came of it, and who was left out for what."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from referrals import reminder_words
from referrals.api.estimates import EstimateOut, shown_estimate
from referrals.api.promotions import WAYS, PromotionTexts, WayOut, by_way
from referrals.errors import UnknownReminder
from referrals.filters import ReminderPeopleFilter
from referrals.models import Campaign, PromotionReceiver, Reminder, Ways
from referrals.operations.reminding import estimate_reminder, set_reminder, texts_of
from referrals.queries.promotions import outcomes
from referrals.queries.reminding import people_of, reminder_of, reminders_of
from tenancy.api_shapes import Rows, Shape, read


class ReminderPatch(Shape):
    is_active = serializers.BooleanField(required=False)
    ways = serializers.ChoiceField(Ways.choices, required=False, help_text=WAYS)
    wait_days = serializers.IntegerField(required=False, help_text="Days after the occasion; of `ending`: before the end.")
    most = serializers.IntegerField(required=False, help_text="Times one customer is written to in the campaign.")
    texts = PromotionTexts(required=False, allow_null=True, help_text="null: the organisation's own templates.")


class ReminderOut(serializers.Serializer):
    kind = serializers.ChoiceField(Reminder.Kind.choices)
    is_active = serializers.BooleanField()
    ways = serializers.ChoiceField(Ways.choices, help_text=WAYS)
    wait_days = serializers.IntegerField()
    most = serializers.IntegerField()
    sentence = serializers.CharField(help_text="What is sent to whom, and when.")
    texts = PromotionTexts()
    is_own_text = serializers.BooleanField(help_text="False: the organisation's own template.")
    waiting = serializers.IntegerField()
    told = serializers.IntegerField(help_text="Messages written.")
    sent = serializers.IntegerField(help_text="Of these, taken by a mail server, or by the vendor of texts.")
    delivered = serializers.IntegerField(help_text="Texts that arrived, as their vendor told.")
    uncertain = serializers.IntegerField(help_text="Texts that may have gone: nobody knows. Never sent twice.")
    failed = serializers.IntegerField()
    opened = serializers.IntegerField(help_text="People whose link was followed within 60 days.")
    friends = serializers.IntegerField(help_text="Friends who signed up within 60 days, counted as for promotions.")
    buyers = serializers.IntegerField(help_text="Of these have bought.")
    by_way = WayOut(many=True)
    held = serializers.DictField(child=serializers.IntegerField(), help_text="Who waits: people by reason.")
    left_out = serializers.DictField(child=serializers.IntegerField(), help_text="People by reason, of the last 180 days.")


class ReminderPersonOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField()
    message_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = PromotionReceiver
        fields = ["id", "customer_id", "way", "state", "reason", "due_at", "told_at", "message_id"]


_FIGURES = (
    "waiting", "told", "sent", "delivered", "uncertain", "failed", "opened", "friends", "buyers", "held", "left_out",
)  # fmt: skip


def _shown(rows: list[Reminder]) -> list[dict]:
    came = outcomes(rows, of="reminder")
    return ReminderOut([_facts(row, came[row.id]) for row in rows], many=True).data


def _facts(row: Reminder, came) -> dict:
    return {
        **{name: getattr(row, name) for name in ("kind", "is_active", "ways", "wait_days", "most")},
        **{name: getattr(came, name) for name in _FIGURES}, "sentence": reminder_words.sentence(row),
        "by_way": by_way(came),
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
        description="Only people who agreed to offers this way are written to, nobody who was asked or written to lately, "
        "nobody between 21:00 and 8:00.",
    )  # fmt: skip
    def patch(self, request, campaign_id, reminder_kind):
        changes = read(ReminderPatch, request, partial=True)
        if "texts" in changes:
            texts = changes["texts"] or {}
            changes["texts"] = {language: dict(words) for language, words in texts.items()}
        return Response(_shown([set_reminder(campaign_id, _known(reminder_kind), **changes)])[0])


class ReminderEstimate(APIView):
    permissions = {"GET": "campaigns:read"}

    @extend_schema(
        operation_id="campaign_reminders_estimate", responses=EstimateOut,
        summary="Count who has or had an occasion in 30 days, who would be written to which way, and what texts cost",
    )  # fmt: skip
    def get(self, request, campaign_id, reminder_kind):
        row = reminder_of(Campaign.objects.get(id=campaign_id), _known(reminder_kind))
        return Response(shown_estimate(estimate_reminder(row, texts_of(row))))


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
