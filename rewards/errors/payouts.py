"""What payouts refuse."""

from foundation.errors import Conflict, Invalid, NotFound


class PayoutUnknown(NotFound):
    code = "payout_unknown"
    message = "There is no such payout."


class PayoutMovedOn(Conflict):
    """Somebody was faster, or it never was in the state that this needs."""

    code = "payout_moved_on"
    message = "This cannot be done: the payout is in the state “%(state)s”."


class NothingToPay(Conflict):
    code = "nothing_to_pay"
    message = "Nobody can be paid now: it takes cash that is available, a payout account and at least the minimum."


class AnotherPersonNeeded(Conflict):
    """Four eyes: who made or submitted a payout does not approve it, with no key of theirs either."""

    code = "another_person_needed"
    message = "Somebody else has to approve this payout: you have made or submitted it."


class PersonNeeded(Conflict):
    code = "person_needed"
    message = "A payout is made and approved by people, or by API keys that people have made."


class PayoutAccountInvalid(Invalid):
    code = "payout_account_invalid"
    message = "This does not look like an account of this kind. Please check every digit."
    field = "account"


class HolderInvalid(Invalid):
    code = "payout_holder_invalid"
    message = "Enter the name of the account's holder, as the bank writes it."
    field = "holder"


class PayoutProviderMissing(Conflict):
    code = "payout_provider_missing"
    message = "Say in the payout settings how to reach the payment provider first."


class PayoutSettingsInvalid(Invalid):
    code = "payout_settings_invalid"
    message = "This value is out of bounds."


class NotPaidByFile(Conflict):
    code = "payout_not_by_file"
    message = "This payout is not made by file."


class AccountErased(Conflict):
    code = "payout_account_erased"
    message = "An account of this payout has been erased. Cancel the payout and make a new one."


class DifferenceSettled(Conflict):
    code = "payout_difference_settled"
    message = "This difference has been settled already."


class RemedyImpossible(Conflict):
    code = "payout_remedy_impossible"
    message = "This cannot be booked: the payment is in the state “%(state)s”."


class NoteMissing(Invalid):
    code = "payout_note_missing"
    message = "Say how you found out: the note stays with the payout."
    field = "note"
