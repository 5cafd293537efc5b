"""What is refused about signs of abuse."""

from foundation.errors import Conflict, Invalid, NotFound


class SignUpRefused(Conflict):
    """Says nothing of why: whoever abuses would learn from it, whoever does not is sent to a person."""

    code = "sign_up_refused"
    message = "We cannot take this sign-up online. Please ask us in person: we will gladly help."


class UnknownAbuseCase(NotFound):
    code = "unknown_abuse_case"
    message = "There is no such case."


class CaseDecided(Conflict):
    code = "abuse_case_decided"
    message = "This case has been decided. Open it again to decide otherwise."


class CaseStillOpen(Conflict):
    code = "abuse_case_open"
    message = "This case is open."


class ReasonMissing(Invalid):
    code = "reason_missing"
    message = "Say why: others have to be able to follow it."
    field = "reason"


class UnknownSignal(Invalid):
    code = "unknown_signal"
    message = "“%(key)s” is not a sign we know."
    field = "signals"


class ThresholdsMixed(Invalid):
    code = "thresholds_mixed"
    message = "Each step has to begin at a higher score than the milder one before it."
    field = "hold_from"


class PolicyOutOfRange(Invalid):
    code = "policy_out_of_range"
    message = "Scores lie between 1 and 500, weights between 0 and 200, days between 1 and 180."


class ListingInvalid(Invalid):
    code = "listing_invalid"
    message = "This cannot be put on the list as it is written. Examples: mailbox.example, +86170, 203.0.113.0/24."
    field = "value"


class ListingKnown(Conflict):
    code = "listing_known"
    message = "This is on a list already. Take it off first."
    field = "value"


class UnknownListing(NotFound):
    code = "unknown_listing"
    message = "There is no such entry."


class ListingPast(Invalid):
    code = "listing_past"
    message = "It would have expired already."
    field = "expires_at"
