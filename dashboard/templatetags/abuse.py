"""Words of suspected abuse for templates."""

from django import template

from referrals.signal_words import label

register = template.Library()


@register.filter
def sign_label(key: str) -> str:
    return label(key)


@register.filter
def unlocalised(number: float) -> str:
    """Write a coordinate: with a point in every language."""
    return f"{number:g}"
