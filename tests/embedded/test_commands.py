"""The commands behind ./run."""

import subprocess
import sys

import pytest

from embedded import __main__ as commands
from embedded import state


@pytest.mark.parametrize(
    ("arguments", "spread"),
    [
        ([], True),
        (["tests/crm", "--slow"], True),
        (["-n", "4"], False),
        (["-n0"], False),
        (["--numprocesses=3"], False),
        (["-p", "no:xdist"], False),
        (["tests/crm/test_merge.py::test_it"], False),
    ],
)
def test_tests_spread_unless_the_arguments_decide(arguments, spread):
    assert bool(commands.spread(arguments)) == spread


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "http://127.0.0.1:8000"), ("0.0.0.0", "http://127.0.0.1:8000"), ("crm.local", "http://crm.local:8000")],
)
def test_address_is_one_a_browser_here_can_open(host, address):
    assert commands.address(commands.parse(["--host", host])) == address


def test_command_answers_with_its_exit_code(monkeypatch):
    monkeypatch.setattr(commands.signal, "signal", lambda *_: None)
    assert commands.call([sys.executable, "-c", "raise SystemExit(3)"], {}) == 3


def test_second_run_on_the_same_folder_is_refused(tmp_path):
    with state.hold(tmp_path):
        second = subprocess.run(
            [sys.executable, "-m", "embedded", "--port", "0"],
            cwd=commands.PROJECT, env={"YINJIAN_STATE_DIR": str(tmp_path)}, capture_output=True, text=True, timeout=20,
        )  # fmt: skip
    assert second.returncode == 1
    assert "another ./run uses" in second.stdout


def test_manage_uses_the_servers_that_run(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(commands, "call", lambda command, environment: seen.append(environment["DATABASE_URL"]) or 0)
    monkeypatch.setenv("YINJIAN_STATE_DIR", str(tmp_path))
    state.publish(tmp_path, {"DATABASE_URL": "postgresql://theirs"})
    with state.hold(tmp_path):
        assert commands.manage(["check"]) == 0
    assert seen == ["postgresql://theirs"]
