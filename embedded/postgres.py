"""A PostgreSQL server of our own: makes the cluster, starts it, ends it."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import psycopg2
from psycopg2 import sql

from embedded import machine, processes, unprivileged
from embedded.logs import open_log, tail
from embedded.state import secret, write_private

SUPERUSER, OWNER, DATABASE = "yinjian_super", "yinjian_owner", "yinjian"

LOCALE = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"

# A young database needs its statistics soon: without them the planner guesses one row behind every policy.
DEMO = {"shared_buffers": "128MB", "max_connections": "100", "autovacuum_naptime": "15s"}
# A test cluster is thrown away: nothing in it has to survive a power cut.
TEST = DEMO | {"max_connections": "200", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
BENCH = {"shared_buffers": "1GB", "max_connections": "200", "max_wal_size": "4GB"}


class ServerFailed(Exception):
    """A server ended while it was starting."""


class Postgres:
    """A PostgreSQL server whose data lies in the state folder."""

    name = "postgres"

    def __init__(self, state: pathlib.Path, settings: dict[str, str] = DEMO) -> None:
        self.settings = settings
        self.account, self.version = _account_and_version(state)
        self.state = self.account.state
        self.data = self.state / "postgres"
        self.password = secret(state, "postgres")
        self.port = machine.free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The owner's address of the database."""
        return self.address(OWNER, DATABASE)

    def address(self, user: str, database: str) -> str:
        """Return a URL; all our roles share a password that never leaves this machine."""
        return f"postgresql://{user}:{self.password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server, making its cluster, owner and database the first time."""
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()
        end_orphan(self.data)
        self._launch()
        self._await()
        self._make_owner_and_database()

    def alive(self) -> bool:
        """Tell whether the server runs."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """End the server; open transactions are rolled back."""
        if not self.alive():
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(10)

    def _make_cluster(self) -> None:
        scratch, password = self.state / "postgres.scratch", self.state / "postgres.password"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(mode=0o700)
        write_private(password, self.password)
        self.account.give(scratch, password)
        self._initdb(scratch, password)
        password.unlink()
        scratch.rename(self.data)  # last, so that a killed initdb never leaves half a cluster under the real name

    def _initdb(self, folder: pathlib.Path, password: pathlib.Path) -> None:
        options = ["--auth=scram-sha-256", "--encoding=UTF8", f"--locale={LOCALE}", "--no-sync", "--no-instructions"]
        command = [self._program("initdb"), "-D", folder, "-U", SUPERUSER, f"--pwfile={password}", *options]
        made = subprocess.run(
            [*self.account.prefix, *map(str, command)],
            capture_output=True,
            text=True,
            cwd="/",
            env=self._environment(),
            **self.account.arguments,
        )
        if made.returncode:
            raise ServerFailed(f"initdb failed:\n{made.stdout}{made.stderr}")

    def _launch(self) -> None:
        settings = LISTENING | _shared_memory() | self.settings
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        server = [str(self._program("postgres")), "-D", str(self.data), "-p", str(self.port), *options]
        with open_log(self.state / "postgres.log") as log:
            # The namespace comes first: entering one clears what setpriv asked for.
            self.process = subprocess.Popen(
                [*self.account.prefix, *processes.dies_with_us("INT"), *server],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=self._environment(),
                start_new_session=True,
                **self.account.arguments,
            )

    def _await(self, seconds: float = 120) -> None:
        # Generous: after a crash the server replays its log before it answers.
        deadline = time.monotonic() + seconds
        while True:
            try:
                return psycopg2.connect(self.address(SUPERUSER, "postgres"), connect_timeout=3).close()
            except psycopg2.OperationalError as error:
                if not self.alive() or time.monotonic() > deadline:
                    raise ServerFailed(f"PostgreSQL did not start: {error}\n{tail(self.state / 'postgres.log')}") from None
            time.sleep(0.05)

    def _make_owner_and_database(self) -> None:
        connection = psycopg2.connect(self.address(SUPERUSER, "postgres"))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                _make_owner(cursor, self.password)
                _make_database(cursor)
        finally:
            connection.close()

    def _program(self, name: str) -> pathlib.Path:
        return self.account.programs / name

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.defpath, "LC_ALL": LOCALE, "HOME": str(self.state)}


# Sockets in the file system would need a short path that the server's account can write to; TCP needs neither.
LISTENING = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "log_min_messages": "warning"}


def end_orphan(data: pathlib.Path) -> None:
    """End the server that a killed run left on this data, and forget a pid that means somebody else by now.

    Call it only while holding the state folder: nobody else may be running a server there. The pid file goes only when
    no process of that server is left, because it is also what keeps a second server off the first one's memory.
    """
    processes.end_servers(data, {"postgres"})
    if processes.CAN_LOOK:
        (data / "postmaster.pid").unlink(missing_ok=True)


def _account_and_version(state: pathlib.Path) -> tuple[unprivileged.Account, machine.Version]:
    programs, version = machine.find_postgres()
    account = unprivileged.choose(programs, state)
    major = data_version(account.state / "postgres")
    if major in (None, version[0]):
        return account, version
    programs, version = machine.find_postgres(major=major)
    return unprivileged.choose(programs, state), version


def data_version(data: pathlib.Path) -> int | None:
    """Return the major version of PostgreSQL that made the data; None when there is none yet."""
    try:
        return int((data / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def _shared_memory() -> dict[str, str]:
    # Containers often get 64 MB of /dev/shm, too little for a parallel query.
    try:
        roomy = shutil.disk_usage("/dev/shm").total >= 256 * 1024 * 1024
    except OSError:
        return {}
    return {} if roomy else {"dynamic_shared_memory_type": "mmap"}


def _make_owner(cursor: "psycopg2.extensions.cursor", password: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER])
    verb = sql.SQL("ALTER" if cursor.fetchone() else "CREATE")
    statement = sql.SQL("{} ROLE {} LOGIN CREATEDB CREATEROLE NOSUPERUSER NOBYPASSRLS PASSWORD %s")
    cursor.execute(statement.format(verb, sql.Identifier(OWNER)), [password])


def _make_database(cursor: "psycopg2.extensions.cursor") -> None:
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
    if cursor.fetchone() is None:
        cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))
