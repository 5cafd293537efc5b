"""REST: the shape of a promotion's text to followers in WeChat."""

from rest_framework import serializers

from messaging.wechat.words import why_not
from referrals.models import FollowerPost


class FollowerPostOut(serializers.ModelSerializer):
    explanation = serializers.SerializerMethodField(help_text="Why it failed and what helps, in the language asked for.")
    answer = serializers.CharField(help_text="What WeChat answered, as it came.")
    left_out = serializers.DictField(child=serializers.IntegerField(), help_text="People by reason.")

    class Meta:
        model = FollowerPost
        fields = ["part", "state", "reason", "explanation", "answer", "chosen", "arrived", "left_out", "posted_at"]

    def get_explanation(self, row: FollowerPost) -> str:
        return why_not(row.reason)
