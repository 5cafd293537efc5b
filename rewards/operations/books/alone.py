"""One at a time, for what no row stands for."""

from django.db import connection

from tenancy import door


def alone(name: str) -> None:
    """Wait until nobody else in the organisation is at `name`, and keep others out until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{name}:{door.organisation_id()}"])
