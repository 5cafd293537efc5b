"""Clients over HTTP with connections that stay open, and the servers that they ask."""

import os
import random
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

CONNECTIONS = 4


@contextmanager
def serving(application: str, *, workers: int = 1, threads: int = 4, **environment: str) -> Iterator[tuple[str, int]]:
    """Serve a WSGI application as production does: Granian, one worker unless told otherwise."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", application, "--host", "127.0.0.1", "--port", str(port),
         "--workers", str(workers), "--blocking-threads", str(threads), "--no-ws", "--log-level", "error"],
        env=os.environ | environment,
    )  # fmt: skip
    try:
        _wait(f"http://127.0.0.1:{port}/healthz")
        yield "127.0.0.1", port
    finally:
        process.terminate()
        process.wait(20)


def _wait(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=2)
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(address)


def per_second(place: tuple[str, int], path: str, *, seconds: float, headers: dict[str, str] | None = None) -> float:
    """Requests a second of all connections together; an answer that is not 200 ends the measurement."""
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{place[1]}", *(f"{k}: {v}" for k, v in (headers or {}).items())]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    counts: list[int] = []
    ends = time.perf_counter() + seconds
    crowd = [threading.Thread(target=_ask, args=(place, request, ends, counts)) for _ in range(CONNECTIONS)]
    begun = time.perf_counter()
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert len(counts) == CONNECTIONS, "a client failed"
    return sum(counts) / (time.perf_counter() - begun)


def _ask(place: tuple[str, int], request: bytes, ends: float, counts: list[int]) -> None:
    done = 0
    with socket.create_connection(place) as wire:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.perf_counter() < ends:
            wire.sendall(request)
            _read(wire)
            done += 1
    counts.append(done)


def _read(wire: socket.socket, status: int = 200) -> None:
    held = b""
    while b"\r\n\r\n" not in held:
        held += wire.recv(262_144)
    head, _, body = held.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d" % status), held[:600]
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), None)
    if length is None:  # chunked: it ends with an empty chunk
        while not body.endswith(b"0\r\n\r\n"):
            body += wire.recv(262_144)
        return
    missing = length - len(body)
    while missing > 0:
        missing -= len(wire.recv(262_144))


# --- many different requests, and how long each took -----------------------------------------------------------------


@dataclass(frozen=True)
class Pace:
    per_second: float
    p99_ms: float


def pace(
    place: tuple[str, int],
    paths: Sequence[str],
    *,
    seconds: float,
    connections: int,
    headers: dict[str, str],
    status: int = 200,
) -> Pace:
    """Ask for paths at random, each connection one at a time; another status than this ends the measurement."""
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    wires = [socket.create_connection(place) for _ in range(connections)]
    times: list[float] = []
    ends = time.perf_counter() + seconds

    def ask(wire: socket.socket) -> None:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while (begun := time.perf_counter()) < ends:
            wire.sendall(f"GET {random.choice(paths)} HTTP/1.1\r\nHost: 127.0.0.1:{place[1]}\r\n{head}\r\n".encode())
            _read(wire, status)
            times.append(time.perf_counter() - begun)

    crowd = [threading.Thread(target=ask, args=(wire,)) for wire in wires]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    for wire in wires:
        wire.close()
    assert times, "all clients failed"
    return Pace(len(times) / seconds, 1000 * sorted(times)[int(len(times) * 0.99)])
