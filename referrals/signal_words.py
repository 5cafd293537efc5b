"""Signs of abuse in words: what was seen, why it may mean nothing, and what a score leads to. For staff only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from referrals.rules.signals import Action


@dataclass(frozen=True)
class Words:
    """`seen` may hold figures of the sign; `innocent` is how it comes about without any abuse."""

    label: Any
    seen: Any
    innocent: Any
    limit: Any = ""  # what its limit counts


ACTIONS = {
    Action.ALLOW: _("Nothing is held"),
    Action.DELAY: _("Rewards wait longer"),
    Action.HOLD: _("Held for review"),
    Action.PROOF: _("Held, proof is asked for"),
    Action.BLOCK: _("Blocked: new sign-ups are refused"),
}

_A_DAY = _("in 24 hours; a third in an hour, three times as many in a week")

WORDS: dict[str, Words] = {
    "same_person": Words(
        _("Same person"),
        _("The friend's mailbox or phone is that of the referrer or of another friend of theirs, written differently."),
        _("A couple may share a mailbox, and an assistant may enter their own address for their manager."),
    ),
    "same_device": Words(
        _("Same device"),
        _("The form was filled in on a device that the referrer or another friend of theirs has used."),
        _("A family with one tablet, or a friend who was shown the page on the referrer's phone."),
    ),
    "same_payout": Words(
        _("Same payout account"),
        _("The friend is paid to the same account as the referrer or another friend of theirs."),
        _("Couples have joint accounts, and parents receive money for their children."),
    ),
    "same_home": Words(
        _("Same postal address"),
        _("The friend lives where the referrer or another friend of theirs lives."),
        _("People recommend us to those they live with. Student halls and offices share one address too."),
    ),
    "same_address": Words(
        _("Same internet address"),
        _("The form came from an internet address that the referrer or other friends of theirs used this month."),
        _("Everybody in a home, an office, a campus or a mobile network shares one address."),
    ),
    "same_network": Words(
        _("Same network"),
        _("The form came from the same network as the referrer or other friends of theirs."),
        _("Neighbours, colleagues and students are in one network. By itself this says almost nothing."),
    ),
    "disposable_email": Words(
        _("Disposable e-mail"),
        _("The friend's e-mail address is of a kind that is thrown away after an hour."),
        _("Careful people use such addresses against advertising."),
    ),
    "private_domain": Words(
        _("E-mail domain of the referrer"),
        _("The friend's e-mail address is at the referrer's own domain."),
        _("Colleagues recommend us to one another; in business that is the usual way."),
    ),
    "virtual_number": Words(
        _("Virtual phone number"),
        _("The friend's number is from a range of virtual operators, where numbers are easy to come by."),
        _("Millions use such a number because it is cheap, often as their second one."),
    ),
    "number_block": Words(
        _("Numbers in a row"),
        _("%(friends)s other friends of the referrer came within a week with a number of the same hundred."),
        _("A company buys its phones together, and families take neighbouring numbers."),
        _("other friends with a number of the same hundred within a week"),
    ),
    "fast_form": Words(
        _("Form filled in at once"),
        _("Between the click and the finished form lay %(seconds)s seconds."),
        _("Browsers fill in forms by themselves, and some open the link a second time."),
    ),
    "velocity_referrer": Words(
        _("Very many friends of one referrer"),
        _("The referrer brought %(day)s friends within 24 hours and %(week)s within a week."),
        _("A post in a group or a fair on a Saturday brings many people at once."),
        _A_DAY,
    ),
    "velocity_device": Words(
        _("Very many forms from one device"),
        _("From this device came %(day)s forms within 24 hours and %(week)s within a week."),
        _("A tablet at the counter or at a stand: put it on the list of allowed devices."),
        _A_DAY,
    ),
    "velocity_address": Words(
        _("Very many forms from one address"),
        _("From this internet address came %(day)s forms within 24 hours and %(week)s within a week."),
        _("A campus, an office or a mobile network: put it on the list of allowed networks."),
        _A_DAY,
    ),
    "same_amounts": Words(
        _("Orders of the same amount"),
        _("The first orders of %(friends)s of the referrer's %(of)s buyers have exactly the same amount."),
        _("If there is one popular product or a fixed course fee, all pay the same."),
        _("buyers with the same amount are still usual"),
    ),
    "refunds": Words(
        _("Mostly given back"),
        _("%(percent)s %% of what the referrer's %(of)s buyers paid was given back."),
        _("A faulty batch or a cancelled course is returned by everybody."),
    ),
    "no_activity": Words(
        _("Not heard of again"),
        _("%(friends)s of the referrer's %(of)s buyers bought once and were not heard of for a month."),
        _("What lasts long is bought rarely."),
    ),
    "no_touch": Words(
        _("No visit before the form"),
        _("The form came without anybody having opened the referrer's link in this browser before."),
        _("Private windows, blocked cookies and a change from phone to computer look like this."),
    ),
    "paid_ads": Words(
        _("Came by an advertisement"),
        _("The link carried marks of a paid advertisement: %(parameters)s."),
        _("Somebody copied the address from an advertisement of ours. Else the referrer advertises on our name."),
    ),
    "staff_entry": Words(
        _("Entered by their own account manager"),
        _("Whoever entered the referral is responsible for the referrer, or is the referrer."),
        _("Salespeople write down what their own customers tell them; that is their work."),
    ),
    "cycle": Words(
        _("Ring"),
        _("The referrals lead in a circle: at the end somebody brought the one it began with."),
        _("Friends who all came at the same time may have swapped links for fun."),
    ),
    "star": Words(
        _("Burst of friends"),
        _("The referrer brought an unusual number of friends within one day."),
        _("An influencer, a teacher with a class, or a stand at a fair."),
        _("friends within a day"),
    ),
    "closed_group": Words(
        _("Closed group"),
        _("These people share a device, an address or an account, and brought nobody but one another."),
        _("A large family or a shared flat that has told nobody else yet."),
        _("referrals inside are still usual"),
    ),
    "listed": Words(
        _("On the block list"),
        _("The block list names it: %(kind)s."),
        _("The entry may be too wide, or older than it should be."),
    ),
}

_KINDS = {
    "email_domain": _("E-mail domain"),
    "phone_prefix": _("Beginning of a phone number"),
    "device": _("Device"),
    "network": _("Internet address or network"),
    "referrer": pgettext_lazy("on a list", "Referrer"),
}


def label(key: str) -> str:
    return str(WORDS[key].label) if key in WORDS else key


def say(key: str, facts: Mapping[str, Any]) -> str:
    """Say what was seen, with its figures."""
    if key not in WORDS:
        return key
    told = {**facts, "kind": str(_KINDS.get(facts.get("kind", ""), ""))}
    return str(WORDS[key].seen) % told if "%(" in str(WORDS[key].seen) else str(WORDS[key].seen)


def innocent(key: str) -> str:
    return str(WORDS[key].innocent) if key in WORDS else ""


def say_action(action: str, *, is_shadow: bool = False) -> str:
    """Say what a score led to, or would have led to."""
    text = str(ACTIONS[Action(action)])
    return gettext("Would have been: %(what)s") % {"what": text} if is_shadow else text
