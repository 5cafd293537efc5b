"""What is refused to those who follow a code."""

from foundation.errors import Conflict, DomainError, NotFound


class UnknownCode(NotFound):
    code = "unknown_code"
    message = "We do not know this code. Please check it, or ask your friend to send it again."
    field = "code"


class CodeWithdrawn(DomainError):
    code = "code_withdrawn"
    status = 410
    message = "This code is no longer valid. Please ask your friend for a new one."
    field = "code"


class CampaignNotStarted(Conflict):
    code = "campaign_not_started"
    message = "This campaign has not started yet."


class CampaignPaused(Conflict):
    code = "campaign_paused"
    message = "This campaign is having a break. Please come back later."


class CampaignEnded(DomainError):
    code = "campaign_ended"
    status = 410
    message = "This campaign has ended."


class NotInTarget(Conflict):
    code = "not_in_target"
    message = "This campaign is not open to this customer. Look at its target group, or choose another campaign."
