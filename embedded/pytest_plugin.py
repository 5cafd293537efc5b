"""Starts servers for this test run when DATABASE_URL or REDIS_URL is not given.

Loaded by `addopts` with -p, so that the variables are there before pytest-django reads the settings. Workers of
pytest-xdist inherit them.
"""

import atexit
import contextlib
import os
import signal
from collections.abc import Iterator

import pytest

from embedded import postgres
from embedded.servers import throwaway

OURS = "YINJIAN_TEST_SERVERS_ARE_OURS"  # set for the processes of a run that started its servers


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Start the servers; a wrapper, because those run before pytest-django's own hook."""
    os.environ.setdefault("YINJIAN_MODE", "test")
    os.environ.setdefault("SECRET_KEY", "test")
    if not early_config.known_args_namespace.help and _servers_are_missing():
        _start()
    return (yield)


def _servers_are_missing() -> bool:
    return not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))


def _start() -> None:
    stack = contextlib.ExitStack()
    # Not a pytest hook: those are skipped when collecting is interrupted or a plugin fails.
    atexit.register(stack.close)
    # `kill` ends the run as Ctrl-C does; by default it would end us before atexit gets its turn.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    servers = stack.enter_context(throwaway("test", postgres.TEST))
    os.environ.update(servers.addresses | {OURS: "1"})
