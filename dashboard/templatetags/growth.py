"""Filters of the pages about growth and money."""

from datetime import datetime

from django import template
from django.utils import translation
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from analytics.rules import SEGMENTS
from crm.models import Customer
from dashboard.templatetags.dashboard import amount, in_language, money, number, points
from referrals.models import Evidence, Invitation, Referral, ReferralHandOver
from referrals.reasons import REASONS
from rewards.models import Account, Reward
from rewards.queries.promises import BUCKETS, CAUSES

register = template.Library()

CHANNELS = {
    "link": _("Link"), "qr": _("QR code"), "poster": _("Poster"), "wechat": _("WeChat"), "weibo": _("Weibo"), "qq": _("QQ"),
    "whatsapp": _("WhatsApp"), "x": _("X"), "facebook": _("Facebook"), "linkedin": _("LinkedIn"), "telegram": _("Telegram"),
    "email": pgettext_lazy("a way to send", "E-mail"), "sms": _("Text message"),
    "moments": _("WeChat Moments"), "qzone": _("QZone"), "native": _("Shared from a phone"),
    "card": _("Name card"), "leaflet": _("Leaflet A5"), "flyer": _("Flyer A6"), "insert": _("Package insert"),
    "table": _("Table card"),
    "store": _("In the shop"), "copy": _("Copied link"), "code": _("Typed code"),
    "oral": _("By word of mouth"), "api": _("Another system"),
    "import": pgettext_lazy("kind of referrer", "import"),
}  # fmt: skip
_ROLES = {
    "referrer": _("Bringing a friend"), "referee": _("Coming as a friend"), "member": _("Being a member"),
    "salesperson": _("Looking after a referred friend"), "second_level": _("Bringing somebody who brought a friend"),
}  # fmt: skip
_CAUSES = {
    "claim": _("A claim was opened or decided"), "appeal": _("An appeal was decided"),
    "staff_attribution": _("Staff corrected who brought them"), "claim_withdrawn": _("A claim was dropped"),
    "reattributed:late_touch": _("Late facts changed who brought them"),
    "attribution": _("Who brought the friend is contested"),
    "attribution_decided": _("It was decided who brought the friend"),
    "reattributed:order": _("Late facts changed who brought them"),
    "abuse_signs": _("Signs of abuse"), "longer_check": _("Checked for longer"),
    "accrued": _("Promised"), "hold_ended": _("The waiting time was over"),
    "refund": _("Money was given back"), "order_refunded": _("Money was given back"),
    "refund_cancelled": _("The refund was cancelled"), "cleared": _("A suspicion was cleared"),
    "customers_merged": _("Two customers became one"), "customers_separated": _("A merge was undone"),
    "merge_undone": _("A merge was undone"), "beyond_limit": _("More than anybody may owe"),
    "order_cancelled": _("The order was cancelled"), "review": _("Under review"), "released": _("Released after review"),
    "refund_window": _("Waits until the order can no longer be returned"),
    "staff": _("By hand"), "fraud": _("Abuse was found"),
    "confirmed_by_friend": _("The friend confirmed"),
    "spoken_at_counter": _("The friend agreed aloud at the counter"), "talked": _("A conversation was noted"),
    "task_done": _("The task was finished"), "evidence": _("Evidence was accepted"),
    "called": _("Called"), "order_paid": _("An order was paid"),
    "order": _("An order earned points"),
    "order_converted": _("An order counted"), "converted": _("An order counted"), "spend": _("Spend"),
    "welcome": _("Welcome gift"),
    "payout": _("Set aside for a payout"), "payout_paid": _("Paid out"), "payout_failed": _("The payment failed"),
    "payout_withdrawn": _("Taken out of a payout"),
    "friend_buys": _("Expected if the friend buys"), "approval": _("A second person has to agree"),
    "approved": _("A second person agreed"), "declined": _("A second person declined"),
    "budget": _("No money in the budget"), "funded": _("There is money again"),
    "chosen": _("Exchanged for another choice"), "handed_over": _("Handed over"), "taken_back": _("Taken back"),
    "promise_late": _("The day promised has passed"), "lapsed": _("Did not come true"),
    "payroll": _("Is paid with the salary"), "source:own_customer": _("The employee's own customer"),
    "source:own_entry": _("Entered by the employee before"), "source:own_contact": _("The referrer's own name or contact"),
    "source:household": _("Same household as the referrer"), "source:two_claims": _("Two lay claim to the friend"),
    "source:source_limit": _("More in 30 days than the source may bring"),
    "order_withdrawn": _("The order no longer counts"), "withdrawn": _("Taken back"), "reduced": _("Reduced"),
}  # fmt: skip


@register.filter
def whole_total(pair: tuple[str, int]) -> str:
    """("POINT", 1200)|whole_total -> 1,200 points"""
    unit, total = pair
    return points(total) if unit == "POINT" else money(total, unit)


@register.filter
def channel(code: str) -> str:
    """Name the way a friend came by; a channel of a shop's own is shown as it is."""
    return str(CHANNELS.get(code, code or "–"))


@register.filter
def role(code: str) -> str:
    return str(_ROLES.get(code, code))


@register.filter
def cause(code: str) -> str:
    """Say why something moved: a code of ours in words, a person's words as they are."""
    if code in REASONS:
        return str(REASONS[code][1])
    if code.startswith("order:"):
        return gettext("An order counted")
    return str(_CAUSES.get(code, code))


@register.filter
def step_why(code: str, step: str) -> str:
    """Say why a step on a referral's way was taken."""
    if step == "clicked":
        return channel(code)
    if step in ("invited", "submitted"):
        return str(Invitation.Capture(code).label) if code in Invitation.Capture.values else code
    if step == "handed":
        return str(ReferralHandOver.State(code).label) if code in ReferralHandOver.State.values else code
    if step == "evidence":
        return str(Evidence.State(code).label) if code in Evidence.State.values else code
    return cause(code)


@register.filter
def is_here(language: str) -> bool:
    """Say whether this is the language of the page."""
    return language == translation.get_language()


@register.filter
def html_lang(language: str) -> str:
    return "zh-Hans" if language == "zh-hans" else language


@register.filter
def stage_name(code: str) -> str:
    return str(Customer.Stage(code).label) if code in Customer.Stage.values else code


@register.filter
def axis_name(code: str) -> str:
    return {"stage": gettext("Stage"), "attribution": gettext("Attribution"), "risk": gettext("Risk")}.get(code, code)


@register.filter
def axis_value(code: str, axis: str) -> str:
    """Name a place on an axis of a referral."""
    choices = {"stage": Referral.Stage, "attribution": Referral.Attribution, "risk": Referral.Risk}[axis]
    return str(choices(code).label) if code in choices.values else code


@register.filter
def risk_state(code: str) -> str:
    """The state behind a risk badge's colour: "confirmed" is good on other axes, here it is fraud."""
    return "confirmed_fraud" if code == "confirmed" else code


@register.filter
def compartment_name(code: str) -> str:
    return str(Account.Kind(code).label)


@register.filter
def segment_label(key: str) -> str:
    return str(gettext(SEGMENTS[key].label)) if key in SEGMENTS else gettext("Not scored")


@register.filter
def segment_colour(key: str) -> str:
    return SEGMENTS[key].colour if key in SEGMENTS else "#94a3b8"


@register.filter
def signed(value: int) -> str:
    """1200 -> +1,200"""
    return f"+{number(value)}" if value > 0 else number(value).replace("-", "−")


@register.filter
def reward_state(code: str) -> str:
    return str(Reward.State(code).label) if code in Reward.State.values else code


@register.filter
def what(reward: Reward, units: int | None = None) -> str:
    """Name what a reward is: 200 points, £5, 2 × mug; what was promised where nothing (more) is kept."""
    shown = units if units is not None else reward.kept or reward.amount
    return what_of(reward.unit, shown, title=reward.title, coupon_kind=reward.coupon_kind)


def what_of(unit, units: int, *, title, coupon_kind=None) -> str:
    """The same of an option, which is no reward."""
    name = in_language(title) or (in_language(coupon_kind.name) if coupon_kind else "")
    if not name:
        return amount(units, unit)
    return name if units == 1 else f"{number(units)} × {name}"


@register.filter
def moment(text: str) -> datetime:
    """Read a moment out of the details of a reward."""
    return datetime.fromisoformat(text)


@register.filter
def reward_icon(kind: str) -> str:
    return _ICONS.get(kind, "gift")


_ICONS = {
    "points": "coins", "cash": "cash", "coupon": "ticket", "gift": "gift", "service_upgrade": "arrow-up-circle",
    "tier_upgrade": "crown", "badge": "award", "event": "calendar-event", "trial": "flask",
}  # fmt: skip


@register.filter
def promise_cause(code: str) -> str:
    """Say why a reward is not there yet."""
    return str(CAUSES.get(code, code))


@register.filter
def bucket_label(code: str) -> str:
    return str(BUCKETS.get(code, code))


@register.filter
def why_asked(code: str) -> str:
    """Say why a second person is asked."""
    return str(_ASKED.get(code, code))


_ASKED = {
    "cost": _("It costs much"), "cash": _("It is paid in cash"), "risk": _("The referral is in doubt"),
    "source": _("An employee earns it"),
    "budget": _("It goes over its budget"), "points": _("Many points by hand"),
}  # fmt: skip


# --- surveys -------------------------------------------------------------------------------------------

_NOT_ASKED = {
    "asked_lately": _("asked lately"), "no_address": _("no e-mail address"), "no_channel": _("no channel for the contact"),
    "no_consent": _("has not agreed to e-mails"), "switched_off": _("has switched e-mails off"),
    "closed": _("the survey was closed"),
}  # fmt: skip


@register.filter
def why_not_asked(reason: str):
    return _NOT_ASKED.get(reason, reason)


@register.filter
def answer_words(answer: str, question: dict):
    """Say an answer as the one who gave it read it."""
    if question["kind"] == "yes_no":
        return gettext("Yes") if answer == "yes" else gettext("No")
    if question["kind"] == "stars":
        return "★" * int(answer)
    return next((in_language(choice) for choice in question["choices"] if choice["key"] == answer), answer)
