"""What messaging refuses."""

from foundation.errors import Conflict, Invalid, NotFound


class UnknownKind(NotFound):
    code = "unknown_message_kind"
    message = "There is no message called “%(kind)s”."
    field = "kind"


class UnknownWording(NotFound):
    code = "unknown_wording"
    message = "This message is not sent over that channel or in that language."


class UnknownPlace(Invalid):
    code = "unknown_place"
    message = "This message cannot fill in %(place)s. It knows: %(known)s."
    field = "body"


class MissingPlace(Invalid):
    code = "missing_place"
    message = "This message is of no use without %(place)s."
    field = "body"


class EmptyWording(Invalid):
    code = "empty_wording"
    message = "A message needs a subject and a text."
    field = "body"


class EmptyText(Invalid):
    code = "empty_text"
    message = "Write the text."
    field = "body"


class TextTooLong(Invalid):
    code = "text_too_long"
    message = "A text message takes at most %(most)s characters. Shorten it."
    field = "body"


class NoGateway(NotFound):
    code = "no_gateway"
    message = "No text messages are set up here. Enter the account of a vendor first."


class GatewayIncomplete(Invalid):
    code = "gateway_incomplete"
    message = "This vendor needs %(what)s."


class VendorUnknown(Invalid):
    code = "vendor_unknown"
    message = "There is no such vendor. Choose one of these: %(vendors)s."
    field = "vendor"


class NoTextsADay(Invalid):
    code = "no_texts_a_day"
    message = "Allow at least one text a day, or remove the account."
    field = "most_a_day"


class CountryUnknown(Invalid):
    code = "country_unknown"
    message = "There is no country “%(country)s”. Write two letters for each, as CN or GB."
    field = "countries"


class PhoneInvalid(Invalid):
    code = "phone_invalid"
    message = "This is no phone number. Write it with its country code, as +86 138 0013 8000."
    field = "phone"


class TextNotPossible(Invalid):
    code = "text_not_possible"
    message = "No text can be sent: %(why)s"
    field = "phone"


class UseUnknown(Invalid):
    code = "use_unknown"
    message = "“%(kind)s” is sent as a text never, to whoever has no e-mail address, or always: off, no_email, always."
    field = "uses"


class CodeGone(Conflict):
    code = "code_gone"
    message = "The code of this message is no longer known here. Whoever needs one asks for a new one on the page."


class NotFailed(Conflict):
    code = "message_not_failed"
    message = "Only a message that failed, or of which nobody knows whether it arrived, can be sent again."


class UnknownRobot(NotFound):
    code = "unknown_robot"
    message = "There is no such group robot."


class RobotAddressInvalid(Invalid):
    code = "robot_address_invalid"
    message = "This is no robot address of %(kind)s. It begins with https://%(host)s/."
    field = "url"


class RobotNameTaken(Conflict):
    code = "robot_name_taken"
    message = "There is a group robot of this name already."
    field = "name"


class RobotNameMissing(Invalid):
    code = "robot_name_missing"
    message = "Give the robot the name of its group."
    field = "name"


class RobotTestUnderWay(Conflict):
    code = "robot_test_under_way"
    message = "This robot was sent a test a moment ago. Wait until its answer is here, then send another one."
