"""Keeping things alive and ending them together."""

import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

from embedded import processes, supervisor
from embedded.postgres import ServerFailed

PROJECT = pathlib.Path(__file__).resolve().parents[2]

# A run with two toy children; each has a worker of its own, as web server and Celery do.
TOY = """
import pathlib, sys
from embedded.supervisor import Child, Stopped, ignore_signals, keep_alive, stop_all, stop_on_signals
stop_on_signals()
script = "sleep 60 & echo up $$ $!; wait"
where = {"folder": pathlib.Path("/"), "environment": {"PATH": "/usr/bin:/bin"}}
children = [Child(name, ["sh", "-c", script], **where) for name in "ab"]
try:
    for child in children:
        child.start()
    keep_alive(children, rest=0.05)
except Stopped:
    stop_all(children)
    print("stopped", flush=True)
"""


class Run:
    """The toy run, and what it said."""

    def __init__(self):
        self.process = subprocess.Popen([sys.executable, "-c", TOY], cwd=PROJECT, stdout=subprocess.PIPE, text=True)

    def next_start(self):
        """Return the name, pid and worker's pid of the child that started next."""
        for line in self.process.stdout:
            if " up " in line:
                name, _, _, pid, worker = line.split()
                return name, int(pid), int(worker)
        raise AssertionError("the run ended")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate(timeout=10)


def _gone(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")")[1].split()[0] == "Z"
    except OSError:
        return True


linux = pytest.mark.skipif(not processes.CAN_LOOK, reason="only Linux shows other processes")


@linux
def test_killed_child_comes_back_without_its_old_worker():
    with Run() as run:
        started = {name: (pid, worker) for name, pid, worker in (run.next_start(), run.next_start())}
        pid, worker = started["a"]
        os.kill(pid, signal.SIGKILL)
        name, new_pid, _ = run.next_start()
        assert name == "a" and new_pid != pid
        assert processes.wait_until(lambda: _gone(worker), seconds=5)
        assert not _gone(started["b"][0])


@linux
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_everything(number):
    with Run() as run:
        pids = [pid for _ in "ab" for pid in run.next_start()[1:]]
        run.process.send_signal(number)
        output, _ = run.process.communicate(timeout=10)
        assert "stopped" in output and run.process.returncode == 0
        assert processes.wait_until(lambda: all(map(_gone, pids)), seconds=5)


def test_two_processes_never_share_a_line():
    """Four voices at once; each line is whole and has its speaker's name."""
    script = """
import threading
from embedded.supervisor import show
voices = [threading.Thread(target=show, args=(name, [f"{name * 40}\\n"] * 2000)) for name in "abcd"]
for voice in voices: voice.start()
for voice in voices: voice.join()
"""
    spoken = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True)
    lines = spoken.stdout.splitlines()
    assert len(lines) == 8000
    assert all(line.endswith(f"{name} | {name * 40}") for line in lines for name in [line.split()[0]])


def test_pause_doubles_up_to_half_a_minute():
    assert [supervisor.pause_after(crashes) for crashes in (1, 2, 3, 6, 7, 100)] == [0.5, 1, 2, 16, 30, 30]


class Toy:
    """A thing that can fail to start."""

    name = "toy"

    def __init__(self):
        self.starts, self.fails, self.lives = 0, False, False

    def alive(self):
        return self.lives

    def start(self):
        self.starts += 1
        if self.fails:
            raise ServerFailed("no room left on device")
        self.lives = True


@pytest.fixture
def clock():
    class Clock:
        now = 1000.0

        def __call__(self):
            return self.now

    return Clock()


@pytest.fixture
def toy():
    return Toy()


@pytest.fixture
def kept(toy, clock):
    toy.lives = True
    return supervisor.Kept(toy, clock=clock)


def test_living_thing_is_left_alone(kept, toy):
    kept.look_after()
    assert toy.starts == 0


def test_dead_thing_starts_when_its_pause_is_over(kept, toy, clock):
    toy.lives = False
    kept.look_after()
    assert toy.starts == 0
    clock.now += 0.5
    kept.look_after()
    assert toy.starts == 1


def test_failing_start_is_tried_again_later_and_later(kept, toy, clock):
    toy.lives, toy.fails = False, True
    moments = []
    while len(moments) < 4:
        before = toy.starts
        kept.look_after()
        if toy.starts > before:
            moments.append(clock.now - 1000)
        clock.now += 0.25
    assert moments == [0.5, 1.75, 4.0, 8.25]


def test_crash_after_a_good_life_counts_as_the_first(kept, toy, clock):
    kept.crashes = 9
    clock.now += 61
    toy.lives = False
    kept.look_after()
    assert kept.crashes == 1


def test_reader_that_went_away_does_not_stop_the_child():
    program = "import io, sys, os\nfrom embedded.supervisor import show\nsys.stdin.readline()\n"
    program += "show('web', io.StringIO('line\\n' * 10000)); os.write(2, b'read it all')"
    child = subprocess.Popen(
        [sys.executable, "-c", program], cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    child.stdout.close()
    child.stdin.write(b"go\n")
    child.stdin.flush()
    begun = time.monotonic()
    assert b"read it all" in child.stderr.read()
    assert time.monotonic() - begun < 10
    child.kill()
    child.wait()
