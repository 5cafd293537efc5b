"""What is refused to those who make campaigns."""

from foundation.errors import Conflict, Invalid


class NotReady(Conflict):
    """A campaign that must not start so. `findings` lists everything that stands in the way."""

    code = "campaign_not_ready"
    message = "This campaign cannot start yet. %(reasons)s"


class UnknownTemplate(Invalid):
    code = "unknown_template"
    message = "There is no campaign template “%(template)s”."
    field = "template"


class NameMissing(Invalid):
    code = "name_missing"
    message = "Enter a name."
    field = "name"


class WindowBackwards(Invalid):
    code = "window_backwards"
    message = "The campaign has to end after it starts."
    field = "ends_at"


class WindowPast(NotReady):
    code = "window_past"
    message = "The end of this campaign has passed. Choose a later end first."
    field = "ends_at"


class NotYetDue(Conflict):
    code = "start_not_in_future"
    message = "The start has passed. Start the campaign instead of scheduling it."
    field = "starts_at"


class UnknownTarget(Invalid):
    code = "unknown_target"
    message = "A target group is made of lists named stages, tiers and tags."
    field = "target"


class TextsInvalid(Invalid):
    code = "texts_invalid"
    message = "Texts are given by language (zh-hans, en) as headline, offer, terms and share."
    field = "texts"


class TextsMissing(NotReady):
    code = "texts_missing"
    message = "Write the campaign's texts in Chinese and in English first."
    field = "texts"


class TermsMissing(NotReady):
    code = "terms_missing"
    message = "Publish the campaign's terms first."
    field = "terms"


class BudgetMissing(NotReady):
    code = "budget_missing"
    message = "Set aside a budget for the campaign first."
    field = "budget"


class BudgetCurrencyDiffers(NotReady):
    code = "budget_currency_differs"
    message = "The budget is in %(budget)s, but the terms are in %(terms)s."
    field = "terms"


class GoalInvalid(Invalid):
    code = "goal_invalid"
    message = "A goal is an aim we know, a number of friends and an amount of revenue."
    field = "goal"


class WrongCampaignState(Conflict):
    code = "wrong_campaign_state"
    message = "This cannot be done with a campaign in this state."
