"""What is refused about asking and honouring."""

from foundation.errors import Conflict, Invalid, NotFound


class UnknownAsk(NotFound):
    code = "unknown_ask"
    message = "There is no such card."


class AskAnswered(Conflict):
    code = "ask_answered"
    message = "This card has been answered already."


class MayNotAsk(Conflict):
    """`bar` is one of referrals/rules/asking.py."""

    code = "may_not_ask"
    message = "This customer should not be asked now: %(why)s"


class NothingToOffer(Conflict):
    code = "nothing_to_offer"
    message = "No running campaign is open to this customer. Start one, or widen whom it is for."


class AnswerInvalid(Invalid):
    code = "answer_invalid"
    message = "An answer is one of: %(choices)s."
    field = "answer"


class RefusalUnexplained(Invalid):
    code = "refusal_unexplained"
    message = "Say why they said no: one of %(choices)s."
    field = "reason"


class ScriptInvalid(Invalid):
    code = "script_invalid"
    message = "Write what to say, in at least one language and at most 2,000 characters."
    field = "text"


class ScriptTaken(Conflict):
    code = "script_taken"
    message = "There is a script of this name and variant already. Choose another variant."
    field = "variant"


class RulesOutOfRange(Invalid):
    code = "rules_out_of_range"
    message = "This number has to be between %(least)s and %(most)s."


class NameToShowMissing(Invalid):
    code = "name_to_show_missing"
    message = "Say how you want to be called, in at most 40 characters."
    field = "display_name"


class UnknownSurface(Invalid):
    code = "unknown_surface"
    message = "There is no such place to be named."
    field = "surface"


class HonourInvalid(Invalid):
    code = "honour_invalid"
    message = "Name a number of friends from 1 to 10,000 and a badge that can be given."
    field = "friends"
