"""The words of "Why?": what happened to a reward, what holds it, what comes next. For staff, and as its owner is told."""

from django.utils.translation import gettext_lazy as _

# What happened: (for staff, for its owner).
CHAPTERS = {
    "expected": (_("Expected if the friend buys: %(what)s"), _("Expected if the friend buys: %(what)s")),
    "promised": (_("Promised: %(what)s"), _("Promised: %(what)s")),
    "asked": (_("A second person was asked: %(cause)s"), _("Sent to a colleague for a second look")),
    "approved": (_("A second person agreed"), _("Agreed")),
    "declined": (_("A second person declined"), _("Declined after a second look")),
    "held": (_("Held: %(cause)s"), _("Being checked")),
    "released": (_("Released"), _("Checked and released")),
    "chosen": (_("Chosen: %(what)s"), _("You chose %(what)s")),
    "available": (_("Settled: %(what)s"), _("Arrived: %(what)s")),
    "late": (_("The day promised has passed"), _("It is late. We have been told and look after it.")),
    "taken_back": (_("Taken back: %(what)s. %(cause)s"), _("Taken back: %(what)s. %(cause)s")),
    "given_again": (_("Given again: %(what)s"), _("Given again: %(what)s")),
    "paying": (_("In a payout: %(what)s"), _("On its way to your account: %(what)s")),
    "paid": (_("Paid out: %(what)s"), _("Paid out: %(what)s")),
    "issued": (_("Handed over: %(what)s"), _("Handed over: %(what)s")),
    "lapsed": (_("It did not come true. %(cause)s"), _("It did not come true. %(cause)s")),
}
# Of budgets customers hear nothing: what waits for money waits its turn.
CUSTOMER_TURNS = {("held", "budget"): _("Waits its turn"), ("released", "funded"): _("Its turn has come")}
OWED = (
    _("%(what)s of it had been used and is made up from the next credits."),
    _("%(what)s of it you had used; it is made up from your next ones."),
)
GONE = (
    _("It had been used or handed over already, so the house bears it."),
    _("You had used it already, so you keep it."),
)

# Why something was taken back, held or let go; a code we do not know is said as it stands to staff only.
CAUSES = {
    "refund": _("Money was given back."),
    "order_cancelled": _("The order was cancelled."),
    "milestone_undone": _("What it was given for does not hold any more."),
    "fraud": _("The review found abuse."),
    "declined": _("A second person declined it."),
    "outside_window": _("The friend has not bought in time."),
    "promise_late": _("The day promised has passed."),
    "review": _("under review"),
    "approval": _("a second person has to agree"),
    "budget": _("no money in the budget"),
    "funded": _("There is money in the budget again."),
    "cost": _("it costs much"),
    "cash": _("it is paid in cash"),
    "risk": _("the referral is in doubt"),
}
CUSTOMER_CAUSES = {
    "fraud": _("The referral does not meet the terms of the campaign."),
    "declined": _("It could not be confirmed."),
}

# What comes next: (for staff, for its owner).
NEXT = {
    "friend_buys": (
        _("It is promised when the friend has paid an order that counts, until %(date)s."),
        _("It is yours when your friend has paid an order that counts, until %(date)s."),
    ),
    "hold": (
        _("It settles by itself on %(date)s, unless the order is returned before."),
        _("You have it on %(date)s, unless the order is returned before."),
    ),
    "choice": (
        _("The person may choose until %(date)s; after that the first option is settled."),
        _("Choose what you like best until %(date)s. If you do not, you get what is shown here."),
    ),
    "review": (_("Somebody has to look at it. It is promised by %(date)s."), _("We are looking into it, until %(date)s.")),
    "approval": (
        _("A second person has to agree. It is promised by %(date)s."),
        _("A colleague has to agree. We promised it by %(date)s."),
    ),
    "budget": (
        _("It waits for money in the budget. It is promised by %(date)s."),
        _("It comes as soon as its turn has come. We promised it by %(date)s."),
    ),
    "stock": (
        _("It has to be put in stock. It is promised by %(date)s."),
        _("It is being procured. We promised it by %(date)s."),
    ),
    "hand_over": (_("It has to be handed over by %(date)s."), _("You get it by %(date)s.")),
    "payout_data": (
        _("The customer has to say where the money goes."),
        _("Tell us in your member centre where to send the money."),
    ),
    "payout": (_("It goes out with the next payout, by %(date)s."), _("It is paid out by %(date)s.")),
    "use": (_("The customer can use it until %(date)s."), _("You can use it until %(date)s.")),
    "issued": (_("Nothing: the customer has it."), _("It is yours.")),
    "paid": (_("Nothing: the customer has it."), _("It is yours.")),
    "reversed": (_("Nothing is left of it."), _("Nothing is left of it.")),
    "lapsed": (_("Nothing: it did not come true."), _("It did not come true this time.")),
}
USE_FOREVER = (_("The customer can use it; it does not expire."), _("You can use it; it does not expire."))

# Why a referral has brought nothing.
WAITING = (_("The friend has not paid an order yet."), _("Your friend has not bought yet."))
WAITING_SELF = _("You have not paid an order yet.")
TIME_UP = (_("The time to buy ended on %(date)s."), _("The time to buy ended on %(date)s."))
CLOSED = (_("The referral was closed: %(reason)s."), _("The invitation was closed."))
UNDER_REVIEW = (_("The referral is under review."), _("We are looking into it."))
