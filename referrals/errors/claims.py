"""What is refused about claims."""

from foundation.errors import Conflict, Invalid, NotFound


class UnknownClaim(NotFound):
    code = "unknown_claim"
    message = "There is no such claim."


class ClaimTextMissing(Invalid):
    code = "claim_text_missing"
    message = "Say in a sentence or two how it was."
    field = "text"


class ClaimExists(Conflict):
    code = "claim_exists"
    message = "A claim on this person is open already. It has to be decided first."


class ClaimTooLate(Conflict):
    code = "claim_too_late"
    message = "It is too late for a claim: it had to be made within %(days)s days."


class ClaimOfOneself(Invalid):
    code = "claim_of_oneself"
    message = "Nobody can have brought themselves."
    field = "claimant_id"


class ClaimOwnAlready(Conflict):
    code = "claim_own_already"
    message = "This person counts as theirs already."


class ClaimCampaignMissing(Conflict):
    code = "claim_campaign_missing"
    message = "Choose the campaign whose terms shall hold: there is no referral of this person yet."
    field = "campaign_id"


class WrongClaimState(Conflict):
    code = "wrong_claim_state"
    message = "This cannot be done with a claim in this state."


class SecondPersonNeeded(Conflict):
    code = "second_person_needed"
    message = "An appeal is decided by somebody else than the first decision."


class AppealTooLate(Conflict):
    code = "appeal_too_late"
    message = "The time for an appeal is over."


class NotAParty(Conflict):
    code = "not_a_party"
    message = "Only those the decision is about can appeal."
    field = "appellant_id"


class OrderOfNobody(Invalid):
    code = "order_of_nobody"
    message = "This order belongs to no customer yet, so it cannot say who was brought."
    field = "order_id"
