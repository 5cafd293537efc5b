"""The database backend; `ENGINE = "tenancy.postgresql"`."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError
from django.db.backends.base.base import debug_transaction
from django.db.backends.postgresql import base

from tenancy.postgresql.features import DatabaseFeatures
from tenancy.postgresql.messages import Connection, Cursor
from tenancy.postgresql.schema import WallBuilder

TRUSTED_FOR = 0.5  # seconds since its last use for which a connection is not asked whether it lives; as HikariCP does


class DatabaseWrapper(base.DatabaseWrapper):
    """Transactions without messages of their own: BEGIN goes with the first statement (docs/adr/0017)."""

    SchemaEditorClass = WallBuilder
    features_class = DatabaseFeatures
    _used_at = 0.0

    def get_connection_params(self):
        return super().get_connection_params() | {"connection_factory": Connection, "cursor_factory": Cursor}

    def open_with(self, setting: str) -> None:
        """Let the transaction that was just entered begin with a setting (SET LOCAL …)."""
        if self.connection.opening is None:
            with self.cursor() as cursor:
                cursor.execute(setting)
        else:
            self.connection.opening += f"{setting}; "

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Send a reading statement as a transaction of its own, unless one has begun; says whether it is alone."""
        self.connection.is_alone = True
        try:
            yield self.connection.opening is not None
        finally:
            self.connection.is_alone = False

    def create_cursor(self, name=None):
        if name:  # its DECLARE cannot share a message
            with self.connection.cursor() as cursor:
                cursor.begin()
        return super().create_cursor(name)

    def close_if_health_check_failed(self):
        now = time.monotonic()
        if now - self._used_at < TRUSTED_FOR:
            self.health_check_done = True
        self._used_at = now
        super().close_if_health_check_failed()

    # --- what Django's `atomic` calls ---------------------------------------------------------------------------

    def _start_transaction_under_autocommit(self):
        self.connection.opening = ""

    def _set_autocommit(self, autocommit):
        if self.connection.closed or self.connection.autocommit != autocommit:  # mostly it is what it was
            super()._set_autocommit(autocommit)

    def _commit(self):
        if not self._is_ours():
            return super()._commit()
        return self._end("COMMIT")

    def _rollback(self):
        if not self._is_ours():
            return super()._rollback()
        return self._end("ROLLBACK")

    def _is_ours(self) -> bool:
        return self.connection is not None and self.connection.autocommit

    def _end(self, verb: str) -> None:
        if self.connection.closed:  # Django throws it away for an error here; without one it would be kept
            raise OperationalError("the connection was cut")
        if self.connection.opening is not None:
            self.connection.opening = None  # it never began
            return
        if self.connection.has_begun():
            with debug_transaction(self, verb), self.wrap_database_errors, self.connection.cursor() as cursor:
                cursor.execute(verb)
