"""Why WeChat did not do something, and what helps, in plain words."""

from django.utils.translation import gettext_lazy as _

WHY = {
    "busy": _("WeChat has a fault of its own at the moment. Try again in a few minutes."),
    "wrong_secret": _(
        "WeChat does not take the app secret. Copy it anew from the WeChat console (Settings and development, "
        "Basic configuration), and enter it here."
    ),
    "wrong_app_id": _("WeChat knows no account of this app ID. It stands in the WeChat console under Basic configuration."),
    "secret_frozen": _("The app secret is frozen. Unfreeze it in the WeChat console under Basic configuration."),
    "ip_refused": _(
        "WeChat does not take calls from the IP address of this server. What WeChat answered names it: "
        "add it to the IP white list in the WeChat console under Basic configuration."
    ),
    "stale_token": _("WeChat did not take its own access token. Try again in a minute."),
    "not_following": _("This customer does not follow the account any more."),
    "unknown_follower": _("WeChat does not know this follower: they belong to another account."),
    "switched_off": _("This customer does not want messages of this account in WeChat."),
    "blocked": _("This follower is on the account's black list."),
    "wrong_template": _(
        "WeChat knows no template of this ID at this account. Copy the ID anew from the WeChat console "
        "under Template messages."
    ),
    "wrong_fields": _(
        "A field of the template is missing, too long or of the wrong kind. What WeChat answered names it: "
        "correct the fields of this message."
    ),
    "too_long": _("The text is too long for WeChat."),
    "quota": _("The account has sent as much as WeChat lets it send today."),
    "too_fast": _("WeChat was asked too often in a short time. It is tried again."),
    "month_used_up": _("WeChat lets a follower be written to four times a month, and that is used up."),
    "already_sent": _("WeChat had it already, and did not send it again."),
    "too_few": _("WeChat sends a text to at least two followers at once, and fewer would get it."),
    "campaign_over": _("The campaign did not run any more when its turn came."),
    "not_verified": _(
        "The account may not do this. It needs to be a service account that WeChat has verified, "
        "with template messages and QR codes with parameters switched on."
    ),
    "punished": _("WeChat has restricted this account. The reason stands in the WeChat console, in the notices."),
    "refused": _("WeChat refused it for a reason that is not known here. What it answered stands below."),
    "no_answer": _("What answered is not WeChat. Ask whoever runs this server whether something stands in between."),
    "no_connection": _("WeChat could not be reached. Try again; if that does not help, ask whoever runs this server."),
    "timeout": _("No answer came from WeChat."),
    "address_refused": _("The address of WeChat may not be called from here. Ask whoever runs this server."),
    "removed": _("The WeChat account was removed here before it could be sent."),
    "user_block": _("The follower has blocked messages of this account."),
    "system_failed": _("WeChat had it, and failed to deliver it."),
}


def why_not(reason: str) -> str:
    """Say why WeChat did not do it and what helps; a word of an earlier version stands for itself."""
    return str(WHY.get(reason, reason))


# Why a value cannot stand in a field (messaging/wechat/fields.py).
WHY_NOT_FIT = {
    "empty": _("It is empty."),
    "no_date": _("It needs a date or a time."),
    "no_money": _("It needs an amount of money, such as ¥128.00."),
    "no_number": _("It needs a number."),
    "too_long": _("It is too long."),
    "letters": _("It has characters that WeChat does not take there."),
    "unknown_sort": _("WeChat has no such field."),
}
