"""What a claim's page and the panels about attribution show."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import get_language, gettext, ngettext

from crm.models import Customer
from crm.queries.merging import standing_ids
from dashboard.navigation import link_to
from dashboard.people import names_of
from dashboard.templatetags.growth import channel
from referrals.attribution_words import cause, check_name, policy_in_words, policy_sentences, touch_kind, why
from referrals.models import Campaign, Claim, Referral
from referrals.queries.attribution import attributions_of, shares_of
from referrals.queries.claims import Moment, time_line
from referrals.rules.attribution_policy import read_policy


@dataclass(frozen=True)
class Party:
    """Somebody who is named, with what speaks for them."""

    person: Customer | None
    part: int  # hundredths of a percent
    weight: int = 0
    touches: int = 0
    kinds: str = ""
    first_at: datetime | None = None
    last_at: datetime | None = None
    checks: tuple[tuple[bool, str], ...] = ()

    @property
    def percent(self) -> float:
        return self.part / 10_000

    @property
    def weight_share(self) -> float:
        return self.weight / 10_000


def people(ids) -> dict[UUID, Customer]:
    """Find who these are by now, by the id they were written down under."""
    ids = {UUID(str(id)) for id in ids if id}
    now = standing_ids(ids)
    found = Customer.objects.in_bulk({now.get(id, id) for id in ids})
    return {id: found[now.get(id, id)] for id in ids if now.get(id, id) in found}


def parties(candidates: list[dict[str, Any]], parts: list[dict[str, Any]]) -> list[Party]:
    """Put candidates of a stored decision or proposal into words, and who got a part without being one."""
    given = {part["referrer"]: part["part"] for part in parts}
    known = people([*given, *(one["referrer"] for one in candidates)])
    told = [_party(one, given, known) for one in candidates]
    beside = [name for name in given if name not in {one["referrer"] for one in candidates}]
    return told + [Party(known.get(UUID(name)), given[name]) for name in beside]


def _party(one: dict[str, Any], given: dict[str, int], known: dict[UUID, Customer]) -> Party:
    return Party(
        known.get(UUID(one["referrer"])), given.get(one["referrer"], 0), one["weight"], one["touches"],
        ", ".join(touch_kind(kind) for kind in one["kinds"]), datetime.fromisoformat(one["first_at"]),
        datetime.fromisoformat(one["last_at"]),
        tuple((each["passed"], check_name(each["check"], each["expected"], each["actual"])) for each in one["conditions"]),
    )  # fmt: skip


# --- the referral's page, the campaign's page ----------------------------------------------------------------


def attribution_panel(referral: Referral) -> dict[str, Any]:
    """Say how it was decided who brought a friend, and who has which part now."""
    rows = list(attributions_of(referral.id)[:20])
    shares = shares_of(referral)
    known = people(id for id, _part in shares)
    return {
        "shares": [Party(known.get(id), part) for id, part in shares] if len(shares) > 1 else [],
        "latest": _told(rows[0]) if rows else None,
        "earlier": [_told(row) for row in rows[1:]],
        "policy": policy_sentences(read_policy(rows[-1].policy), get_language()) if rows else [],
        "claims": list(Claim.objects.filter(referral=referral).order_by("-id")),
    }


def _told(row) -> dict[str, Any]:
    return {
        "row": row, "cause": cause(row.cause), "why": why(row.why), "parties": parties(row.candidates, row.parts),
        "who": names_of({row.actor_id} - {None}).get(row.actor_id, "") if row.actor_kind == "user" else "",
    }  # fmt: skip


def policy_panel(campaign: Campaign) -> list[tuple[str, list[str]]]:
    """Say a campaign's policy in each language, the page's own first."""
    told = policy_in_words(read_policy(campaign.attribution))
    return sorted(told.items(), key=lambda pair: pair[0] != get_language())


# --- the time line -------------------------------------------------------------------------------------------

_ICONS = {
    "link": "click", "form": "forms", "code": "keyboard", "word": "message", "import": "file-import",
    "order": "shopping-bag",
    "talk": "phone", "confirmed": "user-check", "claim": "hand-stop",
}  # fmt: skip


def story(claim: Claim) -> list[dict[str, Any]]:
    """All touches, orders and talks in the order they happened, with the claim among them."""
    if claim.referee_id is None:
        return []
    moments = [*time_line(claim.referee_id, claim.referral), Moment(claim.opened_at, "claim", claim.claimant_id)]
    known = people(one.referrer_id for one in moments if one.referrer_id)
    return [_line(one, known) for one in sorted(moments, key=lambda one: one.at)]


def _line(one: Moment, known: dict[UUID, Customer]) -> dict[str, Any]:
    person = known.get(one.referrer_id) if one.referrer_id else None
    name = person.name if person else gettext("somebody")
    return {
        "at": one.at,
        "icon": _ICONS.get(one.kind, "point"),
        "title": _title(one, name),
        "link": _link(one),
        "text": _text(one),
    }


def _title(one: Moment, name: str) -> str:
    if one.kind == "link" and one.count > 1:
        return ngettext(
            "Followed the link of %(name)s %(n)s time within the hour",
            "Followed the link of %(name)s %(n)s times within the hour", one.count,
        ) % {"name": name, "n": one.count}  # fmt: skip
    words = {
        "link": gettext("Followed the link of %(name)s"), "form": gettext("Sent the form with the code of %(name)s"),
        "code": gettext("Gave the code of %(name)s"), "word": gettext("%(name)s was named"),
        "import": gettext("A list names %(name)s"), "confirmed": gettext("Signed up; counted for %(name)s"),
        "claim": gettext("%(name)s says that they brought them"), "order": gettext("Paid an order"),
        "talk": gettext("Our staff were in touch"),
    }  # fmt: skip
    return words.get(one.kind, one.kind) % {"name": name}


def _text(one: Moment) -> str:
    if one.kind == "order":
        return one.detail.external_id  # amounts are not for every role that reads claims
    if one.kind == "talk":
        return str(one.detail)
    return channel(one.detail) if one.detail else ""


def _link(one: Moment) -> str:
    return link_to("order", one.detail.id) if one.kind == "order" else ""
