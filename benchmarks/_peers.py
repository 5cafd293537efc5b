"""What is measured beside us, each in an environment of its own under the state folder, made on first use."""

import hashlib
import json
import os
import pathlib
import subprocess
import sys
from urllib.parse import quote

from django.conf import settings

HERE = pathlib.Path(__file__).parent


def hordak(*arguments: str) -> dict:
    return _run("hordak", *arguments)


def import_export(*arguments: str) -> dict:
    return _run("import_export", *arguments)


def _run(name: str, *arguments: str) -> dict:
    """Run a program of benchmarks/peers on our server, in a database of its own, and give what it measured."""
    program = HERE / "peers" / f"{name}.py"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "PYTHON"))}
    answer = subprocess.run(
        [_python(), "-P", str(program), *arguments], env=environment | {"PEER_DATABASE_URL": _server()},
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return json.loads(answer.stdout)


def _server() -> str:
    at = settings.DATABASES["owner"]
    return f"postgresql://{quote(at['USER'])}:{quote(at['PASSWORD'])}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


def _python() -> str:
    """Give the interpreter of the peers' environment; pip of ours fills it, because not every Python brings one along."""
    wanted = HERE / "requirements.txt"
    folder = _state_folder() / "peers"
    python, mark = folder / "bin" / "python", folder / ".installed"
    fingerprint = hashlib.sha256(wanted.read_bytes()).hexdigest()
    if not (mark.exists() and mark.read_text() == fingerprint):
        subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder)], check=True)
        pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", str(wanted)], check=True)
        mark.write_text(fingerprint)
    return str(python)


def _state_folder() -> pathlib.Path:
    return pathlib.Path(os.environ.get("YINJIAN_STATE_DIR") or HERE.parent / ".data").absolute()
