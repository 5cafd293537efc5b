"""What budgets refuse."""

from foundation.errors import Conflict, Invalid


class StepsInvalid(Invalid):
    code = "budget_steps_invalid"
    message = "Steps are whole per cents from 1 to 100, each once, at most eight."
    field = "steps"


class ShareInvalid(Invalid):
    code = "budget_share_invalid"
    message = "A share is between 1 and 100 per cent."


class DaysBackwards(Invalid):
    code = "budget_days_backwards"
    message = "The last day must not be before the first."
    field = "ends_on"


class UnknownResponsible(Invalid):
    code = "budget_responsible_unknown"
    message = "There is no such member of staff."
    field = "responsible_id"


class BudgetChangeUnknown(Invalid):
    code = "budget_change_unknown"
    message = "“%(name)s” of a budget cannot be changed."


class WaitsForBudget(Conflict):
    code = "reward_waits_for_budget"
    message = "This reward waits for its budget: raise the limit, and it goes on by itself."
