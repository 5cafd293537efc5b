"""Who works here, for choices of forms and filters."""

from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from tenancy.models import Membership


def members() -> list[Membership]:
    """List active members of this organisation by name."""
    return list(Membership.objects.filter(is_active=True).select_related("user").order_by("user__name", "id"))


def names_of(user_ids) -> dict[UUID, str]:
    """Name people who work or worked here."""
    ours = Membership.objects.filter(user_id__in=set(user_ids)).values_list("user_id", "user__name")
    return dict(ours)


def member_choices(people: list[Membership] | None = None) -> list[tuple[str, str]]:
    """Offer those who work here; `people` when the page has read them already."""
    found = members() if people is None else people
    return [(str(member.id), member.user.name or member.user.email) for member in found]


class MemberField(forms.TypedChoiceField):
    """A member of staff, or nobody; cleaned to the membership's id."""

    def __init__(self, *, people: list[Membership] | None = None, **kwargs):
        choices = [("", _("Nobody")), *member_choices(people)]
        super().__init__(choices=choices, coerce=UUID, empty_value=None, required=False, **kwargs)
