"""The WeChat official account of an organisation, its templates, who follows it, and the codes by which they come."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Customer
from tenancy.owned import Owned
from tenancy.sealing import SealedTextField


class WechatAccount(Owned):
    """A service account. What opens it, and what it shares with WeChat, is sealed, and gone once it was removed."""

    class TestState(models.TextChoices):
        NONE = "", pgettext_lazy("test of a WeChat account", "Not tested")
        WAITING = "waiting", pgettext_lazy("test of a WeChat account", "Being tested")
        ASKING = "asking", pgettext_lazy("test of a WeChat account", "Being tested")
        OPENED = "opened", pgettext_lazy("test of a WeChat account", "WeChat lets us in")
        FAILED = "failed", pgettext_lazy("test of a WeChat account", "Test failed")

    name = models.CharField(max_length=60)  # as followers know it
    app_id = models.CharField(max_length=32)
    secret = SealedTextField(null=True)
    callback_token = SealedTextField(null=True)  # signs what WeChat pushes
    aes_key = SealedTextField(null=True)  # opens what WeChat pushes
    access_token = SealedTextField(null=True)
    token_ends_at = models.DateTimeField(null=True)  # by the clock on the wall
    base_url = models.CharField(max_length=100, blank=True)  # of a WeChat on the developer's own machine
    is_active = models.BooleanField(default=True)
    test_state = models.CharField(max_length=8, choices=TestState.choices, blank=True, default=TestState.NONE)
    test_reason = models.CharField(max_length=20, blank=True)  # messaging/wechat/words.py
    test_answer = models.CharField(max_length=200, blank=True)  # what WeChat said
    test_asked_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)  # when WeChat last reached us; within an hour
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation"], condition=Q(is_active=True), name="wechat_account_one_active")
        ]

    def __str__(self) -> str:
        return self.name


class WechatTemplate(Owned):
    """By which template of WeChat's a kind of message goes, and what stands in its fields."""

    class Use(models.TextChoices):
        OFF = "off", pgettext_lazy("use of WeChat messages", "Never")
        ALSO = "also", pgettext_lazy("use of WeChat messages", "Besides the e-mail")
        INSTEAD = "instead", pgettext_lazy("use of WeChat messages", "In place of the e-mail")

    account = models.ForeignKey(WechatAccount, on_delete=models.CASCADE, related_name="templates")
    kind = models.CharField(max_length=40)  # key in messaging/texts.py
    template_id = models.CharField(max_length=64)
    lines = models.JSONField()  # [["thing1", "{reason_title}"], …]
    use = models.CharField(max_length=7, choices=Use.choices, default=Use.ALSO)
    updated_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "account", "kind"], name="wechat_template_once")]

    @property
    def fields(self) -> dict[str, str]:
        """What stands in each field, in the order in which it was entered."""
        return dict(self.lines)


class WechatFollower(Owned):
    """Somebody who follows the account, and which customer that is, where they have told us."""

    account = models.ForeignKey(WechatAccount, on_delete=models.CASCADE, related_name="followers")
    customer = models.ForeignKey(Customer, null=True, on_delete=models.CASCADE, related_name="wechat_followers")
    openid = models.CharField(max_length=64)  # a person at this account: personal data
    followed_at = models.DateTimeField()
    unfollowed_at = models.DateTimeField(null=True)
    bound_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField()  # WeChat's time of the newest push that counted: an older one changes nothing

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "account", "openid"], name="wechat_follower_once"),
            models.CheckConstraint(
                condition=Q(customer__isnull=True) | Q(bound_at__isnull=False), name="wechat_bound_is_dated"
            ),
        ]
        indexes = [models.Index(fields=["customer", "-bound_at"], name="wechat_follower_of", condition=~Q(customer=None))]


class WechatCode(Owned):
    """A QR code by which a customer follows and tells us who they are: once, and for half an hour.

    Whoever holds what it holds can have a customer's messages come to them, so that is sealed, and its scene is hashed.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        MAKING = "making", pgettext_lazy("state of a QR code", "Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        USED = "used", pgettext_lazy("state of a QR code", "Used")

    account = models.ForeignKey(WechatAccount, on_delete=models.CASCADE, related_name="codes")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="wechat_codes")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    scene_hash = models.CharField(max_length=64, blank=True)
    url = SealedTextField(null=True)  # what the picture holds, until it is used
    reason = models.CharField(max_length=20, blank=True)  # messaging/wechat/words.py
    asked_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta(Owned.Meta):
        indexes = [
            models.Index(fields=["scene_hash"], name="wechat_code_by_scene", condition=Q(state="ready")),
            models.Index(fields=["customer", "-asked_at"], name="wechat_code_of"),
            models.Index(fields=["account", "id"], name="wechat_code_waiting", condition=Q(state="waiting")),
        ]
