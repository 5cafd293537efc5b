"""What is refused about a referral."""

from foundation.errors import Conflict, Invalid, NotFound


class UnknownReferral(NotFound):
    code = "unknown_referral"
    message = "There is no such referral."


class UnknownStage(Invalid):
    code = "unknown_stage"
    message = "A referral can be moved to contacted or qualified. Converted is set by an order, closed needs a reason."
    field = "stage"


class UnknownReason(Invalid):
    code = "unknown_reason"
    message = "“%(reason)s” is not one of the reasons."
    field = "reason"


class WrongStage(Conflict):
    code = "wrong_stage"
    message = "This cannot be done with a referral in this stage."


class WrongRisk(Conflict):
    code = "wrong_risk"
    message = "This cannot be done with a referral in this state of review."


class ReferrerIsFriend(Conflict):
    code = "referrer_is_friend"
    message = "The referrer is the customer themselves."


class OtherReferrerKnown(Conflict):
    code = "other_referrer_known"
    message = "We know already who referred this customer, and it was somebody else."


class ReferrerUnknown(NotFound):
    code = "referrer_unknown"
    message = "We do not know this referrer. Import or enter the referrer first."
