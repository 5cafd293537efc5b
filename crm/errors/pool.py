"""What is refused about the pool of customers, and why."""

from foundation.errors import Conflict, Invalid


class CustomerTaken(Conflict):
    code = "customer_taken"
    message = "This customer is not in the pool any more: somebody looks after them."


class CustomerIsFree(Conflict):
    code = "customer_in_pool"
    message = "This customer is in the pool already."


class CustomerHasWork(Conflict):
    code = "customer_has_work"
    message = "Their owner has %(count)s open deals, leads or cases with this customer. Close them or hand them over first."


class TooManyCustomers(Conflict):
    code = "too_many_customers"
    message = "You have claimed %(most)s customers today, which is the limit. Talk to these first."


class CustomersFull(Conflict):
    code = "customers_full"
    message = "You look after %(most)s customers, which is the limit. Give some back before you claim another."


class CustomerCoolsDown(Conflict):
    code = "customer_cools_down"
    message = "This customer went back to the pool from you. You may claim them again from %(day)s."


class WarnedTooEarly(Invalid):
    code = "warned_too_early"
    message = "The warning has to come later than the last word with a customer: choose fewer days."
    field = "warn_days"
