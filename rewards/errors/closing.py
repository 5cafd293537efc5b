"""What the closing of months refuses."""

from foundation.errors import Conflict, Invalid, NotFound


class NothingBooked(Conflict):
    code = "books_are_empty"
    message = "There is nothing in the books yet."
    field = "month"


class MonthNotOver(Conflict):
    code = "month_not_over"
    message = "%(month)s is not over yet. A month can be closed from its end on."
    field = "month"


class EarlierMonthOpen(Conflict):
    code = "earlier_month_open"
    message = "Months are closed in order: %(next)s comes first."
    field = "month"


class BeforeTheBooks(Conflict):
    code = "before_the_books"
    message = "The books begin in %(first)s."
    field = "month"


class MonthBeingSealed(Conflict):
    code = "month_being_sealed"
    message = "%(month)s is being sealed. The next month can be closed as soon as that is done."
    field = "month"


class MonthStaysClosed(Conflict):
    code = "month_stays_closed"
    message = "A closed month is never opened again. Book a correction: it goes into %(open)s, marked as a late one."


class SealBroken(Conflict):
    code = "seal_broken"
    message = "%(month)s no longer is what was sealed. Check the books: the proof names the first row that differs."


class UnknownClosing(NotFound):
    code = "unknown_closing"
    message = "There is no such closed month."


class UnknownMonth(Invalid):
    code = "unknown_month"
    message = "Write the month like 2026-10."
    field = "month"


class ValuesItself(Invalid):
    code = "money_is_worth_itself"
    message = "Money is worth itself; only other units are valued."
    field = "value_minor"


class ValueNotNegative(Invalid):
    code = "value_not_negative"
    message = "A value cannot be below zero."
    field = "value_minor"
