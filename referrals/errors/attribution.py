"""What is refused about who brought whom."""

from foundation.errors import Conflict, Invalid


class PolicyInvalid(Invalid):
    code = "attribution_policy_invalid"
    within = "policy"
    message = "“%(name)s” is not known to attribution, or not with this value."


class ProtectedCustomer(Conflict):
    code = "protected_customer"
    message = "Our staff are in touch with this person already, so nobody can refer them at present."


class CircularReferral(Conflict):
    code = "circular_referral"
    message = "This person brought the referrer, directly or through friends, so they cannot be referred in turn."


class NotAttributable(Conflict):
    code = "not_attributable"
    message = "By the rules of this campaign nobody can be taken to have brought this person."


class PartsWrong(Invalid):
    code = "parts_wrong"
    message = "The parts have to be above 0 and come to 100 percent."
    field = "parts"


class PartyUnknown(Invalid):
    code = "party_unknown"
    message = "One of those who should get a part is not a customer here, or is the friend."
    field = "parts"
