"""Why? The whole chain behind a reward; what did not come is explained in why_not.py.

Event, rule and version, checks, arithmetic, what became of it, what comes next: for staff with every figure, for
customers in plain words without other people's purchases, budgets or signs of abuse.
"""

from datetime import datetime
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from referrals import reasons, why_words
from referrals.arithmetic import say_arithmetic
from referrals.explain import explain
from referrals.models import Decision, Referral
from referrals.names import coupons, names_in
from referrals.queries import latest_decisions
from referrals.reward_words import say_effect
from referrals.rules import Terms, read_facts, read_terms
from referrals.rules.terms import RewardLine
from referrals.why_sections import STAFF, Reader, Section, Step, Why, event_of, reader_of, rule_of, steps_of
from rewards import queries as rewards
from rewards.models import Reward
from rewards.queries.why import Chapter, Outlook, Story
from tenancy.models import AuditRecord


def why_reward(reward_id: UUID, language: str | None, *, audience: str = STAFF) -> Why:
    """Tell the whole way of a reward: what happened, under which rule, how much, what became of it, what is next."""
    story = rewards.why(reward_id)
    reward = story.reward
    reader = reader_of(language, audience, reward.beneficiary_id)
    with translation.override(reader.language):
        referral = _referral(reward)
        decision = _decision(reward)
        sections = [
            *(_of_referral(referral, reward, decision, reader) if referral else _by_hand(story, reader)),
            _told(story, reader),
        ]  # fmt: skip
        step, moment = _next(story.outlook, reader)
        return Why(
            _title(story, reader), [section for section in sections if section.steps], step, moment, reward.id,
            reward.referral_id, [decision.id] if decision else [],
        )  # fmt: skip


# --- a reward of a referral ------------------------------------------------------------------------


def _referral(reward: Reward) -> Referral | None:
    rows = Referral.objects.select_related("campaign", "rule_version", "referrer", "referee")
    return rows.filter(id=reward.referral_id).first() if reward.referral_id else None


def _decision(reward: Reward) -> Decision | None:
    """Give the decision in force about the order: after a refund that is the newest."""
    return latest_decisions([reward.order_id]).get(reward.order_id) if reward.order_id else None


def _of_referral(referral: Referral, reward: Reward, decision: Decision | None, reader: Reader) -> list[Section]:
    sections = [event_of(referral, reader, decision, tells_friend=False), rule_of(referral, reader)]
    if decision:
        told = explain(decision, reader.language, reader.audience)
        sections.append(
            Section("checks", _("What was checked"), steps_of(line for line in told.lines if line.passed is not None))
        )
        sections.append(_sums(referral, reward, decision, reader))
    return sections


def _sums(referral: Referral, reward: Reward, decision: Decision, reader: Reader) -> Section:
    terms = read_terms(referral.rule_version.terms)
    line = _line_of(reward, terms)
    sees_order = reader.is_staff or reader.customer_id == decision.customer_id
    texts = [] if line is None else say_arithmetic(
        line, reward, read_facts(decision.facts).order, terms, names=names_in(terms.all_rewards), language=reader.language,
        sees_order=sees_order,
    )  # fmt: skip
    return Section("sums", _("How it was worked out"), [Step(text) for text in texts])


def _line_of(reward: Reward, terms: Terms) -> RewardLine | None:
    """Find the line of the terms behind a reward: its key names the side, and which of its lines it is."""
    _word, _version, _order, role, *more = reward.key.split(":")
    ordinals = [int(part) for part in more if part.isdigit()]
    mine = [line for line in terms.all_rewards if line.to == role]
    place = ordinals[0] - 1 if ordinals else 0
    return mine[place] if place < len(mine) else None


def _by_hand(story: Story, reader: Reader) -> list[Section]:
    first = story.chapters[0].reward
    text = _("It was given by hand.") if reader.is_staff else _("It was given to you personally.")
    step = Step(text, first.accrued_at, note=_reason_given(first) if reader.is_staff else "")
    return [Section("event", _("What happened"), [step])]


def _reason_given(reward: Reward) -> str:
    """Find what a member of staff wrote when they gave it."""
    notes = AuditRecord.objects.filter(subject_kind="rewards.reward", subject_id=str(reward.id), action="reward.given")
    return next((note.changes.get("reason", "") for note in notes), "")


# --- what became of it -----------------------------------------------------------------------------


def _told(story: Story, reader: Reader) -> Section:
    return Section("story", _("What became of it"), [_step(chapter, reader) for chapter in story.chapters])


def _step(chapter: Chapter, reader: Reader) -> Step:
    facts = {
        "what": _what(chapter.reward, chapter.amount or chapter.reward.amount, reader),
        "cause": _cause(chapter, reader),
    }
    text = reader.choose(why_words.CHAPTERS[chapter.code]) % facts
    if not reader.is_staff and (chapter.code, chapter.cause) in why_words.CUSTOMER_TURNS:
        text = str(why_words.CUSTOMER_TURNS[chapter.code, chapter.cause])
    if chapter.code == "taken_back" and not chapter.amount:
        text = reader.choose(why_words.GONE)
    note = reader.choose(why_words.OWED) % {"what": _what(chapter.reward, chapter.owed, reader)} if chapter.owed else ""
    note = chapter.words if chapter.words and reader.is_staff else note
    return Step(
        text.strip(), chapter.at, None, note, chapter.actor_kind if reader.is_staff else "",
        chapter.actor_id if reader.is_staff else None, chapter.entry_id if reader.is_staff else None,
    )  # fmt: skip


def _what(reward: Reward, amount: int, reader: Reader) -> str:
    effect = {
        "kind": reward.kind, "unit": reward.unit.code, "title": reward.title, "details": reward.details,
        "coupon": reward.coupon_kind.code if reward.coupon_kind else "",
    }  # fmt: skip
    kinds = coupons([reward.coupon_kind.code]) if reward.coupon_kind else {}
    return say_effect(effect, amount, kinds, reader.language)


def _cause(chapter: Chapter, reader: Reader) -> str:
    said = [_one_cause(code, reader) for code in chapter.cause.split(",")]
    return ", ".join(text for text in said if text)


def _one_cause(code: str, reader: Reader) -> str:
    """Say a code in words; what a person wrote goes to staff as it is, to the customer not at all."""
    if not reader.is_staff and code in why_words.CUSTOMER_CAUSES:
        return str(why_words.CUSTOMER_CAUSES[code])
    if code in why_words.CAUSES:
        return str(why_words.CAUSES[code])
    if code in reasons.REASONS:
        return reasons.label(code) if reader.is_staff else ""
    return code if reader.is_staff else ""


def _next(outlook: Outlook, reader: Reader) -> tuple[str, datetime | None]:
    if outlook.code == "use" and outlook.on is None:
        return reader.choose(why_words.USE_FOREVER), None
    return reader.choose(why_words.NEXT[outlook.code]) % {"date": reader.day(outlook.on)}, outlook.on


def _title(story: Story, reader: Reader) -> str:
    reward = story.reward
    facts = {"what": _what(reward, reward.kept or reward.amount, reader)}
    if reward.state in (Reward.State.REVERSED, Reward.State.LAPSED):
        return (
            _("Why there is no %(what)s") % facts
            if reward.state == Reward.State.LAPSED
            else _("Why %(what)s was taken back") % facts
        )
    return _("Why %(what)s") % facts
