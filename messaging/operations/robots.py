"""Robots of chat groups: introduce one, forget one."""

from uuid import UUID

from django.db import IntegrityError, transaction

from messaging.errors import RobotNameMissing, RobotNameTaken, UnknownRobot
from messaging.models import GroupRobot
from messaging.robots import check_robot_address
from tenancy import audit, door


def add_robot(*, name: str, kind: str, url: str, secret: str = "") -> GroupRobot:
    """Let an organisation post to a group; address and secret are sealed and never shown again."""
    if not name.strip():
        raise RobotNameMissing
    check_robot_address(kind, url.strip())
    try:
        with transaction.atomic():
            robot = GroupRobot.objects.create(
                name=name.strip()[:60], kind=kind, url=url.strip(), secret=secret.strip() or None, created_at=door.moment()
            )
    except IntegrityError as error:
        if "group_robot_named_once" not in str(error):
            raise
        raise RobotNameTaken from None
    audit.record("robot.added", robot, {"name": robot.name, "kind": kind})
    return robot


def remove_robot(robot_id: UUID) -> None:
    """Forget its address and secret; what it posted keeps its name."""
    robot = GroupRobot.objects.select_for_update().filter(id=robot_id, is_active=True).first()
    if robot is None:
        raise UnknownRobot
    robot.is_active, robot.url, robot.secret = False, None, None
    robot.save()
    audit.record("robot.removed", robot, {"name": robot.name})
