"""How the amount of a reward was worked out, in words and figures."""

from django.utils.translation import gettext as _

from foundation.money import percent_of
from referrals.names import Names
from referrals.reward_words import say_line, say_points
from referrals.rules import Facts, OrderFacts, Terms
from referrals.rules.quantities import Points
from referrals.rules.reward_lines import CashBrackets, CashSteps, PointsBrackets, PointsSteps, Stepped, step_at
from referrals.rules.terms import CashFixed, CashPercent, Choice, PointsFixed, PointsRate, RewardLine, kind_of
from referrals.wording import money, number, paid
from rewards.models import Reward


def say_arithmetic(
    line: RewardLine, reward: Reward, known: Facts, terms: Terms, *, names: Names, language: str, sees_order: bool
) -> list[str]:
    """Write the way from the order to the amount; without the order's figures to who may not see them."""
    order, rank = known.order, known.rank
    if known.subject == "receipt":
        return _by_parts(line, known, names, language, sees_order)
    if isinstance(line, Choice):
        return [
            _("To choose from: %(options)s.") % {"options": say_line(line, names, language)},
            *say_arithmetic(
                _chosen(line, reward), reward, known, terms, names=names, language=language, sees_order=sees_order
            ),
        ]
    facts = {
        "kept": paid(order.kept_minor, order.currency, language),
        "total": paid(order.total_minor, order.currency, language),
        "what": say_line(line, names, language),
    }
    match line:
        case PointsRate(_to, rate, per):
            steps = order.kept_minor // per.minor
            told = facts | {
                "per": money(per.minor, per.currency, language), "steps": number(steps, language),
                "rate": say_points(rate.points, language), "result": say_points(steps * rate.points, language),
            }  # fmt: skip
            if sees_order:
                return [_("%(kept)s was kept: %(steps)s times %(per)s, and %(rate)s for each makes %(result)s.") % told]
            return [_("%(rate)s for every %(per)s that was paid and kept makes %(result)s.") % told]
        case CashPercent(_to, percent, cap):
            told = facts | {
                "percent": number(percent.percent, language), "cap": money(cap.minor, cap.currency, language),
                "result": paid(_percent(order, line), cap.currency, language),
            }  # fmt: skip
            if sees_order:
                return [_("%(percent)s%% of the %(kept)s that was kept, at most %(cap)s, is %(result)s.") % told]
            return [_("%(percent)s%% of what was paid and kept, at most %(cap)s, is %(result)s.") % told]
        case PointsSteps() | CashSteps():
            told = facts | {"count": number(rank, language), "step": _step_words(line, rank, language)}
            said = _("Number %(count)s of the referrer's friends who bought: %(step)s.") % told
            return [said, *_cut(reward, order, terms, facts, language, sees_order)]
        case PointsBrackets() | CashBrackets():
            told = facts | {"step": _step_words(line, order.kept_minor, language)}
            return [_("%(kept)s was kept: %(step)s.") % told] if sees_order else [_("By the amount kept: %(step)s.") % told]
        case PointsFixed() | CashFixed():
            return [_("A fixed reward: %(what)s.") % facts, *_cut(reward, order, terms, facts, language, sees_order)]
        case _other:
            return [
                _("A fixed reward: %(what)s.") % facts,
                _("It cannot be cut: it stays as long as the order reaches the minimum."),
            ]


def _by_parts(line: RewardLine, known: Facts, names: Names, language: str, sees_order: bool) -> list[str]:
    """Say how a payment earns its part of what the whole deal earns."""
    what = _("For the whole deal: %(what)s.") % {"what": say_line(line, names, language)}
    if not sees_order:
        return [what, _("The reward is what this payment adds to it, in proportion.")]
    order = known.order
    facts = {
        "kept": paid(order.kept_minor, order.currency, language), "total": paid(order.total_minor, order.currency, language),
        "before": paid(known.before_minor, order.currency, language),
    }  # fmt: skip
    text = _("With this payment %(kept)s of %(total)s has come, without it %(before)s. The reward is what it adds.")
    return [what, text % facts]


def _step_words(line: Stepped, place: int, language: str) -> str:
    step = step_at(line, place)
    if step is None:
        return _("nothing")
    if isinstance(step.amount, Points):
        return say_points(step.amount.points, language)
    return money(step.amount.minor, step.amount.currency, language)


def _percent(order: OrderFacts, line: CashPercent) -> int:
    return min(percent_of(order.kept_minor, line.percent.percent), line.cap.minor)


def _chosen(line: Choice, reward: Reward) -> RewardLine:
    """Find the option that a reward is."""
    mine = [option for option in line.options if kind_of(option) == reward.kind]
    named = [option for option in mine if not hasattr(option, "title") or option.title.json() == reward.title]
    return next(iter(named or mine or line.options))


def _cut(reward: Reward, order: OrderFacts, terms: Terms, facts: dict, language: str, sees_order: bool) -> list[str]:
    if terms.refund_policy == "threshold" or order.kept_minor >= order.total_minor:
        return []
    share = order.kept_minor * 100 // max(order.total_minor, 1)
    told = facts | {"share": number(share, language)}
    if sees_order:
        return [_("Of the %(total)s of the order %(kept)s was kept, %(share)s%%, so the reward is cut to that part.") % told]
    return [_("Of the order %(share)s%% was kept, so the reward is cut to that part.") % told]
