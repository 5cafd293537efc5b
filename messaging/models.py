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
    vendor_template = models.CharField(max_length=64, blank=True)  # by which the vendor of text messages knows this text
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "kind", "channel", "language"], name="template_once")]


class Message(Owned):
    """One message to one person, rendered when it is written."""

    class Channel(models.TextChoices):
        EMAIL = "email", pgettext_lazy("a way to send", "E-mail")
        IN_APP = "in_app", _("In-app")
        SMS = "sms", _("Text message")
        WECHAT = "wechat", _("WeChat")

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENDING = "sending", pgettext_lazy("state of a text message", "Being sent")  # with the vendor; never sent again
        SENT = "sent", _("Sent")
        UNCERTAIN = "uncertain", pgettext_lazy("state of a text message", "Uncertain")  # the vendor may have it
        FAILED = "failed", _("Failed")
        SKIPPED = "skipped", _("Not sent")  # no consent, no address

    key = models.CharField(max_length=160)  # what caused it, so that it is sent once
    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    language = models.CharField(max_length=10)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.CASCADE, related_name="messages")
    member = models.ForeignKey(Membership, null=True, on_delete=models.CASCADE, related_name="+")
    address = models.CharField(max_length=254, blank=True)  # e-mail, or phone as E.164; empty for in-app and WeChat
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    link = models.CharField(max_length=300, blank=True)  # a path of ours
    vendor_template = models.CharField(max_length=64, blank=True)  # of texts that the vendor words, and over WeChat
    places = models.JSONField(null=True)  # [[name, text], …] that fill it
    vendor_reference = models.CharField(max_length=64, blank=True)  # by which the vendor knows the message
    state = models.CharField(max_length=9, choices=State.choices, default=State.QUEUED)
    reason = models.CharField(max_length=120, blank=True)  # why failed or skipped
    answer = models.CharField(max_length=200, blank=True)  # what the vendor said
    attempts = models.SmallIntegerField(default=0)
    asked = models.SmallIntegerField(default=0)  # times the vendor was asked what became of it
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)  # as the vendor told
    read_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "key", "channel"], name="message_once")]
        indexes = [
            models.Index(fields=["due_at", "id"], name="message_due", condition=Q(state="queued")),
            models.Index(fields=["due_at", "id"], name="message_in_doubt", condition=Q(state__in=["sending", "uncertain"])),
            models.Index(fields=["vendor_reference"], name="message_of_vendor", condition=~Q(vendor_reference="")),
            models.Index(fields=["-created_at", "-id"], name="message_newest"),
            models.Index(fields=["customer", "-created_at"], name="message_by_customer"),
            models.Index(fields=["member", "-created_at"], name="message_by_member"),
        ]


class SmsGateway(Owned):
    """An organisation's account with a vendor of text messages. It pays for every one, so it says which go, and how many."""

    class Vendor(models.TextChoices):
        ALIYUN = "aliyun", _("Alibaba Cloud")
        TENCENT = "tencent", _("Tencent Cloud")
        TWILIO = "twilio", _("Twilio")

    class Use(models.TextChoices):
        OFF = "off", pgettext_lazy("use of text messages", "Never")
        WITHOUT_EMAIL = "no_email", pgettext_lazy("use of text messages", "To whoever has no e-mail address")
        ALWAYS = "always", pgettext_lazy("use of text messages", "To everybody, besides the e-mail")

    vendor = models.CharField(max_length=8, choices=Vendor.choices)
    key_id = models.CharField(max_length=100)
    secret = SealedTextField(null=True)  # none once it was removed
    app_id = models.CharField(max_length=40, blank=True)  # Tencent
    sender = models.CharField(max_length=60)  # signature; Twilio: number or service
    countries = models.JSONField(default=list)  # ISO 3166: where texts may go
    most_a_day = models.PositiveIntegerField()
    uses = models.JSONField(default=dict)  # {kind: use}; kinds not named are never sent
    callback_token = SealedTextField(null=True)  # in the address that the vendor calls
    base_url = models.CharField(max_length=100, blank=True)  # of a vendor on the developer's own machine
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation"], condition=Q(is_active=True), name="sms_gateway_one_active")
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
