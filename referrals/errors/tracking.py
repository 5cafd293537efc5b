"""What is refused on the way of a referral: reasons, hand-overs, evidence, links."""

from foundation.errors import Conflict, DomainError, Invalid, NotFound


class ReasonSetBySystem(Invalid):
    code = "reason_set_by_system"
    message = "“%(reason)s” is set by the system from the time stamps. Choose what the friend said."
    field = "reason"


class RevisitPast(Invalid):
    code = "revisit_past"
    message = "Choose a day in the future."
    field = "revisit_on"


class StageNotOwned(Invalid):
    code = "stage_not_owned"
    message = "Name a person or a role for “%(stage)s”."
    field = "owner"


class HoursOutOfRange(Invalid):
    code = "hours_out_of_range"
    message = "A time limit is between 1 and 2,000 hours."
    field = "hours"


class ChecklistNotDone(Conflict):
    code = "checklist_not_done"
    message = "Go through every line of the checklist before you hand it over."
    field = "checklist"


class HandedToHolder(Invalid):
    code = "handed_to_holder"
    message = "They look after this referral already."
    field = "receiver"


class HandOverOpen(Conflict):
    code = "hand_over_open"
    message = "A hand-over of this referral still waits for an answer."


class NoHandOver(Conflict):
    code = "no_hand_over"
    message = "No hand-over of this referral waits for you."


class AnswerMissing(Invalid):
    code = "answer_missing"
    message = "Say why."
    field = "answer"


class AskedBefore(Conflict):
    code = "asked_before"
    message = "We have asked this person already. Nobody is asked twice unless they come by themselves."
    field = "contact"


class TooManyAsks(DomainError):
    code = "too_many_asks"
    status = 429
    message = "You have entered %(most)s friends today. The rest has to wait until tomorrow."


class SpokenNotWritten(Invalid):
    code = "consent_not_spoken"
    message = "Read the text to the customer, and tick that they agreed."
    field = "consents"


class InvitationOver(Conflict):
    code = "invitation_over"
    message = "This invitation is over: it was confirmed, refused or has expired."


class TooManyStatusLinks(Conflict):
    code = "too_many_status_links"
    message = "There are %(most)s valid links already. Withdraw one first."


class LifetimeOutOfRange(Invalid):
    code = "lifetime_out_of_range"
    message = "A link is valid for 1 to 366 days."
    field = "days"


class EvidenceEmpty(Invalid):
    code = "evidence_empty"
    message = "Add a note, a file or an order that shows it."
    field = "text"


class EvidenceNotTheirs(Invalid):
    code = "evidence_not_theirs"
    message = "This is not the friend's. Choose an order or a deal of the friend this referral is about."
    field = "order_id"


class EvidenceFileRefused(Invalid):
    code = "evidence_file_refused"
    message = "Only pictures, PDF, text and office files up to %(most)s MB are taken."
    field = "file"


class EvidenceDecided(Conflict):
    code = "evidence_decided"
    message = "Somebody has decided about this evidence already."


class EvidenceOwn(Conflict):
    code = "evidence_own"
    message = "Somebody else has to look at what you handed in yourself."


class UnknownCriterion(Invalid):
    code = "unknown_criterion"
    message = "“%(criterion)s” is not one of the criteria."
    field = "criterion"


class UnknownEvidence(NotFound):
    code = "unknown_evidence"
    message = "There is no such evidence."
