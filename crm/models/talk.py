"""What was said and done with customers, whom it concerns, and the papers that go with it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models.customers import Customer
from tenancy.models import Membership, Team
from tenancy.owned import Owned


class Interaction(Owned):
    """Something said or done with a customer, over any channel."""

    class Kind(models.TextChoices):
        NOTE = "note", _("Note")
        CALL = "call", _("Call")
        EMAIL = "email", pgettext_lazy("a way to send", "E-mail")
        TEXT = "text", _("Text message")
        CHAT = "chat", _("Chat")
        WECHAT = "wechat", _("WeChat")
        SOCIAL = "social", _("Social media")
        VISIT = "visit", _("Visit")
        MEETING = "meeting", _("Meeting")

    class Result(models.TextChoices):
        REACHED = "reached", pgettext_lazy("a call", "Reached")
        NO_ANSWER = "no_answer", pgettext_lazy("a call", "No answer")
        LEFT_WORD = "left_word", pgettext_lazy("a call", "Left a message")
        CALL_BACK = "call_back", pgettext_lazy("a call", "They call back")
        NOT_INTERESTED = "declined", pgettext_lazy("a call", "Not interested")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="interactions")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    text = models.TextField()
    author = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(null=True)  # when it was written down; changes are allowed for a while after
    minutes = models.SmallIntegerField(null=True)
    result = models.CharField(max_length=10, choices=Result.choices, blank=True)
    team = models.ForeignKey(
        Team, null=True, on_delete=models.SET_NULL, related_name="+"
    )  # nobody's: all who see the customer
    is_team_only = models.BooleanField(default=False)
    pinned_at = models.DateTimeField(null=True)
    edited_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["customer", "-occurred_at"], name="interaction_timeline")]


class EarlierText(Owned):
    """What an interaction said before it was changed or removed."""

    interaction = models.ForeignKey(Interaction, on_delete=models.CASCADE, related_name="earlier")
    text = models.TextField()
    replaced_by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    replaced_at = models.DateTimeField()


class Mention(Owned):
    """A colleague was named in a note: they are told, and may open the customer."""

    interaction = models.ForeignKey(Interaction, on_delete=models.CASCADE, related_name="mentions")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "interaction", "member"], name="mention_once")]


class CustomerFile(Owned):
    """A paper of a customer. What was removed leaves its name behind, not its content."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=80)
    size = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField(null=True)
    author = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(content__isnull=False) | Q(removed_at__isnull=False), name="customer_file_whole_or_removed"
            )
        ]


class HandOver(Owned):
    """A customer passes from one colleague to another, who says yes before it is theirs."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("a hand-over", "Waiting")
        ACCEPTED = "accepted", pgettext_lazy("a hand-over", "Accepted")
        DECLINED = "declined", pgettext_lazy("a hand-over", "Declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("a hand-over", "Withdrawn")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="hand_overs")
    giver = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    receiver = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    note = models.TextField(blank=True)
    checklist = models.JSONField(default=list, blank=True)  # sentences the receiver goes through
    with_tasks = models.BooleanField(default=True)  # what is open and theirs goes along
    with_deals = models.BooleanField(default=False)  # and leads
    with_cases = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "customer"], condition=Q(state="waiting"), name="hand_over_one_waiting"
            )
        ]


class CustomerLook(Owned):
    """On this day this colleague opened this customer: once a day is enough to know who looked."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    first_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "customer", "member", "day"], name="customer_look_once")
        ]
