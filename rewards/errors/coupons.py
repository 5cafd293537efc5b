"""Why a coupon does not count, and what the till refuses. A refusal of one coupon and a refused request share these."""

from foundation.errors import Conflict, DomainError, Invalid, NotFound
from rewards.errors.general import CouponCurrencyDiffers, CouponNotValid, CouponUnknown, CouponUsed, OrderTooSmall

# --- one coupon --------------------------------------------------------------------------------------------


class CouponExpired(CouponNotValid):
    code = "coupon_expired"
    message = "This coupon has expired."


class CouponNotYetValid(CouponNotValid):
    code = "coupon_not_yet_valid"
    message = "This coupon is not valid yet."


class CouponWithdrawn(CouponNotValid):
    code = "coupon_withdrawn"
    message = "This coupon has been withdrawn."


class CouponReserved(CouponUsed):
    code = "coupon_reserved"
    message = "This coupon is reserved for another order at the moment."


class CouponOfAnother(Conflict):
    code = "coupon_of_another"
    message = "This coupon belongs to somebody else."
    field = "code"


class MemberNeeded(Conflict):
    code = "coupon_needs_member"
    message = "This coupon needs to know who pays: find the member first."
    field = "customer_id"


class NotForThisCustomer(Conflict):
    code = "coupon_not_for_customer"
    message = "This coupon is for certain customers only."
    field = "code"


class FirstOrderOnly(Conflict):
    code = "coupon_first_order_only"
    message = "This coupon is for a first order only."
    field = "code"


class ExistingCustomersOnly(Conflict):
    code = "coupon_existing_customers_only"
    message = "This coupon is for customers who have bought before."
    field = "code"


class PersonLimitReached(Conflict):
    code = "coupon_person_limit_reached"
    message = "This customer has used this coupon as often as allowed."
    field = "code"


class TotalLimitReached(Conflict):
    code = "coupon_total_limit_reached"
    message = "This coupon has been used as often as it may be."
    field = "code"


class NoArticleFits(Conflict):
    code = "coupon_no_article_fits"
    message = "None of the articles fits this coupon."
    field = "code"


class NoShippingFee(Conflict):
    code = "coupon_no_shipping_fee"
    message = "There is no shipping fee to take off."
    field = "code"


class BringsNothing(Conflict):
    code = "coupon_brings_nothing"
    message = "There is nothing left for this coupon to take off, so it is not used up."
    field = "code"


class GroupTaken(Conflict):
    code = "coupon_group_taken"
    message = "Only one coupon of its group counts on an order, and %(other)s is the better one."
    field = "code"


class OtherStandsAlone(Conflict):
    code = "coupon_other_stands_alone"
    message = "%(other)s cannot be combined with other coupons, and is the better one."
    field = "code"


class StandsAlone(Conflict):
    code = "coupon_stands_alone"
    message = "This coupon cannot be combined with others, and the others take off more."
    field = "code"


class PointsTooFew(Conflict):
    code = "points_too_few"
    message = "There are only %(available)s points to use."
    field = "points"


class PointsNotTaken(Conflict):
    code = "points_not_taken"
    message = "Points cannot be paid with here."
    field = "points"


class PointsNeedMember(Conflict):
    code = "points_need_member"
    message = "To pay with points, find the member first."
    field = "customer_id"


class PointsLeftOver(Conflict):
    code = "points_left_over"
    message = "Only %(points)s points are used: no more may be paid with points."
    field = "points"


REFUSALS: dict[str, type[DomainError]] = {
    refusal.code: refusal
    for refusal in (
        CouponUnknown, CouponUsed, CouponReserved, CouponExpired, CouponNotYetValid, CouponWithdrawn, CouponOfAnother,
        CouponCurrencyDiffers, MemberNeeded, NotForThisCustomer, FirstOrderOnly, ExistingCustomersOnly, PersonLimitReached,
        TotalLimitReached, NoArticleFits, OrderTooSmall, NoShippingFee, BringsNothing, GroupTaken, OtherStandsAlone,
        StandsAlone, PointsTooFew, PointsNotTaken, PointsNeedMember, PointsLeftOver,
    )
}  # fmt: skip


# --- kinds and codes -----------------------------------------------------------------------------------------


class CouponKindInvalid(Invalid):
    code = "coupon_kind_invalid"
    message = "A coupon takes off an amount, or a percentage between 0 and 100, or shipping, or gives an article."


class PercentNeedsCap(CouponKindInvalid):
    code = "coupon_percent_needs_cap"
    message = "Say the most that the percentage may take off."
    field = "cap_minor"


class GiftUnknown(CouponKindInvalid):
    code = "coupon_gift_missing"
    message = "Say which article is given."
    field = "gift_sku"


class WindowInvalid(Invalid):
    code = "coupon_window_invalid"
    message = "The end must come after the beginning."
    field = "ends_at"


class CodeTaken(Conflict):
    code = "coupon_code_taken"
    message = "This code is taken already."
    field = "code"


class CodeUnreadable(Invalid):
    code = "coupon_code_unreadable"
    message = "A code has 3 to 24 letters and digits."
    field = "code"


class KindTaken(Conflict):
    code = "coupon_kind_taken"
    message = "There is a kind of coupon with this short name already."
    field = "code"


class KindWithdrawn(Conflict):
    code = "coupon_kind_withdrawn"
    message = "This kind of coupon has been withdrawn."


class WindowOver(Conflict):
    code = "coupon_window_over"
    message = "The window of this kind of coupon is over: nothing of it is issued any more."


class KindInUse(Conflict):
    code = "coupon_kind_in_use"
    message = "Coupons of this kind are in customers' hands: what they are worth cannot be changed any more."


class CouponCannotBeWithdrawn(Conflict):
    code = "coupon_cannot_be_withdrawn"
    message = "Only a coupon that is valid and does not come from a reward can be withdrawn."


class BatchTooLarge(Invalid):
    code = "coupon_batch_too_large"
    message = "At most %(most)s codes can be made at a time."
    field = "size"


# --- the till ------------------------------------------------------------------------------------------------


class CheckoutUnknown(NotFound):
    code = "checkout_unknown"
    message = "There is no such checkout."


class CheckoutConflict(Conflict):
    code = "checkout_conflict"
    message = "This order has a checkout with other facts. Release it first."
    field = "external_id"


class CheckoutOver(Conflict):
    code = "checkout_over"
    message = "This checkout is over: %(state)s."


class CheckoutTimedOut(Conflict):
    code = "checkout_timed_out"
    message = "The reservation has timed out. Check the coupons again."


class CheckoutCouponGone(Conflict):
    code = "checkout_coupon_gone"
    message = "Coupon %(coupon)s was withdrawn while it was reserved. Release the reservation and check again."


class NothingToReserve(Invalid):
    code = "nothing_to_reserve"
    message = "Enter a coupon or points to use."
    field = "codes"


class TooManyCodes(Invalid):
    code = "too_many_codes"
    message = "At most %(most)s coupons can be tried on one order."
    field = "codes"


class BasketInvalid(Invalid):
    code = "basket_invalid"
    message = "Quantities must be at least 1, and amounts must not be negative."
    field = "lines"


class NotOnThisCheckout(Conflict):
    code = "coupon_not_on_checkout"
    message = "This coupon was not used on this checkout, or has been taken back already."
    field = "code"
