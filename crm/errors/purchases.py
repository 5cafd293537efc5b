"""What is refused about orders and refunds, and why."""

from foundation.errors import Conflict, Invalid, NotFound


class InvalidAmount(Invalid):
    code = "invalid_amount"
    message = "The amount must be a whole number of the currency's smallest part, zero or more."


class InvalidCurrency(Invalid):
    code = "invalid_currency"
    message = "Use a currency code of three capital letters, such as GBP or CNY."
    field = "currency"


class InvalidQuantity(Invalid):
    code = "invalid_quantity"
    message = "An order line needs a quantity of one or more."
    field = "lines"


class IdMissing(Invalid):
    code = "id_missing"
    message = "A source and an external id are needed, so that nothing is recorded twice."
    field = "external_id"


class OrderConflict(Conflict):
    code = "order_conflict"
    message = (
        "Order %(external_id)s from %(source)s is already recorded with another %(differs)s. "
        "If it is a new order, give it an id of its own; if it changed, send a refund or a cancellation."
    )
    field = "external_id"


class OrderIsCancelled(Conflict):
    code = "order_is_cancelled"
    message = "This order is cancelled; it cannot be paid."


class RefundNotPositive(Invalid):
    code = "refund_not_positive"
    message = "A refund must be more than zero."
    field = "amount_minor"


class RefundConflict(Conflict):
    code = "refund_conflict"
    message = (
        "Refund %(external_id)s from %(source)s is already recorded with another %(differs)s. "
        "If it is a further refund, give it an id of its own."
    )
    field = "external_id"


class RefundTooLarge(Conflict):
    code = "refund_too_large"
    message = (
        "The refund of %(amount_minor)s is more than what is left of the order: %(left_minor)s. "
        "Enter at most that, or look whether it was recorded before."
    )
    field = "amount_minor"


class RefundBeforeOrder(Conflict):
    code = "refund_before_order"
    message = "The refund is dated before its order. Check its date, and the order's."
    field = "refunded_at"


class RefundOtherCurrency(Conflict):
    code = "refund_other_currency"
    message = "The refund is in %(currency)s, but the order is in %(order_currency)s. Enter it in %(order_currency)s."
    field = "currency"


class UnknownRefund(NotFound):
    code = "unknown_refund"
    message = "There is no such refund."
