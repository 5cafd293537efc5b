"""A campaign as its readers see it: who invites, to what, and what both get."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from crm.models import Customer
from foundation.contacts import mask_name
from portal import wording
from referrals import explain
from referrals.models import Campaign
from referrals.names import Names, names_in
from referrals.reward_words import say_line
from referrals.rules.terms import (
    BadgeGift,
    CashFixed,
    CashPercent,
    Choice,
    CouponGift,
    EventInvitation,
    Gift,
    PointsFixed,
    PointsRate,
    ProductTrial,
    RewardLine,
    ServiceUpgrade,
    Terms,
    TierUpgrade,
)


@dataclass(frozen=True)
class Offer:
    campaign_id: UUID
    inviter: str
    invitation: str  # "Ann S. invites you to Acme"
    headline: str
    text: str
    terms: str
    share: str
    sentence: str  # the rule, in plain words
    for_referrer: list[str]
    for_referee: list[str]
    ends_at: datetime | None


def offer_of(campaign: Campaign, terms: Terms | None, *, inviter: Customer | str, organisation: str) -> Offer:
    """Write an offer; the inviter may be a name as the page shows it, and a draft may have no terms yet."""
    texts = texts_of(campaign)
    for_referrer, for_referee = gifts(terms) if terms else ([], [])
    name = inviter if isinstance(inviter, str) else shown_name(inviter)
    return Offer(
        campaign_id=campaign.id,
        inviter=name,
        invitation=_("%(name)s invites you to %(organisation)s") % {"name": name, "organisation": organisation},
        headline=texts.get("headline") or campaign.name,
        text=texts.get("offer", ""),
        terms=texts.get("terms", ""),
        share=texts.get("share") or texts.get("headline") or campaign.name,
        sentence=explain.sentence(terms, get_language()) if terms else "",
        for_referrer=for_referrer,
        for_referee=for_referee,
        ends_at=campaign.ends_at,
    )


def gifts(terms: Terms) -> tuple[list[str], list[str]]:
    """Name what the referrer and what the friend gets."""
    names = names_in(terms.all_rewards)
    lines = terms.rewards or [line for milestone in terms.milestones for line in milestone.rewards]
    written = [(line.to, _gift(line, names)) for line in lines]
    return [gift for to, gift in written if to == "referrer"], [gift for to, gift in written if to == "referee"]


def what_both_get(for_referrer: list[str], for_referee: list[str]) -> str:
    """Say it to the referrer in one line."""
    facts = {"mine": " + ".join(for_referrer), "theirs": " + ".join(for_referee)}
    if facts["mine"] and facts["theirs"]:
        return _("%(mine)s for you, %(theirs)s for your friend") % facts
    return _("%(mine)s for you") % facts if facts["mine"] else _("%(theirs)s for your friend") % facts


def texts_of(campaign: Campaign) -> dict[str, str]:
    """Take the reader's language; a text in the other one is better than none."""
    mine = campaign.texts.get(get_language()) or {}
    others = [texts for language, texts in campaign.texts.items() if language != get_language()]
    return {name: text for texts in (*others, mine) for name, text in texts.items() if text}


def shown_name(customer: Customer) -> str:
    """Show an inviter as their friends know them, and strangers cannot find them."""
    return mask_name(customer.name)


def _gift(line: RewardLine, names: Names) -> str:
    match line:
        case Choice(_to, options):
            return pgettext("joins what one chooses from", " or ").join(_gift(each, names) for each in options)
        case PointsFixed(_to, points):
            return wording.points(points.points)
        case PointsRate(_to, rate, per):
            facts = {"points": wording.points(rate.points), "amount": wording.money(per.minor, per.currency)}
            return _("%(points)s for every %(amount)s") % facts
        case CashFixed(_to, amount):
            return wording.money(amount.minor, amount.currency)
        case CashPercent(_to, percent, cap):
            facts = {"percent": wording.decimal(percent.percent), "amount": wording.money(cap.minor, cap.currency)}
            return _("%(percent)s%% of the order, up to %(amount)s") % facts
        case CouponGift(_to, code):
            return wording.coupon_worth(names.coupons[code]) if code in names.coupons else _("a coupon")
        case TierUpgrade(_to, tier, days):
            return wording.in_kind("tier_upgrade", names.of("tier", tier, _language()), days=days.days)
        case BadgeGift(_to, badge):
            return wording.in_kind("badge", names.of("badge", badge, _language()))
        case Gift():
            return wording.in_kind("gift", _title(line), line.pieces.count)
        case ProductTrial():
            return wording.in_kind("trial", _title(line), days=line.days.days)
        case EventInvitation():
            return wording.in_kind("event", _title(line))
        case ServiceUpgrade():
            return _title(line)
        case _:
            return say_line(line, names, _language())


def _title(line: Gift | ProductTrial | EventInvitation | ServiceUpgrade) -> str:
    return line.title.json()[_language()]


def _language() -> str:
    return get_language() or "en"
