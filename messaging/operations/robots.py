"""Robots of chat groups: introduce one, try it out, forget it."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from celery import current_app
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from messaging import robots
from messaging.errors import RobotNameMissing, RobotNameTaken, RobotTestUnderWay, UnknownRobot
from messaging.models import GroupRobot
from messaging.robots import check_robot_address
from tenancy import audit, door, events
from tenancy.models import Organisation

_PAUSE = timedelta(seconds=20)  # between two tests of one robot: the vendors take 20 posts a minute and less
_LOST = timedelta(minutes=10)  # a worker that had it is dead
_Tests = GroupRobot.TestState


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
    robot = _held(robot_id)
    robot.is_active, robot.url, robot.secret = False, None, None
    robot.save()
    audit.record("robot.removed", robot, {"name": robot.name})


def _held(robot_id: UUID) -> GroupRobot:
    robot = GroupRobot.objects.select_for_update().filter(id=robot_id, is_active=True).first()
    if robot is None:
        raise UnknownRobot
    return robot


# --- tests -------------------------------------------------------------------------------------------------


def ask_for_robot_test(robot_id: UUID) -> GroupRobot:
    """Let a worker post a test message to the group; what the robot answers is kept with it."""
    robot, now = _held(robot_id), door.moment()
    if robot.test_asked_at is not None and now < robot.test_asked_at + _waits(robot):
        raise RobotTestUnderWay
    robot.test_state, robot.test_reason, robot.test_answer = _Tests.WAITING, "", ""
    robot.test_asked_at = now
    robot.save(update_fields=["test_state", "test_reason", "test_answer", "test_asked_at"])
    audit.record("robot.tested", robot, {"name": robot.name})
    task, organisation_id = current_app.signature("messaging.tasks.test_robots"), str(door.organisation_id())
    door.once_after_commit("robot tests", lambda: events.ring(task, organisation_id))
    return robot


def _waits(robot: GroupRobot) -> timedelta:
    return _LOST if robot.test_state in (_Tests.WAITING, _Tests.POSTING) else _PAUSE


def run_robot_tests(organisation_id: UUID) -> int:
    """Post the tests that wait; count them. Call it outside the door: the network is not spoken to inside."""
    done = 0
    while parcel := _claim(organisation_id):
        robot_id, asked_at, wire = parcel
        answer = robots.post(**wire, now=timezone.now())
        state = _Tests.POSTED if answer.is_taken else _Tests.FAILED
        with door.organisation(organisation_id):
            held = GroupRobot.objects.filter(id=robot_id, test_state=_Tests.POSTING, test_asked_at=asked_at)
            done += held.update(test_state=state, test_reason=answer.error, test_answer=answer.said)
    return done


def _claim(organisation_id: UUID) -> tuple[UUID, object, Mapping[str, str]] | None:
    """Take a test that waits; it is posted once, and never when a worker dies with it."""
    with door.organisation(organisation_id):
        waiting = GroupRobot.objects.select_for_update(skip_locked=True).filter(is_active=True, test_state=_Tests.WAITING)
        robot = waiting.order_by("id").first()
        if robot is None:
            return None
        GroupRobot.objects.filter(id=robot.id).update(test_state=_Tests.POSTING)
        house = Organisation.objects.only("name", "language").get(id=organisation_id)
        wire = {"kind": robot.kind, "url": robot.url, "secret": robot.secret or "", "text": _words(house)}
        return robot.id, robot.test_asked_at, wire


def _words(house: Organisation) -> str:
    with translation.override(house.language):
        return gettext("%(organisation)s: this is a test. The robot can post to this group.") % {"organisation": house.name}
