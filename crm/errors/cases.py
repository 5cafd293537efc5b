"""What is refused about cases, and why."""

from foundation.errors import Conflict, Invalid, NotFound


class CaseMoved(Conflict):
    code = "case_moved"
    message = "This cannot be done with a case that is in this state. Somebody may have moved it in the meantime."


class CaseStepMissing(Conflict):
    code = "case_step_missing"
    message = "No step leads from here to this status. A case that was begun is not new again."


class SubjectMissing(Invalid):
    code = "subject_missing"
    message = "Say in a few words what it is about."
    field = "subject"


class NothingSaid(Invalid):
    code = "nothing_said"
    message = "Write something first."
    field = "text"


class ResolutionMissing(Invalid):
    code = "resolution_missing"
    message = "Write down what was done."
    field = "resolution"


class UnknownCategory(NotFound):
    code = "unknown_category"
    message = "There is no such category."
    status = 422
    field = "category"


class UnknownOrder(NotFound):
    code = "unknown_order"
    message = "This customer has no such order."
    status = 422
    field = "order"


class CannotMerge(Conflict):
    code = "cannot_merge_cases"
    message = "Only two cases of one customer can be merged, and neither may have been merged before."
    field = "number"


class MembersOpenNoCases(Conflict):
    code = "members_open_no_cases"
    message = "Requests cannot be made here. Please get in touch with us another way."


class ReopenTooLate(Conflict):
    code = "reopen_too_late"
    message = "This request was closed more than %(days)s days ago. Please open a new one."


class AlreadyRated(Conflict):
    code = "case_already_rated"
    message = "This question has been answered already. Thank you."


class CannotRate(Conflict):
    code = "cannot_rate"
    message = "This case was reopened. The question will come again once it is closed."


class CategoryTaken(Conflict):
    code = "category_taken"
    message = "There is already one with this name."
    field = "name"


class PaperNotWanted(Conflict):
    code = "paper_not_wanted"
    message = "We take files only while a question of ours is open. Write to us, and we ask for what we need."
    field = "file"


class PaperRefused(Invalid):
    code = "paper_refused"
    message = "We can only take pictures (JPG, PNG, WebP) and PDF files. Choose one of these, or take a photo."
    field = "file"
