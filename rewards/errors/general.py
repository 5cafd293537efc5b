"""What the strong room refuses."""

from foundation.errors import Conflict, Invalid, NotFound


class LedgerConflict(Conflict):
    """The same key stands for other facts."""

    code = "ledger_key_reused"
    message = "“%(key)s” is in the books already, with other facts."


class InsufficientBalance(Conflict):
    code = "insufficient_balance"
    message = "The balance is too low: %(available)s can be used."
    field = "amount"


class GivesBackTooMuch(Conflict):
    code = "gives_back_too_much"
    message = "More would be given back than was taken."
    field = "amount"


class BudgetExhausted(Conflict):
    code = "budget_exhausted"
    message = "The budget does not cover this any more."


class UnknownBudget(Invalid):
    code = "unknown_budget"
    message = "There is no such budget."
    field = "budget_id"


class UnknownUnit(NotFound):
    code = "unknown_unit"
    message = "“%(unit)s” is not a unit of this organisation."
    field = "unit"


class NotPositive(Invalid):
    code = "not_positive"
    message = "The amount must be greater than zero."
    field = "amount"


class AmountTooLarge(Invalid):
    code = "amount_too_large"
    message = "The amount is too large for the books."
    field = "amount"


class NothingToAdjust(Invalid):
    code = "nothing_to_adjust"
    message = "The amount must not be zero."
    field = "amount"


class ReasonMissing(Invalid):
    code = "reason_missing"
    message = "Say why: the reason stays in the books."
    field = "reason"


class NotOnHold(Conflict):
    code = "reward_not_on_hold"
    message = "This reward is not on hold."


class CannotBeHeld(Conflict):
    code = "reward_cannot_be_held"
    message = "Only a reward that has not been settled can be put on hold."


class CouponUnknown(NotFound):
    code = "coupon_unknown"
    message = "There is no coupon with this code."
    field = "code"


class CouponUsed(Conflict):
    code = "coupon_used"
    message = "This coupon has been used already."
    field = "code"


class CouponNotValid(Conflict):
    code = "coupon_not_valid"
    message = "This coupon is not valid any more."
    field = "code"


class CouponCurrencyDiffers(Conflict):
    code = "coupon_currency_differs"
    message = "This coupon is for orders in %(currency)s."
    field = "currency"


class OrderTooSmall(Conflict):
    code = "order_too_small"
    message = "This coupon needs an order of at least %(minimum)s."
    field = "order_minor"


class TitleMissing(Invalid):
    code = "reward_title_missing"
    message = "Say in both languages what is given."
    field = "title"


class DetailsInvalid(Invalid):
    code = "reward_details_invalid"
    message = "These details do not belong to a reward of the kind “%(kind)s”."
    field = "details"


class NotADate(Invalid):
    code = "not_a_date"
    message = "“%(day)s” is not a date such as 2026-12-25."
    field = "holidays"


class OptionUnknown(Invalid):
    code = "reward_option_unknown"
    message = "This reward offers no such choice."
    field = "option"


class ChoiceClosed(Conflict):
    code = "reward_choice_closed"
    message = "It is too late to choose: this reward is settled."
    field = "option"


class OptionTooDear(Conflict):
    code = "reward_option_too_dear"
    message = "After what was given back, this choice would cost more than what was promised."
    field = "option"


class CannotBeIssued(Conflict):
    code = "reward_cannot_be_issued"
    message = "Only a gift, an upgrade, an invitation or a trial that is available can be handed over."


class GoesByTheBoard(Conflict):
    code = "reward_goes_by_the_board"
    message = "This gift comes out of the catalogue: put it on the delivery board."


class ApprovalWaiting(Conflict):
    code = "approval_waiting"
    message = "A second person has to agree first."


class ApprovalClosed(Conflict):
    code = "approval_closed"
    message = "This has been answered already, or need not be any more."


class NotSecondPerson(Conflict):
    code = "not_a_second_person"
    message = "You have had a part in this yourself, so somebody else has to decide."


class UnknownApproval(NotFound):
    code = "unknown_approval"
    message = "There is no such question."


class ExpiryContradicts(Invalid):
    code = "expiry_contradicts"
    message = "Units expire after months or at the end of a year, not both."
    field = "expires_after_years"


class ExpiryOutOfBounds(Invalid):
    code = "expiry_out_of_bounds"
    message = "Units can live 1 to 120 months, or to the end of this year or of one of the next nine."


class LimitContradicts(Invalid):
    code = "owed_limit_contradicts"
    message = "A limit needs customers who owe; here nobody does."
    field = "owed_limit"


class OwesLess(Conflict):
    code = "owes_less"
    message = "Only %(owed)s is owed."
    field = "amount"


class NotARedemption(Conflict):
    code = "not_a_redemption"
    message = "Only a redemption can be given back."
    field = "entry_id"


class CustomersAreOne(Invalid):
    code = "customers_are_one"
    message = "These are the same customer."


class PayoutUnderWay(Conflict):
    code = "payout_under_way"
    message = "Money of this customer is on its way. Wait until the payout has ended."


class BelongsToOrder(Conflict):
    code = "belongs_to_order"
    message = "These points paid for a gift or at the till. Cancel the order or take the checkout back, and they return."
    field = "entry_id"


class ExpiryPassed(Invalid):
    code = "expiry_passed"
    message = "This would have expired already."
    field = "expires_at"


class ReferenceMissing(Invalid):
    code = "reference_missing"
    message = "A source and a reference are needed, so that nothing is taken over twice."
    field = "reference"
