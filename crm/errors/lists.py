"""Why something was not done with a list."""

from foundation.errors import Conflict, Invalid


class ValueMoved(Conflict):
    code = "value_moved"
    message = "Somebody has changed this in the meantime. Look at it again."
    field = "value"


class AmountUnreadable(Invalid):
    code = "amount_unreadable"
    message = "Enter an amount such as 12.50."
    field = "value"


class ViewNameMissing(Invalid):
    code = "view_name_missing"
    message = "Give the view a name."
    field = "name"


class ViewIsSomebodyElses(Conflict):
    code = "view_is_somebody_elses"
    message = "This view belongs to somebody else. Duplicate it to change it."


class ViewHasNoOwner(Invalid):
    code = "view_has_no_owner"
    message = "An API key has no views of its own. Share it with a team or with everybody."
    field = "share"


class ViewTeamMissing(Invalid):
    code = "view_team_missing"
    message = "Say which team the view is for."
    field = "team_id"


class ViewQueryUnknown(Invalid):
    code = "view_query_unknown"
    message = "The list does not know this, or you may not see it: %(names)s."
    field = "query"


class NothingChosen(Invalid):
    code = "nothing_chosen"
    message = "Choose some rows first."


class TooManyNamed(Invalid):
    code = "too_many_rows_named"
    message = "Choose at most %(most)s rows one by one, or all that match."


class ViewIsNotForThem(Conflict):
    code = "view_is_not_for_them"
    message = "Those people do not see this view. Share it with them first."
    field = "view"


class TeamIsNotYours(Conflict):
    code = "team_is_not_yours"
    message = "You are not in this team. Choose one of yours."
    field = "share"
