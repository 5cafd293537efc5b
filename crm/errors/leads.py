"""What is refused about leads, forms and rules, and why."""

from foundation.errors import Conflict, Invalid, NotFound


class UnknownLead(NotFound):
    code = "unknown_lead"
    message = "There is no such lead."


class UnknownForm(NotFound):
    code = "unknown_form"
    message = "There is no such form."
    field = "form"


class UnknownPool(NotFound):
    code = "unknown_pool"
    message = "There is no such pool."
    field = "pool"


class LeadMoved(Conflict):
    code = "lead_moved"
    message = "This lead is in another state by now. Load it again."


class LeadTaken(Conflict):
    code = "lead_taken"
    message = "Somebody else was faster and has claimed this lead."


class LeadKeyReused(Conflict):
    code = "lead_conflict"
    message = (
        "Lead %(external_id)s from %(source)s is already recorded for another customer. "
        "If it is a new lead, give it an id of its own."
    )
    field = "external_id"


class TooManyClaims(Conflict):
    code = "too_many_claims"
    message = "You have claimed %(most)s leads today, which is the limit. Look after these first."


class HandsFull(Conflict):
    code = "hands_full"
    message = "You have %(most)s open leads in hand. Close some before you claim another."


class CoolingDown(Conflict):
    code = "cooling_down"
    message = "This lead came back from you. You may claim it again from %(day)s."


class NotInPool(Conflict):
    code = "not_of_this_pool"
    message = "This pool belongs to a team that you are not in."


class MemberGone(Conflict):
    code = "member_gone"
    message = "This person no longer works here. Choose somebody else."
    field = "owner"


class UnknownReason(Invalid):
    code = "unknown_reason"
    message = "Choose one of the reasons."
    field = "reason"


class ContactMissing(Invalid):
    code = "contact_missing"
    message = "A lead needs a phone number, an e-mail address, a WeChat id or an external id."
    field = "phone"


class FormNotReady(Invalid):
    code = "form_not_ready"
    message = "This form cannot be published yet."


class FormAsksNoContact(FormNotReady):
    code = "form_asks_no_contact"
    message = "Ask for at least one of phone, e-mail and WeChat, or nobody can answer."


class FormAsksNoName(FormNotReady):
    code = "form_asks_no_name"
    message = "Ask for the name, so that there is somebody to answer."


class FormFieldTwice(FormNotReady):
    code = "form_field_twice"
    message = "“%(label)s” is asked twice. Each of name, contacts, company, city, product and message can be asked once."


class FormFieldEmpty(FormNotReady):
    code = "form_field_empty"
    message = "Every question needs a label, and a choice at least two answers: %(label)s."


class FormConsentMissing(FormNotReady):
    code = "form_consent_missing"
    message = "Say what people agree to when they send the form."
    field = "consent_en"


class RedirectNotAllowed(Invalid):
    code = "redirect_not_allowed"
    message = "The address to go to must belong to one of the allowed sites."
    field = "redirect_to"


class InvalidOrigin(Invalid):
    code = "invalid_origin"
    message = "Write a site as https:// and its name, one a line: %(origin)s is none."
    field = "origins"


class RuleIncomplete(Invalid):
    code = "rule_incomplete"
    message = "Choose who gets the leads of this rule."
    field = "members"


class CriterionUnknown(Invalid):
    code = "unknown_criterion"
    message = "A rule cannot ask for this."
    field = "criteria"
