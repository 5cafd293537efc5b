"""What pages say of leads: the clock, the history, the tabs that all lead pages share."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from crm.models import Lead, LeadMove
from crm.rules.explaining import explain
from crm.rules.leads import RESULTS, reason_label


@dataclass(frozen=True)
class Clock:
    """How it stands with the first response. `at` is the moment that `text` speaks of."""

    text: str
    tone: str = ""
    at: datetime | None = None


def clock_of(lead: Lead, now: datetime) -> Clock | None:
    """Say by when somebody has to answer, or how long it took."""
    if lead.first_response_at and lead.response_minutes is not None:
        late = lead.response_due_at is not None and lead.first_response_at > lead.response_due_at
        words = {"length": length(lead.response_minutes)}
        return Clock(gettext("Answered in %(length)s") % words, "orange" if late else "green", lead.first_response_at)
    if lead.state != Lead.State.ASSIGNED or lead.response_due_at is None:
        return None
    if lead.response_due_at <= now:
        return Clock(gettext("Late: answer was due"), "red", lead.response_due_at)
    soon = lead.remind_at is not None and lead.remind_at <= now
    return Clock(gettext("Answer by"), "orange" if soon else "", lead.response_due_at)


def length(minutes: float | None) -> str:
    """Write working time: 45 min, 3 h 20 min."""
    if minutes is None:
        return "–"
    hours, rest = divmod(round(minutes), 60)
    if not hours and not rest:
        return gettext("under a minute")
    if not hours:
        return gettext("%(n)s min") % {"n": rest}
    if not rest:
        return gettext("%(n)s h") % {"n": hours}
    return gettext("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}


_ICONS = {
    "captured": "inbox", "assigned": "user-check", "pooled": "pool", "claimed": "hand-grab",
    "handed_over": "arrows-exchange",
    "contacted": "phone", "qualified": "star", "unqualified": "circle-x", "reopened": "rotate", "converted": "trophy",
    "recycled": "recycle", "reminded": "bell", "escalated": "alarm",
}  # fmt: skip
_TONES = {
    "contacted": "azure", "qualified": "azure", "converted": "green", "escalated": "red", "reminded": "orange",
    "recycled": "orange", "unqualified": "",
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One line of a lead's history."""

    icon: str
    tone: str
    title: str
    text: str
    at: datetime
    author: str


def steps_of(moves) -> list[Step]:
    return [_step(move) for move in moves]


def _step(move: LeadMove) -> Step:
    author = str(move.by_member.user) if move.by_member else ""
    parts = [_title_more(move), move.note]
    text = "\n".join(part for part in parts if part)
    return Step(_ICONS[move.kind], _TONES.get(move.kind, ""), _title(move), text, move.occurred_at, author)


def _title(move: LeadMove) -> str:
    label = str(LeadMove.Kind(move.kind).label)
    if move.kind == LeadMove.Kind.HANDED_OVER and move.to_member:
        words = {"giver": _name(move.from_member), "taker": _name(move.to_member)}
        return gettext("Handed over from %(giver)s to %(taker)s") % words
    if move.kind in (LeadMove.Kind.CLAIMED, LeadMove.Kind.ASSIGNED) and move.to_member:
        words = {"what": label, "name": _name(move.to_member)}
        return gettext("%(what)s: %(name)s") % words
    return label


def _title_more(move: LeadMove) -> str:
    facts = move.facts
    if move.kind in (LeadMove.Kind.ASSIGNED, LeadMove.Kind.POOLED) and facts.get("how"):
        return explain(facts)
    if move.kind == LeadMove.Kind.CONTACTED:
        return str(RESULTS.get(facts.get("result", ""), ""))
    if move.kind == LeadMove.Kind.UNQUALIFIED:
        return reason_label(move.reason, facts.get("detail", ""))
    if move.kind == LeadMove.Kind.RECYCLED:
        words = {"reason": reason_label(move.reason), "name": _name(move.from_member)}
        return (gettext("%(reason)s; it was with %(name)s") if move.from_member else "%(reason)s") % words
    if move.kind == LeadMove.Kind.CAPTURED and facts.get("is_known"):
        return gettext("The customer was known already.")
    return ""


def _name(member) -> str:
    return str(member.user) if member else gettext("nobody")


def rooms(here: str) -> tuple[list[tuple], str]:
    """The pages about leads, for the tabs at their head."""
    pages = [
        ("leads", gettext("Leads")), ("lead_pool", gettext("Pool")), ("lead_forms", gettext("Forms")),
        ("lead_rules", gettext("Rules")), ("lead_report", gettext("Response times")),
    ]  # fmt: skip
    return [(name, label, None, reverse(f"dashboard:{name}")) for name, label in pages], here


def waited(since: datetime | None, now: datetime) -> str:
    """Write how long something has waited."""
    if since is None:
        return "–"
    hours = int((now - since) / timedelta(hours=1))
    if hours < 48:
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return ngettext("%(n)s day", "%(n)s days", hours // 24) % {"n": hours // 24}
