"""The pool of customers (公海): who took whom, who gave whom back, whom it took back by itself."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models.customers import Customer
from tenancy.models import Membership
from tenancy.owned import Owned
from tenancy.postgresql.schema import APPEND_ONLY


class CustomerMove(Owned):
    """A step of a customer into the pool or out of it. In the pool is whoever has no owner."""

    class Kind(models.TextChoices):
        CLAIMED = "claimed", _("Claimed")
        RELEASED = "released", pgettext_lazy("a customer", "Given back")
        WARNED = "warned", _("Warned")
        RECYCLED = "recycled", _("Back in the pool")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="pool_moves")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    from_member = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    to_member = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    occurred_at = models.DateTimeField()

    class Meta(Owned.Meta):
        db_table_comment = APPEND_ONLY
        indexes = [
            models.Index(fields=["customer", "-occurred_at"], name="pool_move_of_customer"),
            models.Index(fields=["to_member", "kind", "-occurred_at"], name="pool_move_to_member"),
            models.Index(fields=["from_member", "kind", "-occurred_at"], name="pool_move_from_member"),
        ]
