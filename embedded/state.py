"""The state folder: who holds it, its secrets, and how others reach the servers that run from it."""

import contextlib
import fcntl
import json
import os
import pathlib
import secrets
from collections.abc import Iterator


class StateHeld(Exception):
    """Another process holds the state folder."""


def state_folder(project: pathlib.Path) -> pathlib.Path:
    """Return the absolute path of the state folder, making it if need be."""
    folder = pathlib.Path(os.environ.get("YINJIAN_STATE_DIR") or project / ".data").absolute()
    # Others may pass through (PostgreSQL may run as another user) but not look around.
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def hold(state: pathlib.Path) -> Iterator[None]:
    """Hold the state folder while the block runs; StateHeld when another process does.

    The kernel lets go of the lock when we die, however we die.
    """
    with open(state / ".lock", "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StateHeld(str(state)) from None
        yield


@contextlib.contextmanager
def visit(state: pathlib.Path) -> Iterator[None]:
    """Tell the holder that we use its servers while the block runs."""
    with open(state / ".guests", "a") as guests:
        fcntl.flock(guests, fcntl.LOCK_SH)
        yield


def wait_for_guests(state: pathlib.Path) -> None:
    """Return when nobody visits any more."""
    with open(state / ".guests", "a") as guests:
        fcntl.flock(guests, fcntl.LOCK_EX)


def secret(state: pathlib.Path, name: str) -> str:
    """Return the secret of that name, made the first time and readable by us alone."""
    path = state / f"{name}.secret"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32))
    return path.read_text()


def write_private(path: pathlib.Path, text: str) -> None:
    """Write a file that nobody else can read at any moment, and that is never seen half written."""
    scratch = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w") as file:
        file.write(text)
    scratch.rename(path)


def publish(state: pathlib.Path, addresses: dict[str, str]) -> None:
    """Leave the servers' addresses for other commands to find."""
    write_private(_connection(state), json.dumps(addresses))


def withdraw(state: pathlib.Path) -> None:
    """Take the addresses back; done before the servers stop."""
    _connection(state).unlink(missing_ok=True)


def published(state: pathlib.Path) -> dict[str, str] | None:
    """Return the addresses the holder left, or None."""
    try:
        return json.loads(_connection(state).read_text())
    except FileNotFoundError:
        return None


def _connection(state: pathlib.Path) -> pathlib.Path:
    return state / "connection.json"
