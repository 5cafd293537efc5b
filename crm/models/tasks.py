"""What is to be done, by whom and by when."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.customers import Customer
from tenancy.models import Membership
from tenancy.owned import Owned


class Task(Owned):
    """Something to do by a date, with the script (话术) for whoever does it."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

    class Priority(models.IntegerChoices):
        HIGH = 1, _("High")
        NORMAL = 2, _("Normal")
        LOW = 3, _("Low")

    customer = models.ForeignKey(Customer, null=True, on_delete=models.CASCADE, related_name="tasks")
    key = models.CharField(max_length=120)  # what made it, so that nothing makes it twice: referral:<id>:follow_up
    title = models.CharField(max_length=200)
    script = models.TextField(blank=True)
    assignee = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    priority = models.SmallIntegerField(choices=Priority.choices, default=Priority.NORMAL)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=300, blank=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="task_once")]
        indexes = [
            models.Index(fields=["state", "due_at"], name="task_due"),
            models.Index(fields=["due_at", "id"], name="task_in_due_order"),
            models.Index(fields=["-created_at", "-id"], name="task_newest"),
        ]
