"""The chooser that narrows figures to a segment: `?in_segment=<id>`; nonsense, and what is not theirs, narrows nothing."""

from functools import cached_property

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.models import Segment
from crm.queries.segments import is_relative, segments_for


class SegmentChoice:
    """The segments somebody may choose, and the one they chose; read in one statement."""

    name = "in_segment"

    def __init__(self, request: HttpRequest) -> None:
        self.member, self.asked = request.membership, request.GET.get(self.name, "")

    @cached_property
    def options(self) -> list[Segment]:
        return list(segments_for(self.member)) if self.member.may("customers:read") else []

    @cached_property
    def chosen(self) -> Segment | None:
        return next((each for each in self.options if str(each.id) == self.asked), None)

    @property
    def query(self) -> str:
        """What an address carries along."""
        return f"&{self.name}={self.chosen.id}" if self.chosen else ""


def segments_for_machines(present: str = "") -> list[tuple[str, object]]:
    """The choices where a segment is asked by what runs by itself: shared ones that do not depend on who looks."""
    chosen = Q(id=present) if present else Q()
    rows = Segment.objects.filter(Q(is_shared=True) | chosen).order_by("name", "id")
    return [("", _("Any segment")), *[(str(each.id), each.name) for each in rows if not is_relative(each)]]
