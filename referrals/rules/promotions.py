"""Whom not to tell of a campaign. Plain data."""

# In the order in which they are looked at: the first that holds is the one that is named.
# Reasons of not reaching somebody are those of the ways that were chosen: e-mail, texts, or either.
UNREACHED = (
    "no_address", "no_phone", "no_contact", "country", "no_gateway", "no_consent", "no_text_consent", "no_way_agreed",
    "no_wechat", "no_wechat_consent", "month_used_up",
)  # fmt: skip
LEFT_OUT = (
    *UNREACHED, "source", "suspected", "withdrawn", "open_case", "said_no", "told_lately",
    "asked_lately", "asked_often",
)  # fmt: skip
# Reminders let staff ask first: whoever has an open card waits.
_BEFORE_CARDS = LEFT_OUT.index("open_case") + 1
LEFT_OUT_OF_REMINDERS = (*LEFT_OUT[:_BEFORE_CARDS], "open_card", *LEFT_OUT[_BEFORE_CARDS:])
# Why somebody who was chosen was not told in the end.
ALSO_LEFT_OUT = ("gone", "not_in_target", "refused", "no_channel", "no_template", "switched_off")
# The same of reminders, which look at the occasion too: undone, brought somebody, written to often enough, over.
ALSO_LEFT_OUT_OF_REMINDERS = (*ALSO_LEFT_OUT, "undone", "brought", "enough", "late", "ended", "paused", "off", "used_up")
# What passes: a reminder waits for it, as long as its occasion is fresh.
PASSING = ("no_gateway", "suspected", "open_case", "open_card", "told_lately", "asked_lately", "asked_often")
PLACES = ("organisation", "name", "customer", "campaign", "link")
GROUP_PLACES = ("organisation", "campaign", "link")
