"""Thanks in public: steps that are honoured, and who agreed to be named where."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models import Customer
from tenancy.owned import Owned


class HonourRules(Owned):
    """How an organisation honours its referrers. One row each; without one the defaults hold."""

    least_group = models.SmallIntegerField(default=5)  # fewer referrers than this make no board: ranks would name people
    is_board_shown = models.BooleanField(default=True)  # members see the board in their centre
    is_wall_public = models.BooleanField(default=False)
    title = models.JSONField(default=dict)  # of the wall: {"zh-hans": …, "en": …}

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="honour_rules_once"),
            models.CheckConstraint(condition=Q(least_group__gte=3), name="honour_group_hides_people"),
        ]


class HonourStep(Owned):
    """A number of friends who bought, and the badge it is honoured with."""

    friends = models.SmallIntegerField()
    badge = models.CharField(max_length=40)  # code of a badge of the loyalty room

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "friends"], name="honour_step_once"),
            models.CheckConstraint(condition=Q(friends__gte=1), name="honour_step_positive"),
        ]


class Recognition(Owned):
    """A customer's consent to be named on one surface. Without one that counts now nobody is named there."""

    class Surface(models.TextChoices):
        BOARD = "board", _("Leaderboard in the member centre")
        WALL = "wall", _("Wall of thanks on the web")
        SCREEN = "screen", _("Screen in our shop")
        ARTICLE = "article", _("Articles and posts")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="recognitions")
    surface = models.CharField(max_length=8, choices=Surface.choices)
    display_name = models.CharField(max_length=40)  # as they want to be called
    source = models.CharField(max_length=10)  # member, staff
    text_version = models.CharField(max_length=20)
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "customer", "surface"], condition=Q(withdrawn_at=None), name="recognition_one_each"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("granted_at")), name="recognition_ends"),
        ]
        indexes = [models.Index(fields=["surface", "expires_at"], name="recognition_now", condition=Q(withdrawn_at=None))]
