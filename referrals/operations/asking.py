"""Ask for referrals at the right moment: cards, answers, scripts, and the guard against asking too much."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext, ngettext

from crm.models import Customer
from crm.queries.segments import check_for_machines, is_member
from referrals.errors import (
    AnswerInvalid,
    AskAnswered,
    MayNotAsk,
    NothingToOffer,
    RefusalUnexplained,
    RulesOutOfRange,
    ScriptInvalid,
    ScriptTaken,
    UnknownAsk,
)
from referrals.models import Ask, AskRules, Campaign, ReferralCode, Script
from referrals.operations.codes import code_for, is_in_target
from referrals.queries.asking import ask_rules, bars_for
from referrals.rules.asking import ASKED, REASONS, Bar, variant_of
from referrals.templates import LANGUAGES
from tenancy import audit, door, events
from tenancy.models import Membership

_RANGES = {
    "quiet_days": (1, 365), "most_in_90_days": (1, 30), "days_after_no": (0, 730), "least_nps": (0, 10),
    "least_stars": (1, 5), "repurchase_from": (2, 100), "open_days": (1, 90),
}  # fmt: skip
_SITUATION_OF = {
    Ask.Cause.SATISFIED: Script.Situation.SATISFIED, Ask.Cause.REPURCHASE: Script.Situation.REPURCHASE,
    Ask.Cause.SOLVED: Script.Situation.SOLVED, Ask.Cause.PRAISE: Script.Situation.PRAISE,
}  # fmt: skip


@dataclass(frozen=True)
class Occasion:
    """Something good that happened: `key` names it, so that it makes one card however often it is told."""

    customer_id: UUID
    cause: str
    key: str


def offer_cards(occasions: Iterable[Occasion]) -> list[Ask]:
    """Make a card for each customer who may be asked now; the others are passed over in silence."""
    rules = ask_rules()
    by_customer = {one.customer_id: one for one in occasions}
    if not rules.is_active or not by_customer:
        return []
    against = bars_for(set(by_customer), rules)
    free = Customer.objects.filter(id__in=[id for id, found in against.items() if not found], merged_into=None)
    campaigns, scripts = _running(), list(Script.objects.filter(is_active=True))
    made = [_card(by_customer[each.id], each, campaigns, scripts, rules) for each in free.order_by("id")]
    cards = [one for one in made if one]
    Ask.objects.bulk_create(cards, ignore_conflicts=True)
    return list(Ask.objects.filter(id__in=[one.id for one in cards]))


def ask_now(customer_id: UUID, *, key: str) -> Ask:
    """Open a card because a member of staff wants to ask; refuse with what stands against it."""
    customer = Customer.objects.get(id=customer_id, merged_into=None)
    if known := Ask.objects.filter(key=key).first():
        return known
    rules = ask_rules()
    let_cards_lapse()
    if found := bars_for([customer_id], rules)[customer_id]:
        raise MayNotAsk(bar=found[0].bar, why=say_bar(found[0]))
    card = _card(
        Occasion(customer_id, Ask.Cause.OWN, key), customer, _running(), list(Script.objects.filter(is_active=True)), rules
    )
    if card is None:
        raise NothingToOffer
    card.owner = _me() or card.owner
    Ask.objects.bulk_create([card], ignore_conflicts=True)
    if not Ask.objects.filter(id=card.id).exists():  # somebody else was faster
        raise MayNotAsk(bar="open_card", why=say_bar(Bar("open_card")))
    return card


def say_bar(bar: Bar) -> str:
    """Say in the reader's language what stands against asking."""
    days = max(1, round(bar.days or 0))
    return {
        "open_case": gettext("a request of theirs is still open"),
        "open_card": gettext("there is an open card for them"),
        "suspected": gettext("one of their referrals is being checked"),
        "asked_lately": ngettext("asked lately; again in %(n)s day", "asked lately; again in %(n)s days", days),
        "told_lately": ngettext(
            "we wrote to them about a campaign lately; again in %(n)s day",
            "we wrote to them about a campaign lately; again in %(n)s days",
            days,
        ),
        "asked_often": gettext("asked often enough in the last three months"),
        "said_no": ngettext("they said no; ask again in %(n)s day", "they said no; ask again in %(n)s days", days),
    }[bar.bar] % {"n": days}


def _running() -> list[Campaign]:
    now = door.moment()
    running = Campaign.objects.filter(state=Campaign.State.RUNNING, starts_at__lte=now).order_by("-starts_at", "id")
    return [each for each in running if each.ends_at is None or each.ends_at > now]


def _card(
    occasion: Occasion, customer: Customer, campaigns: Sequence[Campaign], scripts: Sequence[Script], rules: AskRules
) -> Ask | None:
    campaign = next((each for each in campaigns if is_in_target(each, customer)), None)
    if campaign is None:
        return None
    now = door.moment()
    return Ask(
        key=occasion.key, customer=customer, campaign=campaign, script=_script(occasion.cause, customer, scripts),
        owner_id=customer.owner_id or campaign.responsible_id, cause=occasion.cause, created_at=now,
        opens_until=now + timedelta(days=rules.open_days),
    )  # fmt: skip


def _script(cause: str, customer: Customer, scripts: Sequence[Script]) -> Script | None:
    """Choose what fits best: made for this occasion before any occasion, for their segment before everybody."""
    fitting = [each for each in scripts if each.situation in (_SITUATION_OF.get(cause), Script.Situation.ANY)]
    fitting = [each for each in fitting if each.segment_id is None or is_member(each.segment_id, customer.id)]
    if not fitting:
        return None
    best = min(fitting, key=lambda each: (each.situation == Script.Situation.ANY, each.segment_id is None, each.name))
    variants = {each.variant: each for each in fitting if each.name == best.name}
    return variants[variant_of(customer.id.int, list(variants))]


# --- answers ---------------------------------------------------------------------------------------------


def answer_ask(ask_id: UUID, *, answer: str, reason: str = "") -> Ask:
    """Note what a customer said: accepted, refused (with a reason), later; or that nobody asked: dropped."""
    if answer not in (*ASKED, Ask.State.DROPPED):
        raise AnswerInvalid(choices=", ".join((*ASKED, Ask.State.DROPPED)))
    if answer == Ask.State.REFUSED and reason not in REASONS:
        raise RefusalUnexplained(choices=", ".join(REASONS))
    ask = Ask.objects.select_for_update(of=("self",)).filter(id=ask_id).first()
    if ask is None:
        raise UnknownAsk
    if ask.state != Ask.State.OPEN:
        raise AskAnswered
    ask.state, ask.reason = answer, reason if answer == Ask.State.REFUSED else ""
    ask.answered_at, ask.answered_by = door.moment(), _me()
    ask.save()
    audit.record("ask.answered", ask, {"answer": answer, "reason": ask.reason, "customer_id": str(ask.customer_id)})
    events.publish("ask.answered", ask.id, customer_id=str(ask.customer_id), answer=answer)
    return ask


def code_of_ask(ask: Ask) -> ReferralCode:
    """Give the code that a customer who said yes passes on."""
    return code_for(ask.campaign_id, ask.customer_id)


def let_cards_lapse() -> int:
    """Close cards whose occasion is over; gives how many."""
    over = Ask.objects.filter(state=Ask.State.OPEN, opens_until__lte=door.moment())
    return over.update(state=Ask.State.LAPSED)


def _me() -> Membership | None:
    actor = door.actor()
    return Membership.objects.filter(user_id=actor.id).first() if actor.kind == "user" else None


# --- scripts and rules -----------------------------------------------------------------------------------


def save_script(
    script_id: UUID | None = None, *, name: str, variant: str = "A", situation: str = "any", text: Mapping[str, str],
    do: Mapping[str, str] | None = None, avoid: Mapping[str, str] | None = None, segment_id: UUID | None = None,
    is_active: bool = True,
) -> Script:  # fmt: skip
    """Make a script or change one. What has been asked with keeps its figures; other words are better a new variant."""
    script = Script.objects.get(id=script_id) if script_id else Script(created_at=door.moment())
    check_for_machines(segment_id)
    script.name, script.variant, script.situation = name.strip()[:80], variant.strip().upper()[:1] or "A", situation
    script.text, script.do, script.avoid = _texts(text), _texts(do or {}), _texts(avoid or {})
    script.segment_id, script.is_active = segment_id, is_active
    if not script.name or not script.text or situation not in Script.Situation.values:
        raise ScriptInvalid
    try:
        with transaction.atomic():
            script.save()
    except IntegrityError as error:
        if "script_variant_once" not in str(error):
            raise
        raise ScriptTaken from None
    audit.record("script.saved", script, {"name": script.name, "variant": script.variant, "is_active": is_active})
    return script


def _texts(texts: Mapping[str, str]) -> dict[str, str]:
    if not set(texts) <= set(LANGUAGES) or any(len(text) > 2000 for text in texts.values()):
        raise ScriptInvalid
    return {language: text.strip() for language, text in texts.items() if text.strip()}


def set_ask_rules(**changes: Any) -> AskRules:
    """Change when and how often customers are asked; days and numbers within sensible bounds."""
    for name, value in changes.items():
        if name in _RANGES and not _RANGES[name][0] <= value <= _RANGES[name][1]:
            raise RulesOutOfRange(least=_RANGES[name][0], most=_RANGES[name][1], field=name)
    AskRules.objects.bulk_create([AskRules()], ignore_conflicts=True)
    rules = AskRules.objects.select_for_update().get()
    for name, value in changes.items():
        setattr(rules, name, value)
    rules.save()
    audit.record("ask_rules.changed", rules, {"fields": sorted(changes)})
    return rules
