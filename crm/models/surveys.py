"""What customers are asked, who was asked, and what they answered."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models.cases import Case
from crm.models.customers import Customer
from crm.models.tasks import Task
from tenancy.models import Membership
from tenancy.owned import Owned


class Survey(Owned):
    """A short questionnaire. Its first question is its score, unless it has only open ones."""

    class Kind(models.TextChoices):
        NPS = "nps", _("Would recommend us, 0 to 10 (NPS)")
        CSAT = "csat", _("Satisfaction, 1 to 5 (CSAT)")
        OPEN = "open", _("Questions of your own")

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("survey", "Draft")
        OPEN = "open", pgettext_lazy("survey", "Open")
        CLOSED = "closed", pgettext_lazy("survey", "Closed")

    class Trigger(models.TextChoices):
        NONE = "", _("Only by hand, link or QR code")
        ORDER_PAID = "order_paid", _("After a paid order")
        CASE_CLOSED = "case_closed", _("After a case was closed")
        DEAL_WON = "deal_won", _("After a deal was won")

    class LowAction(models.TextChoices):
        NONE = "none", _("Nothing")
        TASK = "task", _("A task to call")
        CASE = "case", _("A case")

    kind = models.CharField(max_length=4, choices=Kind.choices)
    code = models.CharField(max_length=12)  # its public address
    name = models.CharField(max_length=120)  # for staff
    title = models.JSONField(default=dict)  # language -> text
    intro = models.JSONField(default=dict)
    thanks = models.JSONField(default=dict)
    questions = models.JSONField(default=list)  # crm.rules.surveys.Question
    state = models.CharField(max_length=6, choices=State.choices, default=State.DRAFT)
    takes_anybody = models.BooleanField(default=True)  # by link or QR, without an invitation
    trigger = models.CharField(max_length=12, choices=Trigger.choices, blank=True, default=Trigger.NONE)
    delay_hours = models.IntegerField(default=48)  # between what has happened and the question
    quiet_days = models.IntegerField(default=60)  # nobody is asked by any survey twice within so many days
    low_score = models.SmallIntegerField(null=True)  # this and below is a low score
    low_action = models.CharField(max_length=4, choices=LowAction.choices, default=LowAction.TASK)
    responsible = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="survey_once"),
            models.CheckConstraint(condition=Q(delay_hours__gte=0) & Q(quiet_days__gte=0), name="survey_waits_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name


class SurveyInvitation(Owned):
    """One customer asked once for one reason. A skipped one says why it was not sent."""

    class State(models.TextChoices):
        DUE = "due", pgettext_lazy("survey invitation", "To be sent")
        SENT = "sent", pgettext_lazy("survey invitation", "Sent")
        ANSWERED = "answered", pgettext_lazy("survey invitation", "Answered")
        SKIPPED = "skipped", pgettext_lazy("survey invitation", "Not sent")

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="invitations")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="survey_invitations")
    key = models.CharField(max_length=120)  # survey:<id>:<what caused it>
    state = models.CharField(max_length=8, choices=State.choices, default=State.DUE)
    reason = models.CharField(max_length=20, blank=True)  # asked_lately, no_address, closed, switched_off
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="survey_invitation_once")]
        indexes = [
            models.Index(fields=["due_at"], name="survey_invitation_due", condition=Q(state="due")),
            models.Index(fields=["survey", "state"], name="survey_invitation_states"),
        ]


class SurveyAnswer(Owned):
    """What somebody answered; nobody's name where it came by an open link."""

    class Source(models.TextChoices):
        INVITATION = "invitation", _("Invitation")
        LINK = "link", _("Link or QR code")
        STAFF = "staff", _("Entered by staff")
        API = "api", _("API")

    class Topic(models.TextChoices):
        SERVICE = "service", pgettext_lazy("topic", "Service")
        QUALITY = "quality", pgettext_lazy("topic", "Quality")
        PRICE = "price", pgettext_lazy("topic", "Price")
        DELIVERY = "delivery", pgettext_lazy("topic", "Delivery")
        WAITING = "waiting", pgettext_lazy("topic", "Waiting time")
        PLACE = "place", pgettext_lazy("topic", "Place and surroundings")
        DIGITAL = "digital", pgettext_lazy("topic", "Website and app")
        MONEY_BACK = "money_back", pgettext_lazy("topic", "Refunds and complaints")
        OTHER = "other", pgettext_lazy("topic", "Something else")

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="answers")
    customer = models.ForeignKey(Customer, null=True, on_delete=models.CASCADE, related_name="survey_answers")
    invitation = models.ForeignKey(SurveyInvitation, null=True, on_delete=models.SET_NULL, related_name="answers")
    key = models.CharField(max_length=120)  # of the API, the invitation, or drawn
    score = models.SmallIntegerField(null=True)
    answers = models.JSONField(default=dict)  # question -> answer, the score left out
    comment = models.TextField(blank=True)  # all that was written freely
    topic = models.CharField(max_length=10, choices=Topic.choices, blank=True)
    sentiment = models.SmallIntegerField(null=True)  # -1, 0, 1: crm.rules.sentiment
    is_low = models.BooleanField(default=False)
    language = models.CharField(max_length=10)
    source = models.CharField(max_length=10, choices=Source.choices)
    task = models.ForeignKey(Task, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    case = models.ForeignKey(Case, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    answered_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="survey_answer_once"),
            models.CheckConstraint(condition=Q(score=None) | Q(score__range=(0, 10)), name="survey_score_0_to_10"),
            models.CheckConstraint(condition=Q(sentiment=None) | Q(sentiment__range=(-1, 1)), name="survey_sentiment_known"),
        ]
        indexes = [
            models.Index(fields=["survey", "-answered_at"], name="survey_answer_newest"),
            models.Index(fields=["customer", "-answered_at"], name="survey_answer_of_customer"),
        ]
