"""What it takes to tell people: how many which way, how many texts are paid, how many days it lasts."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from django.db.models import QuerySet
from django.db.models.functions import Length

from crm.models import Customer, Segment
from messaging import rules as writing
from messaging.operations.day_limit import room_today
from messaging.texting import present_gateway
from referrals.models import Campaign, Way, Ways
from referrals.operations.promotions.bubbles import bubbles
from referrals.operations.promotions.wording import KIND, Texts
from referrals.queries.promotions import Audience, counted_why, target_of, weighed


@dataclass(frozen=True)
class TextCost:
    """Texts to so many people; the account lets so many go today, and so many on every later day."""

    people: int
    parts: int  # as so many texts one is paid, in the longest language
    room_today: int
    most_a_day: int

    @property
    def paid(self) -> int:
        return self.people * self.parts

    @property
    def days(self) -> int:
        """Days it takes, with today."""
        return 1 + ceil(max(self.people - self.room_today, 0) / self.most_a_day)


@dataclass(frozen=True)
class Estimate:
    """Who would be told now, and what the texts of it cost; no cost where none are sent or none can be counted."""

    audience: Audience
    cost: TextCost | None = None


def estimate(campaign: Campaign, texts: Texts, *, ways: str, segment: Segment | None = None) -> Estimate:
    """Say what it takes to tell the target group now."""
    return estimate_for(campaign, weighed(campaign, target_of(campaign, segment), ways=ways), texts, ways=ways)


def estimate_for(campaign: Campaign, rows: QuerySet[Customer], texts: Texts, *, ways: str, kind: str = KIND) -> Estimate:
    """Say the same of these weighed customers."""
    counted = counted_why(rows)
    gateway = present_gateway() if ways != Ways.EMAIL else None
    if gateway is None:
        return Estimate(counted)
    reader = _longest_named(rows, texts) if counted.by_sms else None
    sent = [each.parts for each in bubbles(campaign, texts, reader or Customer(name=""), kind=kind) if each.is_sent]
    if not sent:
        return Estimate(counted)
    return Estimate(counted, TextCost(counted.by_sms, max(sent), room_today(gateway), gateway.most_a_day))


def _longest_named(rows: QuerySet[Customer], texts: Mapping) -> Customer | None:
    """Names make texts longer: count with the longest, where the text names anybody."""
    places = {place for named in texts.values() for place in writing.places_in(named.get("sms", ""))}
    if not places & {"name", "customer"}:
        return None
    return rows.filter(why="", way=Way.SMS).order_by(Length("name").desc(), "id").first()
