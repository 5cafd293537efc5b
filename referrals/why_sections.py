"""The shape of an answer to "Why?", and the sections that every answer begins with: what happened, under which rule."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from crm.models import Customer, Order
from foundation.contacts import mask_name
from referrals.explain import Line, sentence
from referrals.milestone_words import say_event
from referrals.models import Decision, Referral, RuleVersion
from referrals.rules import read_facts, read_terms
from referrals.templates import LANGUAGES
from referrals.wording import day
from tenancy.calendar import own_zone

STAFF, CUSTOMER = "staff", "customer"


@dataclass(frozen=True)
class Step:
    """A line of a section, with its day where it has one."""

    text: str
    at: datetime | None = None
    passed: bool | None = None
    note: str = ""
    actor_kind: str = ""
    actor_id: UUID | None = None
    entry_id: UUID | None = None


@dataclass(frozen=True)
class Section:
    key: str  # event, rule, checks, sums, story
    title: str
    steps: list[Step]


@dataclass(frozen=True)
class Why:
    title: str
    sections: list[Section]
    next_step: str = ""
    next_date: datetime | None = None
    reward_id: UUID | None = None  # what it is about now: another option is another reward
    referral_id: UUID | None = None
    decision_ids: list[UUID] = field(default_factory=list)


@dataclass(frozen=True)
class Reader:
    """Who asks: what they may see, in which language."""

    language: str
    audience: str
    zone: str
    customer_id: UUID | None = None

    @property
    def is_staff(self) -> bool:
        return self.audience == STAFF

    def choose(self, texts: tuple) -> str:
        return str(texts[0] if self.is_staff else texts[1])

    def day(self, moment: datetime | None) -> str:
        return day(moment, self.language, self.zone) if moment else ""


def reader_of(language: str | None, audience: str, customer_id: UUID | None) -> Reader:
    return Reader(language if language in LANGUAGES else "en", audience, own_zone().key, customer_id)


def event_of(referral: Referral, reader: Reader, decision: Decision | None = None, *, tells_friend: bool = True) -> Section:
    """Tell how the friend came and bought; whose order a reward comes from is the friend's own affair."""
    return Section("event", _("What happened"), [_came(referral, reader, tells_friend), *_ordered(decision, reader)])


def _came(referral: Referral, reader: Reader, tells_friend: bool) -> Step:
    facts = {"referrer": _name(referral.referrer, reader), "friend": _name(referral.referee, reader)}
    if reader.customer_id == referral.referee_id and not reader.is_staff:
        return Step(_("%(referrer)s invited you, and you accepted.") % facts, referral.confirmed_at)
    if not reader.is_staff and not tells_friend:
        return Step(_("A friend accepted your invitation."), referral.confirmed_at)
    if not reader.is_staff:
        return Step(_("%(friend)s accepted your invitation.") % facts, referral.confirmed_at)
    return Step(_("%(friend)s came on the word of %(referrer)s.") % facts, referral.confirmed_at)


def _name(customer: Customer, reader: Reader) -> str:
    return customer.name if reader.is_staff else mask_name(customer.name)


def _ordered(decision: Decision | None, reader: Reader) -> Iterable[Step]:
    if decision is None:
        return
    facts = read_facts(decision.facts)
    if decision.milestone:
        yield Step(_reached(decision, reader), facts.order.paid_at)
        return
    number = Order.objects.filter(id=decision.order_id).values_list("external_id", flat=True).first() or ""
    if reader.is_staff or reader.customer_id == decision.customer_id:
        yield Step(_("Order %(number)s was paid.") % {"number": number}, facts.order.paid_at)
    else:
        yield Step(_("Your friend paid an order."), facts.order.paid_at)


def _reached(decision: Decision, reader: Reader) -> str:
    """Say which milestone it is about."""
    milestone = read_terms(decision.rule_version.terms).milestone(decision.milestone)
    if milestone is None:
        return decision.milestone
    title = milestone.title.json()[reader.language] if milestone.title else say_event(milestone, reader.language)
    return _("Milestone: %(what)s") % {"what": title}


def rule_of(referral: Referral, reader: Reader, version: RuleVersion | None = None) -> Section:
    """Say the rule; of later terms than the referral's own, that they were the better ones."""
    version = version or referral.rule_version
    words = {"campaign": referral.campaign.name, "number": version.number}
    note = _("Version %(number)s of “%(campaign)s”, kept for good.") % words if reader.is_staff else referral.campaign.name
    steps = [Step(sentence(read_terms(version.terms), reader.language), version.published_at, note=note)]
    return Section("rule", _("The rule"), [*steps, *_honoured(referral, version, reader)])


def _honoured(referral: Referral, version: RuleVersion, reader: Reader) -> Iterable[Step]:
    if version.id != referral.rule_version_id:
        yield Step(
            reader.choose(
                (
                    _("The friend came under earlier terms. These are better for both, so they were used."),
                    _("These terms are newer than the invitation, and better, so they were used."),
                )
            ),
            version.published_at,
        )


def steps_of(lines: Iterable[Line]) -> list[Step]:
    return [Step(line.text, passed=line.passed) for line in lines]
