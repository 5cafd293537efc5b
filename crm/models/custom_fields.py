"""Fields that an organisation adds to its records."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenancy.owned import Owned


class CustomField(Owned):
    """A field that an organisation adds to its records. Never deleted: values would lose their name."""

    class Subject(models.TextChoices):
        CUSTOMER = "customer", _("Customer")
        DEAL = "deal", _("Deal")
        LEAD = "lead", pgettext_lazy("a kind of record", "Lead")
        CASE = "case", pgettext_lazy("a kind of record", "Case")

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        LONG_TEXT = "long_text", _("Long text")
        NUMBER = "number", _("Number")
        MONEY = "money", _("Amount of money")
        DATE = "date", _("Date")
        CHOICE = "choice", _("Choice")
        CHOICES = "choices", _("Several choices")
        YES_NO = "yes_no", _("Yes or no")
        LINK = "link", _("Link")
        PHONE = "phone", _("Phone")
        EMAIL = "email", pgettext_lazy("a way to send", "E-mail")

    subject = models.CharField(max_length=10, choices=Subject.choices, default=Subject.CUSTOMER)
    key = models.SlugField(max_length=40, db_index=False)  # in the record's `custom`; never changes
    label = models.JSONField(default=dict)  # {"zh-hans", "en"}
    help = models.JSONField(default=dict, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    choices = models.JSONField(default=list, blank=True)  # [{"value", "zh-hans", "en"}]
    required_stages = models.JSONField(
        default=list, blank=True
    )  # where it must be filled in: crm.operations.custom_fields.STAGES
    roles = models.JSONField(default=list, blank=True)  # who sees it; none: whoever sees the record
    position = models.SmallIntegerField(default=0)
    is_in_lists = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "subject", "key"], name="custom_field_once")]

    def __str__(self) -> str:
        return self.key
