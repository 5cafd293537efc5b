"""A promotion's text to followers of the WeChat official account: one for all, so its link is the groups' link."""

from django.db import models
from django.db.models import Q

from crm.models import Customer
from referrals.models.promotions import Promotion, PromotionPost
from tenancy.owned import Owned


class FollowerPost(Owned):
    """One text to at most ten thousand followers at once. WeChat takes its mark once, for a day."""

    State = PromotionPost.State

    promotion = models.ForeignKey(Promotion, on_delete=models.CASCADE, related_name="follower_posts")
    part = models.SmallIntegerField(default=1)  # of a promotion to more followers than WeChat takes at once
    state = models.CharField(max_length=8, choices=PromotionPost.State.choices, default=PromotionPost.State.WAITING)
    reason = models.CharField(max_length=20, blank=True)  # messaging/wechat/words.py
    answer = models.CharField(max_length=200, blank=True)  # what WeChat said
    left_out = models.JSONField(default=dict)  # {reason: people}, as of the choice
    message_id = models.CharField(max_length=64, blank=True)  # by which WeChat knows it
    chosen = models.IntegerField(default=0)
    arrived = models.IntegerField(null=True)  # as WeChat told
    posted_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "promotion", "part"], name="follower_post_once")]
        indexes = [models.Index(fields=["message_id"], name="follower_post_of_wechat", condition=~Q(message_id=""))]


class FollowerPostReceiver(Owned):
    """Who was sent it: WeChat lets a follower be written to four times a month."""

    post = models.ForeignKey(FollowerPost, on_delete=models.CASCADE, related_name="receivers")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "post", "customer"], name="follower_told_once")]
        indexes = [models.Index(fields=["customer", "sent_at"], name="follower_told_lately")]
