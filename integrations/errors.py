"""What the integrations room refuses."""

from foundation.errors import Conflict, Invalid, NotFound


class FileEmpty(Invalid):
    code = "file_empty"
    message = "The file is empty."
    field = "file"


class FileTooLarge(Invalid):
    code = "file_too_large"
    message = "The file is larger than %(limit_mb)s MB. Split it and import the parts one after the other."
    field = "file"


class FileUnpacksTooLarge(Invalid):
    code = "file_unpacks_too_large"
    message = "Unpacked, the file is larger than %(limit_mb)s MB. Split it and import the parts one after the other."
    field = "file"


class FileDamaged(Invalid):
    code = "file_damaged"
    message = "The compressed file cannot be unpacked. Please create it again."
    field = "file"


class FileIsSpreadsheet(Invalid):
    code = "file_is_spreadsheet"
    message = "This is an old Excel file, or one with a password. Save it as .xlsx without a password, or as “CSV UTF-8”."
    field = "file"


class WorkbookHasMacros(Invalid):
    code = "workbook_has_macros"
    message = "This workbook holds macros, embedded files or links to other workbooks. Save it as a plain .xlsx."
    field = "file"


class SheetUnknown(Invalid):
    code = "sheet_unknown"
    message = "The workbook has no sheet “%(sheet)s”."
    field = "sheet"


class TooManyRows(Invalid):
    code = "too_many_rows"
    message = "The file has more than %(limit)s rows. Split it and import the parts one after the other."
    field = "file"


class LayoutUnfit(Invalid):
    code = "layout_unfit"
    message = "The file cannot be read this way. Choose another encoding, separator or line."
    field = "encoding"


class FileNotText(Invalid):
    code = "file_not_text"
    message = "This is neither text nor a workbook. Import a CSV or .xlsx file."
    field = "file"


class EncodingUnknown(Invalid):
    code = "encoding_unknown"
    message = "The characters of this file cannot be read. Save it as “CSV UTF-8” and try again."
    field = "file"


class NoHeader(Invalid):
    code = "no_header"
    message = "The file has no line with column names."
    field = "file"


class NoRows(Invalid):
    code = "no_rows"
    message = "Below the column names the file has no rows."
    field = "file"


class BalanceDiffers(Conflict):
    code = "balance_differs"
    message = "“%(reference)s” was taken over already, with another amount or for another customer: %(amount)s."
    field = "amount"


class ColumnUnknown(Invalid):
    code = "column_unknown"
    message = "The file has no column “%(column)s”."
    field = "mapping"


class BuyerMissing(Invalid):
    code = "buyer_missing"
    message = "Choose at least one column that says whose deals they are: the customer's name, phone, e-mail or id."
    field = "mapping"


class FieldUnknown(Invalid):
    code = "field_unknown"
    message = "There is no field “%(name)s” to import into."
    field = "mapping"


class ColumnsCollide(Invalid):
    code = "columns_collide"
    message = "The columns “%(first)s” and “%(second)s” are both meant for “%(name)s”. Choose one."
    field = "mapping"


class FieldMissing(Invalid):
    code = "field_missing"
    message = "No column is chosen for “%(name)s”, and it is needed."
    field = "mapping"


class IdentityMissing(Invalid):
    code = "identity_missing"
    message = "Choose at least one column by which a customer is recognised: external id, phone, e-mail or WeChat."
    field = "mapping"


class ImportRunning(Conflict):
    code = "import_running"
    message = "This import is running. Wait for it, or cancel it first."


class ImportDone(Conflict):
    code = "import_done"
    message = "This import is done. To import again, upload the file again: what is already there stays as it is."


class OptionUnknown(Invalid):
    code = "option_unknown"
    message = "“%(value)s” is not a choice for “%(name)s”."
    field = "options"


class MatchColumnMissing(Invalid):
    code = "match_column_missing"
    message = "Customers are to be recognised by “%(name)s”, but no column is chosen for it."
    field = "match"


class TemplateUnknown(NotFound):
    code = "import_template_unknown"
    message = "There is no such template."


class NothingToUndo(Conflict):
    code = "nothing_to_undo"
    message = "This import has changed nothing, or was undone already."


class UndoTooLate(Conflict):
    code = "undo_too_late"
    message = "An import can be undone for %(days)s days. This one is older."


class EventKindUnknown(Invalid):
    code = "event_kind_unknown"
    message = "There is no event “%(kind)s”."
    field = "kinds"


class EndpointDisabled(Conflict):
    code = "endpoint_disabled"
    message = "This webhook is switched off. Switch it on first."


class BundleUnreadable(Invalid):
    code = "bundle_unreadable"
    message = "This is not a configuration that we wrote: it needs “format” and “sections”."
    field = "bundle"


class SectionUnknown(Invalid):
    code = "section_unknown"
    message = "There is no section “%(section)s”."
    field = "bundle"


class EntryRefused(Conflict):
    code = "entry_refused"
    message = "“%(key)s” in %(section)s does not fit: %(why)s"
    field = "bundle"


class EntryMalformed(Invalid):
    code = "entry_malformed"
    message = "“%(key)s” in %(section)s has a field that is missing, unknown or of the wrong kind."
    field = "bundle"


class PackUnknown(NotFound):
    code = "pack_unknown"
    message = "There is no such pack."


class VersionUnknown(NotFound):
    code = "version_unknown"
    message = "There is no such version."
