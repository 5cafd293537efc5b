"""What referrals refuse, by name."""

from foundation.errors import Conflict, DomainError, Invalid, NotFound

# --- terms -----------------------------------------------------------------------------------------


class TermsInvalid(Invalid):
    """Terms that cannot be read. `field` is the path of the value to blame."""

    code = "terms_invalid"
    message = "The terms are not valid."


class TermMissing(TermsInvalid):
    code = "term_missing"
    message = "“%(name)s” is missing."


class TermUnknown(TermsInvalid):
    code = "term_unknown"
    message = "“%(name)s” is not a term we know."


class WrongUnit(TermsInvalid):
    code = "wrong_unit"
    message = "“%(name)s” has to be given in %(expected)s."


class OutOfRange(TermsInvalid):
    code = "out_of_range"
    message = "“%(name)s” has to be between %(least)s and %(most)s."


class NotOneOf(TermsInvalid):
    code = "not_one_of"
    message = "“%(name)s” has to be one of: %(choices)s."


class CurrenciesMixed(TermsInvalid):
    code = "currencies_mixed"
    message = "“%(name)s” is in %(actual)s, but these terms are in %(expected)s."


class RewardsMissing(TermsInvalid):
    code = "rewards_missing"
    message = "Say what the referrer or the friend gets."
    field = "rewards"


class OptionsMissing(TermsInvalid):
    code = "options_missing"
    message = "Give at least two things to choose from, and at most %(most)s."


class OptionNotFixed(TermsInvalid):
    code = "option_not_fixed"
    message = "To choose from there can only be what is worth the same for every order."


class OptionsCostDiffer(TermsInvalid):
    code = "options_cost_differ"
    message = "The things to choose from have to cost the same. Now they cost %(costs)s."


class UnknownTierOrBadge(TermsInvalid):
    code = "unknown_tier_or_badge"
    message = "There is no tier or badge “%(name)s”."


class UnknownItem(TermsInvalid):
    code = "unknown_catalogue_item"
    message = "There is no such article in the catalogue."


class UnknownCouponKind(TermsInvalid):
    code = "unknown_coupon_kind"
    message = "There is no coupon “%(coupon)s”."


class ClosedCouponKind(TermsInvalid):
    code = "closed_coupon_kind"
    message = "The coupon “%(coupon)s” is withdrawn, or its window is over. Choose another one."


# --- campaigns -------------------------------------------------------------------------------------


class UnknownTemplate(Invalid):
    code = "unknown_template"
    message = "There is no campaign template “%(template)s”."
    field = "template"


class NameMissing(Invalid):
    code = "name_missing"
    message = "Enter a name."
    field = "name"


class WindowBackwards(Invalid):
    code = "window_backwards"
    message = "The campaign has to end after it starts."
    field = "ends_at"


class WindowPast(Conflict):
    code = "window_past"
    message = "The end of this campaign has passed. Choose a later end first."
    field = "ends_at"


class NotYetDue(Conflict):
    code = "start_not_in_future"
    message = "The start has passed. Start the campaign instead of scheduling it."
    field = "starts_at"


class UnknownTarget(Invalid):
    code = "unknown_target"
    message = "A target group is made of lists named stages, tiers and tags."
    field = "target"


class TextsInvalid(Invalid):
    code = "texts_invalid"
    message = "Texts are given by language (zh-hans, en) as headline, offer, terms and share."
    field = "texts"


class TextsMissing(Conflict):
    code = "texts_missing"
    message = "Write the campaign's texts in Chinese and in English first."
    field = "texts"


class TermsMissing(Conflict):
    code = "terms_missing"
    message = "Publish the campaign's terms first."
    field = "terms"


class BudgetMissing(Conflict):
    code = "budget_missing"
    message = "Set aside a budget for the campaign first."
    field = "budget"


class BudgetCurrencyDiffers(Conflict):
    code = "budget_currency_differs"
    message = "The budget is in %(budget)s, but the terms are in %(terms)s."
    field = "terms"


class WrongCampaignState(Conflict):
    code = "wrong_campaign_state"
    message = "This cannot be done with a campaign in this state."


# --- codes, touches --------------------------------------------------------------------------------


class UnknownCode(NotFound):
    code = "unknown_code"
    message = "We do not know this code. Please check it, or ask your friend to send it again."
    field = "code"


class CodeWithdrawn(DomainError):
    code = "code_withdrawn"
    status = 410
    message = "This code is no longer valid."
    field = "code"


class CampaignNotStarted(Conflict):
    code = "campaign_not_started"
    message = "This campaign has not started yet."


class CampaignPaused(Conflict):
    code = "campaign_paused"
    message = "This campaign is having a break. Please come back later."


class CampaignEnded(DomainError):
    code = "campaign_ended"
    status = 410
    message = "This campaign has ended."


class NotInTarget(Conflict):
    code = "not_in_target"
    message = "This campaign is not open to this customer."


# --- invitations -----------------------------------------------------------------------------------


class ContactInvalid(Invalid):
    code = "contact_invalid"
    message = "Enter an e-mail address or a phone number at which we can reach you."
    field = "contact"


class PhoneNotReachable(Invalid):
    code = "phone_not_reachable"
    message = "We cannot send text messages yet. Please enter your e-mail address."
    field = "contact"


class ConsentMissing(Invalid):
    code = "consent_missing"
    message = "We need your consent before we keep your details."
    field = "consents"


class SelfReferral(Conflict):
    code = "self_referral"
    message = "You cannot refer yourself. Pass the code on to a friend."


class AlreadyReferred(Conflict):
    code = "already_referred"
    message = "You have been referred before, so this invitation cannot count again."


class AlreadyCustomer(Conflict):
    code = "already_customer"
    message = "You have bought from us before. This offer is for new customers."


class TooManyInvitations(DomainError):
    code = "too_many_invitations"
    status = 429
    message = "We have sent several codes to this address already. Please use the latest, or try again in a few days."
    field = "contact"


class UnknownInvitation(NotFound):
    code = "unknown_invitation"
    message = "There is no such invitation."


class InvitationExpired(DomainError):
    code = "invitation_expired"
    status = 410
    message = "This invitation has expired. Please fill in the form again."


class WrongDigits(Invalid):
    code = "wrong_digits"
    message = "This is not the code we sent. Attempts left: %(tries_left)s."
    field = "digits"


class TooManyTries(DomainError):
    code = "too_many_tries"
    status = 429
    message = "Too many wrong codes. Please fill in the form again to get a new one."
    field = "digits"


# --- referrals -------------------------------------------------------------------------------------


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
