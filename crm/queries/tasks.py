"""Reads of what is to be done."""

from datetime import datetime

from django.db.models import QuerySet

from crm.models import Task


def tasks() -> QuerySet[Task]:
    """List tasks with customer and assignee."""
    return Task.objects.select_related("customer", "assignee__user")


def open_tasks() -> QuerySet[Task]:
    """List what is to be done, most urgent first."""
    return tasks().filter(state=Task.State.OPEN).order_by("due_at", "priority", "id")


def overdue_tasks(moment: datetime) -> QuerySet[Task]:
    return open_tasks().filter(due_at__lt=moment)
