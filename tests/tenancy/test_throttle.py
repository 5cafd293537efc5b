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
    hit = lambda item, key, cost: reports.append(cost) or limiter.hit(item, key, cost=cost)  # noqa: E731
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
