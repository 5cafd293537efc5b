"""What customers ask and complain of: cases, what was said in them, how they moved and how they were rated."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models.customers import Customer
from crm.models.purchases import Order
from crm.models.talk import CustomerFile
from crm.rules.cases import OURS
from tenancy.models import Membership
from tenancy.owned import Hot, Owned
from tenancy.postgresql.schema import APPEND_ONLY


class CaseCategory(Owned):
    """What cases are about, and what caused them: an organisation's own two lists."""

    class Kind(models.TextChoices):
        TOPIC = "topic", _("What it is about")
        CAUSE = "cause", _("What caused it")

    kind = models.CharField(max_length=5, choices=Kind.choices)
    name = models.CharField(max_length=60)
    position = models.SmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "kind", "name"], name="case_category_once")]

    def __str__(self) -> str:
        return self.name


class CaseCounter(Owned):
    """The last number that was given to a case. Its row is the lock that leaves no gaps."""

    last = models.IntegerField(default=0)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation"], name="case_counter_once")]


class Case(Owned):
    """A customer's problem, from its opening to its rating."""

    class Status(models.TextChoices):
        NEW = "new", pgettext_lazy("case", "New")
        OPEN = "open", pgettext_lazy("case", "In hand")
        WAITING = "waiting", _("Waiting for the customer")
        SOLVED = "solved", _("Solved")
        CLOSED = "closed", pgettext_lazy("case", "Closed")
        MERGED = "merged", pgettext_lazy("case", "Merged")

    class Priority(models.IntegerChoices):
        URGENT = 1, _("Urgent")
        HIGH = 2, _("High")
        NORMAL = 3, _("Normal")
        LOW = 4, _("Low")

    class Channel(models.TextChoices):
        PHONE = "phone", _("Phone")
        EMAIL = "email", pgettext_lazy("a way to send", "E-mail")
        CHAT = "chat", _("Chat")
        STORE = "store", _("Store")
        VISIT = "visit", _("Visit")
        WEB = "web", _("Website")

    number = models.IntegerField()
    key = models.CharField(max_length=120)  # what opened it, so that nothing opens it twice
    subject = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="cases", db_index=False)
    order = models.ForeignKey(Order, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.PHONE)
    category = models.ForeignKey(CaseCategory, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    priority = models.SmallIntegerField(choices=Priority.choices, default=Priority.NORMAL)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.NEW)
    owner = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    opened_at = models.DateTimeField()
    response_due_at = models.DateTimeField()
    resolve_due_at = models.DateTimeField()
    first_response_at = models.DateTimeField(null=True)
    solved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)  # since when nobody of us has to do anything
    paused_seconds = models.BigIntegerField(default=0)  # of the pauses that are over
    reopened = models.SmallIntegerField(default=0)
    resolution = models.TextField(blank=True)
    cause = models.ForeignKey(CaseCategory, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="doubles", db_index=False)
    rating = models.SmallIntegerField(null=True)  # the newest
    custom = models.JSONField(default=dict, blank=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="case_number_once"),
            models.UniqueConstraint(fields=["organisation", "key"], name="case_once"),
            models.CheckConstraint(condition=Q(rating=None) | Q(rating__range=(1, 5)), name="case_rating_in_range"),
            models.CheckConstraint(condition=Q(paused_seconds__gte=0), name="case_pause_not_negative"),
            models.CheckConstraint(condition=~Q(status="merged") | Q(merged_into__isnull=False), name="case_merged_into"),
        ]
        indexes = [
            models.Index(fields=["-opened_at", "-id"], name="case_newest"),
            models.Index(fields=["status", "resolve_due_at"], name="case_by_status"),
            models.Index(fields=["customer", "-opened_at"], name="case_by_customer"),
            models.Index(fields=["owner", "status"], name="case_by_owner"),
        ]

    @property
    def code(self) -> str:
        """The number as customers and staff write it."""
        return f"#{self.number}"

    @property
    def is_ours(self) -> bool:
        """Say whether we asked the customer, and not the customer us."""
        return self.key.startswith(OURS)


class CaseMessage(Owned):
    """Something said in a case: to the customer, by the customer, or among ourselves."""

    class Kind(models.TextChoices):
        NOTE = "note", _("Internal note")
        TO_CUSTOMER = "out", _("To the customer")
        FROM_CUSTOMER = "in", _("From the customer")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages", db_index=False)
    kind = models.CharField(max_length=4, choices=Kind.choices)
    text = models.TextField()
    file = models.ForeignKey(CustomerFile, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    author = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    said_at = models.DateTimeField()

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["case", "said_at"], name="case_message_in_order")]


class CaseMove(Hot):
    """Every change of a case's status, owner or priority."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="moves", db_index=False)
    what = models.CharField(max_length=10)  # status, owner, priority, merge, rating
    before = models.CharField(max_length=40, blank=True)
    after = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=300, blank=True)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()

    class Meta(Hot.Meta):
        db_table_comment = APPEND_ONLY
        indexes = [models.Index(fields=["case", "id"], name="case_move_in_order")]


class CaseRating(Owned):
    """What the customer said of a case, once each time it was closed: the round is the case's count of reopenings."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="ratings", db_index=False)
    round = models.SmallIntegerField()
    stars = models.SmallIntegerField()
    comment = models.CharField(max_length=1000, blank=True)
    rated_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "case", "round"], name="case_rated_once_a_round"),
            models.CheckConstraint(condition=Q(stars__range=(1, 5)), name="case_stars_in_range"),
        ]
