"""What is refused in terms."""

from foundation.errors import Invalid


class TermsInvalid(Invalid):
    """Terms that cannot be read. `field` is the path of the value to blame."""

    code = "terms_invalid"
    within = "terms"
    message = "The terms are not valid."


class TermMissing(TermsInvalid):
    code = "term_missing"
    message = "“%(name)s” is missing."


class TermUnknown(TermsInvalid):
    code = "term_unknown"
    message = "“%(name)s” is not a term we know."


class WrongUnit(TermsInvalid):
    code = "wrong_unit"
    message = "“%(name)s” has to be given in %(expected)s."


class OutOfRange(TermsInvalid):
    code = "out_of_range"
    message = "“%(name)s” has to be between %(least)s and %(most)s."


class NotOneOf(TermsInvalid):
    code = "not_one_of"
    message = "“%(name)s” has to be one of: %(choices)s."


class CurrenciesMixed(TermsInvalid):
    code = "currencies_mixed"
    message = "“%(name)s” is in %(actual)s, but these terms are in %(expected)s."


class RewardsMissing(TermsInvalid):
    code = "rewards_missing"
    message = "Say what the referrer or the friend gets."
    field = "rewards"


class OptionsMissing(TermsInvalid):
    code = "options_missing"
    message = "Give at least two things to choose from, and at most %(most)s."


class OptionNotFixed(TermsInvalid):
    code = "option_not_fixed"
    message = "To choose from there can only be what is worth the same for every order."


class OptionsCostDiffer(TermsInvalid):
    code = "options_cost_differ"
    message = "The things to choose from have to cost the same. Now they cost %(costs)s."


class UnknownTierOrBadge(TermsInvalid):
    code = "unknown_tier_or_badge"
    message = "There is no tier or badge “%(name)s”."


class UnknownItem(TermsInvalid):
    code = "unknown_catalogue_item"
    message = "There is no such article in the catalogue."


class UnknownCouponKind(TermsInvalid):
    code = "unknown_coupon_kind"
    message = "There is no coupon “%(coupon)s”."


class ClosedCouponKind(TermsInvalid):
    code = "closed_coupon_kind"
    message = "The coupon “%(coupon)s” is withdrawn, or its window is over. Choose another one."


class StepsMissing(TermsInvalid):
    code = "steps_missing"
    message = "Give between one and %(most)s steps, each beginning higher than the one before."


class MilestoneTwice(TermsInvalid):
    code = "milestone_twice"
    message = "“%(key)s” names two things. Each milestone and each scheme needs a name of its own."


class MilestonesMissing(TermsInvalid):
    code = "milestones_missing"
    message = "Say which milestones count when orders do not count by themselves."
    field = "milestones"


class RewardForHeads(TermsInvalid):
    """Pay for bringing people who have not bought anything: unlawful in China, an invitation to abuse elsewhere."""

    code = "reward_for_heads"
    message = (
        "Signing up alone earns no money: nothing of value for whoever brought the friend, "
        "and for the friend a coupon or at most %(most)s points."
    )


class LevelNeedsPurchase(TermsInvalid):
    code = "level_needs_purchase"
    message = "Only a purchase may earn something for the second level or for a salesperson."


class LineNotDivisible(TermsInvalid):
    code = "line_not_divisible"
    message = "What is paid by instalments cannot be a choice."


class LineNeedsAmount(TermsInvalid):
    code = "line_needs_amount"
    message = "No amount of money stands behind this milestone, so nothing can be a share of it."


class ConditionUnknown(TermsInvalid):
    code = "condition_unknown"
    message = "“%(name)s” is not a fact we know."


class OperatorUnknown(TermsInvalid):
    code = "operator_unknown"
    message = "“%(fact)s” can be compared by: %(choices)s."


class ConditionsTooDeep(TermsInvalid):
    code = "conditions_too_deep"
    message = "Conditions hold at most %(most)s comparisons, in groups of groups at most."


class FactNotHere(TermsInvalid):
    code = "fact_not_here"
    message = "“%(fact)s” is not known at this place."


class UnknownPlace(TermsInvalid):
    """A stage, pipeline, segment or tier that is named in terms does not exist."""

    code = "unknown_place_in_terms"
    message = "There is no such stage, pipeline, segment or tier: “%(name)s”."
