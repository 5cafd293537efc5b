"""Robots of chat groups: introduce one, try it out, forget it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext

from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_promotion import RobotForm
from messaging.models import GroupRobot
from messaging.operations import add_robot, ask_for_robot_test, remove_robot
from messaging.robot_words import why_not


@staff("campaigns:read", post="integrations:write")
def group_robots(request: HttpRequest) -> HttpResponse:
    form = RobotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            add_robot(**form.cleaned_data)
            added = gettext("The robot is here. Send a test to see that it can post.")
            return done(request, added, "dashboard:group_robots")
    robots = [_dressed(each) for each in GroupRobot.objects.filter(is_active=True).order_by("name")]
    return page(request, "dashboard/group_robots.html", {"robots": robots}, form=form)


def _dressed(robot: GroupRobot) -> GroupRobot:
    states = GroupRobot.TestState
    robot.is_being_tested = robot.test_state in (states.WAITING, states.POSTING)
    robot.test_why = why_not(robot.test_reason)
    return robot


@staff("campaigns:read")
def group_robot_tested(request: HttpRequest, robot_id: UUID) -> HttpResponse:
    """The line that asks for itself until the robot has answered."""
    robot = _dressed(get_object_or_404(GroupRobot, id=robot_id, is_active=True))
    return render(request, "dashboard/parts/group_robot_tested.html", {"robot": robot})


@action("integrations:write")
def group_robot_test(request: HttpRequest, robot_id: UUID) -> HttpResponse:
    ask_for_robot_test(robot_id)
    return done(request, gettext("A test is on its way. What the robot answers stands below it."), "dashboard:group_robots")


@action("integrations:write")
def group_robot_remove(request: HttpRequest, robot_id: UUID) -> HttpResponse:
    remove_robot(robot_id)
    return done(request, gettext("Its address is forgotten."), "dashboard:group_robots")


urls = [
    path("group-robots/", group_robots, name="group_robots"),
    path("group-robots/<uuid:robot_id>/tested/", group_robot_tested, name="group_robot_tested"),
    path("group-robots/<uuid:robot_id>/test/", group_robot_test, name="group_robot_test"),
    path("group-robots/<uuid:robot_id>/remove/", group_robot_remove, name="group_robot_remove"),
]
