"""What is to be done, by whom and by when."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models.cases import Case
from crm.models.customers import Customer
from tenancy.models import Membership
from tenancy.owned import Owned


class Task(Owned):
    """Something to do by a date, with the script (话术) for whoever does it."""

    class Kind(models.TextChoices):
        TODO = "todo", _("To-do")
        CALL = "call", _("Call")
        VISIT = "visit", _("Visit")
        MESSAGE = "message", pgettext_lazy("kind of task", "Message")
        EMAIL = "email", pgettext_lazy("a way to send", "E-mail")
        RETURN_VISIT = "return", _("Return visit")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

    class Priority(models.IntegerChoices):
        HIGH = 1, _("High")
        NORMAL = 2, _("Normal")
        LOW = 3, _("Low")

    class Repeats(models.TextChoices):
        NEVER = "", _("Does not repeat")
        DAILY = "daily", _("Daily")
        WEEKLY = "weekly", _("Weekly")
        MONTHLY = "monthly", _("Monthly")
        YEARLY = "yearly", _("Yearly")

    class Result(models.TextChoices):
        NONE = "", _("No result")
        REACHED = "reached", pgettext_lazy("call", "Reached")
        NOT_REACHED = "missed", _("Not reached")
        AGAIN = "again", _("Call again")

    customer = models.ForeignKey(Customer, null=True, on_delete=models.CASCADE, related_name="tasks")
    case = models.ForeignKey(Case, null=True, on_delete=models.SET_NULL, related_name="tasks")
    key = models.CharField(max_length=120)  # what made it, so that nothing makes it twice: referral:<id>:follow_up
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.TODO)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    script = models.TextField(blank=True)
    checklist = models.JSONField(default=list, blank=True)  # [{"text": …, "is_done": …}]
    assignee = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    priority = models.SmallIntegerField(choices=Priority.choices, default=Priority.NORMAL)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    due_at = models.DateTimeField()
    is_all_day = models.BooleanField(default=False)  # due on that day of the organisation's, whenever
    remind_minutes = models.IntegerField(default=120)  # before it is due; 0: not at all
    snoozed = models.SmallIntegerField(default=0)  # how often it was put off
    repeats = models.CharField(max_length=8, choices=Repeats.choices, blank=True, default="")
    repeat_every = models.SmallIntegerField(default=1)
    repeat_until = models.DateField(null=True)
    series_id = models.UUIDField(null=True)  # the first task of the series
    series_start = models.DateTimeField(null=True)  # when that one was due: the 31st is counted from there
    occurrence = models.IntegerField(default=0)  # place in the series
    result = models.CharField(max_length=8, choices=Result.choices, blank=True, default="")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    handed_by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    handed_at = models.DateTimeField(null=True)
    hand_note = models.CharField(max_length=300, blank=True)
    acknowledged_at = models.DateTimeField(null=True)
    escalated = models.SmallIntegerField(default=0)  # how far up the chain it went
    completed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=300, blank=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="task_once"),
            models.CheckConstraint(condition=Q(repeat_every__range=(1, 365)), name="task_repeats_sensibly"),
            models.CheckConstraint(condition=Q(remind_minutes__gte=0), name="task_reminds_before"),
        ]
        indexes = [
            models.Index(fields=["state", "due_at"], name="task_due"),
            models.Index(fields=["assignee", "state", "due_at"], name="task_of_member"),
            models.Index(fields=["due_at", "id"], name="task_in_due_order"),
            models.Index(fields=["-created_at", "-id"], name="task_newest"),
        ]

    @property
    def waits_for_acknowledgement(self) -> bool:
        return self.handed_at is not None and self.acknowledged_at is None and self.state == self.State.OPEN


class TaskComment(Owned):
    """What colleagues say to each other about a task."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="comments", db_index=False)
    author = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    text = models.TextField()
    said_at = models.DateTimeField()

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["task", "said_at"], name="task_comment_in_order")]


class CalendarFeed(Owned):
    """The secret address at which somebody's calendar program reads their tasks. Only its hash is kept."""

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+", db_index=False)
    token_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "token_hash"], name="calendar_feed_once"),
            models.UniqueConstraint(
                fields=["organisation", "member"], condition=Q(revoked_at=None), name="calendar_feed_one_each"
            ),
        ]
