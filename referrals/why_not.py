"""Why not? What a referral or an order has brought, or why it has brought nothing: every one has its answer."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from crm.models import Order
from referrals import reasons, why_words
from referrals.explain import explain
from referrals.models import Decision, Referral
from referrals.queries import decisions_for, latest_decisions, latest_milestone_decisions
from referrals.rules import Terms, read_terms
from referrals.why_sections import STAFF, Reader, Section, Step, Why, event_of, reader_of, rule_of, steps_of
from tenancy import door


def why_referral(referral_id: UUID, language: str | None, *, audience: str = STAFF, customer_id: UUID | None = None) -> Why:
    """Tell what a referral has brought, or why it has brought nothing (yet): every order has its answer."""
    referral = Referral.objects.select_related("campaign", "rule_version", "referrer", "referee").get(id=referral_id)
    reader = reader_of(language, audience, customer_id)
    with translation.override(reader.language):
        decisions = _present_decisions(referral)
        sections = [event_of(referral, reader), rule_of(referral, reader), *_orders(decisions, reader)]
        if not any(decision.outcome == Decision.Outcome.EARNED for decision in decisions):
            sections.append(_nothing_yet(referral, reader))
        title = _("What came of this referral") if reader.is_staff else _("What came of this invitation")
        step, moment = _last_word(decisions, reader)
        ids = [decision.id for decision in decisions]
        return Why(title, [s for s in sections if s.steps], step, moment, referral_id=referral.id, decision_ids=ids)


def why_order(order_id: UUID, language: str | None, *, audience: str = STAFF) -> Why | None:
    """Tell why an order earned, or did not; None before it was judged."""
    decision = decisions_for(order_id=order_id).first()
    if decision is None:
        return None
    reader = reader_of(language, audience, decision.customer_id)
    with translation.override(reader.language):
        told = explain(decision, reader.language, audience)
        sections = [Section("checks", _("What was checked"), steps_of(told.lines))]
        return Why(told.title, sections, told.next_step, told.next_date, None, decision.referral_id, [decision.id])


def _present_decisions(referral: Referral) -> list[Decision]:
    """Give the decision in force about each order of the friend, oldest first."""
    ids = set(decisions_for(referral_id=referral.id).values_list("order_id", flat=True)) - {None}
    found = [*latest_decisions(list(ids)).values(), *latest_milestone_decisions([referral.id]).values()]
    return sorted(found, key=lambda decision: decision.id)


def _orders(decisions: Sequence[Decision], reader: Reader) -> Iterable[Section]:
    numbers = dict(Order.objects.filter(id__in=[one.order_id for one in decisions]).values_list("id", "external_id"))
    for decision in decisions:
        told = explain(decision, reader.language, reader.audience)
        sees = reader.is_staff or reader.customer_id == decision.customer_id
        title = (
            told.title
            if decision.milestone
            else (
                _("Order %(number)s") % {"number": numbers.get(decision.order_id, "")}
                if sees
                else _("An order of your friend")
            )
        )
        first = _outcome(decision) if decision.milestone else told.title
        steps = [Step(first, decision.decided_at), *steps_of(told.lines)]
        yield Section("checks", title, [*steps, *([Step(told.next_step, told.next_date)] if told.next_step else [])])


def _outcome(decision: Decision) -> str:
    return str(Decision.Outcome(decision.outcome).label)


def _nothing_yet(referral: Referral, reader: Reader) -> Section:
    return Section("story", _("Why nothing has come of it yet"), [Step(text) for text in _why_nothing(referral, reader)])


def _why_nothing(referral: Referral, reader: Reader) -> Iterable[str]:
    terms = read_terms(referral.rule_version.terms)
    until = _until(referral, terms)
    if referral.stage == Referral.Stage.CLOSED:
        known = referral.close_reason in reasons.REASONS
        reason = reasons.label(referral.close_reason) if known else referral.close_reason
        yield reader.choose(why_words.CLOSED) % ({"reason": reason} if reader.is_staff else {})
        return
    if referral.risk in (Referral.Risk.FLAGGED, Referral.Risk.HELD):
        yield reader.choose(why_words.UNDER_REVIEW)
    if until <= door.moment():
        yield reader.choose(why_words.TIME_UP) % {"date": reader.day(until)}
    elif not decisions_for(referral_id=referral.id).exists():
        is_self = not reader.is_staff and reader.customer_id == referral.referee_id
        yield str(why_words.WAITING_SELF) if is_self else reader.choose(why_words.WAITING)
        yield reader.choose(why_words.NEXT["friend_buys"]) % {"date": reader.day(until)}


def _until(referral: Referral, terms: Terms) -> datetime:
    return referral.confirmed_at + timedelta(days=terms.order_window.days)


def _last_word(decisions: Sequence[Decision], reader: Reader) -> tuple[str, datetime | None]:
    if not decisions:
        return "", None
    told = explain(decisions[-1], reader.language, reader.audience)
    return told.next_step, told.next_date
