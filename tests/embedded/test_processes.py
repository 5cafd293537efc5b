"""Processes that outlive the run that started them."""

import os
import shutil
import signal
import subprocess
import sys

import pytest

from embedded import postgres, processes

pytestmark = pytest.mark.skipif(not processes.CAN_LOOK, reason="only Linux shows other processes")
SLEEP = ["sleep", "60"]


@pytest.fixture
def started():
    """Start processes that do not outlive the test."""
    begun = []

    def start(command, **options):
        # A run in the background hands down that SIGINT is ignored.
        begun.append(subprocess.Popen(command, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL), **options))
        return begun[-1]

    yield start
    for process in begun:
        process.kill()
        process.wait()


def test_leftovers_are_known_by_their_mark(started):
    ours = started(SLEEP, env=os.environ | {processes.MARK: "run-1"})
    other = started(SLEEP, env=os.environ | {processes.MARK: "run-2"})
    assert processes.wait_until(lambda: processes.marked("run-1") == [ours.pid], seconds=5)
    processes.end_leftovers("run-1")
    assert ours.wait(5) == -signal.SIGTERM
    assert other.poll() is None


def test_leftover_that_will_not_go_is_killed(started):
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    ours = started([sys.executable, "-c", stubborn], env=os.environ | {processes.MARK: "run-3"}, stdout=subprocess.PIPE)
    ours.stdout.readline()
    processes.end(lambda: processes.marked("run-3"), first=signal.SIGTERM, patience=0.2)
    assert ours.wait(5) == -signal.SIGKILL


def test_orphaned_server_is_ended_and_others_are_left_alone(started, tmp_path):
    data, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    data.mkdir(), elsewhere.mkdir()
    server = shutil.copy(shutil.which("sleep"), tmp_path / "postgres")
    orphan, neighbour = started([server, "60"], cwd=data), started([server, "60"], cwd=elsewhere)
    shell = started(SLEEP, cwd=data)
    (data / "postmaster.pid").write_text(f"{orphan.pid}\n{data}\n")

    assert processes.wait_until(lambda: processes.working_in(data, {"postgres"}) == [orphan.pid], seconds=5)
    postgres.end_orphan(data)

    assert orphan.wait(5) == -signal.SIGINT
    assert not (data / "postmaster.pid").exists()
    assert neighbour.poll() is None and shell.poll() is None


def test_pid_that_means_somebody_else_by_now_is_forgotten(started, tmp_path):
    stranger = started(SLEEP)
    (tmp_path / "postmaster.pid").write_text(f"{stranger.pid}\n{tmp_path}\n")
    postgres.end_orphan(tmp_path)
    assert not (tmp_path / "postmaster.pid").exists()
    assert stranger.poll() is None


@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs setpriv")
def test_child_dies_with_a_killed_parent():
    program = "import subprocess, time\nfrom embedded.processes import dies_with_us\n"
    program += "print(subprocess.Popen([*dies_with_us('TERM'), 'sleep', '60']).pid, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline())
        # The child asks the kernel before it becomes `sleep`; killed earlier, the parent could not take it along.
        assert processes.wait_until(lambda: _program(child) == "sleep", seconds=5)
        parent.kill()
        parent.wait()
    assert processes.wait_until(lambda: _program(child) != "sleep", seconds=5)


def _program(pid):
    try:
        return os.path.basename(os.readlink(f"/proc/{pid}/exe"))
    except OSError:
        return ""
