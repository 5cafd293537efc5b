"""What is refused about notes, files, hand-overs and fields, and why."""

from foundation.errors import Conflict, DomainError, Invalid


class FieldIsClosed(DomainError):
    code = "field_is_closed"
    status = 403
    message = "Your role may not change this field: %(name)s."


class FieldIsHidden(DomainError):
    code = "field_is_hidden"
    status = 403
    message = "Your role does not see amounts of customers, and this file holds them. Ask an owner or a manager to make it."
    field = "money"


class NoteIsSettled(Conflict):
    code = "note_is_settled"
    message = "A note can be changed by whoever wrote it, for %(minutes)s minutes. Write another one instead."


class TextMissing(Invalid):
    code = "text_missing"
    message = "Say what was said or done."
    field = "text"


class NoTeam(Invalid):
    code = "no_team"
    message = (
        "You belong to no team that a note could be kept within. "
        "Keep it for everybody, or ask an owner to put you in a team."
    )
    field = "is_team_only"


class PurposeMissing(Invalid):
    code = "purpose_missing"
    message = "Say what you need the contact for."
    field = "purpose"


class TooManyReveals(DomainError):
    code = "too_many_reveals"
    status = 429
    message = "You have revealed %(most)s contacts within an hour. Try again later, or ask the owner to raise the limit."


class FileRefused(Invalid):
    code = "file_refused"
    message = "This kind of file is not taken. Use a PDF, picture, text, spreadsheet or document."
    field = "file"


class FileTooLarge(Invalid):
    code = "file_too_large"
    message = "The file is larger than %(most)s MB. Choose a smaller one, or save the picture with a lower resolution."
    field = "file"


class TooManyFiles(Conflict):
    code = "too_many_files"
    message = "There are %(most)s files already. Remove one that is no longer needed."
    field = "file"


class HandOverToSelf(Invalid):
    code = "hand_over_to_self"
    message = "Choose a colleague who is not looking after this customer already."
    field = "receiver"


class HandOverWaits(Conflict):
    code = "hand_over_waits"
    message = "This customer is being handed over already. Withdraw that first."
    field = "receiver"


class HandOverIsAnswered(Conflict):
    code = "hand_over_is_answered"
    message = "This hand-over has been answered already."


class ChecklistOpen(Invalid):
    code = "checklist_open"
    message = "Go through every line of the checklist first."
    field = "checked"


class ExportTooLarge(DomainError):
    code = "export_too_large"
    status = 403
    message = "These are %(rows)s rows; more than %(most)s can be taken out by an owner only. Narrow the list, or ask one."
