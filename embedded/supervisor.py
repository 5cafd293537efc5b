"""Keeps processes and servers alive, and ends them together."""

import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import IO

from embedded import processes
from embedded.postgres import ServerFailed
from embedded.servers import Server

# A child that ends again and again is started after 0.5, 1, 2 ... and at last every 30 seconds, for ever:
# what it lacks (the disk, the network) may come back.
SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
# After a minute of life a crash counts as the first one.
GOOD_LIFE = 60.0


def say(text: str) -> None:
    """Print a line of our own."""
    print(f"    run | {text}", flush=True)


class Child:
    """A process whose output is shown under its name."""

    def __init__(self, name: str, command: Sequence[str], *, folder: pathlib.Path, environment: dict[str, str]) -> None:
        self.name, self.command, self.folder, self.environment = name, command, folder, environment
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the process; called from the main thread, with which the kernel ends it."""
        self.process = subprocess.Popen(
            [*processes.dies_with_us("TERM"), *self.command],
            cwd=self.folder,
            env=self.environment,
            start_new_session=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        threading.Thread(target=show, args=(self.name, self.process.stdout), daemon=True).start()

    def alive(self) -> bool:
        """Tell whether the process runs; what a dead one leaves of its group (workers on our port) goes with it."""
        if self.process is None:
            return False
        if self.process.poll() is None:
            return True
        processes.end_group(self.process.pid)
        return False

    def ask_to_stop(self) -> None:
        """Ask the process to end what it is doing and go."""
        if self.alive():
            self.process.terminate()

    def stop(self, patience: float = 20) -> None:
        """End the process and its group, by force when it takes too long."""
        self.ask_to_stop()
        if self.process is None:
            return
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            pass
        processes.end_group(self.process.pid)
        self.process.wait()


class Kept:
    """A child or server that is started again when it ends, more and more slowly while it keeps ending."""

    def __init__(self, thing: "Child | Server", *, clock: Callable[[], float] = time.monotonic) -> None:
        self.thing, self.clock = thing, clock
        self.crashes, self.started_at, self.due_at = 0, clock(), None

    def look_after(self) -> None:
        """Start the thing if it has ended and its pause is over."""
        if self.thing.alive():
            return
        if self.due_at is None:
            self._schedule()
        if self.clock() >= self.due_at:
            self._start_again()

    def _schedule(self) -> None:
        lived_well = self.clock() - self.started_at > GOOD_LIFE
        self.crashes = 1 if lived_well else self.crashes + 1
        pause = pause_after(self.crashes)
        self.due_at = self.clock() + pause
        say(f"{self.thing.name} ended, starting it again in {pause:g} s")

    def _start_again(self) -> None:
        self.due_at, self.started_at = None, self.clock()
        try:
            self.thing.start()
        except (ServerFailed, OSError) as error:
            say(f"{self.thing.name}: {error}")


def pause_after(crashes: int) -> float:
    """Return how long to wait before the next start, in seconds."""
    return min(SHORTEST_PAUSE * 2 ** min(crashes - 1, 10), LONGEST_PAUSE)


def keep_alive(things: Sequence["Child | Server"], *, rest: float = 0.25) -> None:
    """Look after the things until a signal raises Stopped here."""
    kept = [Kept(thing) for thing in things]
    while True:
        for one in kept:
            one.look_after()
        time.sleep(rest)


def stop_all(children: Sequence[Child]) -> None:
    """End the children, all at the same time."""
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.stop()


class Stopped(BaseException):
    """Somebody asked us to stop. Like KeyboardInterrupt no `except Exception` holds it up."""


def stop_on_signals() -> None:
    """Let Ctrl-C, a closed terminal and `kill` raise Stopped, once: the second one would interrupt the tidying up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)


def ignore_signals() -> None:
    """Ignore them from here on."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _stop(number: int, frame: object) -> None:
    ignore_signals()
    raise Stopped


def show(name: str, lines: IO[str]) -> None:
    """Print a process's output under its name."""
    colour = COLOURS.get(name) if sys.stdout.isatty() else None
    label = f"\x1b[{colour}m{name:>7} |\x1b[0m" if colour else f"{name:>7} |"
    for line in lines:
        try:
            # One piece of text: two processes that speak at once must not share a line.
            print(f"{label} {line}", end="", flush=True)
        except OSError:
            # Nobody reads us any more (`./run | head`); keep reading, or the process would stand still.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


COLOURS = {"web": 32, "worker": 33, "beat": 35}
