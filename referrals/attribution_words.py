"""Attribution in words: a campaign's policy as sentences, checks, touches, and why a decision was made."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override, pgettext

from referrals.rules.attribution_policy import Policy
from referrals.templates import LANGUAGES


def policy_sentences(policy: Policy, language: str) -> list[str]:
    """Say a policy in plain sentences."""
    with override(language):
        return list(_sentences(policy))


def policy_in_words(policy: Policy) -> dict[str, list[str]]:
    return {language: policy_sentences(policy, language) for language in LANGUAGES}


def _sentences(policy: Policy) -> Iterator[str]:
    yield _model(policy)
    if policy.code_beats_link:
        yield _("A code that the friend types in beats a link they followed.")
    if policy.click_days:
        days = ngettext("A link counts for one day.", "A link counts for %(n)s days.", policy.click_days)
        yield days % {"n": policy.click_days}
    yield _existing(policy)
    if policy.protection_days:
        yield ngettext(
            "Whom our staff spoke to within the last day cannot be referred; after that they can.",
            "Whom our staff spoke to within the last %(n)s days cannot be referred; after that they can.",
            policy.protection_days,
        ) % {"n": policy.protection_days}  # fmt: skip
    yield _late(policy)
    yield _proofs()[policy.proof]
    yield _("Who signed up while the campaign ran is honoured when they buy, also after its end.")
    yield _change(policy)
    yield _("Claims can be made for %(claim)s days, are decided within %(answer)s working days, and can be appealed against "
            "once within %(appeal)s days.") % {
        "claim": policy.claim_days, "answer": policy.answer_days, "appeal": policy.appeal_days
    }  # fmt: skip


def _model(policy: Policy) -> str:
    if policy.model == "priority":
        return _("The strongest evidence decides, in this order: %(kinds)s. Of equals the latest counts.") % {
            "kinds": pgettext("between items of a list", ", ").join(touch_kind(kind) for kind in policy.priority)
        }
    return {
        "last": _("The referrer whose link or code the friend used last counts."),
        "first": _("The referrer whose link or code the friend used first counts."),
        "split": _("Everybody who brought the friend gets a part, by the weight of the evidence."),
    }[policy.model]


def _existing(policy: Policy) -> str:
    if policy.existing == "win_back":
        return ngettext(
            "Who has bought before can be referred again after one day without a purchase.",
            "Who has bought before can be referred again after %(n)s days without a purchase.",
            policy.win_back_days,
        ) % {"n": policy.win_back_days}  # fmt: skip
    if policy.existing == "allowed":
        return _("Customers who have bought before can be referred too.")
    return _("Customers who have bought before cannot be referred.")


def _late(policy: Policy) -> str:
    if not policy.late_claim_days:
        return _("A code given after the purchase does not count.")
    return ngettext(
        "A code may be given up to one day after the purchase.",
        "A code may be given up to %(n)s days after the purchase.",
        policy.late_claim_days,
    ) % {"n": policy.late_claim_days}  # fmt: skip


def _change(policy: Policy) -> str:
    if not policy.change_days:
        return _("What becomes known late never changes the referrer by itself; a claim is opened for it.")
    return ngettext(
        "What becomes known late changes the referrer by itself for one day after the sign-up, unless rewards were paid "
        "out. After that a claim is opened.",
        "What becomes known late changes the referrer by itself for %(n)s days after the sign-up, unless rewards were paid "
        "out. After that a claim is opened.",
        policy.change_days,
    ) % {"n": policy.change_days}  # fmt: skip


def _proofs() -> dict[str, str]:
    return {
        "word": _("Somebody's word is accepted as evidence."),
        "trace": _("A link, a code or a list is needed as evidence; somebody's word is not enough."),
        "confirmed": _("Only what the friend has confirmed is accepted as evidence."),
    }


# --- words -----------------------------------------------------------------------------------------------


def touch_kind(kind: str) -> str:
    return {
        "link": _("link followed"), "form": _("form sent after a link"), "code": _("code typed in"),
        "word": _("somebody's word"), "import": _("from a list"),
    }.get(kind, kind)  # fmt: skip


def check_name(check: str, expected: Any = None, actual: Any = None) -> str:
    """Say what a check of a candidate asked for."""
    told = {"expected": expected, "actual": actual}
    return {
        "not_oneself": _("is not the friend"),
        "no_circle": _("was not brought by the friend"),
        "before_sign_up": _("came before the sign-up"),
        "in_window": _("within %(expected)s days (it was %(actual)s)") % told,
        "proof": _("the evidence is strong enough"),
        "new_customer": _("the friend had not bought before"),
        "idle_long_enough": _("%(expected)s days without a purchase (it was %(actual)s)") % told,
        "not_protected": _("our staff were not in touch with the friend already"),
    }.get(check, check)


def why(code: str) -> str:
    """Say in a sentence why a decision came out as it did."""
    return {
        "last": _("Theirs was the last touch, and the campaign goes by the last."),
        "first": _("Theirs was the first touch, and the campaign goes by the first."),
        "priority": _("Theirs was the strongest evidence, and the campaign goes by that."),
        "split": _("Several brought the friend, and the campaign divides by the weight of the evidence."),
        "only_one": _("Nobody else who is named meets the policy."),
        "claim": _("A claim was decided so."),
        "appeal": _("An appeal was decided so."),
        "staff": _("Staff corrected it."),
        "no_touch": _("Nothing points to anybody."),
        "not_oneself": _("Nobody can refer themselves."),
        "no_circle": _("The friend brought whoever is named."),
        "before_sign_up": _("Whatever names somebody came after the sign-up."),
        "in_window": _("It was too long ago."),
        "proof": _("The evidence is too weak."),
        "new_customer": _("The friend was a customer already."),
        "idle_long_enough": _("The friend bought too recently."),
        "not_protected": _("Our staff were in touch with the friend already."),
    }.get(code, code)


def cause(code: str) -> str:
    """Say what a decision was made for."""
    return {
        "confirmed": _("When the friend confirmed"), "late_touch": _("When an earlier touch became known"),
        "order": _("When an order became known"), "claim": _("By a claim"), "appeal": _("By an appeal"),
        "staff": _("Corrected by staff"),
    }.get(code, code)  # fmt: skip
