"""What is refused about customers and their contacts, and why."""

from foundation.errors import Conflict, Invalid, NotFound


class UnknownCustomer(NotFound):
    code = "unknown_customer"
    message = "There is no such customer."
    field = "customer"


class UnknownMember(NotFound):
    code = "unknown_member"
    message = "There is no such member of staff."


class NameMissing(Invalid):
    code = "name_missing"
    message = "A customer needs a name."
    field = "name"


class InvalidPhone(Invalid):
    code = "invalid_phone"
    message = "This is not a phone number. Write it with its country code, such as +44 20 7946 0123 or +86 138 0013 8000."
    field = "phone"


class InvalidEmail(Invalid):
    code = "invalid_email"
    message = "This is not an e-mail address. It looks like name@example.com."
    field = "email"


class InvalidContact(Invalid):
    code = "invalid_contact"
    message = "This contact is empty or too long."
    field = "value"


class InvalidField(Invalid):
    code = "invalid_field"
    message = "This value does not fit here: %(name)s."


class ContactPointsDiffer(Conflict):
    code = "contact_points_differ"
    message = "These contacts belong to different customers. Merge the customers or correct the contacts first."


class ContactTaken(Conflict):
    code = "contact_taken"
    message = (
        "This contact belongs to another customer. "
        "If both are the same person, merge them; otherwise ask for another contact."
    )
    field = "value"


class KnownToAColleague(Conflict):
    """Said to people who do not see the customer: that there is one and whose it is, nothing else."""

    code = "known_to_a_colleague"
    message = "These contacts belong to a customer of %(owner)s. Ask them before you record anything."


class CustomerChanged(Conflict):
    code = "customer_changed"
    status = 412
    message = "Somebody else has changed this customer in the meantime. Load it again."


class CustomerExists(Conflict):
    code = "customer_exists"
    message = "We have this customer already."


class CustomerNotFound(NotFound):
    code = "customer_not_found"
    message = "We have no customer with this contact, and nobody new was to be created."


class UnknownCompany(NotFound):
    code = "unknown_company"
    status = 422
    message = "There is no such company among the customers. Enter it as a customer first, or leave the company out."
    field = "company"
