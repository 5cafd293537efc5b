"""Filters and tags of the staff pages: see the room's docstring for the list."""

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from urllib.parse import parse_qsl

import babel
import babel.dates
import babel.numbers
from django import template
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext

from crm.masking import HIDDEN_AMOUNT, amounts_are_hidden, is_hidden, masked_contact, shows, without_amounts
from dashboard import message_names
from foundation.contacts import mask_email, mask_phone
from foundation.money import Money, exponent

register = template.Library()


@lru_cache
def _locale(language: str) -> babel.Locale:
    return babel.Locale.parse({"zh-hans": "zh_Hans_CN", "en": "en_GB"}.get(language, "en_GB"))


def _here() -> babel.Locale:
    return _locale(translation.get_language() or "en")


# --- numbers ----------------------------------------------------------------------------------------


@register.filter
def money(minor: int | None, currency: str) -> str:
    """Show an amount of a customer, where the role sees these: 12345|money:"GBP" -> £123.45"""
    return HIDDEN_AMOUNT if amounts_are_hidden() and minor not in (None, "") else price(minor, currency)


@register.filter
def price(minor: int | None, currency: str) -> str:
    """Show an amount that is nobody's: a price, a threshold, a budget, what the till has just counted."""
    if minor is None or minor == "":
        return "–"
    return babel.numbers.format_currency(Money(int(minor), currency).major, currency, locale=_here())


@register.filter
def whole_money(minor: int | None, currency: str) -> str:
    """Without decimals, for tiles: £1,234"""
    return HIDDEN_AMOUNT if amounts_are_hidden() and minor not in (None, "") else whole_price(minor, currency)


@register.filter
def whole_price(minor: int | None, currency: str) -> str:
    """The same of what is nobody's."""
    if minor is None or minor == "":
        return "–"
    pattern = _here().currency_formats["standard"].pattern.replace(".00", "").split(";")[0]
    value = Decimal(int(minor)).scaleb(-exponent(currency))
    return babel.numbers.format_currency(value, currency, format=pattern, currency_digits=False, locale=_here())


@register.filter
def number(value) -> str:
    return "–" if value is None or value == "" else babel.numbers.format_decimal(value, locale=_here())


@register.filter
def points(value) -> str:
    """1200|points -> 1,200 points"""
    if value is None or value == "":
        return "–"
    return ngettext("%(n)s point", "%(n)s points", abs(int(value))) % {"n": number(value)}


@register.filter
def percent(share, digits: int = 0) -> str:
    """0.256|percent:1 -> 25.6%"""
    if share is None or share == "":
        return "–"
    pattern = "#,##0" + ("." + "#" * int(digits) if digits else "") + "%"
    return babel.numbers.format_percent(share, format=pattern, locale=_here())


@register.filter
def amount(value, unit) -> str:
    """Show an amount in its unit (a rewards.Unit): points, money, coupons or pieces; a reward by its name: |what."""
    if unit.kind == "money":
        return money(value, unit.code)
    if unit.kind == "points":
        return points(value)
    if unit.kind == "piece":
        return ngettext("%(n)s piece", "%(n)s pieces", abs(int(value))) % {"n": number(value)}
    return ngettext("%(n)s coupon", "%(n)s coupons", abs(int(value))) % {"n": number(value)}


# --- time, on the organisation's clock ------------------------------------------------------------------


def _local(moment: datetime | date):
    return timezone.localtime(moment) if isinstance(moment, datetime) and timezone.is_aware(moment) else moment


def _time_tag(moment, text: str) -> SafeString:
    full = babel.dates.format_datetime(_local(moment), "full", locale=_here()) if isinstance(moment, datetime) else text
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), full, text)


def _skeleton(moment, with_time: bool) -> str:
    this_year = timezone.localdate().year == moment.year
    text = babel.dates.format_skeleton("MMMd" if this_year else "yMMMd", moment, locale=_here())
    clock = babel.dates.format_time(moment, "HH:mm", locale=_here()) if with_time else ""
    return f"{text} {clock}".strip()


@register.filter
def when(moment: datetime | None):
    """20 Nov 14:05, with the year when it is another one."""
    return _time_tag(moment, _skeleton(_local(moment), True)) if moment else "–"


@register.filter
def day(moment: datetime | date | None):
    """20 Nov 2026"""
    if not moment:
        return "–"
    return _time_tag(moment, babel.dates.format_date(_local(moment), "medium", locale=_here()))


def plain_day(moment: datetime | date) -> str:
    """Write a day within a sentence: 20 November 2026"""
    return babel.dates.format_date(_local(moment), "long", locale=_here())


def plain_short_day(text: str) -> str:
    """2026-11-20 as cells of lists have it: 20 Nov 2026"""
    return babel.dates.format_date(date.fromisoformat(text), "medium", locale=_here())


@register.simple_tag(takes_context=True)
def ago(context, moment: datetime | None):
    """3 hours ago, or in 2 days, as seen from the organisation's present; the date where it is far away."""
    if not moment:
        return "–"
    delta = moment - (context.get("clock") or timezone.now())
    if abs(delta.total_seconds()) > 6 * 86400:
        return when(moment)
    if abs(delta.total_seconds()) < 60:
        return _time_tag(moment, gettext("just now"))
    return _time_tag(moment, babel.dates.format_timedelta(delta, add_direction=True, locale=_here()))


# --- text ---------------------------------------------------------------------------------------------


@register.filter
def initials(name) -> str:
    """Ann Smith -> AS; 王小明 -> 小明"""
    words = str(name).split()
    if words and not words[0].isascii():
        return words[0][-2:]
    return "".join(word[0] for word in words[:2]).upper() or "–"


@register.filter
def in_language(texts: dict | str | None) -> str:
    """Choose from {"zh-hans": …, "en": …}."""
    if not isinstance(texts, dict):
        return texts or ""
    return texts.get(translation.get_language()) or texts.get("en") or next(iter(texts.values()), "")


@register.filter
def get(mapping, key):
    return mapping.get(key) if mapping else None


@register.filter
def shorten(text, length: int = 80) -> str:
    return Truncator(text or "").chars(length)


@register.filter
def mentions(text, names) -> SafeString:
    """Mark colleagues who are named with an @ in a text; the longest name first."""
    shown = str(conditional_escape(text or ""))
    known = sorted((str(conditional_escape(name)) for name in names or [] if name), key=len, reverse=True)
    if known and "@" in shown:
        mark = re.compile("@(?:" + "|".join(map(re.escape, known)) + ")")
        shown = mark.sub(lambda found: f'<span class="mention">{found[0]}</span>', shown)
    return mark_safe(shown)  # every part of it was escaped above


@register.filter
def contacts_for(customer, reader) -> list:
    """The contacts of a customer (read with them) of the kinds that the reader's role is shown."""
    return [point for point in customer.contact_points.all() if shows(reader, point.kind)]


@register.filter
def is_shown(reader, column: str) -> bool:
    """Say whether the reader's role is shown a column of the customer."""
    return shows(reader, column)


@register.filter
def masked(point) -> str:
    """Show a contact point so that it can be recognised, not used."""
    return HIDDEN_AMOUNT if is_hidden(point.kind) else masked_contact(point)


@register.filter
def address_as_seen(address: str) -> str:
    """Show an address as the demo's mailbox does: in full, unless the role does not see this kind of contact."""
    return HIDDEN_AMOUNT if is_hidden("email" if "@" in address else "phone") else address


@register.filter
def as_written(text: str) -> str:
    """Show what was written to a customer; without its amounts to those who do not see amounts."""
    return without_amounts(text)


@register.filter
def unless_hidden(value, column: str):
    """customer.city|unless_hidden:"city" -> nothing, where the role does not see the column"""
    return "" if is_hidden(column) else value


@register.filter
def masked_address(address: str) -> str:
    if is_hidden("email" if "@" in address else "phone"):
        return HIDDEN_AMOUNT
    return mask_email(address) if "@" in address else mask_phone(address)


@register.filter
def message_kind(name: str) -> str:
    """What staff call a kind of message."""
    return message_names.KINDS.get(name, name)


# The one colour table for states of all rooms: green is good, azure is under way, yellow waits for somebody,
# orange needs attention, red is bad, secondary is over or has not begun.
_TONES = {
    "green": ["paid", "customer", "loyal", "available", "converted", "running", "done", "sent", "delivered", "active",
              "earned", "confirmed", "issued", "picked_up", "accepted", "clear", "cleared", "whole", "champions",
              "posted", "opened"],
    "azure": ["sending", "placed", "lead", "accrued", "contacted", "qualified", "scheduled", "queued", "due", "claimed",
              "decided", "person", "ordered", "packed", "shipped", "ready", "proposed"],
    "yellow": ["held", "reserved", "paused", "waiting", "flagged", "contested", "reduced", "uncertain", "appealed"],
    "orange": ["overdue", "parked", "arrears", "returned"],
    "red": ["failed", "reversed", "withdrawn", "confirmed_fraud", "revoked", "broken"],
}  # fmt: skip
_TONE_OF = {state: tone for tone, states in _TONES.items() for state in states}


@register.filter
def tone(state) -> str:
    return _TONE_OF.get(str(state), "secondary")


# --- parts ----------------------------------------------------------------------------------------------


@register.simple_tag
@lru_cache(maxsize=1024, typed=True)  # a page shows a hundred of them
def icon(name: str, extra: str = "") -> SafeString:
    return format_html('<i class="ti ti-{} {}" aria-hidden="true"></i>', name, extra)


@register.simple_tag
def badge(state, label=None, tone_name: str = "") -> SafeString:
    """Show a state: {% badge order.status order.get_status_display %}"""
    return format_html('<span class="state state-{}">{}</span>', tone_name or tone(state), label or state)


@register.simple_tag
def avatar(name, size: str = "sm") -> SafeString:
    """A person's initials on a colour that stays theirs."""
    hue = sum(ord(letter) for letter in str(name)) * 47 % 8
    return format_html('<span class="avatar avatar-{} face face-{}" aria-hidden="true">{}</span>', size, hue, initials(name))


@register.inclusion_tag("dashboard/parts/field.html")
def field(bound, label_hidden: bool = False):
    return {"field": bound, "control": _control(bound), "label_hidden": label_hidden,
            "kind": _control_kind(bound), "suffix": bound.field.widget.attrs.get("data-suffix", "")}  # fmt: skip


@register.inclusion_tag("dashboard/parts/fields.html")
def fields(form):
    return {"form": form}


def _control_kind(bound) -> str:
    kind = getattr(bound.field.widget, "input_type", "")
    if kind in ("checkbox", "radio"):
        return "choices" if hasattr(bound.field.widget, "choices") else "switch"
    return kind


def _control(bound) -> SafeString:
    attrs = {}
    kind = _control_kind(bound)
    if kind == "switch":
        attrs["class"] = "form-check-input"
    elif kind != "choices":
        attrs["class"] = "form-select" if kind == "select" else "form-control"
    if kind == "color":
        attrs["class"] = "form-control form-control-color"
    if bound.errors:
        attrs["class"] = f"{attrs.get('class', '')} is-invalid".strip()
        attrs["aria-invalid"] = "true"
    described = [f"{bound.id_for_label}_error"] if bound.errors else []
    described += [f"{bound.id_for_label}_help"] if bound.help_text else []
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return bound.as_widget(attrs=attrs)


@register.inclusion_tag("dashboard/parts/tile.html")
def tile(label, value, note="", icon="", link="", tone=""):
    """A figure with its name."""
    return {"label": label, "value": value, "note": note, "icon": icon, "link": link, "tone": tone}


@register.inclusion_tag("dashboard/parts/empty.html")
def empty(icon, title, text="", action_label="", action_link="", action_icon="plus"):
    """Say that there is nothing, why, and the one thing to do about it; "#new-key" as link opens that dialog."""
    return {"icon": icon, "title": title, "text": text, "action_label": action_label, "action_link": action_link,
            "action_icon": action_icon, "is_dialog": action_link.startswith("#")}  # fmt: skip


@register.inclusion_tag("dashboard/parts/entry.html", takes_context=True)
def entry(context, icon, title, at=None, text="", tone="", link="", author=""):
    """One line of a timeline."""
    return {
        "icon": icon,
        "title": title,
        "at": at,
        "text": text,
        "tone": tone,
        "link": link,
        "author": author,
        "clock": context.get("clock"),
    }


@register.inclusion_tag("dashboard/parts/chart.html")
def chart(kind: str, data: dict, title: str = "", height: int = 260, name: str = "", table: bool = True):
    """Draw a chart, with a table that says the same.

    `data`: {"labels": […], "series": [{"name", "data"}], "unit": "count"|"money", "currency"}.
    """
    if data.get("unit") == "money" and not data.get("is_open") and amounts_are_hidden():
        return {"is_hidden": True, "title": title}
    rows = list(_table(data)) if table and kind != "heatmap" else None
    name = name or f"chart-{kind}"
    return {
        "kind": kind,
        "data": data,
        "title": title,
        "height": height,
        "name": name,
        "source": f"{name}-data",
        "rows": rows,
    }


def _table(data: dict):
    for position, label in enumerate(data["labels"]):
        yield label, [_cell(series["data"][position], data) for series in data["series"]]


def _cell(value, data) -> str:
    return price(value, data["currency"]) if data.get("unit") == "money" else number(value)


@register.inclusion_tag("dashboard/parts/charts_scripts.html")
def charts_scripts():
    return {}


@register.inclusion_tag("dashboard/parts/button_post.html", takes_context=True)
def button_post(context, to, *args, label, icon="", tone="", confirm="", yes="", size="", name="", value=""):
    """A form with one button: {% button_post "dashboard:pause" campaign.id label=… confirm=… %}"""
    return {
        "address": reverse(to, args=args), "label": label, "icon": icon, "tone": tone, "confirm": confirm,
        "yes": yes or label,
        "size": size, "name": name, "value": value, "csrf_token": context.get("csrf_token"),
    }  # fmt: skip


# --- lists ------------------------------------------------------------------------------------------------


@register.filter
def list_link(state, changes: str) -> str:
    """Address of the same list with changes: {{ state|list_link:"sort=-created" }}; an empty value takes it out."""
    return state.link(**dict(parse_qsl(changes, keep_blank_values=True)))
