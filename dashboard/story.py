"""A customer's timeline: the customer room's items and what the rooms above it add, as lines that a page shows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext

from crm import masking
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

LIMIT = 500  # of each kind that are looked through; who wants older ones pages on
PAGE = 30


@dataclass(frozen=True)
class Line:
    at: datetime
    icon: str
    title: str
    text: str = ""
    tone: str = ""
    link: str = ""
    author: str = ""
    group: str = ""  # of GROUPS
    key: str = ""
    rank: int = 0  # of what came at once: placed, then paid
    note: Any = None  # the interaction, where the page offers to pin or change it

    @property
    def day(self) -> date:
        """On the organisation's calendar."""
        return timezone.localdate(self.at)

    @property
    def place(self) -> tuple:
        """Newest last; they became known before whatever came at the same moment."""
        return self.at, self.icon != "user-plus", self.key, self.rank, self.title


@dataclass(frozen=True)
class Story:
    lines: list[Line]
    older: str  # the place to go on from; empty at the end


# What the timeline can be narrowed to, and which permission that asks for.
GROUPS = {
    "talk": (gettext_lazy("Notes and conversations"), "customers:read"),
    "tasks": (gettext_lazy("Tasks"), "tasks:read"),
    "leads": (gettext_lazy("Enquiries"), "leads:read"),
    "deals": (gettext_lazy("Deals"), "deals:read"),
    "orders": (gettext_lazy("Orders"), "orders:read"),
    "cases": (gettext_lazy("Cases"), "cases:read"),
    "surveys": (gettext_lazy("Surveys"), "surveys:read"),
    "referrals": (gettext_lazy("Referrals"), "referrals:read"),
    "rewards": (gettext_lazy("Rewards and tiers"), "rewards:read"),
    "files": (gettext_lazy("Files"), "customers:read"),
    "other": (gettext_lazy("Other"), "customers:read"),
}


def story(customer: Customer, principal, *, group: str = "", text: str = "", before: str = "") -> Story:
    """Tell what happened with a customer, newest first, a page at a time; each kind only to who may see it."""
    cursor = _read_place(before) if before else None
    until = cursor[0] if cursor else None
    lines = [line for line in _told(customer, principal, until) if _is_wanted(line, group, text, cursor)]
    lines.sort(key=lambda line: line.place, reverse=True)
    more = len(lines) > PAGE
    return Story(lines[:PAGE], _place(lines[PAGE - 1]) if more else "")


def _told(customer: Customer, principal, until: datetime | None) -> Iterator[Line]:
    for item in timeline(customer.id, LIMIT, reader=principal, until=until, customer=customer):
        if line := _line(item, principal):
            yield line
    for permission, tell in _ABOVE:
        if principal.may(permission):
            yield from tell(customer.id)


def _is_wanted(line: Line, group: str, text: str, cursor: tuple | None) -> bool:
    if cursor and line.place >= cursor:
        return False
    if group and line.group != group:
        return False
    return not text or text.casefold() in f"{line.title} {line.text} {line.author}".casefold()


_signer = Signer(salt="dashboard.story")


def _place(line: Line) -> str:
    at, *rest = line.place
    return _signer.sign_object([at.isoformat(), *rest])


def _read_place(text: str) -> tuple:
    try:
        at, *rest = _signer.unsign_object(text)
        return datetime.fromisoformat(at), *rest
    except (BadSignature, ValueError, TypeError):
        raise Http404 from None


def _line(item: TimelineItem, principal) -> Line | None:
    group = _GROUP_OF.get(item.kind.partition("_")[0], "other")
    if not principal.may(GROUPS[group][1]) or (group == "orders" and not masking.shows(principal, "money")):
        return None
    line = _TELLERS[item.kind](item)
    rank = list(_TELLERS).index(item.kind)
    return replace(line, group=group, key=str(item.subject_id), rank=rank, note=item.row)


# The first word of what crm tells -> the group it belongs to.
_GROUP_OF = {
    "interaction": "talk", "order": "orders", "refund": "orders", "task": "tasks", "file": "files", "hand": "talk",
    "customer": "other", "consent": "other", "deal": "deals", "lead": "leads", "case": "cases", "visit": "tasks",
    "survey": "surveys", "pool": "talk",
}  # fmt: skip


_TALK_ICONS = {
    "note": "note", "call": "phone", "email": "mail", "chat": "message", "text": "device-mobile-message",
    "visit": "map-pin", "meeting": "users",
    "wechat": "brand-wechat", "social": "world",
}  # fmt: skip


def _talk(item) -> Line:
    kind, facts = Interaction.Kind(item.facts["kind"]), item.facts
    said = [str(kind.label)]
    if facts.get("minutes"):
        said.append(ngettext("%(n)s minute", "%(n)s minutes", facts["minutes"]) % {"n": facts["minutes"]})
    if facts.get("result"):
        said.append(str(Interaction.Result(facts["result"]).label))
    if facts.get("team"):
        said.append(gettext("only for %(team)s") % {"team": facts["team"]})
    return Line(item.occurred_at, _TALK_ICONS.get(kind, "note"), " · ".join(said), facts["text"], author=facts["author"])


def _file(icon: str, title: str, tone: str = ""):
    def tell(item) -> Line:
        link = "" if item.facts["is_removed"] else link_to("customer_file", item.subject_id)
        return Line(item.occurred_at, icon, gettext(title), item.facts["name"], tone, link, item.facts["author"])

    return tell


def _hand_over(title: str, tone: str, says: str):
    def tell(item) -> Line:
        people = {"giver": item.facts["giver"] or gettext("Nobody"), "receiver": item.facts["receiver"] or gettext("Nobody")}
        text = gettext("%(giver)s → %(receiver)s") % people
        more = item.facts[says]
        return Line(item.occurred_at, "transfer", gettext(title), f"{text}\n{more}" if more else text, tone)

    return tell


def _pool(icon: str, title: str, tone: str):
    def tell(item) -> Line:
        lines = [item.facts["giver"] or item.facts["receiver"], item.facts["note"]]
        return Line(item.occurred_at, icon, gettext(title), "\n".join(line for line in lines if line), tone)

    return tell


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


def _consent(item) -> Line:
    title = gettext("Agreed") if item.facts["is_granted"] else gettext("Said no")
    return Line(
        item.occurred_at,
        "shield-check" if item.facts["is_granted"] else "shield-off",
        title,
        str(Consent.Purpose(item.facts["purpose"]).label),
    )


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


def _deal(icon: str, title: str, tone: str):
    def tell(item) -> Line:
        facts = item.facts
        parts = [facts["title"], money(facts["amount_minor"], facts["currency"]), in_language(facts.get("stage"))]
        text = " · ".join(part for part in parts if part) + (f"\n{facts['note']}" if facts.get("note") else "")
        return Line(item.occurred_at, icon, gettext(title), text, tone, link_to("deal", item.subject_id))

    return tell


def _(text: str) -> str:
    return text  # marks a msgid; translated when told


_TELLERS = {
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
    "file_added": _file("paperclip", _("File added")),
    "file_removed": _file("file-x", _("File removed"), "red"),
    "hand_over_asked": _hand_over(_("Asked to take over"), "azure", "note"),
    "hand_over_accepted": _hand_over(_("Taken over"), "green", "answer"),
    "hand_over_declined": _hand_over(_("Hand-over declined"), "orange", "answer"),
    "hand_over_withdrawn": _hand_over(_("Hand-over withdrawn"), "", "answer"),
    "pool_claimed": _pool("hand-grab", _("Claimed from the pool"), "green"),
    "pool_released": _pool("pool", _("Given back to the pool"), ""),
    "pool_warned": _pool("bell", _("Goes back to the pool soon; the owner was told"), "orange"),
    "pool_recycled": _pool("recycle", _("Back in the pool after a long silence"), "orange"),
    "deal_created": _deal("layout-kanban", _("Deal begun"), ""),
    "deal_moved": _deal("arrow-right", _("Deal moved on"), ""),
    "deal_handed_over": _deal("user-share", _("Deal handed over"), ""),
    "deal_won": _deal("trophy", _("Deal won"), "green"),
    "deal_lost": _deal("mood-sad", _("Deal lost"), "red"),
    "deal_reopened": _deal("rotate", _("Deal reopened"), "orange"),
    "deal_money_received": _deal("cash", _("Money received for a deal"), "green"),
    "deal_money_refunded": _deal("receipt-refund", _("Money of a deal given back"), "orange"),
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
        key = str(row.id)
        yield Line(row.confirmed_at, "share-3", title, row.campaign.name, "azure", link, group="referrals", key=key)
        if row.converted_at:
            yield Line(
                row.converted_at, "rosette-discount-check", gettext("Referral succeeded"), row.campaign.name, "green", link,
                group="referrals", key=key,
            )  # fmt: skip


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
    link = link_to("reward", reward.id)
    return Line(at, icon, gettext(title), what(reward, units), tone, link, group="rewards", key=str(reward.id))


def _tiers(customer_id: UUID) -> Iterator[Line]:
    for period in TierPeriod.objects.filter(customer_id=customer_id).select_related("tier").order_by("-since")[:LIMIT]:
        title = gettext("Now %(tier)s") % {"tier": in_language(period.tier.name)}
        yield Line(period.since, "crown", title, period.reason, group="rewards", key=str(period.id))
    for row in badges_of(customer_id):
        title = gettext("Got a badge: %(badge)s") % {"badge": in_language(row.badge.name)}
        yield Line(row.given_at, row.badge.icon, title, group="rewards", key=str(row.id))


# What the rooms above the customer's tell, and who may read it: a line for each.
_ABOVE = [
    ("referrals:read", _referrals),
    ("rewards:read", _rewards),
    ("loyalty:read", _tiers),
]
