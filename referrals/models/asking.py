"""When customers are asked for a referral, in which words, and what they said."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Customer, Segment
from referrals.models.campaigns import Campaign
from tenancy.models import Membership
from tenancy.owned import Owned


class AskRules(Owned):
    """When an organisation asks, and how often at most. One row each; without one the defaults hold."""

    is_active = models.BooleanField(default=True)  # cards come by themselves
    quiet_days = models.SmallIntegerField(default=30)  # between two asks of one customer
    most_in_90_days = models.SmallIntegerField(default=2)
    days_after_no = models.SmallIntegerField(default=180)  # after a refusal nobody asks for so long
    least_nps = models.SmallIntegerField(default=9)
    least_stars = models.SmallIntegerField(default=5)  # of a satisfaction survey, a visit, a solved case
    repurchase_from = models.SmallIntegerField(default=2)  # the paid order by which somebody is a regular
    open_days = models.SmallIntegerField(default=7)  # then the occasion is over

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="ask_rules_once"),
            models.CheckConstraint(
                condition=Q(quiet_days__gte=1) & Q(most_in_90_days__gte=1) & Q(open_days__gte=1), name="ask_rules_not_idle"
            ),
        ]


class Script(Owned):
    """What to say in one situation. Two variants under one name share the customers and are compared."""

    class Situation(models.TextChoices):
        SATISFIED = "satisfied", _("After good marks")
        REPURCHASE = "repurchase", _("After buying again")
        SOLVED = "solved", _("After a solved problem")
        PRAISE = "praise", _("After praise")
        ANY = "any", _("Any occasion")

    name = models.CharField(max_length=80)
    variant = models.CharField(max_length=1, default="A")
    situation = models.CharField(max_length=10, choices=Situation.choices, default=Situation.ANY)
    segment = models.ForeignKey(Segment, null=True, on_delete=models.PROTECT, related_name="+")  # only for its members
    text = models.JSONField(default=dict)  # {"zh-hans": …, "en": …}: with places {customer} and {organisation}
    do = models.JSONField(default=dict)  # what helps
    avoid = models.JSONField(default=dict)  # what not to say or promise
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "name", "variant"], name="script_variant_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.variant}"


class Ask(Owned):
    """An occasion to ask a customer, from the card to the answer."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("ask", "Open")
        ACCEPTED = "accepted", pgettext_lazy("ask", "Said yes")
        REFUSED = "refused", pgettext_lazy("ask", "Said no")
        LATER = "later", pgettext_lazy("ask", "Not now")
        DROPPED = "dropped", pgettext_lazy("ask", "Not asked")
        LAPSED = "lapsed", pgettext_lazy("ask", "Too late")

    class Cause(models.TextChoices):
        SATISFIED = "satisfied", _("Gave us good marks")
        REPURCHASE = "repurchase", _("Has bought again")
        SOLVED = "solved", _("We solved their problem")
        PRAISE = "praise", _("Praised us at a visit")
        OWN = "own", _("Asked by staff of their own accord")

    key = models.CharField(max_length=120)  # what caused it, so that nothing makes two cards
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="asks", db_index=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+", db_index=False)
    script = models.ForeignKey(Script, null=True, on_delete=models.PROTECT, related_name="asks", db_index=False)
    owner = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    cause = models.CharField(max_length=10, choices=Cause.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    reason = models.CharField(max_length=20, blank=True)  # of a no: vocabulary in referrals/rules/asking.py
    answered_by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    opens_until = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="ask_once"),
            models.UniqueConstraint(
                fields=["organisation", "customer"], condition=Q(state="open"), name="ask_one_open_card"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-created_at"], name="ask_of_customer"),
            models.Index(fields=["opens_until"], name="ask_open", condition=Q(state="open")),
            models.Index(fields=["-created_at", "-id"], name="ask_newest"),
            models.Index(fields=["script", "state"], name="ask_by_script"),
        ]
