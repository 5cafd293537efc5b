"""What templates of public pages write with."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from portal import wording
from portal.icons import ICONS

register = template.Library()
for name in (
    "whole", "points", "day", "moment", "short_day", "tiny_day", "grouped", "initial", "coupon_name", "coupon_worth",
):  # fmt: skip
    register.filter(name, getattr(wording, name))


@register.filter
def money(amount_minor: int, currency: str) -> str:
    return wording.money(amount_minor, currency)


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon; words beside it carry the meaning."""
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', mark_safe(ICONS[name]))


@register.inclusion_tag("portal/_field.html")
def field(bound, kind: str = "text", **attributes) -> dict:
    """Show one field of a form with its label, help and complaint."""
    names = {key.replace("_", "-"): value for key, value in attributes.items()}
    return {"field": bound, "kind": kind, "attributes": names}
