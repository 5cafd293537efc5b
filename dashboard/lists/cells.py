"""Small pieces of HTML that the cells of lists are made of."""

from collections.abc import Callable
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from dashboard.lists.addresses import address_of
from dashboard.templatetags.dashboard import avatar, badge, day, when

NOTHING = mark_safe('<span class="soft">–</span>')


def soft(text: Any) -> SafeString:
    """Text that is not the first thing to be read."""
    return format_html('<span class="soft">{}</span>', text) if text not in (None, "") else NOTHING


def named(name: str, link: str, under: Any = "") -> SafeString:
    """A face, a name that is a link, and a line below."""
    return format_html(
        '<div class="row-name">{}<div><a href="{}">{}</a><small>{}</small></div></div>', avatar(name), link, name, under
    )


def state(field: str) -> Callable[[Any], SafeString]:
    """The badge of a field with choices."""
    return lambda row: badge(getattr(row, field), getattr(row, f"get_{field}_display")())


def tags(names: list[str]) -> SafeString:
    return format_html_join(" ", '<span class="tag">{}</span>', ((name,) for name in names)) if names else NOTHING


def customer_link(customer: Any) -> SafeString:
    if customer is None:
        return NOTHING
    return format_html('<a class="soft-link" href="{}">{}</a>', address_of("customer", customer.id), customer)


def drawn(template: str, name: str) -> Callable[[Any], SafeString]:
    """A cell that has a template of its own."""
    return lambda row: render_to_string(template, {name: row})


# --- whole columns ------------------------------------------------------------------------------------


def plain(field: str) -> dict[str, Any]:
    return {"cell": lambda row: soft(getattr(row, field)), "value": lambda row, reader: getattr(row, field)}


def chosen(field: str) -> dict[str, Any]:
    """A field with choices, in words."""
    shown = f"get_{field}_display"
    return {"cell": lambda row: soft(getattr(row, shown)()), "value": lambda row, reader: str(getattr(row, shown)())}


def stated(field: str) -> dict[str, Any]:
    """A field with choices, as a badge."""
    return chosen(field) | {"cell": state(field)}


def dated(field: str) -> dict[str, Any]:
    def cell(row: Any) -> SafeString:
        moment = getattr(row, field)
        return soft(day(moment)) if moment else NOTHING

    return {"cell": cell, "value": lambda row, reader: getattr(row, field)}


def timed(field: str) -> dict[str, Any]:
    def cell(row: Any) -> SafeString:
        moment = getattr(row, field)
        return soft(when(moment)) if moment else NOTHING

    return {"cell": cell, "value": lambda row, reader: getattr(row, field)}


RECORD_ID = {
    "cell": lambda row: format_html('<code class="mono">{}</code>', row.id), "value": lambda row, reader: row.id,
    "is_shown": False, "is_text": True,
}  # fmt: skip
