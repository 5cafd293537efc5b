"""How to reach the people of a list: masked on the page, in a file as far as whoever takes it out may see them."""

from collections.abc import Callable
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm import masking
from crm.models import Customer
from dashboard.lists import cells
from dashboard.lists.shape import Column
from dashboard.templatetags.dashboard import masked

PersonOf = Callable[[Any], Customer]  # with its contact points read


def columns(person_of: PersonOf) -> tuple[Column, ...]:
    """Give one column that joins contacts for the page, and one for each kind; a file has phone and e-mail apart."""
    return (
        Column("contact", _("Contact"), _joined(person_of), brings=("phone", "email")),
        Column("phone", _("Phone"), **_of_kind(person_of, "phone")),
        Column("email", _("E-mail"), **_of_kind(person_of, "email")),
        Column("external_id", _("External id"), **_of_kind(person_of, "external")),
        Column("wechat", _("WeChat"), **_of_kind(person_of, "wechat")),
    )


def _joined(person_of: PersonOf) -> Callable[[Any], SafeString]:
    def cell(row: Any) -> SafeString:
        shown = [each for each in person_of(row).contact_points.all() if not masking.is_hidden(each.kind)]
        if not shown:
            return cells.NOTHING
        points = ((masked(each),) for each in shown[:2])
        return format_html("<div>{}</div>", format_html_join("", '<span class="d-block soft nowrap">{}</span>', points))

    return cell


def _of_kind(person_of: PersonOf, kind: str) -> dict[str, Any]:
    def first(row: Any, say: Callable) -> str:
        return next((say(each) for each in person_of(row).contact_points.all() if each.kind == kind), "")

    return {
        "cell": lambda row: cells.soft(first(row, masked)),
        "value": lambda row, reader: first(row, lambda point: masking.shown_contact(point, reader)),
        "is_text": True, "is_shown": False, "mask": kind,
    }  # fmt: skip
