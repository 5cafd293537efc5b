"""Budgets: money set aside for rewards, what it was told about, and what waits for it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tenancy.models import Membership
from tenancy.owned import Hot, Owned
from tenancy.postgresql.schema import APPEND_ONLY


class Budget(Owned):
    """Money set aside for rewards: reserved when promised, committed when settled, spent when used.

    The three figures run over the whole life of the budget. `earlier_minor` is what
    earlier periods had to give, so that what is left now is
    limit + earlier + overrun - reserved - committed - spent.
    """

    class Policy(models.TextChoices):
        """What becomes of an order that finds no room; a promise somebody was shown before is kept in any case."""

        STOP = "stop", _("Stop giving rewards")
        LOWER = "lower", _("Give what is left")
        QUEUE = "queue", _("Let rewards wait")
        APPROVE = "approve", _("Go over with approval")

    class Period(models.TextChoices):
        NONE = "", _("Once")
        MONTH = "month", _("Every month")

    name = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    limit_minor = models.BigIntegerField()  # of one period
    reserved_minor = models.BigIntegerField(default=0)
    committed_minor = models.BigIntegerField(default=0)
    spent_minor = models.BigIntegerField(default=0)
    returned_minor = models.BigIntegerField(default=0, db_default=0)  # of settled rewards that expired unused; free again
    overrun_minor = models.BigIntegerField(default=0, db_default=0)  # over the limit: promises kept, and approvals
    earlier_minor = models.BigIntegerField(default=0, db_default=0)
    policy = models.CharField(max_length=8, choices=Policy.choices, default=Policy.STOP)
    least_percent = models.SmallIntegerField(default=50)  # LOWER: of a reward, or there is none
    overrun_percent = models.SmallIntegerField(default=10)  # APPROVE: of the limit, at most
    steps = models.JSONField(default=list)  # per cent of the limit at which somebody is told, rising
    level = models.SmallIntegerField(default=0)  # the highest step reached
    round = models.IntegerField(default=1)  # of limits and periods; a step is told once in each
    responsible = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")  # none: finance
    period = models.CharField(max_length=5, choices=Period.choices, default=Period.NONE, blank=True)
    carries_over = models.BooleanField(default=False)
    period_starts_on = models.DateField(null=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    exhausted_at = models.DateTimeField(null=True)  # since then it had no room for an order; later friends were shown less

    class Meta(Owned.Meta):
        constraints = [
            models.CheckConstraint(
                name="budget_figures_not_negative",
                condition=Q(
                    reserved_minor__gte=0, committed_minor__gte=0, spent_minor__gte=0, limit_minor__gte=0,
                    returned_minor__gte=0, overrun_minor__gte=0, earlier_minor__gte=0,
                ),
            ),
            models.CheckConstraint(
                name="budget_not_exceeded",
                condition=Q(
                    limit_minor__gte=F("reserved_minor") + F("committed_minor") + F("spent_minor")
                    - F("earlier_minor") - F("overrun_minor")
                ),
            ),
            models.CheckConstraint(
                name="budget_days_forward", condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on"))
            ),
        ]  # fmt: skip

    @property
    def used_minor(self) -> int:
        return self.reserved_minor + self.committed_minor + self.spent_minor

    @property
    def left_minor(self) -> int:
        """What new promises may cost, besides what may go over the limit."""
        return max(self.limit_minor + self.earlier_minor - self.used_minor, 0)


class BudgetAlert(Owned):
    """A budget passed a step, up or down: told once in each round."""

    class Direction(models.TextChoices):
        UP = "up", _("Reached")
        DOWN = "down", _("Below again")

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="alerts", db_index=False)
    round = models.IntegerField()
    percent = models.SmallIntegerField()
    direction = models.CharField(max_length=4, choices=Direction.choices)
    used_minor = models.BigIntegerField()
    limit_minor = models.BigIntegerField()  # with what earlier periods left
    occurred_at = models.DateTimeField()

    class Meta(Owned.Meta):
        db_table_comment = APPEND_ONLY
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "budget", "round", "percent", "direction"], name="budget_alert_once"
            )
        ]


class BudgetDay(Owned):
    """What a budget's figures were at the end of a day, and what was promised on it; today's row is written hourly."""

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="days", db_index=False)
    day = models.DateField()
    limit_minor = models.BigIntegerField()  # with what earlier periods had to give
    reserved_minor = models.BigIntegerField()
    committed_minor = models.BigIntegerField()
    spent_minor = models.BigIntegerField()
    promised_minor = models.BigIntegerField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "budget", "day"], name="budget_day_once")]


class WaitingReward(Hot):
    """A reward that waits for money; its id is the reward's, which belongs to no budget until then."""

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="+", db_index=False)
    queued_at = models.DateTimeField()

    class Meta(Hot.Meta):
        indexes = [models.Index(fields=["budget", "queued_at", "id"], name="waiting_reward_oldest")]


class TouchedReward(Hot):
    """Something was taken from a reward's lots, or given back to them: its budget does not know yet.

    Written by the ledger's functions with the use itself, taken away when the budget has followed.
    """

    reward_id = models.UUIDField()
