"""Templates, the message outbox, and robots of chat groups."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Customer
from messaging.models_wechat import WechatAccount, WechatCode, WechatFollower, WechatTemplate
from tenancy.models import Membership
from tenancy.owned import Owned
from tenancy.sealing import SealedTextField

__all__ = [
    "GroupRobot", "Message", "Template", "WechatAccount", "WechatCode", "WechatFollower", "WechatTemplate",
]  # fmt: skip


class Template(Owned):
    """An organisation's own wording of a message; without one the house wording is used."""

    kind = models.CharField(max_length=40)  # key in messaging/texts.py
    channel = models.CharField(max_length=10)
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "kind", "channel", "language"], name="template_once")]


class Message(Owned):
    """One message to one person, rendered when it is written."""

    class Channel(models.TextChoices):
        EMAIL = "email", pgettext_lazy("a way to send", "E-mail")
        IN_APP = "in_app", _("In-app")

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        SKIPPED = "skipped", _("Not sent")  # no consent, no address

    key = models.CharField(max_length=160)  # what caused it, so that it is sent once
    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    language = models.CharField(max_length=10)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.CASCADE, related_name="messages")
    member = models.ForeignKey(Membership, null=True, on_delete=models.CASCADE, related_name="+")
    address = models.CharField(max_length=254, blank=True)  # e-mail; empty for in-app
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    link = models.CharField(max_length=300, blank=True)  # a path of ours
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    reason = models.CharField(max_length=120, blank=True)  # why failed or skipped
    attempts = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "key", "channel"], name="message_once")]
        indexes = [
            models.Index(fields=["due_at", "id"], name="message_due", condition=Q(state="queued")),
            models.Index(fields=["-created_at", "-id"], name="message_newest"),
            models.Index(fields=["customer", "-created_at"], name="message_by_customer"),
            models.Index(fields=["member", "-created_at"], name="message_by_member"),
        ]


class GroupRobot(Owned):
    """A robot that posts to one chat group. Whoever has its address can post there too, so it is kept as a secret."""

    class Kind(models.TextChoices):
        WECOM = "wecom", _("WeCom")
        DINGTALK = "dingtalk", _("DingTalk")
        FEISHU = "feishu", _("Feishu or Lark")

    class TestState(models.TextChoices):
        NONE = "", pgettext_lazy("test of a group robot", "Not tested")
        WAITING = "waiting", pgettext_lazy("test of a group robot", "Being tested")
        POSTING = "posting", pgettext_lazy("test of a group robot", "Being tested")
        POSTED = "posted", pgettext_lazy("test of a group robot", "Test posted")
        FAILED = "failed", pgettext_lazy("test of a group robot", "Test failed")

    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    url = SealedTextField(null=True)  # none once it was removed
    secret = SealedTextField(null=True)  # DingTalk and Feishu: signs what is posted
    is_active = models.BooleanField(default=True)
    test_state = models.CharField(max_length=8, choices=TestState.choices, blank=True, default=TestState.NONE)
    test_reason = models.CharField(max_length=20, blank=True)  # messaging/robot_words.py
    test_answer = models.CharField(max_length=200, blank=True)  # what the vendor said
    test_asked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], condition=Q(is_active=True), name="group_robot_named_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
