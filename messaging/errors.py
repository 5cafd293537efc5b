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


class NotFailed(Conflict):
    code = "message_not_failed"
    message = "Only a message that failed can be sent again."


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
