"""Organisations, people, keys, audit, events and long jobs."""

from datetime import timedelta

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenancy.access import sight_of
from tenancy.fields import IdField
from tenancy.owned import Hot, Owned
from tenancy.postgresql.schema import APPEND_ONLY
from tenancy.rules import PERMISSIONS, ROLES, permissions_of


class Organisation(models.Model):
    """A tenant. Everybody may look one up by its address; only itself may change it (policy in the migration)."""

    id = IdField()
    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=10, choices=[("zh-hans", "简体中文"), ("en", "English")], default="en")
    time_zone = models.CharField(max_length=60, default="UTC")
    country = models.CharField(max_length=2, default="GB")  # ISO 3166: how phone numbers without a prefix are read
    currency = models.CharField(max_length=3, default="GBP")  # ISO 4217
    colour = models.CharField(max_length=7, default="#2563eb")  # of its public pages
    access = models.JSONField(default=dict, blank=True)  # who sees what, as changed from the house's own: tenancy/access.py
    clock_offset = models.DurationField(default=timedelta(0))  # obeyed in the demo and in sandboxes only
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Users(BaseUserManager):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class Logo(Owned):
    """The organisation's sign on what is printed and sent: a PNG, made small when it was taken in."""

    content = models.BinaryField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation"], name="logo_one")]


class User(AbstractBaseUser):
    """A person who signs in; global, with a membership in each organisation they work for."""

    id = IdField()
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=10, blank=True)  # empty: the browser decides
    theme = models.CharField(max_length=5, choices=[("auto", "auto"), ("light", "light"), ("dark", "dark")], default="auto")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = Users()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.name or self.email


class Store(Owned):
    """An outlet: a place where staff work and customers come in."""

    name = models.CharField(max_length=80)
    city = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=200, blank=True)
    is_open = models.BooleanField(default=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="store_name_once")]

    def __str__(self) -> str:
        return self.name


class Team(Owned):
    """Colleagues who see each other's customers; its lead sees them too, without being one of them."""

    name = models.CharField(max_length=80)
    lead = models.ForeignKey("tenancy.Membership", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="team_name_once")]

    def __str__(self) -> str:
        return self.name


class Membership(Owned):
    """What a user is in one organisation."""

    class Sight(models.TextChoices):
        OWN = "own", _("Their own customers")
        TEAM = "team", _("Their team's customers")
        ALL = "all", _("All customers")

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        MARKETER = "marketer", _("Marketer")
        SALES = "sales", _("Sales")
        SERVICE = "service", _("Service")
        FINANCE = "finance", _("Finance")
        AUDITOR = "auditor", _("Auditor")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, choices=Role.choices)
    is_active = models.BooleanField(default=True)
    sight = models.CharField(max_length=4, choices=Sight.choices, blank=True)  # empty: as the organisation set for the role
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    store = models.ForeignKey(Store, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="membership_once"),
            models.CheckConstraint(condition=Q(role__in=list(ROLES)), name="membership_known_role"),
            models.CheckConstraint(condition=Q(sight__in=["", "own", "team", "all"]), name="membership_known_sight"),
        ]

    def may(self, permission: str) -> bool:
        assert permission in PERMISSIONS, permission
        return self.is_active and permission in permissions_of(self.role)

    @property
    def present_sight(self) -> str:
        """Own, team or all: what was set for this person, else for their role; owners see all."""
        if self.role == self.Role.OWNER:
            return self.Sight.ALL
        return self.sight or sight_of(self.organisation.access, self.role)


class ApiKey(Owned):
    """A machine's way in. Only the hash of the key is kept."""

    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16)  # shown to tell keys apart
    key_hash = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "key_hash"], name="api_key_once")]
        indexes = [models.Index(fields=["key_hash"], name="api_key_by_hash")]

    def may(self, permission: str) -> bool:
        assert permission in PERMISSIONS, permission
        return permission in self.scopes


class AuditRecord(Hot):
    """Who did what to which record. No contact data: field names, ids and states."""

    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    action = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    changes = models.JSONField(default=dict)
    occurred_at = models.DateTimeField()

    class Meta(Hot.Meta):
        db_table_comment = APPEND_ONLY
        indexes = [
            models.Index(fields=["-occurred_at", "-id"], name="audit_newest"),
            models.Index(fields=["subject_kind", "subject_id"], name="audit_by_subject"),
        ]


class Event(Hot):
    """Something has happened that an upper room may care about. Written with the change itself."""

    kind = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    payload = models.JSONField(default=dict)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta(Hot.Meta):
        db_table_comment = APPEND_ONLY
        indexes = [models.Index(fields=["kind", "-id"], name="event_by_kind")]


class Delivery(Hot):
    """An event on its way to one listener: the queue of record, for which Celery is only the doorbell."""

    class State(models.TextChoices):
        DUE = "due", _("Due")
        DONE = "done", _("Done")
        PARKED = "parked", _("Parked")

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    listener = models.CharField(max_length=60)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DUE)
    attempts = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField()  # wall clock, also where the organisation's own clock was moved
    leased_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta(Hot.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "event", "listener"], name="delivery_once")]
        indexes = [
            models.Index(fields=["due_at", "id"], name="delivery_due", condition=Q(state="due")),
            models.Index(fields=["-id"], name="delivery_parked", condition=Q(state="parked")),
        ]


class IdempotentRequest(Owned):
    """The first answer to a request, given again to its repetitions."""

    principal = models.CharField(max_length=64)
    key = models.CharField(max_length=255)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=300)
    body_hash = models.CharField(max_length=64)
    status = models.SmallIntegerField()
    body = models.JSONField(null=True)
    expires_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "principal", "key"], name="idempotent_request_once")]
        indexes = [models.Index(fields=["expires_at"], name="idempotent_request_expiry")]


class Job(Owned):
    """Long work that a person watches: progress, result, cancel."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    kind = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    is_cancel_requested = models.BooleanField(default=False)
    result = models.JSONField(default=dict)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["-created_at"], name="job_newest")]
        constraints = [models.CheckConstraint(condition=Q(done__gte=0) & Q(total__gte=0), name="job_progress_not_negative")]

    @property
    def percent(self) -> int:
        return min(100, 100 * self.done // self.total) if self.total else 0

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED, self.State.CANCELLED)


class WorkingWeek(Owned):
    """When an organisation works: a week's pattern. Without a row: Mondays to Fridays, nine to six."""

    days = models.JSONField()  # seven lists of [from, to] in minutes, Monday first

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation"], name="working_week_one")]


class CalendarDay(Owned):
    """A day that differs from the week: a holiday, a make-up day, a half day."""

    day = models.DateField()
    name = models.CharField(max_length=80, blank=True)
    spans = models.JSONField(default=list)  # [from, to] in minutes; none: closed

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "day"], name="calendar_day_once")]


class Absence(Owned):
    """Somebody is away from one day to another; whoever stands in gets what would be theirs."""

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="absences")
    deputy = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()
    note = models.CharField(max_length=120, blank=True)

    class Meta(Owned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=models.F("first_day")), name="absence_ends_after_start"),
            models.CheckConstraint(condition=~Q(deputy=models.F("member")), name="absence_deputy_is_another"),
        ]
        indexes = [models.Index(fields=["member", "last_day"], name="absence_by_member")]
