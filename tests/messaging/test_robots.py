"""Group robots are tried out: a real post, its answer in plain words, one at a time, and never to a stranger."""

import json

import pytest
from django.utils import translation

from messaging import robot_answers
from messaging.errors import RobotTestUnderWay, UnknownRobot
from messaging.models import GroupRobot
from messaging.operations import add_robot, ask_for_robot_test, remove_robot, run_robot_tests
from messaging.robot_answers import judged
from messaging.robot_words import WHY, why_not
from tenancy import door


@pytest.fixture
def robot(at_acme, vendor):
    with at_acme():
        return add_robot(name="Regulars", kind="wecom", url=f"http://127.0.0.1:{vendor.server_port}/send?key=1")


def _told(at_acme):
    with at_acme():
        return GroupRobot.objects.values_list("test_state", "test_reason", "test_answer").get()


def test_a_test_is_posted_once_and_its_answer_kept(robot, vendor, acme, at_acme):
    with at_acme():
        ask_for_robot_test(robot.id)
    assert _told(at_acme) == ("waiting", "", "") and not vendor.heard
    assert run_robot_tests(acme.id) == 1
    assert run_robot_tests(acme.id) == 0
    assert _told(at_acme) == ("posted", "", "")
    path, body = vendor.heard.pop()
    assert path == "/send?key=1" and body["text"]["content"].endswith("this is a test. The robot can post to this group.")
    assert not vendor.heard


def test_a_refusal_is_named_and_another_test_may_follow(robot, vendor, acme, at_acme):
    vendor.answer = {"errcode": 60020, "errmsg": "not allow to access from your ip"}
    with at_acme():
        ask_for_robot_test(robot.id)
    run_robot_tests(acme.id)
    assert _told(at_acme) == ("failed", "ip_refused", "60020 not allow to access from your ip")
    with at_acme(seconds=10), pytest.raises(RobotTestUnderWay):
        ask_for_robot_test(robot.id)
    with at_acme(seconds=21):
        ask_for_robot_test(robot.id)
    assert _told(at_acme) == ("waiting", "", "")


def test_one_that_a_worker_died_with_is_not_posted_by_another(robot, vendor, acme, at_acme):
    with at_acme():
        ask_for_robot_test(robot.id)
        GroupRobot.objects.update(test_state="posting")
    assert run_robot_tests(acme.id) == 0 and not vendor.heard
    with at_acme(minutes=9), pytest.raises(RobotTestUnderWay):
        ask_for_robot_test(robot.id)
    with at_acme(minutes=10):
        ask_for_robot_test(robot.id)


def test_a_removed_or_foreign_robot_is_not_tested(robot, vendor, acme, globex, at_acme):
    with door.organisation(globex.id), pytest.raises(UnknownRobot):
        ask_for_robot_test(robot.id)
    with at_acme():
        ask_for_robot_test(robot.id)
        remove_robot(robot.id)
        with pytest.raises(UnknownRobot):
            ask_for_robot_test(robot.id)
    assert run_robot_tests(acme.id) == 0 and not vendor.heard


def test_an_address_that_leads_elsewhere_is_not_posted_to(robot, acme, at_acme):
    with at_acme():
        GroupRobot.objects.update(url="https://169.254.169.254/latest/meta-data")
        ask_for_robot_test(robot.id)
    run_robot_tests(acme.id)
    assert _told(at_acme) == ("failed", "address_refused", "")


@pytest.mark.parametrize(
    ("kind", "code", "words", "cause"),
    [
        ("wecom", 93000, "invalid webhook url", "wrong_key"),
        ("wecom", 45009, "api freq out of limit", "too_fast"),
        ("dingtalk", 310000, "keywords not in content", "keyword_missing"),
        ("dingtalk", 310000, "sign not match", "wrong_signature"),
        ("dingtalk", 310000, "ip 1.2.3.4 not in whitelist", "ip_refused"),
        ("dingtalk", 300001, "token is not exist", "wrong_key"),
        ("feishu", 19021, "sign match fail or timestamp is not within one hour from current time", "wrong_signature"),
        ("feishu", 19022, "Ip Not Allowed", "ip_refused"),
        ("feishu", 19024, "Key Words Not Found", "keyword_missing"),
        ("feishu", 1, "something new", "refused"),
    ],
)
def test_what_vendors_answer_has_a_cause_and_a_remedy(kind, code, words, cause):
    names = ("code", "msg") if kind == "feishu" else ("errcode", "errmsg")
    answer = judged(kind, 200, json.dumps(dict(zip(names, (code, words), strict=True))).encode())
    assert (answer.is_taken, answer.error, answer.said) == (False, cause, f"{code} {words}")
    with translation.override("en"):
        assert why_not(cause).endswith(".")


def test_what_is_no_answer_of_a_robot_is_not_taken():
    assert judged("feishu", 200, b'{"code": 0}').is_taken
    assert [judged("wecom", status, b"oops").error for status in (200, 404, 429, 502)] == [
        "no_robot", "no_robot", "too_fast", "busy",
    ]  # fmt: skip
    assert not judged("wecom", 500, b'{"errcode": 0}').is_taken and not judged("wecom", 200, b"[0]").is_taken
    causes = {cause for codes in robot_answers._CAUSES.values() for cause in codes.values()}
    assert causes | {cause for _sign, cause in robot_answers._BY_WORDS} <= set(WHY)
