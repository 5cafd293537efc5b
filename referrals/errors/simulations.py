"""What is refused to those who try terms and keep golden cases."""

from foundation.errors import Conflict, Invalid


class GoldenCaseFailed(Conflict):
    """`cases` names those that fail."""

    code = "golden_case_failed"
    message = "These terms get golden cases wrong: %(cases)s. Change the terms, or the cases if they are out of date."
    field = "terms"


class GoldenCaseInvalid(Invalid):
    code = "golden_case_invalid"
    message = "The golden case says something that cannot be: %(name)s."


class GoldenCaseNamed(Conflict):
    code = "golden_case_named"
    message = "There is a golden case “%(name)s” already."
    field = "name"


class GoldenCaseNotJudged(Conflict):
    code = "golden_case_not_judged"
    message = "This order was never judged for the campaign, so no golden case can be made of it."


class SimulationPeriodInvalid(Invalid):
    code = "simulation_period_invalid"
    message = "The period has to end after it begins, and may be two years long at most."
    field = "since"


class SimulationRunning(Conflict):
    code = "simulation_running"
    message = "A simulation of this campaign is under way. Wait for it, or cancel it first."
