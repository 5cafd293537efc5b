"""Files that come in, and webhooks that go out."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenancy.models import Job
from tenancy.owned import Hot, Owned
from tenancy.postgresql.schema import APPEND_ONLY


class Import(Owned):
    """A file, how its columns are read, and how far it has come (its Job). The file is kept until it is done."""

    class Kind(models.TextChoices):
        CUSTOMERS = "customers", _("Customers")
        ORDERS = "orders", _("Orders")
        DEALS = "deals", _("Deals")
        PURCHASES = "purchases", _("Invoice lines of a shop")
        OPENING_BALANCES = "opening_balances", _("Balances from another system")

    kind = models.CharField(max_length=16, choices=Kind.choices)
    source = models.CharField(max_length=40, default="import")  # of orders and balances: half of their business key
    job = models.ForeignKey(Job, null=True, on_delete=models.PROTECT, related_name="+")  # null until mapped
    file_name = models.CharField(max_length=200)
    file_hash = models.CharField(max_length=64)
    content = models.BinaryField(null=True)  # gzip
    encoding = models.CharField(max_length=20)
    delimiter = models.CharField(max_length=1, default=",")
    header_line = models.IntegerField(default=1)
    is_encoding_sure = models.BooleanField(default=True)  # or a person should look at the letters
    sheet = models.CharField(max_length=100, blank=True)  # of a workbook
    columns = models.JSONField(default=list)
    options = models.JSONField(default=dict)  # integrations/options.py
    mapping = models.JSONField(default=dict)  # field -> column
    is_dry_run = models.BooleanField(default=True)
    cursor = models.IntegerField(default=0)  # items done (a row, an invoice): an interrupted import goes on from here
    # rows = taken + skipped + failed; created, updated, unchanged count records
    counts = models.JSONField(default=dict)
    attempts = models.SmallIntegerField(default=0)  # since the last chunk that went well
    touched_at = models.DateTimeField(null=True)  # wall clock of the last chunk: who stands still is picked up again
    created_at = models.DateTimeField()
    undo_job = models.ForeignKey(Job, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["-created_at"], name="import_newest")]


class ImportTrace(Hot):
    """What an import has made or changed, so that it can be undone; of a dry run the first rows, so that they can be seen.

    `kept_code` says why the undoing left it as it is.
    """

    class Verdict(models.TextChoices):
        CREATED = "created", _("New")
        UPDATED = "updated", _("Completed")
        UNCHANGED = "unchanged", _("As before")
        SKIPPED = "skipped", _("Set aside")
        REFUSED = "refused", _("Not taken in")

    import_id = models.UUIDField()
    row = models.IntegerField()
    subject = models.CharField(max_length=12)  # customer, company, order, product, balance, referral, deal
    subject_id = models.UUIDField(null=True)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    before = models.JSONField(default=dict)
    added = models.JSONField(default=dict)
    is_undone = models.BooleanField(default=False)
    kept_code = models.CharField(max_length=40, blank=True)

    class Meta(Hot.Meta):
        indexes = [
            models.Index(fields=["import_id", "row"], name="import_trace_by_row"),
            models.Index(
                fields=["import_id", "subject", "verdict", "id"], name="import_trace_to_undo",
                condition=Q(is_undone=False, kept_code=""),
            ),
        ]  # fmt: skip


class ImportTemplate(Owned):
    """How a list was read: remembered by its column names without a name, or kept by a person under one."""

    kind = models.CharField(max_length=16, choices=Import.Kind.choices)
    name = models.CharField(max_length=80, blank=True)
    columns_key = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    used_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "columns_key"], condition=Q(name=""), name="import_memory_once"
            ),
            models.UniqueConstraint(
                fields=["organisation", "kind", "name"], condition=~Q(name=""), name="import_template_once"
            ),
        ]


class ImportIssue(Hot):
    """A row that was not taken in, or a cell of it, by number and reason."""

    import_id = models.UUIDField()
    row = models.IntegerField()  # line in the file, the header is 1
    column = models.CharField(max_length=80, blank=True)
    code = models.CharField(max_length=40)
    template = models.CharField(max_length=300)  # English msgid with %(name)s places
    facts = models.JSONField(default=dict)
    is_skip = models.BooleanField(default=False)  # set aside on purpose, not wrong
    values = models.JSONField(default=dict)  # the row as it came, for the error file

    class Meta(Hot.Meta):
        indexes = [models.Index(fields=["import_id", "row"], name="import_issue_by_row")]

    @property
    def message(self) -> str:
        """Say what is wrong, in the reader's language."""
        return gettext(self.template) % self.facts if self.facts else gettext(self.template)


class ConfigurationVersion(Owned):
    """The whole configuration at one moment, so that any moment can be gone back to."""

    number = models.IntegerField()
    bundle = models.JSONField()
    mark = models.CharField(max_length=64)  # tenancy.configuration.mark_of
    cause = models.CharField(max_length=40)  # kept, before, pack:beauty, file, back:3
    note = models.CharField(max_length=200, blank=True)
    made_by = models.UUIDField(null=True)
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        db_table_comment = APPEND_ONLY
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="configuration_version_once")]


class WebhookEndpoint(Owned):
    url = models.URLField(max_length=300)
    description = models.CharField(max_length=120, blank=True)
    secret = models.CharField(max_length=80)  # whsec_…, Standard Webhooks
    former_secret = models.CharField(max_length=80, blank=True)  # signs too until the receiver has the new one
    former_secret_until = models.DateTimeField(null=True)
    kinds = models.JSONField(default=list)  # of events; "*" is all
    is_active = models.BooleanField(default=True)
    failures = models.SmallIntegerField(default=0)  # consecutive
    disabled_reason = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()


class WebhookDelivery(Owned):
    """One event for one endpoint; its id is the webhook-id that every attempt repeats."""

    class State(models.TextChoices):
        DUE = "due", _("Due")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Failed")

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    event_id = models.UUIDField()
    kind = models.CharField(max_length=60)
    body = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DUE)
    attempts = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField()  # wall clock; a claim moves it on by its lease
    last_status = models.SmallIntegerField(null=True)
    last_answer = models.CharField(max_length=1000, blank=True)
    last_attempt_at = models.DateTimeField(null=True)
    last_milliseconds = models.IntegerField(null=True)
    delivered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "endpoint", "event_id"], name="webhook_delivery_once")
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="webhook_due", condition=Q(state="due")),
            models.Index(fields=["endpoint", "-id"], name="webhook_delivery_newest"),
        ]
