"""What is refused about telling customers of a campaign."""

from foundation.errors import Conflict, Invalid, NotFound


class UnknownPromotion(NotFound):
    code = "unknown_promotion"
    message = "There is no such promotion."


class CampaignNotOpen(Conflict):
    code = "campaign_not_open"
    message = "Customers can be told while the campaign runs, or of a scheduled one for the time after its start."


class PromotionEmpty(Invalid):
    code = "promotion_empty"
    message = "Choose whom to tell: customers, groups, or both."


class PromotionTextMissing(Invalid):
    code = "promotion_text_missing"
    message = "Write a subject and a text in both languages."


class PromotionLinkMissing(Invalid):
    code = "promotion_link_missing"
    message = "The text needs {link}: without it nobody can pass the campaign on."


class WaysUnknown(Invalid):
    code = "ways_unknown"
    message = "There is no such way to write to customers. There are: %(known)s."
    field = "ways"


class TextsNotSetUp(Invalid):
    code = "texts_not_set_up"
    message = "No text messages are set up here. Enter the account of a vendor first, or write by e-mail only."
    field = "ways"


class TextCodeMissing(Invalid):
    code = "text_code_missing"
    message = (
        "%(vendor)s sends only texts that are filed there. Enter the code of the text in %(language)s; "
        "without one for the other language, everybody gets this one."
    )


class PromotionPlaceUnknown(Invalid):
    code = "promotion_place_unknown"
    message = "Nothing would fill in %(place)s here. The text knows: %(known)s."


class PromotionTextTooLong(Invalid):
    code = "promotion_text_too_long"
    message = "This text is too long: at most %(most)s characters."


class GroupTextTooLong(Invalid):
    code = "group_text_too_long"
    message = "This text is too long for a group: at most about 600 Chinese or 1,900 English characters."
    field = "group_text"


class PromotionInducesSharing(Invalid):
    code = "promotion_induces_sharing"
    message = "WeChat blocks pages that are promoted with “%(words)s”. Write it in another way."


class PromotionUnlawful(Invalid):
    code = "promotion_unlawful"
    message = "“%(words)s” describes what the law forbids. Write it in another way."


class NobodyToTell(Conflict):
    code = "nobody_to_tell"
    message = "Nobody is left who may be told now."


class PromotionOver(Conflict):
    code = "promotion_over"
    message = "This promotion is over; nothing can be stopped any more."


class PromotionNotStopped(Conflict):
    code = "promotion_not_stopped"
    message = "Only a promotion that was stopped can go on."


class UnknownReminder(NotFound):
    code = "unknown_reminder"
    message = "There is no such reminder. There are: %(kinds)s."


class ReminderNeedsEnd(Invalid):
    code = "reminder_needs_end"
    message = "This campaign has no end, so nobody can be reminded of it. Give it one first."


class ReminderOutOfRange(Invalid):
    code = "reminder_out_of_range"
    message = "Choose a number from %(least)s to %(most)s."


class PostNotFailed(Conflict):
    code = "post_not_failed"
    message = (
        "Only a post that failed can be made again, by a robot that is still here. "
        "Where no answer came, look into the group; where the robot was removed, add it and tell the group anew."
    )
