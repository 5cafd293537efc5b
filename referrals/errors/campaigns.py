"""What is refused to those who make campaigns."""

from django.utils.translation import gettext_noop as _

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


class WordsInduceSharing(Invalid):
    code = "words_induce_sharing"
    message = (
        "WeChat blocks pages that say “%(words)s”. Write it in another way; a block of a page can also be hidden in WeChat."
    )
    field = "texts"


class WordsUnlawful(Invalid):
    code = "words_unlawful"
    message = "“%(words)s” describes what the law forbids. Write it in another way."
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
    message = "The budget is in %(budget)s, but the terms are in %(terms)s. Choose a budget in the terms' currency."
    field = "terms"


class GoalInvalid(Invalid):
    code = "goal_invalid"
    message = "A goal is an aim we know, a number of friends and an amount of revenue."
    field = "goal"


_CAMPAIGNS = {
    "budget_there": _("This campaign has a budget already. Raise its limit under Budgets if it should last longer."),
    "terms_not_there": _(
        "Choose a template first, or say what counts and who gets what: a budget is in the terms' currency."
    ),
    "drafts_not_there": _("There are no drafted terms to drop, or none in force to go back to. Change the draft instead."),
    "draft": _("This campaign is a draft. It can be changed, scheduled or started; pausing and ending come later."),
    "scheduled": _("This campaign waits for its start. It can be changed, started now or ended."),
    "running": _("This campaign is running. It can be paused, ended or given new terms; for anything else make a copy."),
    "paused": _("This campaign is paused. It can be resumed, ended or given new terms; for anything else make a copy."),
    "ended": _("This campaign has ended and stays as it was. To go on, make a copy of it and start that."),
}


class WrongCampaignState(Conflict):
    """Say what can be done with it instead; `because` is more particular than the state."""

    code = "wrong_campaign_state"
    message = "This cannot be done with a campaign in this state."

    def __init__(self, *, state: str, because: str = "", **facts) -> None:
        self.message = _CAMPAIGNS.get(because or state, self.message)
        super().__init__(state=state, **facts)
