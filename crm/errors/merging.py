"""What is refused about customers who are one person, and why."""

from foundation.errors import Conflict, Invalid, NotFound


class MergedWithItself(Invalid):
    code = "merged_with_itself"
    message = "Choose two different customers."
    field = "loser_id"


class AlreadyMerged(Conflict):
    code = "already_merged"
    message = "One of these customers has become one with another in the meantime. Look again."


class UnknownMergeField(Invalid):
    code = "unknown_merge_field"
    message = "“%(name)s” is not a field that can be chosen, or not in this way."
    field = "fields"


class MergeAnswerMissing(Invalid):
    code = "merge_answer_missing"
    message = "A question is open that somebody has to answer: %(question)s"
    field = "answers"


class MergeBlocked(Conflict):
    code = "merge_blocked"
    message = "These customers cannot be merged now: %(why)s"


class UnknownMerge(NotFound):
    code = "unknown_merge"
    message = "There is no such merge."


class MergeUndoneAlready(Conflict):
    code = "merge_undone_already"
    message = "This merge has been undone already."


class TooLateToUndo(Conflict):
    code = "merge_undo_too_late"
    message = "A merge can be undone for %(days)s days; this one is older."


class CannotUndoMerge(Conflict):
    code = "merge_cannot_be_undone"
    message = "This merge cannot be undone: %(why)s"


class UnknownPair(NotFound):
    code = "unknown_duplicate"
    message = "There is no such pair of customers."
