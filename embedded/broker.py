"""A Redis or Valkey server of our own."""

import pathlib
import subprocess
import time

from redis import Redis as Client
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, ConnectionError, TimeoutError
from redis.retry import Retry

from embedded import machine, processes
from embedded.logs import open_log, tail
from embedded.postgres import ServerFailed
from embedded.state import secret, write_private

# Debian's redis-server is a link to redis-check-rdb.
PROGRAMS = {"valkey-server", "redis-server", "redis-check-rdb"}

# Never drop a key to make room: what lies here is queued work.
CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
"""


class Redis:
    """A Redis or Valkey server whose data lies in the state folder."""

    name = "redis"

    def __init__(self, state: pathlib.Path) -> None:
        self.state, self.folder = state, state / "redis"
        self.program, self.version = machine.find_redis()
        self.password = secret(state, "redis")
        self.port = machine.free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address, without a database number."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        end_orphan(self.folder)
        self._write_configuration()
        self._launch()
        self._await()

    def alive(self) -> bool:
        """Tell whether the server runs."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """End the server; it writes what it still holds."""
        if not self.alive():
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)

    def _write_configuration(self) -> None:
        # In a file and not in the arguments, which every user of the machine can read.
        facts = {"port": self.port, "password": self.password, "folder": self.folder}
        write_private(self.state / "redis.conf", CONFIGURATION.format(**facts))

    def _launch(self) -> None:
        with open_log(self.state / "redis.log") as log:
            self.process = subprocess.Popen(
                [*processes.dies_with_us("TERM"), self.program, str(self.state / "redis.conf")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )

    def _await(self, seconds: float = 60) -> None:
        # The client's own patience (seconds between attempts) is for servers that are far away.
        client = Client(port=self.port, password=self.password, retry=Retry(NoBackoff(), 0))
        deadline = time.monotonic() + seconds
        with client:
            while not _answers(client):
                if not self.alive() or time.monotonic() > deadline:
                    raise ServerFailed(f"Redis did not start:\n{tail(self.state / 'redis.log')}")
                time.sleep(0.03)


def end_orphan(folder: pathlib.Path) -> None:
    """End the server that a killed run left: two of them on one append-only file would ruin it."""
    processes.end_servers(folder, PROGRAMS)


def _answers(client: Client) -> bool:
    try:
        return client.ping()
    except (ConnectionError, TimeoutError, BusyLoadingError):
        return False
