"""So many requests of a key: exact where few are allowed, told Redis in bundles where many are."""

from types import SimpleNamespace

import pytest

from foundation.ids import new_id
from tenancy import throttle


@pytest.fixture
def throttled(monkeypatch):
    """Ask as often as told, as one key with this rate; gives what was answered."""

    def ask(times: int, rate: str, key) -> list[bool]:
        monkeypatch.setattr(throttle.KeyThrottle, "THROTTLE_RATES", {"key": rate})
        request = SimpleNamespace(auth=SimpleNamespace(key_id=key))
        return [throttle.KeyThrottle().allow_request(request, None) for _ in range(times)]

    return ask


@pytest.fixture
def told(monkeypatch):
    """What Redis was told of, report by report."""
    reports, limiter = [], throttle._limiter()

    def hit(item, key, cost: int) -> bool:
        reports.append(cost)
        return limiter.hit(item, key, cost=cost)

    monkeypatch.setattr(throttle, "_limiter", lambda: SimpleNamespace(hit=hit))
    return reports


def test_the_fourth_of_three_is_refused(throttled, told):
    assert throttled(5, "3/min", new_id()) == [True] * 3 + [False] * 2
    assert told == [1] * 5


def test_of_many_a_hundredth_waits_to_be_told(throttled, told):
    assert all(throttled(25, "1000/hour", new_id()))
    assert told == [1, 11, 11]  # two more wait


def test_what_waits_counts_in_the_end(throttled, told):
    key = new_id()
    answers = throttled(260, "200/hour", key)
    assert 200 <= answers.count(True) <= 202
    assert answers[-1] is False


def test_other_keys_have_their_own(throttled):
    assert throttled(4, "3/min", new_id())[-1] is False
    assert throttled(1, "3/min", new_id()) == [True]


def test_processes_together_pass_at_most_a_hundredth_more_each(throttled, monkeypatch):
    key, passed = new_id(), 0
    processes = [throttle._Unreported() for _ in range(3)]
    for _ in range(30):
        for process in processes:
            monkeypatch.setattr(throttle, "_unreported", process)
            passed += sum(throttled(10, "400/hour", key))
    assert 400 - 3 * 4 <= passed <= 400 + 3 * 4


def test_what_waits_is_told_after_a_second(throttled, told, monkeypatch):
    key = new_id()
    throttled(5, "1000/hour", key)
    at = throttle.time.monotonic()
    monkeypatch.setattr(throttle.time, "monotonic", lambda: at + 1.0)
    throttled(1, "1000/hour", key)
    assert told == [1, 5]
