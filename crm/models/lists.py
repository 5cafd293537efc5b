"""How people look at lists: views they keep, columns they chose, and what they had done to many rows at once."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenancy.models import Job, Membership, Team
from tenancy.owned import Hot, Owned


class SavedView(Owned):
    """A list as somebody wants to see it again. The query string says it all: filters, order, columns, density."""

    list_name = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=4000, blank=True)
    owner = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    is_shared = models.BooleanField(default=False)  # with everybody who may read the list
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)  # else with it
    is_default = models.BooleanField(default=False)  # what the list opens with for who has chosen nothing else
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["list_name", "name"], name="saved_view_tabs")]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "list_name"], condition=Q(is_default=True), name="saved_view_one_default"
            ),
            models.CheckConstraint(condition=~Q(is_default=True) | Q(is_shared=True), name="saved_view_default_is_shared"),
            models.CheckConstraint(condition=Q(is_shared=False) | Q(team=None), name="saved_view_one_circle"),
        ]

    def __str__(self) -> str:
        return self.name


class TeamOpening(Owned):
    """The view that a list opens with for the people of a team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    list_name = models.CharField(max_length=20)
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="openings")

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "team", "list_name"], name="team_opening_once")]


class ListSetting(Owned):
    """What one person chose for a list, or for one view of it."""

    class Density(models.TextChoices):
        COMFORTABLE = "comfortable", _("Comfortable")
        COMPACT = "compact", _("Compact")

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+", db_index=False)
    list_name = models.CharField(max_length=20)
    view = models.CharField(max_length=36, blank=True)  # id of a saved view; empty: the list without one
    columns = models.JSONField(default=list)  # keys in their order; empty: as the list comes
    density = models.CharField(max_length=12, choices=Density.choices, blank=True)
    opens_with = models.CharField(max_length=36, blank=True)  # of the row without a view: id of a saved view, or "all"

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "member", "list_name", "view"], name="list_setting_once"),
        ]


class ListWork(Owned):
    """One thing to be done to many rows of a list, with how far it has come (its Job)."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="+")
    list_name = models.CharField(max_length=20)
    verb = models.CharField(max_length=20)
    arguments = models.JSONField(default=dict)
    query = models.CharField(max_length=4000, blank=True)  # which rows, where none are named
    ids = models.JSONField(null=True)  # which rows, where they are
    until = models.UUIDField()  # rows made later do not belong to it: ids are ordered by time
    cursor = models.JSONField(null=True)  # of the last row done: an interrupted work goes on from here
    member = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    language = models.CharField(max_length=10)
    counts = models.JSONField(default=dict)  # changed, unchanged, failed
    touched_at = models.DateTimeField()  # wall clock of the last chunk: who stands still is picked up again

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["job"], name="list_work_by_job")]


class ListProblem(Hot):
    """A row to which it could not be done, and why."""

    work_id = models.UUIDField()
    row_id = models.UUIDField()
    label = models.CharField(max_length=200, blank=True)
    template = models.CharField(max_length=300)  # English msgid with %(name)s places
    facts = models.JSONField(default=dict)

    class Meta(Hot.Meta):
        indexes = [models.Index(fields=["work_id", "id"], name="list_problem_by_work")]

    @property
    def message(self) -> str:
        return gettext(self.template) % self.facts


class ListPiece(Hot):
    """A piece of a file that a work writes: rows as they were read, then the file itself."""

    class Kind(models.TextChoices):
        ROWS = "rows", "rows"
        FILE = "file", "file"

    work_id = models.UUIDField()
    kind = models.CharField(max_length=4, choices=Kind.choices)
    position = models.IntegerField()
    content = models.BinaryField()

    class Meta(Hot.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "work_id", "kind", "position"], name="list_piece_once"),
        ]
