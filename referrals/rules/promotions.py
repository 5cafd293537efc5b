"""Whom not to tell of a campaign. Plain data."""

# In the order in which they are looked at: the first that holds is the one that is named.
# Reasons of not reaching somebody are those of the ways that were chosen: e-mail, texts, or either.
_BY_MAIL_OR_TEXT = (
    "no_address", "no_phone", "no_contact", "country", "no_gateway", "no_consent", "no_text_consent", "no_way_agreed",
)  # fmt: skip
IN_WECHAT = ("no_wechat", "no_wechat_consent", "month_used_up")
UNREACHED = (*_BY_MAIL_OR_TEXT, *IN_WECHAT)
_BEFORE_CARDS = ("source", "suspected", "withdrawn", "open_case")
_AFTER_CARDS = ("said_no", "told_lately", "asked_lately", "asked_often")
LEFT_OUT = (*UNREACHED, *_BEFORE_CARDS, *_AFTER_CARDS)
# Reminders never go by WeChat, and let staff ask first: whoever has an open card waits.
LEFT_OUT_OF_REMINDERS = (*_BY_MAIL_OR_TEXT, *_BEFORE_CARDS, "open_card", *_AFTER_CARDS)
# Why somebody who was chosen was not told in the end.
ALSO_LEFT_OUT = ("gone", "not_in_target", "refused", "no_channel", "no_template", "switched_off")
# The same of reminders, which look at the occasion too: undone, brought somebody, written to often enough, over.
ALSO_LEFT_OUT_OF_REMINDERS = (*ALSO_LEFT_OUT, "undone", "brought", "enough", "late", "ended", "paused", "off", "used_up")
# What passes: a reminder waits for it, as long as its occasion is fresh.
PASSING = ("no_gateway", "suspected", "open_case", "open_card", "told_lately", "asked_lately", "asked_often")
PLACES = ("organisation", "name", "customer", "campaign", "link")
GROUP_PLACES = ("organisation", "campaign", "link")
