"""Processes: how they end with us, and how those a killed run left behind are found and ended."""

import os
import pathlib
import shutil
import signal
import time
from collections.abc import Callable, Iterable

# Every process we start carries this variable, so that the next run knows its predecessor's leftovers from strangers.
MARK = "YINJIAN_RUN"

# Only Linux lets us look at other processes; elsewhere (macOS) leftovers are the user's to end.
CAN_LOOK = pathlib.Path("/proc/self/environ").exists()


def dies_with_us(signal_name: str) -> list[str]:
    """Return the command prefix that has the kernel send the signal when our main thread ends, kill -9 included.

    Empty where there is no setpriv.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", signal_name, "--"] if setpriv else []


def end_leftovers(mark: str) -> None:
    """End every process that carries the mark of an earlier run."""
    end(lambda: marked(mark), first=signal.SIGTERM, patience=10)


def marked(mark: str) -> list[int]:
    """Return the processes that carry the mark, except ourselves."""
    wanted = f"{MARK}={mark}".encode()
    return [pid for pid in _all_processes() if pid != os.getpid() and wanted in _environment(pid).split(b"\0")]


def end_servers(folder: pathlib.Path, programs: set[str]) -> None:
    """End the servers an earlier run left working in this folder."""
    # SIGINT is PostgreSQL's quick and clean end; Redis takes it like SIGTERM.
    end(lambda: working_in(folder, programs), first=signal.SIGINT, patience=20)


def working_in(folder: pathlib.Path, programs: set[str]) -> list[int]:
    """Return the processes of these programs whose working folder this is."""
    here = str(folder.resolve())
    return [pid for pid in _all_processes() if _link(pid, "cwd") == here and os.path.basename(_link(pid, "exe")) in programs]


def end(find: Callable[[], list[int]], *, first: signal.Signals, patience: float) -> None:
    """Signal what `find` finds, wait that many seconds for it to go, then kill it."""
    send(find(), first)
    if not wait_until(lambda: not find(), seconds=patience):
        send(find(), signal.SIGKILL)
        wait_until(lambda: not find(), seconds=5)


def send(pids: Iterable[int], number: signal.Signals) -> None:
    """Signal processes, of which some may have gone by now."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def end_group(leader: int) -> None:
    """Kill what is left of a process group whose leader is gone."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Wait for the condition; False when it did not come in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _all_processes() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()] if CAN_LOOK else []


def _link(pid: int, name: str) -> str:
    try:
        return os.readlink(f"/proc/{pid}/{name}")
    except OSError:
        return ""


def _environment(pid: int) -> bytes:
    try:
        return pathlib.Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""
