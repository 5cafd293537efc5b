"""Sum what a draft would have given beside what was given: cost, winners and losers, the budget's last day, abuse, proof."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from referrals.models import Referral
from referrals.operations.simulating.ledger import Fact
from referrals.operations.simulating.replaying import Played
from referrals.rules import Terms
from referrals.rules.complexity import complexity, grade, score

TOP = 20  # winners and losers that are named
LISTED = 50
_RISKY = (Referral.Risk.FLAGGED, Referral.Risk.HELD, Referral.Risk.CONFIRMED)
_FOREVER = 3650  # days


@dataclass
class Side:
    """What one of the two gives: the ledger, or the draft."""

    cost_minor: int = 0
    earning: int = 0
    lines: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)
    by_referrer: Counter = field(default_factory=Counter)  # what each got as referrer, by its cost
    cost_by_referrer: Counter = field(default_factory=Counter)
    weeks: Counter = field(default_factory=Counter)
    risky_minor: int = 0

    def take(self, lines: Mapping[tuple, list[int]], *, week: str, referrer: UUID, risk: str) -> None:
        cost = sum(each[1] for each in lines.values())
        self.cost_minor += cost
        self.earning += bool(lines)
        for name, (amount, each) in lines.items():
            line = self.lines.setdefault(name, [0, 0])
            line[0], line[1] = line[0] + amount, line[1] + each
            if name[0] == "referrer":
                self.by_referrer[referrer] += each
        self.cost_by_referrer[referrer] += cost
        self.weeks[week] += cost
        if risk in _RISKY:
            self.risky_minor += cost

    def told(self) -> dict[str, Any]:
        lines = [
            {"role": role, "kind": kind, "unit": unit, "amount": amount, "cost_minor": cost}
            for (role, kind, unit), (amount, cost) in sorted(self.lines.items())
        ]
        return {"cost_minor": self.cost_minor, "earning": self.earning, "lines": lines} | self._exposure()

    def _exposure(self) -> dict[str, Any]:
        top = _top(self.cost_by_referrer)
        return {"risky_minor": self.risky_minor, "top_minor": sum(top), "top_referrers": len(top)}


def _top(costs: Counter) -> list[int]:
    """Give what the dearest hundredth of the referrers cost, at least one of them."""
    found = sorted((cost for cost in costs.values() if cost), reverse=True)
    return found[: max(1, len(found) // 100)]


def _monday(at: datetime) -> str:
    return (at.date() - timedelta(days=at.weekday())).isoformat()


@dataclass(frozen=True)
class Row:
    """One order or milestone on both sides."""

    place: str
    referral: UUID
    at: datetime
    ledger: Fact | None
    played: Played | None

    @property
    def before(self) -> int:
        return self.ledger.cost_minor if self.ledger else 0

    @property
    def after(self) -> int:
        return self.played.cost_minor if self.played else 0

    def told(self) -> dict[str, Any]:
        story = self.played.story if self.played else {}
        is_order = "." not in self.place
        return {
            "place": self.place, "order_id": self.place if is_order else None, "milestone": story.get("milestone", ""),
            "referral_id": str(self.referral), "at": self.at.isoformat(), "before_minor": self.before,
            "after_minor": self.after, "failed": list(self.played.failed) if self.played else [],
        }  # fmt: skip


def rows_of(played: Sequence[Played], ledger: Mapping[str, Fact], since: datetime, until: datetime) -> list[Row]:
    """Put both sides together, by what happened in [since, until)."""
    by_place = {one.story["place"]: one for one in played}
    found = []
    for place in {**by_place, **ledger}:
        one, fact = by_place.get(place), ledger.get(place)
        at = one.at if one else fact.at
        if since <= at < until:
            found.append(Row(place, UUID(one.story["referral"]) if one else fact.referral, at, fact, one))
    return sorted(found, key=lambda row: (row.at, row.place))


def summed(rows: Sequence[Row], people: Mapping[UUID, tuple[UUID, UUID, str]], zone: ZoneInfo) -> dict[str, Any]:
    """Sum both sides and what lies between them; weeks begin on the organisation's Mondays."""
    now, then = Side(), Side()
    for row in rows:
        referrer, _friend, risk = people[row.referral]
        week = _monday(row.at.astimezone(zone))
        now.take(row.ledger.lines if row.ledger else {}, week=week, referrer=referrer, risk=risk)
        then.take(row.played.lines if row.played else {}, week=week, referrer=referrer, risk=risk)
    gained = [row for row in rows if row.after and not row.before]
    lost = [row for row in rows if row.before and not row.after]
    return {
        "subjects": len(rows), "referrals": len({row.referral for row in rows}), "now": now.told(), "draft": then.told(),
        **_changes(now.by_referrer, then.by_referrer), "weeks": _weeks(now, then),
        "gained": [row.told() for row in gained[:LISTED]], "gained_total": len(gained),
        "lost": [row.told() for row in lost[:LISTED]], "lost_total": len(lost), "lost_reasons": _reasons(lost),
    }  # fmt: skip


def _reasons(lost: Iterable[Row]) -> dict[str, int]:
    """Count by the first check that fails."""
    return dict(
        Counter((row.played.failed or ("",))[0] if row.played else "milestone_unknown" for row in lost).most_common()
    )


def _changes(before: Counter, after: Counter) -> dict[str, Any]:
    change = {id: after[id] - before[id] for id in {*before, *after} if after[id] != before[id]}
    best = sorted(change, key=lambda id: (-change[id], str(id)))
    winners = [id for id in best if change[id] > 0]
    losers = [id for id in reversed(best) if change[id] < 0]

    def told(ids):
        return [{"referrer_id": str(id), "before_minor": before[id], "after_minor": after[id]} for id in ids[:TOP]]

    return {
        "winners": told(winners), "winners_total": len(winners), "losers": told(losers), "losers_total": len(losers),
        "unchanged_total": sum(1 for id in {*before, *after} if after[id] == before[id]),
    }  # fmt: skip


def _weeks(now: Side, then: Side) -> list[dict[str, Any]]:
    weeks = sorted({*now.weeks, *then.weeks})
    return [{"week": week, "now_minor": now.weeks[week], "draft_minor": then.weeks[week]} for week in weeks]


# --- what follows ---------------------------------------------------------------------------------------


def outlook(
    result: Mapping[str, Any], left_minor: int, since: datetime, until: datetime, today: date
) -> dict[str, Any]:  # fmt: skip
    """Say until when a budget lasts if the past goes on at its pace: with the ledger's cost, and with the draft's."""
    days = max((until - since) / timedelta(days=1), 1)
    return {"left_minor": left_minor} | {
        side: _lasts(left_minor, result[side]["cost_minor"], days, today) for side in ("now", "draft")
    }


def _lasts(left_minor: int, cost_minor: int, days: float, today: date) -> str | None:
    """None: longer than ten years, or for ever."""
    if cost_minor <= 0:
        return None
    last = left_minor * days / cost_minor
    return (today + timedelta(days=int(last))).isoformat() if last < _FOREVER else None


def complexities(now: Terms | None, draft: Terms) -> dict[str, Any]:
    def told(terms):
        return {"score": score(terms), "grade": grade(score(terms)), "parts": complexity(terms)}

    return {"now": told(now) if now else None, "draft": told(draft)}


# --- proof ----------------------------------------------------------------------------------------------


def proof(rows: Sequence[Row]) -> dict[str, Any]:
    """Hold a replay of the terms in force against the ledger, and name everything that differs."""
    by_referral: dict[UUID, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        by_referral[row.referral][0] += row.before
        by_referral[row.referral][1] += row.after
    differing = [row for row in rows if (row.ledger.lines if row.ledger else {}) != (row.played.lines if row.played else {})]
    return {
        "ledger_minor": sum(each[0] for each in by_referral.values()),
        "replayed_minor": sum(each[1] for each in by_referral.values()),
        "referrals": len(by_referral), "differing": len(differing), "is_equal": not differing,
        "differences": [row.told() | {"why": why(row)} for row in differing[:LISTED]],
    }  # fmt: skip


def why(row: Row) -> str:
    """Name what made the ledger differ from the rule: what people did, what changed in between, or what was not told yet."""
    if row.played is None:
        return "no_longer_there"
    if not any(step["id"] for step in row.played.story["steps"]):
        return "not_judged_yet"
    if row.ledger and row.ledger.was_changed_by_hand:
        return "taken_back_by_hand"
    if row.ledger and row.ledger.was_chosen:
        return "another_option_chosen"
    if row.played.budget or "budget" in row.played.failed:
        return "budget_changed"
    if any(check.startswith("limit") for check in row.played.failed):
        return "limit_in_other_order"
    return "terms_changed" if row.played.story["version"] != row.played.story["own_version"] else "other"
