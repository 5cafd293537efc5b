"""Child processes that are killed: started, let go, killed at a moment of the test's choice."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from typing import Any

from embedded import processes
from embedded.postgres import Postgres
from tests.conftest import ROOT


class Children:
    """Runs tests.chaos.settler against one database."""

    def __init__(self, environment: dict[str, str]):
        self.environment = environment | {"DJANGO_SETTINGS_MODULE": "config.settings"}

    def ask(self, verb: str, *arguments: object) -> str:
        """Do something to its end; give what it printed."""
        return subprocess.run(
            self._command(verb, *arguments), env=self.environment, cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout.strip()

    def proof(self, organisation: object) -> dict[str, Any]:
        return json.loads(self.ask("prove", organisation))

    def start(self, verb: str, *arguments: object) -> subprocess.Popen:
        """Start something that waits for a line before it begins."""
        child = subprocess.Popen(
            self._command(verb, *arguments), env=self.environment, cwd=ROOT, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert child.stdout.readline() == "ready\n"
        return child

    def _command(self, verb: str, *arguments: object) -> list[str]:
        return [sys.executable, "-m", "tests.chaos.settler", verb, *map(str, arguments)]


def let_go(child: subprocess.Popen) -> None:
    child.stdin.write("go\n")
    child.stdin.flush()


def reports(child: subprocess.Popen, count: int) -> int:
    """Wait until it has reported so many times; add up what it said."""
    return sum(int(child.stdout.readline()) for _ in range(count))


def the_rest(child: subprocess.Popen) -> int:
    """Wait for its end; add up what it said since."""
    out, _ = child.communicate()
    return sum(int(line) for line in out.splitlines() if line.strip().isdigit())


def kill(child: subprocess.Popen) -> int:
    """Kill -9; add up what it said before."""
    os.kill(child.pid, signal.SIGKILL)
    return the_rest(child)


def some_moment(longest: float) -> None:
    """Sleep for a random part of so many seconds."""
    time.sleep(random.uniform(0, longest))


def crash(server: Postgres) -> None:
    """Kill every process of the server at once, as a power cut would."""
    victims = processes.working_in(server.data, {"postgres"})
    assert len(victims) > 3
    processes.send([server.process.pid, *victims], signal.SIGKILL)
    server.process.wait(20)
    assert processes.wait_until(lambda: not processes.working_in(server.data, {"postgres"}), seconds=20)
