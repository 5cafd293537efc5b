"""What is refused about fields that an organisation adds, and why."""

from foundation.errors import Conflict, Invalid, NotFound


class UnknownCustomField(Invalid):
    code = "unknown_custom_field"
    message = "There is no custom field “%(name)s”. Make it under Settings, or leave it out."
    field = "custom"


class CustomValueInvalid(Invalid):
    code = "custom_value_invalid"
    message = "“%(name)s” does not fit: %(expected)s."
    field = "custom"


class RequiredMissing(Invalid):
    code = "required_missing"
    message = "At this stage these must be filled in: %(names)s."


class UnknownField(NotFound):
    code = "unknown_field"
    message = "There is no such field."


class FieldKeyTaken(Conflict):
    code = "field_key_taken"
    message = "There is already a field with this key."
    field = "key"


class FieldKeyInvalid(Invalid):
    code = "field_key_invalid"
    message = "A key is made of small letters, digits and single underscores, and begins with a letter."
    field = "key"


class FieldLabelMissing(Invalid):
    code = "field_label_missing"
    message = "A field needs a label, in one language at least."
    field = "label"


class FieldChoicesInvalid(Invalid):
    code = "field_choices_invalid"
    message = "A choice needs from one to 100 different values of at most 60 characters each."
    field = "choices"


class FieldStagesInvalid(Invalid):
    code = "field_stages_invalid"
    message = "A field cannot be asked for at “%(name)s”."
    field = "required_stages"


class FieldHasValues(Conflict):
    code = "field_has_values"
    message = "The kind cannot change any more, for %(records)s records have a value. Archive this field and add another."
    field = "kind"
