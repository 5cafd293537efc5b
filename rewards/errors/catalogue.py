"""What the catalogue and its orders refuse."""

from foundation.errors import Conflict, Invalid, NotFound


class ItemUnknown(NotFound):
    code = "item_unknown"
    message = "There is no such item in the catalogue."
    field = "item_id"


class ItemNotOnOffer(Conflict):
    code = "item_not_on_offer"
    message = "This is not on offer at the moment."
    field = "item_id"


class OutOfStock(Conflict):
    code = "out_of_stock"
    message = "Not enough left: %(left)s."
    field = "quantity"


class ItemLimitReached(Conflict):
    code = "item_limit_reached"
    message = "At most %(limit)s for each person, and %(had)s were ordered before."
    field = "quantity"


class StockTooLow(Conflict):
    code = "stock_too_low"
    message = "Only %(left)s are in stock."
    field = "pieces"


class NothingToStock(Invalid):
    code = "nothing_to_stock"
    message = "Say how many pieces come or go."
    field = "pieces"


class NameMissing(Invalid):
    code = "item_name_missing"
    message = "Give a name in at least one language."
    field = "name"


class PriceMissing(Invalid):
    code = "item_price_missing"
    message = "The price must be at least one point."
    field = "points"


class CurrencyMissing(Invalid):
    code = "item_currency_missing"
    message = "Say in which currency the money part is paid."
    field = "currency"


class WindowReversed(Invalid):
    code = "item_window_reversed"
    message = "The end must be after the beginning."
    field = "closes_at"


class WayMissing(Invalid):
    code = "item_way_missing"
    message = "A gift must be sent or picked up: choose at least one."
    field = "can_be_sent"


class WayNotOffered(Invalid):
    code = "way_not_offered"
    message = "This item does not come that way."
    field = "way"


class AddressIncomplete(Invalid):
    code = "address_incomplete"
    message = "Fill in name, phone, address and city, so that it can be delivered."
    field = "address"


class PhoneUnreadable(Invalid):
    code = "phone_unreadable"
    message = "This does not look like a phone number."
    field = "phone"


class OrderCannotMove(Conflict):
    """The order is in a state from which this step does not lead on; perhaps a colleague was faster."""

    code = "gift_order_cannot_move"
    message = "This is not possible any more: the order has moved on. Look at it again."


class NothingToPay(Conflict):
    code = "gift_order_nothing_to_pay"
    message = "There is no money to be paid for this order, or it was paid before."


class AddressGone(Conflict):
    code = "gift_order_address_gone"
    message = "The address has been erased, or there was none."


class PurposeMissing(Invalid):
    code = "purpose_missing"
    message = "Say what you need the address for: it is kept in the audit log."
    field = "purpose"


class HandOverMissing(Invalid):
    code = "hand_over_missing"
    message = "Enter the code, the link or the words that the customer gets."
    field = "issued"


class PictureUnreadable(Invalid):
    code = "picture_unreadable"
    message = "This is not a picture we can read. Use JPEG, PNG or WebP of at most 5 MB."
    field = "picture"


class NotACode(Invalid):
    code = "not_for_codes"
    message = "Only voucher codes are taken in this way."
    field = "codes"
