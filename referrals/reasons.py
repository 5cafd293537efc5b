"""Why a referral was closed: who it lay with, and what it was."""

from django.utils import translation
from django.utils.translation import gettext_lazy as _

WHO = {
    "referee": _("The friend"),
    "referrer": _("The referrer"),
    "staff": _("Our staff"),
    "product": _("The product"),
    "price": _("The price"),
    "rule": _("The rules"),
    "system": _("The system"),
    "fraud": _("Abuse"),
}

# code → (who, label); late_follow_up and no_follow_up are set from timestamps, never chosen by the person who was late.
REASONS = {
    "no_consent": ("referee", _("Did not consent")),
    "unreachable": ("referee", _("Could not be reached")),
    "wrong_number": ("referee", _("Wrong contact details")),
    "no_need_now": ("referee", _("Needs nothing at present")),
    "chose_competitor": ("referee", _("Chose another supplier")),
    "deal_lost": ("referee", _("Decided not to buy")),
    "refunded": ("referee", _("Returned the purchase")),
    "withdrawn": ("referrer", _("Withdrawn by the referrer")),
    "duplicate_lead": ("referrer", _("Entered twice")),
    "not_in_target": ("referrer", _("Not the kind of customer the campaign is for")),
    "not_in_area": ("referrer", _("Outside our area")),
    "late_follow_up": ("staff", _("Followed up too late")),
    "no_follow_up": ("staff", _("Never followed up")),
    "policy_conflict": ("staff", _("Conflict of interest")),
    "product_gap": ("product", _("We do not offer what they need")),
    "price": ("price", _("Too expensive")),
    "already_customer": ("rule", _("Was a customer already")),
    "already_referred": ("rule", _("Had been referred already")),
    "below_minimum": ("rule", _("Order below the minimum")),
    "outside_window": ("rule", _("Too late for the campaign")),
    "past_relation": ("rule", _("From before our campaigns: remembered, pays nothing")),
    "campaign_ended": ("rule", _("The campaign had ended")),
    "cap_reached": ("rule", _("Limit reached")),
    "budget_exhausted": ("system", _("Budget used up")),
    "self_referral": ("fraud", _("Referred themselves")),
    "same_household": ("fraud", _("Same household")),
    "fraud_confirmed": ("fraud", _("Confirmed abuse")),
}
SET_BY_SYSTEM = frozenset({"late_follow_up", "no_follow_up", "past_relation"})
LATENESS = frozenset({"late_follow_up", "no_follow_up"})
# What a friend who was left waiting says, or what is said of them: time stamps that tell of lateness go before these.
MAY_COME_OF_LATENESS = frozenset({"unreachable", "no_need_now", "chose_competitor", "deal_lost", "product_gap", "price"})
ASKS_COMPETITOR = frozenset({"chose_competitor"})
ASKS_REVISIT = frozenset({"no_need_now", "unreachable", "price", "product_gap"})


def who(reason: str) -> str:
    return REASONS[reason][0]


def label(reason: str) -> str:
    return str(REASONS[reason][1])


def names(reason: str) -> dict[str, str]:
    """Name a reason in every language."""
    told = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            told[language] = label(reason)
    return told


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Give the reasons staff may choose, grouped by whom they lie with."""
    chosen = {code: pair for code, pair in REASONS.items() if code not in SET_BY_SYSTEM}
    return [
        (str(name), [(code, str(text)) for code, (side, text) in chosen.items() if side == key]) for key, name in WHO.items()
    ]
