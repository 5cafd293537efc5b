"""The database and the broker together: which are given, which are ours."""

import contextlib
import os
import pathlib
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from typing import Protocol

from embedded import broker, postgres
from embedded.broker import Redis
from embedded.postgres import Postgres
from embedded.state import StateHeld, hold


class Server(Protocol):
    """What the supervisor needs of a server."""

    name: str

    def start(self) -> None: ...

    def alive(self) -> bool: ...

    def stop(self) -> None: ...


class Servers:
    """The servers of our own that stand in for addresses nobody gave us."""

    def __init__(self, state: pathlib.Path, settings: dict[str, str] = postgres.DEMO) -> None:
        self.postgres = None if os.environ.get("DATABASE_URL") else Postgres(state, settings)
        self.redis = None if os.environ.get("REDIS_URL") else Redis(state)

    @property
    def own(self) -> list[Server]:
        """The servers we started, in the order they start."""
        return [server for server in (self.postgres, self.redis) if server]

    @property
    def addresses(self) -> dict[str, str]:
        """The variables that lead to our servers."""
        variables = {"DATABASE_URL": self.postgres, "REDIS_URL": self.redis}
        return {name: server.url for name, server in variables.items() if server}

    def start(self) -> None:
        """Start them and wait until all answer."""
        for server in self.own:
            server.start()

    def stop(self) -> None:
        """End them, the last one first."""
        for server in reversed(self.own):
            server.stop()


@contextlib.contextmanager
def started(servers: Servers) -> Iterator[Servers]:
    """Run the servers while the block does."""
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()


@contextlib.contextmanager
def throwaway(purpose: str, settings: dict[str, str], *, parent: pathlib.Path | None = None) -> Iterator[Servers]:
    """Run servers on a new folder that goes with the block."""
    parent = parent or pathlib.Path(tempfile.gettempdir())
    _remove_abandoned(parent, purpose)
    folder = parent / f"yinjian-{purpose}-{secrets.token_hex(4)}"
    folder.mkdir(mode=0o711)  # PostgreSQL may run as another user
    try:
        with hold(folder), started(Servers(folder, settings)) as servers:
            yield servers
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned(parent: pathlib.Path, purpose: str) -> None:
    for folder in parent.glob(f"yinjian-{purpose}-*"):
        # A folder that is gone by now, or that somebody holds, is somebody else's.
        with contextlib.suppress(OSError, StateHeld):
            if _is_abandoned(folder):
                _remove(folder)


def _is_abandoned(folder: pathlib.Path) -> bool:
    # A folder less than a minute old may have been made and not yet held.
    facts = folder.stat()
    return facts.st_uid == os.geteuid() and time.time() - facts.st_mtime > 60


def _remove(folder: pathlib.Path) -> None:
    with hold(folder):
        postgres.end_orphan(folder / "postgres")
        broker.end_orphan(folder / "redis")
        shutil.rmtree(folder)
