"""Customers, what they bought, what was said and what is to be done."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenancy.models import Membership
from tenancy.owned import Owned
from tenancy.postgresql.schema import APPEND_ONLY


class Customer(Owned):
    """A person or company, of whom there is one record. No counters: orders refer to this row."""

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

    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.PERSON)
    name = models.CharField(max_length=120)
    search_text = models.CharField(max_length=400, editable=False)  # foundation.contacts.search_text(name)
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.PROSPECT)
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.STAFF)
    # No index of its own: without statistics the planner takes it for the foreign-key checks of every other table.
    owner = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    language = models.CharField(max_length=10, blank=True)  # empty: the organisation's
    gender = models.CharField(max_length=6, choices=Gender.choices, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    province = models.CharField(max_length=60, blank=True)
    city = models.CharField(max_length=60, blank=True)
    occupation = models.CharField(max_length=80, blank=True)
    note = models.TextField(blank=True)
    custom = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(Owned.Meta):
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="customer_newest"),
            models.Index(fields=["search_text"], name="customer_by_name", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["stage", "-created_at"], name="customer_by_stage"),
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
        REMINDERS = "reminders", _("Reminders of one's own things")  # wanted until somebody says no

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


class Product(Owned):
    sku = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    category = models.CharField(max_length=80, blank=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "sku"], name="product_once")]


class Order(Owned):
    """A purchase. Its business key is (source, external_id): the same on every path into the house."""

    class Status(models.TextChoices):
        PLACED = "placed", _("Placed")
        PAID = "paid", _("Paid")
        CANCELLED = "cancelled", _("Cancelled")

    source = models.CharField(max_length=40)  # shop, pos, import …
    external_id = models.CharField(max_length=80)
    input_hash = models.CharField(max_length=64)  # of customer, amount, currency, lines, time
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="orders")
    status = models.CharField(max_length=10, choices=Status.choices)
    channel = models.CharField(max_length=20, default="online")
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    placed_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "source", "external_id"], name="order_once"),
            models.CheckConstraint(condition=Q(total_minor__gte=0), name="order_total_not_negative"),
            models.CheckConstraint(condition=~Q(status="paid") | Q(paid_at__isnull=False), name="order_paid_has_time"),
        ]
        indexes = [
            models.Index(fields=["-placed_at", "-id"], name="order_newest"),
            models.Index(fields=["customer", "placed_at"], name="order_for_rfm", include=["total_minor", "status"]),
        ]


class OrderLine(Owned):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")
    position = models.SmallIntegerField()
    sku = models.CharField(max_length=80, blank=True)
    name = models.CharField(max_length=200, blank=True)
    quantity = models.IntegerField()
    unit_minor = models.BigIntegerField()
    amount_minor = models.BigIntegerField()


class Refund(Owned):
    """Money given back. Told before its order is there or paid, it waits, and counts once it is.

    One that was cancelled (the money stayed with us after all) counts no more, and cannot be told again.
    """

    source = models.CharField(max_length=40)  # the order's source too
    external_id = models.CharField(max_length=80)
    order_external_id = models.CharField(max_length=80)
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="refunds")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    refunded_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    problem = models.CharField(max_length=40, blank=True)  # error code: why a waiting refund does not fit its order
    recorded_at = models.DateTimeField(auto_now_add=True)
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=200, blank=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "source", "external_id"], name="refund_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_positive"),
        ]
        indexes = [models.Index(fields=["source", "order_external_id"], name="refund_waiting", condition=Q(order=None))]


class Interaction(Owned):
    """Something said or done with a customer, over any channel."""

    class Kind(models.TextChoices):
        NOTE = "note", _("Note")
        CALL = "call", _("Call")
        EMAIL = "email", pgettext_lazy("a way to send", "E-mail")
        CHAT = "chat", _("Chat")
        VISIT = "visit", _("Visit")
        MEETING = "meeting", _("Meeting")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="interactions")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    text = models.TextField()
    author = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    occurred_at = models.DateTimeField()

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["customer", "-occurred_at"], name="interaction_timeline")]


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
        indexes = [models.Index(fields=["state", "due_at"], name="task_due")]
