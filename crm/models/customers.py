"""Customers, ways to reach them, and what they agreed to."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Collate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenancy.models import Membership
from tenancy.owned import Owned, OwnedManager
from tenancy.postgresql.schema import APPEND_ONLY


class StandingCustomers(OwnedManager):
    """Customers as everybody lists, counts and changes them: without those that became one with another."""

    def get_queryset(self):
        return super().get_queryset().filter(merged_into=None)


class Customer(Owned):
    """A person or company, of whom there is one record. No counters: orders refer to this row.

    One that became one with another stays as a stone that points to it. `objects` passes
    over it, `every` and whatever refers to it does not.
    """

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        COMPANY = "company", _("Company")

    class Stage(models.TextChoices):
        PROSPECT = "prospect", _("Prospect")
        LEAD = "lead", _("Lead")
        CUSTOMER = "customer", _("Customer")
        LOYAL = "loyal", _("Loyal customer")
        LOST = "lost", _("Lost")

    class Gender(models.TextChoices):
        FEMALE = "female", _("Female")
        MALE = "male", _("Male")
        OTHER = "other", _("Other")

    class Source(models.TextChoices):
        STAFF = "staff", _("Entered by staff")
        FORM = "form", _("Form")
        REFERRAL = "referral", _("Referral")
        API = "api", _("API")
        IMPORT = "import", _("Import")
        STORE = "store", _("Store")

    class IncomeBand(models.TextChoices):
        LOW = "low", pgettext_lazy("income", "Low")
        MIDDLE = "middle", pgettext_lazy("income", "Middle")
        UPPER = "upper", pgettext_lazy("income", "Upper middle")
        HIGH = "high", pgettext_lazy("income", "High")

    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.PERSON)
    name = models.CharField(max_length=120)
    search_text = models.CharField(max_length=400, editable=False)  # foundation.contacts.search_text(name)
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.PROSPECT)
    stage_by_hand_at = models.DateTimeField(
        null=True, editable=False
    )  # when a person set it: rules leave it alone for a while
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.STAFF)
    # No index of its own: without statistics the planner takes it for the foreign-key checks of every other table.
    owner = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    language = models.CharField(max_length=10, blank=True)  # empty: the organisation's
    gender = models.CharField(max_length=6, choices=Gender.choices, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    province = models.CharField(max_length=60, blank=True)
    city = models.CharField(max_length=60, blank=True)
    occupation = models.CharField(max_length=80, blank=True)
    country = models.CharField(max_length=2, blank=True)  # ISO 3166; empty: the organisation's
    address = models.CharField(max_length=200, blank=True)  # street and number; city and province have their own fields
    postal_code = models.CharField(max_length=16, blank=True)
    income_band = models.CharField(max_length=6, choices=IncomeBand.choices, blank=True)
    interests = models.CharField(max_length=300, blank=True)
    personal_values = models.CharField(max_length=300, blank=True)  # what matters to them: quality, price, environment …
    company = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="employees", db_index=False
    )
    note = models.TextField(blank=True)
    custom = models.JSONField(default=dict, blank=True)
    # No index over everybody, who mostly have none.
    merged_into = models.ForeignKey(
        "self", null=True, editable=False, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(auto_now=True)

    objects = StandingCustomers()
    every = OwnedManager()

    class Meta(Owned.Meta):
        base_manager_name = "every"
        constraints = [models.CheckConstraint(condition=~Q(merged_into=models.F("id")), name="customer_not_its_own_stone")]
        indexes = [
            models.Index(fields=["merged_into"], name="customer_stones", condition=Q(merged_into__isnull=False)),
            models.Index(fields=["-created_at", "-id"], name="customer_newest"),
            models.Index(fields=["search_text"], name="customer_by_name", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["stage", "-created_at"], name="customer_by_stage"),
            # In the order of the characters themselves: the same on every server, and the order of pages by name.
            models.Index(F("organisation"), Collate("search_text", "C"), F("id"), name="customer_in_name_order"),
            # In two halves with a condition each, so that no foreign-key check can take them for its own (see owner).
            models.Index(fields=["owner", "-created_at", "-id"], name="customer_by_owner", condition=Q(owner__isnull=False)),
            models.Index(fields=["-created_at", "-id"], name="customer_of_nobody", condition=Q(owner__isnull=True)),
            models.Index(fields=["company"], name="customer_by_company", condition=Q(company__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name


class ContactPoint(Owned):
    """One way to reach or recognise a customer; the normalised value belongs to one customer only."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("Phone")
        EMAIL = "email", _("E-mail")
        WECHAT = "wechat", _("WeChat")
        EXTERNAL = "external", _("External id")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contact_points")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    value = models.CharField(max_length=254)  # as typed
    normalised = models.CharField(max_length=254)
    is_primary = models.BooleanField(default=False)
    verified_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind", "normalised"], name="contact_point_one_owner"),
            models.UniqueConstraint(
                fields=["organisation", "customer", "kind"], condition=Q(is_primary=True), name="contact_point_one_primary"
            ),
        ]


class Tag(Owned):
    name = models.CharField(max_length=40)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="tag_once")]


class CustomerTag(Owned):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="tags")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="+")

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "customer", "tag"], name="customer_tag_once")]


class Consent(Owned):
    """A customer's yes or no to one purpose over one channel; the newest row counts."""

    class Purpose(models.TextChoices):
        REFERRAL = "referral", _("Being referred and told about it")
        MARKETING = "marketing", _("Offers and news")
        ENQUIRY = "enquiry", _("Being contacted about an enquiry")
        REMINDERS = "reminders", _("Reminders of one's own things")  # wanted until somebody says no
        PROGRESS = "progress", _("News of friends one has invited")  # the same

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    channel = models.CharField(max_length=10, default="email")
    is_granted = models.BooleanField()
    text_version = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    source = models.CharField(max_length=40)  # landing page, member centre, import, staff
    occurred_at = models.DateTimeField()

    class Meta(Owned.Meta):
        db_table_comment = APPEND_ONLY
