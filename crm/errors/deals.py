"""What is refused about pipelines, deals and their money, and why."""

from foundation.errors import Conflict, Invalid, NotFound


class UnknownDeal(NotFound):
    code = "unknown_deal"
    message = "There is no such deal."
    field = "deal"


class UnknownPipeline(NotFound):
    code = "unknown_pipeline"
    message = "There is no such pipeline."
    field = "pipeline_id"


class UnknownStage(NotFound):
    code = "unknown_stage"
    message = "There is no such stage, or it is no longer used. Choose a stage of the deal's own pipeline."
    field = "stage_id"


class UnknownLossReason(NotFound):
    code = "unknown_loss_reason"
    message = "There is no such reason."
    field = "reason_id"


class UnknownProduct(NotFound):
    code = "unknown_product"
    message = "There is no such product."
    field = "lines"


class UnknownInstalment(NotFound):
    code = "unknown_instalment"
    message = "This deal has no such instalment."
    field = "instalment_id"


class DealChanged(Conflict):
    code = "deal_changed"
    message = "Somebody else has changed this deal in the meantime. Look at it again."


class ColumnChanged(Conflict):
    code = "column_changed"
    message = "This column has changed in the meantime. It is shown afresh."


class DealTitleMissing(Invalid):
    code = "deal_title_missing"
    message = "A deal needs a title."
    field = "title"


class StageNameMissing(Invalid):
    code = "stage_name_missing"
    message = "Give it a name in at least one language."
    field = "name"


class InvalidStage(Invalid):
    code = "invalid_stage"
    message = "This value does not fit a stage: %(name)s."


class StageAsksUnknown(Invalid):
    code = "stage_asks_unknown"
    message = "Deals have no field “%(name)s”. Add it under Settings first."
    field = "required_fields"


class StageInUse(Conflict):
    code = "stage_in_use"
    message = "There are still deals in this stage (%(deals)s). Say where they go first."
    field = "move_to"


class StageNeeded(Conflict):
    code = "stage_needed"
    message = "A pipeline needs an open stage, one for won and one for lost deals."


class PipelineInUse(Conflict):
    code = "pipeline_in_use"
    message = "There are still open deals in this pipeline (%(deals)s). Close or move them first."


class DefaultPipelineNeeded(Conflict):
    code = "default_pipeline_needed"
    message = "This is the default pipeline. Make another one the default first."


class FieldsMissing(Invalid):
    code = "fields_missing"
    message = "This stage asks for more: %(names)s."


class ReasonMissing(Invalid):
    code = "reason_missing"
    message = "Say why the deal is lost."
    field = "reason_id"


class ReopenNoteMissing(Invalid):
    code = "reopen_note_missing"
    message = "Say why the deal is open again."
    field = "note"


class DealIsOpen(Conflict):
    code = "deal_is_open"
    message = "This deal is open."


class DealIsClosed(Conflict):
    code = "deal_is_closed"
    message = "This deal is closed. Reopen it first."


class CloseDateOutside(Invalid):
    code = "close_date_outside"
    message = "A deal is closed after it was opened and not in the future."
    field = "closed_on"


class DealHasMoney(Conflict):
    code = "deal_has_money"
    message = "Money has come for this deal; it cannot be deleted."


class CurrencyFixed(Conflict):
    code = "currency_fixed"
    message = (
        "This deal has products, instalments or receipts in %(currency)s; its currency cannot change. "
        "Take them out first, or open another deal."
    )
    field = "currency"


class AmountBelowReceived(Conflict):
    code = "amount_below_received"
    message = (
        "More than this amount has already been received. Enter at least what has come, or note a refund of a receipt first."
    )
    field = "amount_minor"


class DealAmountNotPositive(Invalid):
    code = "deal_amount_not_positive"
    message = "The amount must be more than zero."
    field = "amount_minor"


class ReceiptConflict(Conflict):
    code = "receipt_conflict"
    message = "Receipt %(external_id)s from %(source)s is already recorded with another %(differs)s."
    field = "external_id"


class ReceiptOtherCurrency(Conflict):
    code = "receipt_other_currency"
    message = (
        "The receipt is in %(currency)s, but the deal is in %(deal_currency)s. Enter what it came to in %(deal_currency)s."
    )
    field = "currency"


class ReceiptTooLarge(Conflict):
    code = "receipt_too_large"
    message = "This is more than what is still to come. Raise the amount of the deal first."
    field = "amount_minor"


class ReceiptInFuture(Invalid):
    code = "receipt_in_future"
    message = "Money that has come cannot be dated in the future."
    field = "received_at"


class ReceiptRefundTooLarge(Conflict):
    code = "receipt_refund_too_large"
    message = "This is more than what is left of the receipt. Enter at most what has not gone back yet."
    field = "amount_minor"


class ReceiptRefundTooEarly(Conflict):
    code = "receipt_refund_too_early"
    message = "Money cannot go back before it came, nor in the future."
    field = "refunded_at"


class NoSuchPipeline(Invalid):
    code = "no_such_pipeline"
    message = "There is no pipeline “%(name)s”. There are: %(known)s."
    field = "pipeline"


class NoSuchStage(Invalid):
    code = "no_such_stage"
    message = "There is no stage “%(name)s”. The stages are: %(known)s."
    field = "stage"


class NoSuchReason(Invalid):
    code = "no_such_reason"
    message = "A lost deal needs one of your reasons; “%(name)s” is none of them. The reasons are: %(known)s."
    field = "loss_reason"


class BuyerUnknown(Invalid):
    code = "buyer_unknown"
    message = "“%(name)s” is nobody we know. Add a name and a phone number or e-mail address, or import the customers first."
    field = "customer_name"


class BuyerUnsure(Invalid):
    code = "buyer_unsure"
    message = "Several customers are called “%(name)s”. Add a phone number or e-mail address."
    field = "customer_name"
