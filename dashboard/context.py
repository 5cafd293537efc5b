"""What every staff page shows around its content."""

from datetime import timedelta

from django.conf import settings
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from dashboard import navigation
from messaging.queries import unread_count
from tenancy import door
from tenancy.people import organisations_of

_THEMES = [("auto", _("As the system"), "device-desktop"), ("light", _("Light"), "sun"), ("dark", _("Dark"), "moon")]


class _Verbs:
    def __init__(self, membership, resource):
        self._membership, self._resource = membership, resource

    def __getitem__(self, verb: str) -> bool:
        return self._membership is not None and self._membership.may(f"{self._resource}:{verb}")


class May:
    """`may.customers.write` in a template asks the role for customers:write."""

    def __init__(self, membership):
        self._membership = membership

    def __getitem__(self, resource: str) -> _Verbs:
        return _Verbs(self._membership, resource)


def shell(request):
    organisation, membership = getattr(request, "organisation", None), getattr(request, "membership", None)
    context = {
        "organisation": organisation,
        "membership": membership,
        "may": May(membership),
        "is_demo": settings.MODE == "demo",
    }
    if membership is None or not door.inside():
        return context
    return context | {
        "side_bar": SimpleLazyObject(lambda: navigation.side_bar(request)),
        "unread": SimpleLazyObject(lambda: unread_count(membership.id)),
        "workplaces": SimpleLazyObject(lambda: organisations_of(request.user)),
        "is_clock_moved": settings.MOVABLE_CLOCK and organisation.clock_offset != timedelta(0),
        "clock": door.moment(),
        "themes": _THEMES,
        "is_mailbox": settings.KEEP_MAIL_IN_MAILBOX and not settings.IS_PRODUCTION,
    }
