"""What is refused about lifecycle rules, and why."""

from foundation.errors import Conflict, Invalid


class RuleNameTaken(Conflict):
    code = "rule_name_taken"
    message = "There is already a rule of this name."
    field = "name"


class RuleWithoutConditions(Invalid):
    code = "rule_without_conditions"
    message = "A rule without conditions would move everybody. Add a condition."
    field = "where"
