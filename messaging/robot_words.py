"""Why a group robot did not post, and what helps, in plain words."""

from django.utils.translation import gettext_lazy as _

WHY = {
    "wrong_key": _(
        "It knows no robot under this address: the address is wrong, or the robot was taken out of its group. "
        "Remove it here, and add it again with the address from the group's settings."
    ),
    "robot_off": _(
        "The robot is switched off, or its group is no more. Switch it on in the group's settings, then send a test."
    ),
    "keyword_missing": _(
        "The robot takes only messages with certain keywords, and the text has none of them. "
        "Write one of them into the text, or take the keywords out of the robot's security settings."
    ),
    "ip_refused": _(
        "The robot takes messages only from certain IP addresses, and ours is not among them. "
        "Add the address of this server to the robot's security settings, or let it ask for signed messages instead."
    ),
    "wrong_signature": _(
        "The robot wants messages signed with another secret. "
        "Remove it here, and add it again with the secret from the robot's security settings."
    ),
    "too_fast": _("The robot was sent too much in a short time. Wait a few minutes, then send it again."),
    "text_refused": _("The robot does not take this text or its link. Write it in another way."),
    "too_long": _("The text is too long for this robot. Shorten it, and tell the group anew."),
    "busy": _("The robot's service has a fault of its own at the moment. Send it again in a few minutes."),
    "no_robot": _("At this address no robot answers. Look into the group's settings for its present address."),
    "refused": _("The robot refused it for a reason that is not known here. What it answered stands below."),
    "address_refused": _(
        "This address may not be used: it does not belong to the robot's service. "
        "Remove the robot here, and add it again with the address from the group's settings."
    ),
    "no_connection": _(
        "Its service could not be reached. Send it again; if that does not help, ask whoever runs this server."
    ),
    "timeout": _("No answer came. Look into the group whether it is there before you send it again."),
    "removed": _("The robot was removed here before it could post. Add it again, and tell the group anew."),
    "campaign_over": _("The campaign did not run any more when its turn came."),
}


def why_not(reason: str) -> str:
    """Say why it was not posted and what helps; a word of an earlier version stands for itself."""
    return str(WHY.get(reason, reason))
