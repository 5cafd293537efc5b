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
    message = "This is an Excel workbook. Open it and save it as “CSV UTF-8”, then import that file."
    field = "file"


class FileNotText(Invalid):
    code = "file_not_text"
    message = "This is not a text file. Import a CSV file."
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
