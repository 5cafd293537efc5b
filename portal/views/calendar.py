"""The calendar feed of a member of staff, at its secret address."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.http import require_safe

from crm.models import Task
from crm.queries import care_policy, feed_member, feed_tasks
from crm.rules.ical import Entry
from crm.rules.ical import calendar as written
from portal.page import Missing, public_page
from tenancy import door


@require_safe
@public_page
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    member = feed_member(secret)
    if member is None:
        raise Missing
    organisation = request.organisation
    zone, shows_names = ZoneInfo(organisation.time_zone), care_policy().calendar_shows_names
    with translation.override(member.user.language or organisation.language):
        rows = feed_tasks(member, door.moment())
        entries = [_entry(row, zone, shows_names and member.may("customers:read"), organisation.slug) for row in rows]
    content = written(f"{organisation.name}: {member.user.name}", organisation.time_zone, entries)
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="tasks.ics"'
    answer["Cache-Control"] = "private, max-age=300"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _entry(task: Task, zone: ZoneInfo, shows_names: bool, slug: str) -> Entry:
    """Tell what to do and with whom: initials, unless the organisation shows names outside its house."""
    who = _name(task.customer.name, shows_names) if task.customer else ""
    local = task.due_at.astimezone(zone)
    return Entry(
        uid=f"{task.id}@{slug}.yinjian", title=f"{task.title} · {who}" if who else task.title,
        at=local.date() if task.is_all_day else task.due_at, stamp=task.completed_at or task.created_at,
        text=str(task.get_kind_display()), url=f"{settings.PUBLIC_URL}/tasks/{task.id}/",
        is_done=task.state == Task.State.DONE, remind_minutes=task.remind_minutes,
    )  # fmt: skip


def _name(name: str, is_whole: bool) -> str:
    if is_whole:
        return name
    words = name.split()
    if len(words) > 1 and name.isascii():
        return "".join(f"{word[0]}." for word in words[:3])
    return f"{name[:1]}."
