"""The state folder."""

import pathlib
import stat
import subprocess
import sys

import pytest

from embedded import state

PROJECT = pathlib.Path(__file__).resolve().parents[2]


def test_folder_has_one_holder(tmp_path):
    with state.hold(tmp_path), pytest.raises(state.StateHeld), state.hold(tmp_path):
        pass


def test_folder_is_free_after_its_holder_was_killed(tmp_path):
    program = "import sys, time, pathlib\nfrom embedded.state import hold\nwith hold(pathlib.Path(sys.argv[1])):\n"
    program += "    print('held', flush=True); time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(state.StateHeld), state.hold(tmp_path):
            pass
        holder.kill()
        holder.wait()
    with state.hold(tmp_path):
        pass


def test_secret_stays_the_same_and_is_ours_alone(tmp_path):
    secret = state.secret(tmp_path, "django")
    assert len(secret) >= 40
    assert state.secret(tmp_path, "django") == secret
    assert stat.S_IMODE((tmp_path / "django.secret").stat().st_mode) == 0o600


def test_addresses_are_found_until_withdrawn(tmp_path):
    assert state.published(tmp_path) is None
    state.publish(tmp_path, {"DATABASE_URL": "postgresql://somewhere"})
    assert state.published(tmp_path) == {"DATABASE_URL": "postgresql://somewhere"}
    assert stat.S_IMODE((tmp_path / "connection.json").stat().st_mode) == 0o600
    state.withdraw(tmp_path)
    assert state.published(tmp_path) is None
