"""What is refused to a friend who signs up."""

from foundation.errors import Conflict, DomainError, Invalid, NotFound


class ContactInvalid(Invalid):
    code = "contact_invalid"
    message = "Enter an e-mail address or a phone number at which we can reach you."
    field = "contact"


class PhoneNotReachable(Invalid):
    code = "phone_not_reachable"
    message = "Text messages are not sent from here. Please enter your e-mail address."
    field = "contact"


class FriendNotReachable(PhoneNotReachable):
    message = (
        "Text messages are not sent from here. Take the friend's e-mail address, or let the referrer pass their own link"
        " on; who comes to the shop can agree aloud at the till."
    )


class CustomerNotReachable(PhoneNotReachable):
    message = (
        "Text messages are not sent from here. Read the words out and let the customer agree aloud, or take an e-mail"
        " address."
    )


class PhoneCountryNotServed(PhoneNotReachable):
    code = "phone_country_not_served"
    message = (
        "Text messages are not sent to the country of this number (+%(prefix)s). Enter another mobile number, or an e-mail"
        " address."
    )


class PhoneTakesNoTexts(PhoneNotReachable):
    code = "phone_takes_no_texts"
    message = "No text message can reach this number. Enter a mobile number, or an e-mail address."


class ConsentMissing(Invalid):
    code = "consent_missing"
    message = "We need your consent before we keep your details."
    field = "consents"


class SelfReferral(Conflict):
    code = "self_referral"
    message = "You cannot refer yourself. Pass the code on to a friend."


class AlreadyReferred(Conflict):
    code = "already_referred"
    message = "You have been referred before, so this invitation cannot count again."


class AlreadyCustomer(Conflict):
    code = "already_customer"
    message = "You have bought from us before. This offer is for new customers."


class TooManyInvitations(DomainError):
    code = "too_many_invitations"
    status = 429
    message = "We have sent several codes already. Please use the latest, or try again in a few days."
    field = "contact"


class UnknownInvitation(NotFound):
    code = "unknown_invitation"
    message = "There is no such invitation."


class InvitationExpired(DomainError):
    code = "invitation_expired"
    status = 410
    message = "This invitation has expired. Please fill in the form again."


class WrongDigits(Invalid):
    code = "wrong_digits"
    message = "This is not the code we sent. Attempts left: %(tries_left)s."
    field = "digits"


class TooManyTries(DomainError):
    code = "too_many_tries"
    status = 429
    message = "Too many wrong codes. Please fill in the form again to get a new one."
    field = "digits"
