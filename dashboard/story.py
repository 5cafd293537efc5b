"""A customer's timeline: the customer room's items and what the rooms above it add, as lines that a page shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext

from crm.models import Consent, ContactVisit, Customer, Interaction, Lead, Task
from crm.queries import TimelineItem, timeline
from crm.rules.leads import reason_label
from dashboard.navigation import link_to
from dashboard.templatetags.dashboard import in_language, money
from dashboard.templatetags.growth import what
from loyalty.models import TierPeriod
from loyalty.queries import badges_of
from referrals.models import Referral
from rewards.models import Reward, RewardMove
from rewards.queries import rewards_of

LIMIT = 100


@dataclass(frozen=True)
class Line:
    at: datetime
    icon: str
    title: str
    text: str = ""
    tone: str = ""
    link: str = ""
    author: str = ""


def story(customer_id: UUID, principal) -> list[Line]:
    """Tell what happened with a customer, newest first; each kind only to who may see it."""
    lines = [line for item in timeline(customer_id, LIMIT) if (line := _line(item, principal))]
    if principal.may("referrals:read"):
        lines += _referrals(customer_id)
    if principal.may("rewards:read"):
        lines += _rewards(customer_id)
    if principal.may("loyalty:read"):
        lines += _tiers(customer_id)
    return sorted(lines, key=lambda line: (line.at, line.icon != "user-plus"), reverse=True)[
        :LIMIT
    ]  # known first, whatever came at once


def _line(item: TimelineItem, principal) -> Line | None:
    if item.kind.startswith("deal_") and not principal.may("deals:read"):
        return None
    if item.kind.startswith("order_") and not principal.may("orders:read"):
        return None
    if item.kind.startswith(("task_", "visit_")) and not principal.may("tasks:read"):
        return None
    if item.kind.startswith("case_") and not principal.may("cases:read"):
        return None
    if item.kind.startswith("lead_") and not principal.may("leads:read"):
        return None
    return _TELLERS[item.kind](item)


_TALK_ICONS = {"note": "note", "call": "phone", "email": "mail", "chat": "message", "visit": "map-pin", "meeting": "users"}


def _talk(item) -> Line:
    kind = Interaction.Kind(item.facts["kind"])
    return Line(item.occurred_at, _TALK_ICONS.get(kind, "note"), kind.label, item.facts["text"], author=item.facts["author"])


def _created(item) -> Line:
    source = Customer.Source(item.facts["source"]).label
    return Line(item.occurred_at, "user-plus", gettext("Became known"), gettext("Source: %(source)s") % {"source": source})


def _order(icon: str, title: str, tone: str):
    def tell(item) -> Line:
        facts = item.facts
        text = f"{facts['external_id']} · {money(facts['total_minor'], facts['currency'])}"
        return Line(item.occurred_at, icon, gettext(title), text, tone, link_to("order", item.subject_id))

    return tell


def _refund(icon: str, title: str, tone: str):
    def tell(item) -> Line:
        facts = item.facts
        text = money(facts["amount_minor"], facts["currency"]) + (f" · {facts['reason']}" if facts["reason"] else "")
        return Line(item.occurred_at, icon, gettext(title), text, tone, link_to("order", facts["order_id"]))

    return tell


def _task_added(item) -> Line:
    return Line(item.occurred_at, "checkbox", gettext("Task"), item.facts["title"], link=link_to("task", item.subject_id))


def _task_closed(item) -> Line:
    is_done = item.facts["state"] == Task.State.DONE
    text = item.facts["title"] + (f"\n{item.facts['outcome']}" if item.facts["outcome"] else "")
    title = gettext("Task done") if is_done else gettext("Task dropped")
    return Line(item.occurred_at, "circle-check" if is_done else "circle-x", title, text, "green" if is_done else "")


def _survey_answered(item) -> Line:
    facts = item.facts
    most = {"nps": 10, "csat": 5}.get(facts["kind"])
    score = f"{facts['score']} / {most}" if most else ""
    text = "\n".join(each for each in (f"{facts['survey']}{' · ' if score else ''}{score}", facts["comment"]) if each)
    link = link_to("survey", facts["survey_id"])
    return Line(item.occurred_at, "message-star", gettext("Answered a survey"), text, "red" if facts["is_low"] else "", link)


def _case(icon: str, title: str, tone: str):
    def tell(item) -> Line:
        facts = item.facts
        text = f"#{facts['number']} {facts['subject']}"
        if more := facts.get("resolution") or facts.get("comment"):
            text += f"\n{more}"
        name = gettext(title) % {"stars": facts["stars"]} if "stars" in facts else gettext(title)
        return Line(item.occurred_at, icon, name, text, tone, link_to("case", item.subject_id))

    return tell


def _visit(item) -> Line:
    facts = item.facts
    words = [facts["title"]]
    if facts["satisfied"]:
        words.append(gettext("%(stars)s of 5 stars") % {"stars": facts["satisfied"]})
    words += [gettext("Problem")] if facts["has_problem"] else []
    words += [gettext("Wants to buy")] if facts["wants_to_buy"] else []
    text = " · ".join(words) + (f"\n{facts['text']}" if facts["text"] else "")
    is_done = facts["state"] == ContactVisit.State.DONE
    title = gettext("Return visit") if is_done else gettext("Return visit: not reached")
    return Line(item.occurred_at, "refresh", title, text, "green" if is_done else "orange")


def _consent(item) -> Line:
    title = gettext("Agreed") if item.facts["is_granted"] else gettext("Said no")
    return Line(
        item.occurred_at,
        "shield-check" if item.facts["is_granted"] else "shield-off",
        title,
        str(Consent.Purpose(item.facts["purpose"]).label),
    )


def _lead(icon: str, title: str, tone: str):
    def tell(item) -> Line:
        facts = item.facts
        text = facts["interest"] if item.kind == "lead_captured" else ""
        if facts["reason"]:
            text = reason_label(facts["reason"], facts["detail"])
        source = facts["form"] or str(Lead.Source(facts["source"]).label)
        title_here = gettext(title) + (f" · {source}" if item.kind == "lead_captured" else "")
        return Line(item.occurred_at, icon, title_here, text, tone, link_to("lead", facts["lead_id"]))

    return tell


def _(text: str) -> str:
    return text  # marks a msgid; translated when told


def _deal(icon: str, title: str, tone: str):
    def tell(item) -> Line:
        facts = item.facts
        parts = [facts["title"], money(facts["amount_minor"], facts["currency"]), in_language(facts.get("stage"))]
        text = " · ".join(part for part in parts if part) + (f"\n{facts['note']}" if facts.get("note") else "")
        return Line(item.occurred_at, icon, gettext(title), text, tone, link_to("deal", item.subject_id))

    return tell


_TELLERS = {
    "deal_created": _deal("layout-kanban", _("Deal begun"), ""),
    "deal_moved": _deal("arrow-right", _("Deal moved on"), ""),
    "deal_handed_over": _deal("user-share", _("Deal handed over"), ""),
    "deal_won": _deal("trophy", _("Deal won"), "green"),
    "deal_lost": _deal("mood-sad", _("Deal lost"), "red"),
    "deal_reopened": _deal("rotate", _("Deal reopened"), "orange"),
    "deal_money_received": _deal("cash", _("Money received for a deal"), "green"),
    "deal_money_refunded": _deal("receipt-refund", _("Money of a deal given back"), "orange"),
    "interaction": _talk,
    "customer_created": _created,
    "order_placed": _order("shopping-bag", _("Order placed"), ""),
    "order_paid": _order("cash", _("Order paid"), "green"),
    "order_cancelled": _order("ban", _("Order cancelled"), "red"),
    "order_refunded": _refund("receipt-refund", _("Money given back"), "orange"),
    "refund_cancelled": _refund("receipt", _("Refund cancelled"), "green"),
    "task_added": _task_added,
    "task_closed": _task_closed,
    "consent": _consent,
    "survey_answered": _survey_answered,
    "lead_captured": _lead("inbox", _("Enquiry"), "azure"),
    "lead_qualified": _lead("star", _("Enquiry found worth pursuing"), "azure"),
    "lead_converted": _lead("trophy", _("Business came of an enquiry"), "green"),
    "lead_unqualified": _lead("circle-x", _("Enquiry closed as no fit"), ""),
    "lead_recycled": _lead("recycle", _("Enquiry went back to the pool"), "orange"),
    "case_opened": _case("lifebuoy", _("Case opened"), "orange"),
    "case_solved": _case("circle-check", _("Case solved"), "green"),
    "case_rated": _case("star", _("Case rated: %(stars)s of 5"), "azure"),
    "visit_found": _visit,
}


# --- from the rooms above -----------------------------------------------------------------------------


def _referrals(customer_id: UUID) -> Iterator[Line]:
    rows = Referral.objects.filter(Q(referrer_id=customer_id) | Q(referee_id=customer_id)).select_related(
        "campaign", "referrer", "referee"
    )
    for row in rows.order_by("-confirmed_at")[:LIMIT]:
        link = link_to("referral", row.id)
        if row.referee_id == customer_id:
            title = gettext("Came on the word of %(name)s") % {"name": row.referrer.name}
        else:
            title = gettext("Brought %(name)s") % {"name": row.referee.name}
        yield Line(row.confirmed_at, "share-3", title, row.campaign.name, "azure", link)
        if row.converted_at:
            yield Line(
                row.converted_at, "rosette-discount-check", gettext("Referral succeeded"), row.campaign.name, "green", link
            )


_State = Reward.State
_MOVES = {
    _State.ESTIMATED: ("hourglass", _("Reward expected"), ""),
    _State.ACCRUED: ("gift", _("Reward promised"), "azure"),
    _State.HELD: ("hand-stop", _("Reward held"), "yellow"),
    _State.AVAILABLE: ("gift", _("Reward available"), "green"),
    _State.ISSUED: ("hand-grab", _("Reward handed over"), "green"),
    _State.PAYING: ("cash", _("Reward set aside for a payout"), "azure"),
    _State.PAID: ("cash", _("Reward paid out"), "green"),
    _State.REVERSED: ("arrow-back-up", _("Reward taken back"), "red"),
    _State.LAPSED: ("hourglass-empty", _("Expected reward did not come true"), ""),
}


def _rewards(customer_id: UUID) -> Iterator[Line]:
    rewards = {row.id: row for row in rewards_of(customer_id)[:LIMIT]}
    for reward in rewards.values():
        if reward.settled_at:  # a settlement is in the books, not among the moves
            yield _of_reward(reward, reward.settled_at, _MOVES[_State.AVAILABLE], reward.kept or reward.amount)
    for move in RewardMove.objects.filter(reward_id__in=rewards).order_by("-id")[:LIMIT]:
        reward, is_part = rewards[move.reward_id], move.before == move.after
        if move.amount or not is_part:  # else something was noted: that it was late, for one
            look = _PART_AGAIN if move.gives_again else _PART_TAKEN if is_part else _MOVES[_State(move.after)]
            yield _of_reward(reward, move.occurred_at, look, move.amount or reward.amount)


_PART_TAKEN = ("arrow-back-up", _("Part of a reward taken back"), "orange")
_PART_AGAIN = ("gift", _("What was taken back is given again"), "green")


def _of_reward(reward: Reward, at: datetime, look: tuple[str, str, str], units: int) -> Line:
    icon, title, tone = look
    return Line(at, icon, gettext(title), what(reward, units), tone, link_to("reward", reward.id))


def _tiers(customer_id: UUID) -> Iterator[Line]:
    for period in TierPeriod.objects.filter(customer_id=customer_id).select_related("tier").order_by("-since")[:LIMIT]:
        yield Line(period.since, "crown", gettext("Now %(tier)s") % {"tier": in_language(period.tier.name)}, period.reason)
    for row in badges_of(customer_id):
        yield Line(row.given_at, row.badge.icon, gettext("Got a badge: %(badge)s") % {"badge": in_language(row.badge.name)})
