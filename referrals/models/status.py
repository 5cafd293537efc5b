"""Links by which a referrer follows their friends' progress without signing in."""

from django.db import models

from crm.models import Customer
from tenancy.owned import Owned


class StatusLink(Owned):
    """A signed link to the status page of one referrer; only a hash of it is kept."""

    owner = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64)
    made_by = models.CharField(max_length=12)  # kind of actor: user, customer, system
    made_by_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)  # last; kept by the hour

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "token_hash"], name="status_link_once")]
