"""What is refused about conditions, and why. `path` leads to the bad place: where.conditions[1].value."""

from foundation.errors import Invalid


class InvalidConditions(Invalid):
    code = "invalid_conditions"
    message = "%(path)s: this is not a condition. Write a group with “match” and “conditions”, or a “fact” with an “op”."
    field = "where"


class UnknownFact(InvalidConditions):
    code = "unknown_fact"
    message = "%(path)s: there is no fact “%(fact)s” here, or your role may not read it. Choose one from the list of facts."


class UnknownOperator(InvalidConditions):
    code = "unknown_operator"
    message = "%(path)s: “%(op)s” does not fit “%(fact)s”. Use one of: %(allowed)s."


class BadConditionValue(InvalidConditions):
    code = "bad_condition_value"
    message = "%(path)s: the value of “%(fact)s” does not fit. Expected: %(expected)s."


class ConditionsTooLarge(InvalidConditions):
    code = "conditions_too_large"
    message = "%(path)s: at most %(most)s conditions, in groups at most %(deep)s deep. Split them into two segments."


class RelativeConditions(InvalidConditions):
    code = "relative_conditions"
    message = "“Is me” and “is in my team” mean somebody else to each reader, and nobody here. Name the people instead."
