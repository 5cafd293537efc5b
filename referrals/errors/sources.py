"""What is refused about sources, profiles and printed material."""

from foundation.errors import Conflict, DomainError, Invalid, NotFound
from referrals.errors.codes import CampaignNotStarted, CodeWithdrawn


class UnknownProfile(NotFound):
    code = "unknown_profile"
    message = "There is no such referrer."
    field = "profile_id"


class UnknownBatch(NotFound):
    code = "unknown_batch"
    message = "There is no such batch."


class ProfileTaken(Conflict):
    code = "profile_taken"
    message = "%(name)s is enrolled already."


class ProfileClosed(Conflict):
    code = "profile_closed"
    message = "%(name)s does not refer for us any more. Choose somebody else."
    field = "profile_id"


class HouseStays(Conflict):
    code = "house_stays"
    message = "The organisation's own profile keeps the codes of those who left; it cannot be closed."


class MemberHasLeft(Conflict):
    code = "member_has_left"
    message = "This person does not work here any more. Choose somebody else."
    field = "membership_id"


class SourceNotAllowed(Conflict):
    code = "source_not_allowed"
    message = "This campaign is not open to this kind of referrer."


class SourceRuleInvalid(Invalid):
    code = "source_rule_invalid"
    message = "Only what employees earn can be paid with the salary."
    field = "by_payroll"


class BatchSize(Invalid):
    code = "batch_size"
    message = "A batch has between 1 and %(most)s pieces."
    field = "size"


class WindowInOrder(Invalid):
    code = "material_window"
    message = "It has to be valid until later than it is valid from."
    field = "valid_to"


class MaterialExpired(CodeWithdrawn):
    code = "material_expired"
    message = "What you hold in your hand is no longer valid. Ask for a newer one."


class MaterialNotYetValid(CampaignNotStarted):
    code = "material_not_yet_valid"
    message = "What you hold in your hand is not valid yet."


class SameOwner(Conflict):
    code = "same_owner"
    message = "It is %(name)s's already."
    field = "profile_id"


class PeriodInvalid(DomainError):
    code = "period_invalid"
    status = 422
    message = "The period has to end on or after its first day."
    field = "period_to"


class NothingToPay(Conflict):
    code = "nothing_to_pay"
    message = (
        "No reward of employees waits for the payroll of this period. "
        "Choose a longer period, or look whether a payroll holds them already."
    )
