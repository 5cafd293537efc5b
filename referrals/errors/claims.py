"""What is refused about claims."""

from django.utils.translation import gettext_noop as _

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


_CLAIMS = {
    "friend_missing": _(
        "First say which customer this claim is about: find the friend on the claim's page. Then it can be decided."
    ),
    "friend_known": _(
        "It is known already which customer this claim is about. If it is another one, withdraw it and open a new claim."
    ),
    "open": _("This claim waits for a decision. It can be decided or withdrawn; an appeal is possible once it is decided."),
    "proposed": _(
        "A proposal stands for this claim. It can be decided or withdrawn; an appeal is possible once it is decided."
    ),
    "decided": _("This claim is decided. What can be done now is an appeal, by those the decision is about and in time."),
    "appealed": _("An appeal is under way. What can be done now is to decide it, by somebody else than the first time."),
    "closed": _("This claim is closed for good. Where something new has come up, open a new claim."),
}


class WrongClaimState(Conflict):
    """Say what can be done with it instead; `because` is more particular than the state."""

    code = "wrong_claim_state"
    message = "This cannot be done with a claim in this state."

    def __init__(self, *, state: str, because: str = "") -> None:
        self.message = _CLAIMS.get(because or state, self.message)
        super().__init__(state=state)


class SecondPersonNeeded(Conflict):
    code = "second_person_needed"
    message = "An appeal is decided by somebody else than the first decision. Ask a colleague who may decide claims."


class AppealTooLate(Conflict):
    code = "appeal_too_late"
    message = "The time for an appeal is over."


class NotAParty(Conflict):
    code = "not_a_party"
    message = "Only those the decision is about can appeal. Somebody else who brought the friend opens a claim of their own."
    field = "appellant_id"


class OrderOfNobody(Invalid):
    code = "order_of_nobody"
    message = "This order belongs to no customer yet, so it cannot say who was brought. Give the order its customer first."
    field = "order_id"
