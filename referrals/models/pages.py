"""Landing pages of campaigns: what is being built, what was shown from when on, and pictures."""

from django.db import models

from referrals.models.campaigns import Campaign
from tenancy.owned import Owned
from tenancy.postgresql.schema import APPEND_ONLY


class LandingPage(Owned):
    """A campaign's own page. Without one, or before it is published, friends see the house's page."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+", db_index=False)
    draft = models.JSONField(default=dict)  # referrals.rules.pages.Page, as it is being built
    version = models.IntegerField(default=0)  # the published one; 0: none, the house's page is shown
    # Of the published version, where the statement that keeps a visit reads them:
    share_b = models.SmallIntegerField(default=0)
    elsewhere = models.CharField(max_length=300, blank=True)
    tested_since = models.DateTimeField(null=True)  # since when these two variants are compared
    updated_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "campaign"], name="landing_page_once"),
            models.CheckConstraint(condition=models.Q(share_b__gte=0, share_b__lt=100), name="landing_page_share"),
        ]


class LandingVersion(Owned):
    """A page as it was shown from then on; going back makes a new one of an old one."""

    page = models.ForeignKey(LandingPage, on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.IntegerField()
    definition = models.JSONField()
    published_by = models.UUIDField(null=True)
    published_at = models.DateTimeField()

    class Meta(Owned.Meta):
        db_table_comment = APPEND_ONLY
        constraints = [models.UniqueConstraint(fields=["organisation", "page", "number"], name="landing_version_once")]


class LandingPicture(Owned):
    """A picture for landing pages, made small when it was taken in; the same picture is kept once."""

    fingerprint = models.CharField(max_length=32)
    content = models.BinaryField()
    width = models.IntegerField()
    height = models.IntegerField()
    name = models.CharField(max_length=120, blank=True)
    added_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "fingerprint"], name="landing_picture_once")]
