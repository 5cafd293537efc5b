"""Reads of what is to be done."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from crm.models import CalendarFeed, Task, TaskComment
from foundation.ids import digest
from tenancy.models import Membership

_KEPT_IN_FEED = timedelta(days=60)  # behind us; what is ahead has no end


def tasks() -> QuerySet[Task]:
    """List tasks with customer and assignee."""
    return Task.objects.select_related("customer", "case", "assignee__user", "handed_by__user")


def open_tasks() -> QuerySet[Task]:
    """List what is to be done, most urgent first."""
    return tasks().filter(state=Task.State.OPEN).order_by("due_at", "priority", "id")


def overdue_tasks(moment: datetime) -> QuerySet[Task]:
    return open_tasks().filter(is_overdue(moment))


def is_overdue(moment: datetime) -> Q:
    """Say what is late: a task of a whole day is not before the day is over; `due_at` of such is its last minute."""
    return Q(due_at__lt=moment)


def day_bounds(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime, datetime]:
    """Give the beginnings of today, of tomorrow and of next Monday on the organisation's clock."""
    today = moment.astimezone(zone).date()
    monday = today + timedelta(days=7 - today.weekday())
    return tuple(datetime.combine(day, time.min, zone) for day in (today, today + timedelta(days=1), monday))


def by_due(moment: datetime, zone: ZoneInfo) -> dict[str, Q]:
    """Part the open tasks into overdue, today, this week and later; each is in exactly one."""
    _today, tomorrow, monday = day_bounds(moment, zone)
    still = Q(due_at__gte=moment)
    return {
        "overdue": is_overdue(moment),
        "today": still & Q(due_at__lt=tomorrow),
        "week": still & Q(due_at__gte=tomorrow, due_at__lt=monday),
        "later": still & Q(due_at__gte=max(monday, tomorrow)),
    }


def tasks_between(first: date, last: date, zone: ZoneInfo) -> QuerySet[Task]:
    """List the tasks due from the first to the last day."""
    since = datetime.combine(first, time.min, zone)
    until = datetime.combine(last + timedelta(days=1), time.min, zone)
    return tasks().filter(due_at__gte=since, due_at__lt=until).exclude(state=Task.State.DROPPED).order_by("due_at", "id")


def comments_of(task_id) -> Iterable[TaskComment]:
    return TaskComment.objects.filter(task_id=task_id).select_related("author__user").order_by("said_at", "id")


def feed_of(member_id) -> CalendarFeed | None:
    """Say whether somebody's calendar feed is open."""
    return CalendarFeed.objects.filter(member_id=member_id, revoked_at=None).first()


def feed_member(secret: str) -> Membership | None:
    """Find whose calendar a secret opens; nobody's once it was revoked or the person has left."""
    feed = CalendarFeed.objects.filter(token_hash=digest(secret), revoked_at=None).select_related("member__user").first()
    return feed.member if feed and feed.member.is_active and feed.member.may("tasks:read") else None


def feed_tasks(member: Membership, moment: datetime) -> QuerySet[Task]:
    """List what a calendar program shows of a person's tasks."""
    mine = tasks().filter(assignee=member, due_at__gte=moment - _KEPT_IN_FEED)
    return mine.exclude(state=Task.State.DROPPED).order_by("due_at", "id")[:1000]
