"""What is refused about contact plans, and why."""

from foundation.errors import Conflict, Invalid


class PlanNameTaken(Conflict):
    code = "plan_name_taken"
    message = "There is already a plan with this name."
    field = "name"


class PlanWithoutSteps(Invalid):
    code = "plan_without_steps"
    message = "A plan needs at least one contact."


class DaysMissing(Invalid):
    code = "days_missing"
    message = "Say after how many days it comes again."
    field = "every_days"


class PersonMissing(Invalid):
    code = "person_missing"
    message = "Choose the person who does it."
    field = "assignee"


class VisitIsClosed(Conflict):
    code = "visit_is_closed"
    message = "What was found on this visit has been written down already."


class UnknownTag(Invalid):
    code = "unknown_tag"
    message = "There is no such tag."
    field = "tag"
