"""Reads of views, settings and works of lists."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Q, QuerySet

from crm.models import ListPiece, ListProblem, ListSetting, SavedView
from tenancy.models import Membership


def views_for(member: Membership, list_name: str) -> QuerySet[SavedView]:
    """List a member's own views and those that are shared, by name."""
    mine_or_shared = Q(owner=member) | Q(is_shared=True)
    return SavedView.objects.filter(mine_or_shared, list_name=list_name).order_by("name", "id")


def settings_for(member: Membership, list_name: str) -> dict[str, ListSetting]:
    """Give what a member chose, by view ("" without one)."""
    return {each.view: each for each in ListSetting.objects.filter(member=member, list_name=list_name)}


def problems_of(work_id: UUID) -> QuerySet[ListProblem]:
    return ListProblem.objects.filter(work_id=work_id).order_by("id")


def pieces_of(work_id: UUID, kind: str) -> Iterator[bytes]:
    """Read a file piece by piece."""
    position = -1
    while piece := ListPiece.objects.filter(work_id=work_id, kind=kind, position__gt=position).order_by("position").first():
        yield bytes(piece.content)
        position = piece.position
