"""Real servers on a folder that goes away."""

import os
import signal

import psycopg2
import pytest
import redis

from embedded import postgres
from embedded.servers import throwaway


@pytest.fixture
def servers(tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    tmp_path.chmod(0o711)
    with throwaway("own", postgres.TEST, parent=tmp_path) as servers:
        yield servers
    assert list(tmp_path.iterdir()) == []


def _ask(address, question):
    connection = psycopg2.connect(address)
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()
    finally:
        connection.close()


def test_servers_are_as_the_application_needs_them_and_come_back_when_killed(servers):
    rights = "SELECT rolcanlogin, rolcreatedb, rolcreaterole, rolsuper, rolbypassrls FROM pg_roles"
    assert _ask(servers.postgres.url, f"{rights} WHERE rolname = current_user") == (True, True, True, False, False)
    locale = "SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = current_database()"
    assert _ask(servers.postgres.url, locale) == ("UTF8", postgres.LOCALE)
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(servers.postgres.url.replace(servers.postgres.password, "wrong"))
    with pytest.raises(redis.exceptions.AuthenticationError):
        redis.Redis(port=servers.redis.port).ping()

    for server in servers.own:
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        assert not server.alive()
        server.start()
    assert _ask(servers.addresses["DATABASE_URL"], "SELECT 1") == (1,)
    assert redis.from_url(servers.addresses["REDIS_URL"]).ping()
