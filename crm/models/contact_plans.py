"""Contact plans: who is visited or called again when, and what was found."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models.cases import Case
from crm.models.customers import Customer, Tag
from crm.models.segments import Segment
from crm.models.tasks import Task
from tenancy.models import Membership
from tenancy.owned import Owned


class ContactPlan(Owned):
    """Return visits (回访) for a group of customers, begun by something that happened."""

    class Trigger(models.TextChoices):
        ORDER_PAID = "order_paid", _("An order is paid")
        DEAL_WON = "deal_won", _("A deal is won")
        CASE_CLOSED = "case_closed", _("A case is closed")
        BECAME_CUSTOMER = "customer", _("Somebody becomes a customer")
        BIRTHDAY = "birthday", _("A birthday")
        EVERY = "every", _("Every so many days")
        SEGMENT = "segment", _("Somebody enters a segment")

    name = models.CharField(max_length=120)
    trigger = models.CharField(max_length=12, choices=Trigger.choices)
    every_days = models.SmallIntegerField(null=True)  # of the trigger `every`
    stage = models.CharField(max_length=10, choices=Customer.Stage.choices, blank=True)  # empty: any
    tag = models.ForeignKey(Tag, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    segment = models.ForeignKey(Segment, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    stops_when_unsubscribed = models.BooleanField(default=True)
    stops_when_lost = models.BooleanField(default=True)
    stops_on_refund = models.BooleanField(default=True)
    stops_on_order = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    turn = models.IntegerField(default=0)  # whose turn it is when tasks go round
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="contact_plan_once"),
            models.CheckConstraint(
                condition=~Q(trigger="every") | Q(every_days__range=(1, 1000)), name="contact_plan_has_days"
            ),
            models.CheckConstraint(
                condition=~Q(trigger="segment") | Q(segment__isnull=False), name="contact_plan_has_segment"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ContactStep(Owned):
    """One visit of a plan. A step that visits were made of is not deleted, it is retired."""

    class Assignee(models.TextChoices):
        OWNER = "owner", _("Whoever is responsible for the customer")
        SELLER = "seller", _("Whoever sold")
        MEMBER = "member", _("A person")
        ROUND = "round", _("Service staff in turn")

    plan = models.ForeignKey(ContactPlan, on_delete=models.CASCADE, related_name="steps")
    day = models.SmallIntegerField()  # after what began the plan
    kind = models.CharField(max_length=8, choices=Task.Kind.choices, default=Task.Kind.RETURN_VISIT)
    title = models.CharField(max_length=200)
    script = models.TextField(blank=True)
    assignee_rule = models.CharField(max_length=8, choices=Assignee.choices, default=Assignee.OWNER)
    assignee = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    priority = models.SmallIntegerField(choices=Task.Priority.choices, default=Task.Priority.NORMAL)
    questions = models.JSONField(default=list, blank=True)  # what else to find out: a list of texts
    is_retired = models.BooleanField(default=False)

    class Meta(Owned.Meta):
        constraints = [models.CheckConstraint(condition=Q(day__range=(0, 3650)), name="contact_step_day_in_range")]


class Enrolment(Owned):
    """A customer on a plan, because of one thing that happened."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        STOPPED = "stopped", _("Stopped")

    plan = models.ForeignKey(ContactPlan, on_delete=models.PROTECT, related_name="enrolments", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="enrolments", db_index=False)
    key = models.CharField(max_length=160)  # <plan>:order:<id>, <plan>:birthday:<customer>:<year> …
    seller = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    order_id = models.UUIDField(null=True)  # the order that began it; the next one may stop it
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    stop_reason = models.CharField(max_length=16, blank=True)  # unsubscribed, lost, refund, ordered, plan, hand
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="enrolment_once")]
        indexes = [
            models.Index(fields=["plan", "state", "-started_at"], name="enrolment_by_plan"),
            models.Index(fields=["customer", "-started_at"], name="enrolment_by_customer"),
        ]


class ContactVisit(Owned):
    """One planned contact, its task once it is near, and what was found."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        OPEN = "open", _("To be done")
        DONE = "done", _("Done")
        MISSED = "missed", pgettext_lazy("contact", "Not reached")
        STOPPED = "stopped", _("Stopped")

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="visits", db_index=False)
    step = models.ForeignKey(ContactStep, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="visits", db_index=False)
    task = models.ForeignKey(Task, null=True, on_delete=models.SET_NULL, related_name="visits")
    state = models.CharField(max_length=8, choices=State.choices, default=State.PLANNED)
    planned_for = models.DateTimeField()  # as the plan says
    due_at = models.DateTimeField()  # later where the customer was contacted often enough
    done_at = models.DateTimeField(null=True)
    satisfied = models.SmallIntegerField(null=True)
    has_problem = models.BooleanField(null=True)
    wants_to_buy = models.BooleanField(null=True)
    answers = models.JSONField(default=dict, blank=True)  # question → answer
    text = models.TextField(blank=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "enrolment", "step"], name="visit_once_a_step"),
            models.CheckConstraint(
                condition=Q(satisfied=None) | Q(satisfied__range=(1, 5)), name="visit_satisfied_in_range"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_at"], name="visit_due"),
            models.Index(fields=["customer", "-due_at"], name="visit_by_customer"),
        ]
