"""What goes to the server in one message: a transaction is begun by its first statement, not before it."""

import psycopg2.extensions
from psycopg2.extensions import TRANSACTION_STATUS_IDLE


class Connection(psycopg2.extensions.connection):
    """A connection in autocommit, on which we begin and end transactions; psycopg2 would send a BEGIN by itself first."""

    opening: str | None = None  # settings for a transaction that waits for its first statement; None: none waits
    is_alone = False  # the next statement is all there is to a transaction

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.prepared: set[str] = set()  # names of statements that this connection has planned

    def has_begun(self) -> bool:
        return self.get_transaction_status() != TRANSACTION_STATUS_IDLE


class Cursor(psycopg2.extensions.cursor):
    """A cursor that begins the waiting transaction in the message of its first statement."""

    def execute(self, query, vars=None):
        connection = self.connection
        if connection.opening is None:
            return super().execute(query, vars)
        if not isinstance(query, str):
            self.begin()
            return super().execute(query, vars)
        if connection.is_alone:  # a message is a transaction of its own: it needs no BEGIN and no COMMIT
            return super().execute(connection.opening + query, vars)
        return self._begin_with(query, vars)

    def executemany(self, query, vars_list):
        self.begin()
        return super().executemany(query, vars_list)

    def callproc(self, *arguments):
        self.begin()
        return super().callproc(*arguments)

    def copy_expert(self, *arguments, **options):
        self.begin()
        return super().copy_expert(*arguments, **options)

    def copy_from(self, *arguments, **options):
        self.begin()
        return super().copy_from(*arguments, **options)

    def copy_to(self, *arguments, **options):
        self.begin()
        return super().copy_to(*arguments, **options)

    def begin(self) -> None:
        """Begin the waiting transaction now, for what cannot share a message."""
        if self.connection.opening is not None:
            self._begin_with("", None)

    def _begin_with(self, query: str, vars) -> None:
        connection, opening = self.connection, self.connection.opening
        connection.opening = None
        try:
            super().execute(f"BEGIN; {opening}{query}", vars)
        finally:
            if not connection.closed and not connection.has_begun():
                connection.opening = opening  # a message with a syntax error is read by nobody: nothing has begun
