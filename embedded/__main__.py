"""The commands behind ./run, once the packages are there: serve, test, manage, bench."""

import argparse
import os
import pathlib
import secrets
import signal
import subprocess
import sys
import threading
import time
import urllib.request

from embedded import machine, postgres, processes
from embedded.machine import NoServer
from embedded.postgres import ServerFailed
from embedded.servers import Servers, started, throwaway
from embedded.state import (
    StateHeld,
    hold,
    publish,
    published,
    secret,
    state_folder,
    visit,
    wait_for_guests,
    withdraw,
    write_private,
)
from embedded.supervisor import Child, Stopped, ignore_signals, keep_alive, say, stop_all, stop_on_signals

PROJECT = pathlib.Path(__file__).resolve().parent.parent
PYTHON = sys.executable
MANAGE = [PYTHON, "manage.py"]


def main(arguments: list[str]) -> int:
    """Do what the first word says; without one, serve."""
    commands = {"test": test, "manage": manage, "bench": bench}
    command = commands.get(arguments[0]) if arguments else None
    try:
        return command(arguments[1:]) if command else serve(parse(arguments))
    except (NoServer, ServerFailed, StepFailed, PermissionError) as error:
        say(str(error))
        return 1


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the options of ./run itself."""
    parser = argparse.ArgumentParser(prog="./run", epilog="Also: ./run test, ./run manage, ./run bench")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--no-demo", action="store_true", help="do not load demo data")
    return parser.parse_args(arguments)


# --- serve -------------------------------------------------------------------------------------------------------------


def serve(options: argparse.Namespace) -> int:
    """Start everything and keep it alive until told to stop."""
    stop_on_signals()
    state = state_folder(PROJECT)
    try:
        with hold(state):
            return _serve(options, state)
    except StateHeld:
        say(f"another ./run uses {state}; end it first, or give this one its own YINJIAN_STATE_DIR")
        return 1
    except Stopped:
        return 130


def _serve(options: argparse.Namespace, state: pathlib.Path) -> int:
    begun, mark = float(os.environ.get("YINJIAN_BEGUN") or time.time()), _succeed_earlier_run(state)
    if not machine.is_free(options.host, options.port):
        say(f"port {options.port} on {options.host} is in use; try ./run --port {options.port + 1}")
        return 1
    servers, children = Servers(state), []
    try:
        servers.start()
        environment = prepare_environment(state, servers, options) | {processes.MARK: mark}
        _introduce(servers)
        guide = _prepare(environment, demo=not options.no_demo)
        children += make_children(options, state, environment)
        for child in children:
            child.start()
        # In a thread of its own, so that a child that ends meanwhile is looked after.
        threading.Thread(target=_announce, args=(options, begun, guide), daemon=True).start()
        keep_alive([*servers.own, *children])
    finally:
        ignore_signals()
        say("stopping ...")
        withdraw(state)
        stop_all(children)
        servers.stop()
        say("stopped")


def _succeed_earlier_run(state: pathlib.Path) -> str:
    """End what a killed run left behind and return the mark of this one."""
    withdraw(state)
    file = state / "run.mark"
    if file.exists():
        processes.end_leftovers(file.read_text())
    mark = secrets.token_hex(8)
    write_private(file, mark)
    return mark


# What `./run manage` in another terminal needs to work on the same installation.
TOLD = ("YINJIAN_MODE", "PUBLIC_URL", "SECRET_KEY", "DATA_KEYS", "DATABASE_URL", "SERVING_DATABASE_URL", "REDIS_URL")


def prepare_environment(state: pathlib.Path, servers: Servers, options: argparse.Namespace | None = None) -> dict[str, str]:
    """Return the variables our processes get, and publish the servers' addresses for other commands."""
    defaults = {"YINJIAN_MODE": "demo"}
    if options:
        defaults["PUBLIC_URL"] = address(options)
    environment = defaults | os.environ | servers.addresses
    if environment["YINJIAN_MODE"] == "demo":
        environment.setdefault("SECRET_KEY", secret(state, "django"))
    publish(state, {name: environment[name] for name in TOLD if name in environment})
    return environment


def _introduce(servers: Servers) -> None:
    for server in servers.own:
        version = ".".join(map(str, server.version))
        say(f"{server.name} {version} on 127.0.0.1:{server.port}, data in {server.state}")


def _prepare(environment: dict[str, str], *, demo: bool) -> str:
    """Bring database, static files and demo data up to date; return what the demo has to say."""
    # Static files need no database, so they go their own way meanwhile.
    static = _launch(["collectstatic", "--noinput", "-v0"], environment)
    try:
        _finish("migrate", _launch(["migrate", "--noinput", "-v0"], environment))
        guide = _finish("demo", _launch(["demo"], environment, stdout=subprocess.PIPE)) if demo else ""
        _finish("collectstatic", static)
    finally:
        static.kill()
    return guide


class StepFailed(Exception):
    """One of the preparations did not work."""


def _launch(arguments: list[str], environment: dict[str, str], **pipes: int) -> subprocess.Popen[str]:
    command = [*processes.dies_with_us("KILL"), *MANAGE, *arguments]
    return subprocess.Popen(command, cwd=PROJECT, env=environment, text=True, **pipes)


def _finish(step: str, process: subprocess.Popen[str]) -> str:
    try:
        output, _ = process.communicate()
    finally:
        process.kill()
    if process.returncode:
        raise StepFailed(f"manage.py {step} failed")
    return output or ""


def make_children(options: argparse.Namespace, state: pathlib.Path, environment: dict[str, str]) -> list[Child]:
    """Return the web server, the worker and the clock."""
    # Celery warns of root, who may well run a demo; the image for real use has a user of its own.
    celery = [PYTHON, "-W", "ignore:You're running the worker", "-m", "celery", "-q", "-A", "config"]
    commands = {
        "web": web_command(options),
        # Gossip and mingle are for workers that talk to each other; they cost two seconds at the start.
        "worker": [*celery, "worker", "-l", "WARNING", "-c", "2", "--without-gossip", "--without-mingle"],
        "beat": [*celery, "beat", "-l", "WARNING", "-s", str(state / "beat"), "--pidfile="],
    }
    return [Child(name, command, folder=PROJECT, environment=environment) for name, command in commands.items()]


def web_command(options: argparse.Namespace) -> list[str]:
    """Return the command that starts the web server."""
    where = ["--host", options.host, "--port", str(options.port)]
    size = ["--workers", "2", "--blocking-threads", "4"]
    manners = ["--respawn-failed-workers", "--workers-kill-timeout", "10", "--no-ws", "--log-level", "warning"]
    return [PYTHON, "-m", "granian", "--interface", "wsgi", "config.wsgi:application", *where, *size, *manners]


def address(options: argparse.Namespace) -> str:
    """Return the address a browser on this machine uses."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}
    return f"http://{everywhere.get(options.host, options.host)}:{options.port}"


def _announce(options: argparse.Namespace, begun: float, guide: str) -> None:
    """Say that we are ready as soon as the health check answers, and what there is to see."""
    while not _answers(f"{address(options)}/healthz"):
        time.sleep(0.2)
    say(f"ready in {time.time() - begun:.1f} s: {address(options)}/ (Ctrl-C stops everything)")
    print(guide, end="", flush=True)


def _answers(url: str) -> bool:
    try:
        return urllib.request.urlopen(url, timeout=2).status == 200
    except OSError:
        return False


# --- the other commands ------------------------------------------------------------------------------------------------


def test(arguments: list[str]) -> int:
    """Run pytest; the plugin starts servers of its own."""
    environment = {"YINJIAN_MODE": "test"} | os.environ
    return call([PYTHON, "-m", "pytest", *spread(arguments), *arguments], environment)


def spread(arguments: list[str]) -> list[str]:
    """Return the options that spread the tests over two processes, unless the arguments say or mean otherwise."""
    decided = any(one.startswith(("-n", "--numprocesses")) or "no:xdist" in one or "::" in one for one in arguments)
    return [] if decided else ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]


def manage(arguments: list[str]) -> int:
    """Run manage.py on the servers that run, or on our own if none do."""
    state = state_folder(PROJECT)
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            with hold(state):
                return _manage_as_host(arguments, state)
        except StateHeld:
            code = _manage_as_guest(arguments, state)
        if code is not None:
            return code
        time.sleep(0.1)  # the holder is starting or stopping
    raise StepFailed(f"whoever uses {state} does not say where the servers are")


def _manage_as_host(arguments: list[str], state: pathlib.Path) -> int:
    _succeed_earlier_run(state)
    with started(Servers(state)) as servers:
        try:
            return call([*MANAGE, *arguments], prepare_environment(state, servers))
        finally:
            withdraw(state)
            wait_for_guests(state)


def _manage_as_guest(arguments: list[str], state: pathlib.Path) -> int | None:
    with visit(state):
        addresses = published(state)
        return call([*MANAGE, *arguments], os.environ | addresses) if addresses else None


def bench(arguments: list[str]) -> int:
    """Run the benchmarks on servers as durable as in production, on a new folder."""
    state = state_folder(PROJECT)  # on a real disk: /tmp may be memory
    with throwaway("bench", postgres.BENCH, parent=state) as servers:
        defaults = {"YINJIAN_MODE": "demo", "SECRET_KEY": secret(state, "django")}
        return call([PYTHON, "-m", "benchmarks", *arguments], defaults | os.environ | servers.addresses)


def call(command: list[str], environment: dict[str, str]) -> int:
    """Run a command and return its exit code.

    Ctrl-C reaches the command by itself and it may want to tidy up, so we wait for it; `kill` is passed on.
    """
    process = subprocess.Popen([*processes.dies_with_us("TERM"), *command], cwd=PROJECT, env=environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: process.send_signal(number))
    return process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
