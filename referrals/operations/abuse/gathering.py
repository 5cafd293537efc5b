"""Gather what is known about referrals, for many in a dozen statements. Kinds, counts, yes or no: no personal data."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from crm.models import ContactPoint
from referrals.hashes import address_hash, network_hash
from referrals.models import AbuseCaseReferral, AbuseListing, Invitation, Referral, ReferralMove, SignUpTrace, Trait
from referrals.queries.abuse import listings
from referrals.rules.signals import IDLE_DAYS, RINGS, Habits, Pace, Shared, Signs
from tenancy import door
from tenancy.models import Membership

_SHARED = ("contact", "device", "payout", "home", "address", "network", "domain")
_LINKS = frozenset({"link", "wechat", "moments", "weibo", "qq", "qzone", "whatsapp", "x", "facebook", "qr", "poster"})
# What an entry on the list of allowed ones takes the weight from.
_EXCUSED = {
    "email_domain": ("domain", "disposable"), "phone_prefix": ("block", "virtual"), "device": ("device",),
    "network": ("address", "network"),
}  # fmt: skip


@dataclass
class _Known:
    """What is known about one referral, as it is put together."""

    referral: Referral
    trace: SignUpTrace | None = None
    told: dict[str, Any] = field(default_factory=dict)


def gather(referral_ids: Collection[UUID]) -> tuple[dict[UUID, Signs], dict[UUID, frozenset[str]]]:
    """Give the signs of each referral, and those that somebody has seen and found harmless."""
    rows = Referral.objects.filter(id__in=referral_ids).only("id", "referrer_id", "referee_id", "confirmed_at", "channel")
    known = {row.id: _Known(row) for row in rows}
    if not known:
        return {}, {}
    _add_traces(known)
    _add_shared(known)
    _add_marks(known)
    _add_paces(known)
    _add_habits(known)
    _add_entries(known)
    cleared = _add_rings(known)
    _heed_lists(known)
    return {id: Signs(**one.told) for id, one in known.items()}, cleared


def _ask(sql: str, known: Mapping[UUID, _Known], **more: Any) -> list[tuple]:
    """Ask about all of them at once; `asked` holds their ends and when they were confirmed."""
    asked = """
      WITH asked AS MATERIALIZED (
        SELECT id, referrer_id, referee_id, confirmed_at FROM referrals_referral
        WHERE organisation_id = %(here)s AND id = ANY(%(ids)s::uuid[])
      )
    """
    told = {"here": str(door.organisation_id()), "ids": [str(id) for id in known], "now": door.moment(), **more}
    with connection.cursor() as cursor:
        cursor.execute(asked + sql, told)
        return cursor.fetchall()


# --- what the form left ------------------------------------------------------------------------------------


def _add_traces(known: dict[UUID, _Known]) -> None:
    forms = dict(Invitation.objects.filter(referral_id__in=list(known)).values_list("id", "referral_id"))
    for trace in SignUpTrace.objects.filter(invitation_id__in=list(forms)).order_by("id"):
        one = known[forms[trace.invitation_id]]
        one.trace = trace
        one.told["filled_in"], one.told["ads"] = trace.filled_in, trace.ads
        one.told["lacks_touch"] = not trace.had_touch and one.referral.channel in _LINKS


# --- what is shared ----------------------------------------------------------------------------------------

_SHARING = """
  , mine AS (
    SELECT a.id, a.referrer_id, a.referee_id, t.kind, t.value FROM asked AS a
    JOIN referrals_trait AS t ON t.organisation_id = %(here)s AND t.customer_id = a.referee_id AND t.kind = ANY(%(kinds)s)
  )
  SELECT m.id, m.kind, bool_or(o.with_referrer), count(DISTINCT o.customer_id) FILTER (WHERE NOT o.with_referrer)
  FROM mine AS m CROSS JOIN LATERAL (
    SELECT o.customer_id, true AS with_referrer FROM referrals_trait AS o
    WHERE o.organisation_id = %(here)s AND o.customer_id = m.referrer_id AND o.kind = m.kind AND o.value = m.value
    UNION ALL
    SELECT o.customer_id, false FROM referrals_trait AS o
    JOIN referrals_referral AS s ON s.organisation_id = %(here)s AND s.referee_id = o.customer_id
    WHERE o.organisation_id = %(here)s AND o.kind = m.kind AND o.value = m.value
      AND s.referrer_id = m.referrer_id AND o.customer_id <> m.referee_id
  ) AS o
  GROUP BY 1, 2
"""


def _add_shared(known: dict[UUID, _Known]) -> None:
    for one in known.values():
        one.told["shared"] = {}
    for id, kind, with_referrer, friends in _ask(_SHARING, known, kinds=list(_SHARED)):
        known[id].told["shared"][kind] = Shared(with_referrer, friends)


_NEIGHBOURS = """
  SELECT id, max(near) FROM (
    SELECT a.id, m.value, count(DISTINCT o.customer_id) AS near FROM asked AS a
    JOIN referrals_trait AS m ON m.organisation_id = %(here)s AND m.customer_id = a.referee_id AND m.kind = 'block'
    JOIN referrals_trait AS o ON o.organisation_id = %(here)s AND o.kind = 'block' AND o.value = m.value
      AND o.customer_id <> a.referee_id
    JOIN referrals_referral AS s ON s.organisation_id = %(here)s AND s.referee_id = o.customer_id
      AND s.referrer_id = a.referrer_id
      AND s.confirmed_at BETWEEN a.confirmed_at - interval '7 days' AND a.confirmed_at + interval '7 days'
    GROUP BY 1, 2
  ) AS blocks GROUP BY id
"""


def _add_marks(known: dict[UUID, _Known]) -> None:
    by_friend = {one.referral.referee_id: one for one in known.values()}
    rows = Trait.objects.filter(customer_id__in=list(by_friend), kind__in=["disposable", "virtual"])
    for friend, kind in rows.values_list("customer_id", "kind"):
        by_friend[friend].told[f"is_{kind}"] = True
    for id, near in _ask(_NEIGHBOURS, known):
        known[id].told["neighbours"] = near


# --- how fast ----------------------------------------------------------------------------------------------

_OF_REFERRER = """
  SELECT a.id, 'by_referrer', count(*) FILTER (WHERE o.at > a.confirmed_at - interval '1 hour'),
    count(*) FILTER (WHERE o.at > a.confirmed_at - interval '1 day'), count(*)
  FROM asked AS a CROSS JOIN LATERAL (
    SELECT confirmed_at AS at FROM referrals_referral
    WHERE organisation_id = %(here)s AND referrer_id = a.referrer_id
      AND confirmed_at > a.confirmed_at - interval '7 days' AND confirmed_at <= a.confirmed_at LIMIT 1000
  ) AS o GROUP BY 1
"""
_OF_FORM = """
  SELECT f.id, 'by_{name}', count(*) FILTER (WHERE o.at > f.at - interval '1 hour'),
    count(*) FILTER (WHERE o.at > f.at - interval '1 day'), count(*)
  FROM unnest(%(referrals)s::uuid[], %(marks)s::text[], %(moments)s::timestamptz[]) AS f(id, mark, at)
  CROSS JOIN LATERAL (
    SELECT occurred_at AS at FROM referrals_signuptrace
    WHERE organisation_id = %(here)s AND {name} = f.mark AND {name} <> ''
      AND occurred_at > f.at - interval '7 days' AND occurred_at <= f.at LIMIT 1000
  ) AS o GROUP BY 1
"""


def _add_paces(known: dict[UUID, _Known]) -> None:
    rows = _ask(_OF_REFERRER, known)
    for name in ("device", "address"):
        forms = [(id, mark, one.trace.occurred_at) for id, one in known.items() if (mark := getattr(one.trace, name, ""))]
        if forms:
            ids, marks, moments = (list(each) for each in zip(*forms, strict=True))
            told = {"referrals": [str(id) for id in ids], "marks": marks, "moments": moments}
            rows += _ask(_OF_FORM.format(name=name), known, **told)
    for id, name, *counts in rows:
        known[id].told[name] = Pace(*counts)


# --- what became of a referrer's friends -------------------------------------------------------------------

_HABITS = """
  , bought AS (
    SELECT c.referrer_id, o.customer_id, sum(o.total_minor) AS paid, sum(c.kept_minor) AS kept, min(o.paid_at) AS since,
      (array_agg(o.total_minor ORDER BY o.paid_at, o.id))[1] AS first_minor
    FROM referrals_conversion AS c
    JOIN crm_order AS o ON o.organisation_id = %(here)s AND o.id = c.order_id
    WHERE c.organisation_id = %(here)s AND c.referrer_id IN (SELECT referrer_id FROM asked)
      AND c.paid_at > %(now)s - interval '90 days'
    GROUP BY 1, 2
  ), amounts AS (
    SELECT referrer_id, max(n) AS most FROM (
      SELECT referrer_id, first_minor, count(*) AS n FROM bought GROUP BY 1, 2
    ) AS each GROUP BY 1
  )
  SELECT b.referrer_id, count(*), max(a.most), sum(b.paid), sum(b.kept),
    count(*) FILTER (WHERE b.since < %(now)s - %(idle)s AND NOT EXISTS (
      SELECT FROM crm_order AS later WHERE later.organisation_id = %(here)s AND later.customer_id = b.customer_id
        AND later.placed_at > b.since + interval '1 hour')),
    count(*) FILTER (WHERE b.since < %(now)s - %(idle)s)
  FROM bought AS b JOIN amounts AS a USING (referrer_id) GROUP BY 1
"""


def _add_habits(known: dict[UUID, _Known]) -> None:
    rows = {row[0]: Habits(*map(int, row[1:])) for row in _ask(_HABITS, known, idle=timedelta(days=IDLE_DAYS))}
    for one in known.values():
        one.told["habits"] = rows.get(one.referral.referrer_id, Habits())


# --- who entered it ----------------------------------------------------------------------------------------


def _add_entries(known: dict[UUID, _Known]) -> None:
    """Mark referrals that somebody entered for a referrer they answer for, or are."""
    first = ReferralMove.objects.filter(referral_id__in=list(known), axis="stage", before="", actor_kind="user")
    entered = dict(first.values_list("referral_id", "actor_id"))
    if not entered:
        return
    staff = {row.user_id: row for row in Membership.objects.filter(user_id__in=entered.values()).select_related("user")}
    referrers = {known[id].referral.referrer_id for id in entered}
    owners = dict(Referral.objects.filter(id__in=list(entered)).values_list("id", "referrer__owner_id"))
    mailboxes = set(
        ContactPoint.objects.filter(customer_id__in=referrers, kind="email").values_list("customer_id", "normalised")
    )
    for id, user in entered.items():
        member = staff.get(user)
        is_own = member and (known[id].referral.referrer_id, member.user.email.lower()) in mailboxes
        known[id].told["is_own_entry"] = bool(member and (is_own or owners[id] == member.id))


# --- rings and what was decided before ---------------------------------------------------------------------


def _add_rings(known: dict[UUID, _Known]) -> dict[UUID, frozenset[str]]:
    rings, cleared = defaultdict(set), defaultdict(set)
    rows = AbuseCaseReferral.objects.filter(referral_id__in=list(known))
    for id, kind, is_cleared in rows.values_list("referral_id", "case__kind", "is_cleared"):
        if is_cleared:
            cleared[id].add(kind)
        elif kind in RINGS:
            rings[id].add(kind)
    for id, one in known.items():
        one.told["rings"] = frozenset(rings[id])
    return {id: frozenset(cleared[id]) for id in known}


# --- lists -------------------------------------------------------------------------------------------------


def _heed_lists(known: dict[UUID, _Known]) -> None:
    """Note what a list blocks, and take the weight from what a list allows."""
    rows = list(listings())
    if not rows:
        return
    friends = [one.referral.referee_id for one in known.values()]
    contacts = defaultdict(list)
    for friend, kind, value in ContactPoint.objects.filter(customer_id__in=friends).values_list(
        "customer_id", "kind", "normalised"
    ):
        contacts[friend].append((kind, value))
    for one in known.values():
        for row in rows:
            if _is_named(row, one, contacts[one.referral.referee_id]):
                _heed(row, one)


def _is_named(row: AbuseListing, one: _Known, contacts: list[tuple[str, str]]) -> bool:
    match row.kind:
        case "referrer":
            return row.referrer_id == one.referral.referrer_id
        case "email_domain":
            return any(
                kind == "email" and f".{value.rpartition('@')[2]}".endswith(f".{row.value}") for kind, value in contacts
            )
        case "phone_prefix":
            return any(kind == "phone" and value.startswith(row.value) for kind, value in contacts)
    if one.trace is None:
        return False
    if row.kind == "device":
        return row.value == one.trace.device
    at = one.trace.occurred_at
    return one.trace.address in (row.value, address_hash(row.value, at)) or one.trace.network == network_hash(row.value, at)


def _heed(row: AbuseListing, one: _Known) -> None:
    told = one.told
    if row.side == AbuseListing.Side.BLOCK:
        told["listed"] = row.kind
    elif row.kind == AbuseListing.Kind.REFERRER:
        told["is_allowed"] = True
    else:
        for kind in _EXCUSED[row.kind]:
            told["shared"].pop(kind, None)
        _excuse(row.kind, told)


def _excuse(kind: str, told: dict[str, Any]) -> None:
    nothing = {
        "email_domain": {"is_disposable": False}, "phone_prefix": {"is_virtual": False, "neighbours": 0},
        "device": {"by_device": Pace()}, "network": {"by_address": Pace()},
    }  # fmt: skip
    told |= nothing[kind]
