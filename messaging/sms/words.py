"""Why a text message was not taken or did not arrive, and what helps, in plain words."""

from django.utils.translation import gettext_lazy as _

WHY = {
    "wrong_key": _(
        "The vendor does not know these keys, or they may not send texts. "
        "Copy them anew from the vendor's console, and allow them to send texts there."
    ),
    "account_off": _(
        "The account at the vendor may not send this: it is suspended, still a trial, or has not opened the service "
        "for texts. Look into the vendor's console what it asks for."
    ),
    "wrong_clock": _(
        "The clock of this server is wrong, so the vendor refuses what it signs. Ask whoever runs this server to set it."
    ),
    "no_signature": _(
        "The vendor does not accept this sender: the signature or number is not filed, not approved, or belongs to "
        "another account. Check it in the vendor's console, and write it here exactly as it stands there."
    ),
    "no_template": _(
        "The vendor does not know this template, or has not approved it. "
        "File the text in the vendor's console, and enter its code here once it is approved."
    ),
    "places_wrong": _(
        "Text and template do not fit: the filed text has other places, or a value is longer than the vendor allows, "
        "or holds a link. File the text again as it stands here, and enter the new code."
    ),
    "no_money": _("The account at the vendor has no credit left. Top it up there, then send the text again."),
    "too_often": _(
        "The vendor sends only so much to one number: commonly one text a minute, five an hour and ten a day. "
        "Send it later, or reach this person in another way."
    ),
    "too_fast": _("The vendor was sent too much at once. It is tried again by itself."),
    "vendor_limit": _(
        "The limit for texts that is set in the vendor's console is reached. "
        "Raise it there, or wait for the next day or month."
    ),
    "number_wrong": _(
        "No text can reach this number: it does not exist, or is no mobile number. Ask the person for their number."
    ),
    "number_off": _(
        "The phone could not be reached: switched off, out of service, or its memory is full. "
        "If it happens again, ask the person for their number."
    ),
    "blocked": _(
        "The carrier or the vendor holds texts back from this number, usually because its owner told them to stop. "
        "Reach this person in another way; only they themselves can have it lifted."
    ),
    "text_refused": _(
        "The carrier or the vendor does not let this text pass: a word, a link, its length or the hour of day. "
        "Write it in another way, and file it again where the vendor wants that."
    ),
    "region": _(
        "The vendor does not send to this country, or not with this template. "
        "Open the country in the vendor's console, or use another vendor for it."
    ),
    "ip_refused": _(
        "The vendor takes requests only from certain IP addresses, and ours is not among them. "
        "Add the address of this server in the vendor's console."
    ),
    "carrier_fault": _("The carrier could not deliver it for a fault of its own. Send it again later."),
    "busy": _("The vendor has a fault of its own at the moment. It is tried again by itself."),
    "no_connection": _(
        "The vendor could not be reached. It is tried again by itself; if it stays so, ask whoever runs this server."
    ),
    "timeout": _(
        "The vendor did not answer in time, so the text may have gone out. "
        "It is not sent again, so that nobody gets it twice."
    ),
    "unclear": _(
        "The vendor broke off or answered what cannot be read, so the text may have gone out. "
        "It is not sent again, so that nobody gets it twice."
    ),
    "unsubscribed": _("This person does not want texts any more. Reach them in another way."),
    "day_limit": _(
        "As many texts went out today as are allowed here. "
        "Codes are not sent any more, everything else waits for tomorrow morning; the limit can be raised."
    ),
    "lost": _("The vendor knows of no such text: it never went out. Send it again if it still matters."),
    "too_late": _("Its code had run out before it could be sent. Whoever needs one asks for a new one."),
    "country": _("Texts are not sent to this country. Add it to the countries in the settings if they should be."),
    "no_gateway": _("No vendor of text messages is set up. Set one up in the settings."),
    "unknown": _("The vendor gave a reason that is not known here. What it said stands below."),
}


def why_not(reason: str) -> str:
    """Say why a text was not taken or did not arrive and what helps; a word of an earlier version stands for itself."""
    return str(WHY.get(reason, reason))
