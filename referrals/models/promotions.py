"""Telling customers of a campaign: what is sent, to whom, and to which groups."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Customer, Segment
from messaging.models import GroupRobot, Message
from referrals.models.campaigns import Campaign
from referrals.models.codes import ReferralCode
from tenancy.models import Job
from tenancy.owned import Owned


class Ways(models.TextChoices):
    """How a campaign writes to customers."""

    EMAIL = "email", _("By e-mail")
    SMS = "sms", _("By text message")
    EMAIL_OR_SMS = "email_or_sms", _("By e-mail, and by text to whoever e-mail does not reach")


class Way(models.TextChoices):
    """How one customer is written to."""

    EMAIL = "email", pgettext_lazy("a way to send", "E-mail")
    SMS = "sms", _("Text message")


class Promotion(Owned):
    """One message about a campaign to those who may refer in it, and one post to groups."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("state of a promotion", "Waiting")
        SENDING = "sending", pgettext_lazy("state of a promotion", "Being sent")
        DONE = "done", pgettext_lazy("state of a promotion", "Sent")
        STOPPED = "stopped", pgettext_lazy("state of a promotion", "Stopped")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="promotions")
    segment = models.ForeignKey(Segment, null=True, on_delete=models.SET_NULL, related_name="+")  # narrows the target
    ways = models.CharField(max_length=12, choices=Ways.choices, default=Ways.EMAIL)
    # {"en": {"subject", "body", "sms", "sms_template"}, "zh-hans": {…}}, of it what the ways need; {}: nobody is written to
    texts = models.JSONField(default=dict)
    group_text = models.TextField(blank=True)  # for robots; places are filled
    code = models.ForeignKey(ReferralCode, null=True, on_delete=models.PROTECT, related_name="+")  # of the groups' link
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    stopped_for = models.CharField(max_length=10, blank=True)  # hand, campaign
    send_at = models.DateTimeField()
    left_out = models.JSONField(default=dict)  # {reason: people}, as of the choice
    chosen_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["campaign", "-id"], name="promotion_newest")]


class Reminder(Owned):
    """Whom a campaign writes to by itself: after which occasion, how long after, how often, in which words. Off at first."""

    class Kind(models.TextChoices):
        BOUGHT = "bought", pgettext_lazy("a reminder to refer", "After a purchase")
        PRAISED = "praised", pgettext_lazy("a reminder to refer", "After good marks")
        SILENT = "silent", pgettext_lazy("a reminder to refer", "Has a link, brought nobody yet")
        ENDING = "ending", pgettext_lazy("a reminder to refer", "Before the campaign ends")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="reminders")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    is_active = models.BooleanField(default=False)
    wait_days = models.SmallIntegerField()  # after the occasion; of `ending`: before the end
    most = models.SmallIntegerField(default=1)  # times one customer is written to in the campaign
    ways = models.CharField(max_length=12, choices=Ways.choices, default=Ways.EMAIL)
    # As of a promotion; what is not there is the organisation's own template
    texts = models.JSONField(default=dict)
    changed_at = models.DateTimeField()
    gathered_at = models.DateTimeField(null=True)  # when it was looked who has a link that brought nobody

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "campaign", "kind"], name="reminder_once"),
            models.CheckConstraint(
                condition=Q(wait_days__gte=0, wait_days__lte=180, most__gte=1, most__lte=5), name="reminder_in_bounds"
            ),
        ]


class PromotionReceiver(Owned):
    """Somebody who was chosen to be told, by a promotion or by a reminder, and what became of it."""

    class State(models.TextChoices):
        CHOSEN = "chosen", _("To be told")
        TOLD = "told", _("Told")
        LEFT_OUT = "left_out", _("Left out")

    promotion = models.ForeignKey(Promotion, null=True, on_delete=models.CASCADE, related_name="receivers")
    reminder = models.ForeignKey(Reminder, null=True, on_delete=models.PROTECT, related_name="receivers", db_index=False)
    key = models.CharField(max_length=100, blank=True)  # of a reminder: its occasion, so that none is taken twice
    cause_id = models.UUIDField(null=True)  # the order, deal, answer, case or visit
    due_at = models.DateTimeField(null=True)  # when it is looked at next
    until = models.DateTimeField(null=True)  # then the occasion is over
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=5, choices=Way.choices, blank=True)  # empty: not looked at yet, or left out
    state = models.CharField(max_length=8, choices=State.choices, default=State.CHOSEN)
    reason = models.CharField(max_length=16, blank=True)  # referrals/rules/promotions.py, why left out, or why not yet
    code = models.ForeignKey(ReferralCode, null=True, on_delete=models.PROTECT, related_name="+")
    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="+")
    told_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "promotion", "customer"], name="promotion_tells_once"),
            models.UniqueConstraint(
                fields=["organisation", "reminder", "key"],
                condition=Q(reminder__isnull=False),
                name="reminder_occasion_once",
            ),
            models.CheckConstraint(
                condition=Q(promotion__isnull=False, reminder=None)
                | Q(promotion=None, reminder__isnull=False, due_at__isnull=False, until__isnull=False),
                name="receiver_of_one",
            ),
        ]
        indexes = [
            models.Index(fields=["promotion", "state", "id"], name="promotion_receiver_waiting"),
            models.Index(fields=["customer", "-told_at"], name="promotion_receiver_told"),
            models.Index(
                fields=["reminder", "state", "due_at", "id"], condition=Q(reminder__isnull=False), name="receiver_due"
            ),
            models.Index(fields=["reminder", "-id"], condition=Q(reminder__isnull=False), name="receiver_newest"),
        ]


class PromotionPost(Owned):
    """A post of a promotion to one group. Claimed before it is made: nobody reads it twice, at the cost of a lost one."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("state of a promotion", "Waiting")
        POSTING = "posting", pgettext_lazy("of a post to a group", "Uncertain")
        POSTED = "posted", pgettext_lazy("of a post to a group", "Posted")
        FAILED = "failed", _("Failed")

    promotion = models.ForeignKey(Promotion, on_delete=models.CASCADE, related_name="posts")
    robot = models.ForeignKey(GroupRobot, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=60, blank=True)  # messaging/robot_words.py
    answer = models.CharField(max_length=200, blank=True)  # what the vendor said
    posted_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "promotion", "robot"], name="promotion_posts_once")]
        indexes = [models.Index(fields=["promotion"], name="promotion_post_waiting", condition=Q(state="waiting"))]
